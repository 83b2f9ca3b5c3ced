"""Tables: typed columns that hang off the contract, declared once.

A declaration drives reading, validation, the manual, the strategies of the tests, and what a rule sees::

    @table("contacts", key="contact", date="day", units={"contact": "contacts"})
    class Contacts(Table):
        \"\"\"Community contacts: one row for each contact, or each day's contacts of one kind.\"\"\"

        contact: Code = column("What names the row.")
        provider: Code = column("Organisation code of the provider.")
        contacts: Count = column("How many contacts the row stands for.", at_least=1, at_most=10_000)

In a rule ``activity.contacts.contacts`` is a Count for each row; a column written ``Maybe[…]`` may be missing.
"""

from __future__ import annotations

import typing
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, dataclass_transform

from attrs import field, frozen

from tallystick.kernel.errors import RuleError
from tallystick.kernel.grains import Grain, prices_grain, row_grain
from tallystick.kernel.language import words
from tallystick.kernel.language.nodes import Kind, Node
from tallystick.kernel.language.series import CLASSES, Code, Count, Flag, Maybe, Series, literal, wrapped

ROLES = ("contract", "provider", "commissioner", "person")
"""Column names with a meaning to the engine: what places a row in a contract, and whose row it is."""


PARTIES = ("provider", "commissioner")
"""The parties that a table or a column may be confidential to."""


@frozen
class Column:
    """One declared column: its kind, what it means, and what may stand in it.

    ``at_least`` and ``at_most`` bound counts (whole numbers), amounts (pence), prices (pence) and rates,
    ends inclusive. A money column is read from ``<name>_pence`` or ``<name>_pounds``, or from text with a
    sign. ``aliases`` are other names that the column is known under, case and punctuation ignored.
    """

    meaning: str
    kind: Kind = Kind.CODE
    name: str = ""
    optional: bool = False
    unit: str = ""
    allowed: tuple[str, ...] = ()
    at_least: Any = None
    at_most: Any = None
    signed: bool = False
    aliases: tuple[str, ...] = ()
    confidential_to: tuple[str, ...] = ()


def column(
    meaning: str, *, unit: str = "", allowed: tuple[str, ...] = (), at_least: Any = None, at_most: Any = None,
    signed: bool = False, aliases: tuple[str, ...] = (), confidential_to: tuple[str, ...] = (),
) -> Any:  # fmt: skip
    """Declare a column of a table; its kind and whether it may be missing come from the annotation."""
    return Column(
        meaning, unit=unit, allowed=tuple(allowed), at_least=at_least, at_most=at_most, signed=signed,
        aliases=tuple(aliases), confidential_to=tuple(confidential_to),
    )  # fmt: skip


@frozen(kw_only=True)
class Selection:
    """How the rows of a table select rows of others, one by its key or many by a filter; the columns that say so.

    ``table`` names the other table; ``row`` one of its keys, or ``filter`` a condition. One row may be selected again
    once the former selection has ended: ``ends`` and ``begins`` are days, and after the codes of ``final``, a column
    with codes, it cannot be.
    """

    table: str
    row: str
    filter: str
    begins: str
    ends: str
    final: tuple[str, tuple[str, ...]]

    @property
    def columns(self) -> tuple[tuple[str, Kind], ...]:
        """Every column that it names, with the kind that it has to be."""
        codes = (self.table, self.row, self.filter, self.final[0])
        return (*((name, Kind.CODE) for name in codes), *((name, Kind.DAY) for name in (self.begins, self.ends)))


@frozen(kw_only=True)
class Cohorts:
    """How the rows of a table put people into groups: the columns of the group's code and of two days.

    A person is in the group from the day in ``begins`` to the one before ``ends``.
    """

    group: str
    begins: str
    ends: str

    @property
    def columns(self) -> tuple[tuple[str, Kind], ...]:
        """Every column that it names or needs, with the kind that it has to be."""
        return (
            ("person", Kind.CODE),
            ("provider", Kind.CODE),
            (self.group, Kind.CODE),
            (self.begins, Kind.DAY),
            (self.ends, Kind.DAY),
        )


@frozen(kw_only=True)
class TableSpec:
    """What a table declares, as plain values.

    ``units`` names the payable units of a row, each with the count column that says how many there are, or
    an empty text for one a row. ``unique`` lists sets of columns in which no two rows may be alike. A table
    with a ``date`` belongs to the period of that date. ``prices`` marks a price list: keyed by code and
    date, chosen by a contract, with a history.
    """

    name: str
    meaning: str
    columns: Mapping[str, Column]
    key: str | None = None
    date: str | None = None
    units: Mapping[str, str] = field(factory=dict)
    unique: tuple[tuple[str, ...], ...] = ()
    ordered: tuple[tuple[str, str], ...] = ()
    """Pairs of days or moments of which the second is never before the first, where both are given."""
    prices: bool = False
    selects: Selection | None = None
    """How its rows select rows of other tables, if they do: a filter is written out, a row for each row it selects."""
    cohorts: Cohorts | None = None
    """How its rows put people into groups, if they do: a contract may claim what is done for those people."""
    confidential_to: tuple[str, ...] = ()
    cls: Any = field(default=None, eq=False, repr=False)

    @property
    def grain(self) -> Grain:
        """The grain of one of its rows."""
        return prices_grain(self.name) if self.prices else row_grain(self.name)


class Table:
    """The base of every table; an instance is what a rule sees, one series for each column."""

    table: ClassVar[TableSpec]
    grain: Grain

    def __init__(self) -> None:
        self.grain = self.table.grain
        for name, col in self.table.columns.items():
            node = Node("column", (), (self.table.name, name), kind=col.kind, grain=self.grain, optional=col.optional)
            object.__setattr__(self, name, wrapped(node))

    def __getattr__(self, name: str) -> Any:
        from tallystick.kernel.errors import did_you_mean

        write = did_you_mean(name, self.table.columns)
        raise RuleError(f"table {self.table.name} has no column {name!r}", about=name, write=write)

    @property
    def rows(self) -> Count:
        """One for each row."""
        node = Node("one", (), (self.table.name,), kind=Kind.COUNT, grain=self.grain)
        return Count(node)

    @property
    def every(self) -> Flag:
        """The condition that holds for every row."""
        return self.rows == 1

    def where(self, columns: Mapping[str, tuple[str, ...]]) -> Flag:
        """The condition that every named code column holds one of the codes given for it."""
        condition = self.every
        for name, codes in sorted(columns.items()):
            value = getattr(self, name)
            if value.node.kind is not Kind.CODE:
                raise RuleError(f"{self.table.name}.{name} is not a code, and only codes can be listed", about=name)
            if not codes:
                says = f"no code of {self.table.name}.{name} is listed, so no row would count"
                raise RuleError(says, about=name, write=f'{name} = ["…"], or leave it out if all rows count')
            chosen = value.map(_listed(codes)).is_yes() if isinstance(value, Maybe) else value.is_in(codes)
            condition = condition & chosen
        return condition

    def find(self, wanted: str, **match: Series | str) -> Any:
        """The column ``wanted`` of the one row of this table in which every matched column is equal; may be missing."""
        self._known(wanted, *match)
        return words.find(self.table.name, wanted, self.table.columns[wanted].kind, self._typed(match))

    def exist(self, **match: Series | str) -> Flag:
        """True if this table has a row in which every matched column is equal."""
        self._known(*match)
        return words.exists(self.table.name, self._typed(match))

    def _typed(self, match: dict[str, Series | str]) -> dict[str, Series | str]:
        kinds = {name: self.table.columns[name].kind for name in match}
        return {n: v if isinstance(v, str) else literal(kinds[n], v) for n, v in match.items()}

    def _known(self, *names: str) -> None:
        for name in names:
            if name not in self.table.columns:
                getattr(self, name)


def _listed(codes: tuple[str, ...]) -> Callable[[Code], Flag]:
    return lambda code: code.is_in(codes)


@dataclass_transform(field_specifiers=(column,))
def table(
    name: str, *, key: str | None = None, date: str | None = None, units: Mapping[str, str] | None = None,
    unique: tuple[tuple[str, ...], ...] = (), ordered: tuple[tuple[str, str], ...] = (), prices: bool = False,
    selects: Selection | None = None, cohorts: Cohorts | None = None, confidential_to: tuple[str, ...] = (),
) -> Any:  # fmt: skip
    """Declare the class below as a table; raises RuleError where the declaration contradicts itself."""

    def declare(cls: type[Table]) -> type[Table]:
        columns = {
            n: _column(cls, n, hint)
            for n, hint in typing.get_type_hints(cls).items()
            if isinstance(vars(cls).get(n), Column)
        }
        for named, what in ((key, "key"), (date, "date"), *((of, "unit") for of in (units or {}).values() if of)):
            if named is not None and named not in columns:
                raise RuleError(f"table {name}: its {what} {named!r} is not one of its columns")
        for pair in ordered:
            kinds = {columns[name].kind for name in pair if name in columns}
            if len(kinds) != 1 or kinds - {Kind.DAY, Kind.MOMENT}:
                raise RuleError(f"table {name}: {' and '.join(pair)} are not two days, or two moments, of it")
        for named, kind in selects.columns if selects else ():
            if named not in columns or columns[named].kind is not kind:
                raise RuleError(f"table {name}: it selects by {named!r}, which is no {kind.value} of it")
        for named, kind in cohorts.columns if cohorts else ():
            if named not in columns or columns[named].kind is not kind:
                raise RuleError(f"table {name}: it puts people into cohorts by {named!r}, no {kind.value} of it")
        if selects is not None and key is None:
            raise RuleError(f"table {name}: rows that select others need a key that names them")
        if key is None and (date is not None or units):
            raise RuleError(f"table {name}: rows that are dated or paid for need a key that names them")
        _check_confidential(name, confidential_to, columns, (key, date))
        all_unique = ((key,), *unique) if key else unique
        cls.table = TableSpec(
            name=name, meaning=" ".join((cls.__doc__ or "").split()), columns=columns, key=key, date=date,
            units=dict(units or {}), unique=tuple(tuple(u) for u in all_unique),
            ordered=tuple(ordered), prices=prices, selects=selects, cohorts=cohorts,
            confidential_to=tuple(confidential_to), cls=cls,
        )  # fmt: skip
        for column_name in columns:
            delattr(cls, column_name)
        return cls

    return declare


def _check_confidential(
    name: str, whole: tuple[str, ...], columns: Mapping[str, Column], seen: tuple[str | None, ...]
) -> None:  # fmt: skip
    """Refuse a party that is none, and a confidential key or day in a table whose rows are shown."""
    said = [(f"table {name}", whole), *((f"column {name}.{n}", one.confidential_to) for n, one in columns.items())]
    for what, to in said:
        if unknown := sorted(set(to) - set(PARTIES)):
            raise RuleError(f"{what} is confidential to {unknown[0]!r}, which is none of {', '.join(PARTIES)}")
    for column_name in seen:
        if column_name is not None and set(columns[column_name].confidential_to) - set(whole):
            raise RuleError(f"table {name}: {column_name} names or dates its rows: make the whole table confidential")


def _column(cls: type[Table], name: str, hint: Any) -> Column:
    declared: Column = vars(cls)[name]
    optional = typing.get_origin(hint) is Maybe
    of = typing.get_args(hint)[0] if optional else hint
    kinds = {series_class: kind for kind, series_class in CLASSES.items()}
    if of not in kinds:
        raise RuleError(
            f"{cls.__name__}.{name}: annotate it with one of {', '.join(c.__name__ for c in kinds)}, or Maybe of it"
        )
    import attrs

    return attrs.evolve(declared, kind=kinds[of], name=name, optional=optional)
