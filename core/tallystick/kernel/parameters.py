"""Parameters of rules: what each field of a rule is, told from its annotation.

Numbers, days, accounts and price lists become columns when a rule is traced. Choices, texts and absence are
the rule's *shape*. A ``Label`` names another rule; ``Rows[…]`` is a small table of records, and ``Parts[…]`` a
few records whose number is shape too, such as the tiers of a price.

A parameter stands under its own name, or at a ``path`` inside a table of the rule's block: ``path="pays.each"`` is
``pays = { each = … }``. A path that ends in a star is what is left in its table: ``path="for.*"``.
"""

from __future__ import annotations

import enum
import types
import typing
from collections.abc import Mapping
from typing import Any, Generic, TypeVar

import attrs
from attrs import field, frozen

from tallystick.kernel.accounts import Account
from tallystick.kernel.errors import RuleError
from tallystick.kernel.grains import CONTRACT, SCHEME, TERMS, Grain
from tallystick.kernel.language import words
from tallystick.kernel.language.nodes import Kind, Node
from tallystick.kernel.language.series import CLASSES, Day, Flag, Series, series, wrapped
from tallystick.kernel.tables import Table, TableSpec

META = "tallystick"
_NOTHING = attrs.NOTHING
R = TypeVar("R")
P = TypeVar("P", bound=Table)


class Label(str):
    """The label of another rule of the same contract."""

    __slots__ = ()


class PriceList(Generic[P]):
    """A price list that the contract names; ``P`` is the table that declares its columns."""

    def __init__(self, spec: TableSpec, chosen: Node) -> None:
        self.spec = spec
        self.chosen = chosen

    def find(self, wanted: str, *, on: Day, **match: Any) -> Any:
        """The list's ``wanted`` column for the matched code in force on that day; may be missing."""
        if wanted not in self.spec.columns:
            raise RuleError(f"price list table {self.spec.name} has no column {wanted!r}")
        keys = {"list": series(self.chosen), **match}
        return words.find(self.spec.name, wanted, self.spec.columns[wanted].kind, keys, on=on)

    def names(self, *, on: Day, **match: Any) -> Flag:
        """True if the list has a row for the matched code on that day, priced or not."""
        return words.exists(self.spec.name, {"list": series(self.chosen), **match}, on=on)


class Rows(Generic[R]):
    """A list of records in a rule's parameters: a small table of its own, never unrolled."""

    __iter__ = None

    def __init__(self, name: str, fields: dict[str, Parameter]) -> None:
        self.name = name
        self.fields = fields
        self.grain = Grain(name, frozenset({"contract", *CONTRACT.determines}))

    @property
    def each(self) -> Any:
        """One record at the records' own grain, with a series for each of its fields."""
        nodes = {
            name: wrapped(
                Node("column", (), (self.name, name), kind=part.kind, grain=self.grain, optional=part.optional)
            )
            for name, part in self.fields.items() if part.kind is not None
        }  # fmt: skip
        return types.SimpleNamespace(**nodes)

    def find(self, wanted: str, **match: Series | str) -> Any:
        """The field ``wanted`` of the contract's one record in which every matched field is equal; may be missing."""
        kind = self.fields[wanted].kind
        if kind is None:
            raise RuleError(f"{wanted!r} is a choice and not a value, and cannot be looked up")
        return words.find(self.name, wanted, kind, dict(match), of_contract=True)


class Parts(Generic[R]):
    """A few records of a rule, one after another: how many is the rule's shape, and their numbers are columns.

    A traced rule sees a tuple of records. A record class with a ``text_form``, such as ``fixed element:
    £600,000``, is written as texts: its ``from_text`` returns a record's keys, or raises ValueError with why not.
    """


@frozen(kw_only=True)
class Parameter:
    """One field of a rule. ``role`` is number, account, prices, label, labels, rows, parts or shape."""

    name: str
    role: str
    kind: Kind | None = None
    type: Any = None
    optional: bool = False
    default: Any = _NOTHING
    at_least: Any = None
    at_most: Any = None
    meaning: str = ""
    unit: str = ""
    scheme: bool = False
    """True if all contracts that hold the rule must have the same value: a number of the scheme."""
    path: str = ""
    """Where it stands in the rule's block, with dots between keys, if not under its own name."""
    needed: bool = False
    """True if it has to be said wherever its table is written, though it may be left out with the table."""
    absent: str = ""
    """A text that may be written to say that there is none."""
    unlike: str = ""
    """The parameter whose value it may not have: nobody pays themselves."""
    sourced: bool = False
    """True if the rule's block needs a source where this is said."""
    whole: bool = False
    """True for a field of records if its values have to sum to 100% over the records, on every day."""
    fields: dict[str, Parameter] = field(factory=dict)
    """The fields of a record, for ``rows`` and ``parts``."""
    table: TableSpec | None = None
    """The declared columns, for ``prices``."""

    @property
    def place(self) -> tuple[str, ...]:
        """The keys that lead to it in the rule's block; of what is left in a table, to that table."""
        return tuple(self.path.removesuffix(".*").split(".")) if self.path else (self.name,)

    @property
    def is_open(self) -> bool:
        """True if it takes whatever keys of its table no other parameter does."""
        return self.path.endswith(".*")

    @property
    def written(self) -> str:
        """What it is called in a file: ``pays.each``."""
        return ".".join(self.place)

    @property
    def is_column(self) -> bool:
        """True for what becomes a column when the rule is traced."""
        return self.role in ("number", "account", "prices")


def parameter(
    meaning: str, *, default: Any = _NOTHING, at_least: Any = None, at_most: Any = None, unit: str = "",
    scheme: bool = False, path: str = "", needed: bool = False, absent: str = "", unlike: str = "",
    sourced: bool = False, whole: bool = False,
) -> Any:  # fmt: skip
    """Declare a parameter of a rule: what it means, and the bounds that a value must lie in, ends inclusive.

    ``path`` is where it stands in the rule's block if not under its own name, ``needed`` that it has to be said
    wherever that table is written, ``absent`` a text that says that there is none, ``unlike`` the parameter that it
    may not equal, ``sourced`` that the block has to give its source where it is said, and ``whole`` that a field of
    records sums to 100% over them.
    """
    notes = {
        "meaning": meaning, "at_least": at_least, "at_most": at_most, "unit": unit, "scheme": scheme, "path": path,
        "needed": needed, "absent": absent, "unlike": unlike, "sourced": sourced, "whole": whole,
    }  # fmt: skip
    return field(default=default, metadata={META: notes}, kw_only=True)


def parameters_of(cls: type) -> dict[str, Parameter]:
    """Describe every field of an attrs class of parameters, in the order written."""
    hints = typing.get_type_hints(cls)
    return {a.name: _describe(a, hints[a.name]) for a in attrs.fields(cls)}


def _describe(attribute: Any, hint: Any) -> Parameter:
    notes = dict(attribute.metadata.get(META, {}))
    common = {"name": attribute.name, "default": attribute.default, **notes}
    optional = typing.get_origin(hint) in (typing.Union, types.UnionType) and type(None) in typing.get_args(hint)
    if optional:
        (hint,) = [arg for arg in typing.get_args(hint) if arg is not type(None)]
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    kinds = {series_class: kind for kind, series_class in CLASSES.items()}
    if hint in kinds:
        return Parameter(role="number", kind=kinds[hint], type=hint, optional=optional, **common)
    if hint is Account:
        return Parameter(role="account", kind=Kind.CODE, type=hint, optional=optional, **common)
    if hint is Label:
        return Parameter(role="label", type=hint, optional=optional, **common)
    if origin is tuple and args[0] is Label:
        return Parameter(role="labels", type=hint, optional=optional, **common)
    if origin is PriceList:
        return Parameter(role="prices", kind=Kind.CODE, type=hint, optional=optional, table=args[0].table, **common)
    if origin is Rows:
        return Parameter(role="rows", type=args[0], optional=optional, fields=parameters_of(args[0]), **common)
    if origin is Parts:
        return Parameter(role="parts", type=args[0], optional=optional, fields=parameters_of(args[0]), **common)
    if not _is_shape(hint, origin):
        raise RuleError(f"{attribute.name}: {hint!r} cannot be a parameter of a rule")
    return Parameter(role="shape", type=hint, optional=optional, **common)


def _is_shape(hint: Any, origin: Any) -> bool:
    if origin in (tuple, dict):
        return True
    return isinstance(hint, type) and (hint in (str, bool, int) or issubclass(hint, enum.Enum) or attrs.has(hint))


def twin_value(spec: Parameter, identity: str, given: Any) -> Any:
    """What a traced rule sees in a field: a column for a number, the label's rule, or the choice itself."""
    if given is None and spec.optional:
        return None
    if spec.role == "rows":
        return Rows(f"{identity}:{spec.name}", spec.fields)
    if spec.role == "parts":
        return tuple(_part(spec, identity, number, record) for number, record in enumerate(given))
    if not spec.is_column:
        return given
    node = Node(
        "term", (), (identity, spec.name), kind=typing.cast(Kind, spec.kind), grain=SCHEME if spec.scheme else TERMS
    )
    if spec.role == "account":
        return Account(node, f"the account {spec.name}")
    if spec.role == "prices":
        return PriceList(typing.cast(TableSpec, spec.table), node)
    return wrapped(node)


def _part(spec: Parameter, identity: str, number: int, record: Mapping[str, Any]) -> types.SimpleNamespace:
    """One of a few records: its numbers are columns, named after the parameter, its place and the field."""
    named = {n: attrs.evolve(part, name=part_name(spec.name, number, n)) for n, part in spec.fields.items()}
    return types.SimpleNamespace(**{n: twin_value(part, identity, record.get(n)) for n, part in named.items()})


def part_name(parameter: str, number: int, field_name: str) -> str:
    """The name of a number of a part, among the values of a rule: ``tiers.0.each``."""
    return f"{parameter}.{number}.{field_name}"
