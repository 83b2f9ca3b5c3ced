"""Tables that select rows of other tables, by key or by a filter: each selected row becomes a row of their own.

A challenge names one spell, or all spells of a group at a site; the rules look a spell's challenge up by its key. So
what a filter selects is written out before anything is settled: challenge ``C7`` of ``hrg=HE11A; site=RXX01`` becomes
``C7/spells:S0001``, ``C7/spells:S0002`` and so on. A table says that it does so by ``selects``.

A filter is ``column=value`` with ``;`` between conditions that must all hold, ``,`` between values of which any will
do, and ``..`` between the first and last of days or counts: ``hrg=HE11A, HE11B; discharged=2025-05-01..2025-05-31``.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial, reduce
from itertools import pairwise
from operator import and_

import attrs
import polars as pl
from attrs import field, frozen

from tallystick.files.records import records
from tallystick.files.spots import Refusal, first_of_each_kind
from tallystick.files.values import value_of
from tallystick.kernel.errors import Fault, FaultList, did_you_mean
from tallystick.kernel.facts import Facts, Row
from tallystick.kernel.language.nodes import Kind
from tallystick.kernel.tables import Column, Selection

_SPANS = (Kind.DAY, Kind.COUNT)
_FILTERED = (Kind.CODE, Kind.FLAG, *_SPANS)
_FORM = "hrg=HE11A, HE11B; discharged=2025-05-01..2025-05-31"


def select_rows(
    facts: Mapping[str, Facts], *, as_at: datetime.date | None, unread: Collection[str] = (),
    once: Mapping[str, Collection[str]] | None = None, set_aside: bool = False,
) -> dict[str, Facts]:  # fmt: skip
    """The facts, with every table that selects rows written out, a row for each row that it selects.

    Of rows that select the same row one after another, the last that had begun on ``as_at`` is kept. ``unread`` names
    tables that are there and could not be read: what is selected of them is not judged. ``once`` gives, for tables
    that are sent month by month, the keys of every row that was ever sent by then: a row that was withdrawn since, or
    that begins to be selected only later, selects nothing and is no fault. Raises InputError for a
    table, column or row that is not there, a filter that finds nothing, and a row that is selected twice at once;
    with ``set_aside`` those are left out, and their faults kept.
    """
    found, faults = dict(facts), FaultList()
    for name, one in facts.items():
        if one.spec.selects is not None:
            made = _Selecting(one, one.spec.selects, facts, as_at or datetime.date.max, frozenset(unread), once or {})
            found[name] = made.written_out(faults, set_aside=set_aside)
    faults.raise_if_any()
    return found


@frozen(eq=False)
class _Selecting:
    """One table that selects rows; ``rows`` are its rows as they were read, in the order of its file."""

    facts: Facts
    by: Selection
    others: Mapping[str, Facts]
    as_at: datetime.date
    unread: frozenset[str]
    once: Mapping[str, Collection[str]]
    frame: pl.DataFrame = field(init=False)
    rows: Sequence[Row] = field(init=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "frame", self.facts.frame.collect())
        object.__setattr__(self, "rows", list(records(self.facts.spec, self.frame.lazy(), self.facts.stats)))

    def written_out(self, faults: FaultList, *, set_aside: bool) -> Facts:
        """The table with a row for each row that is selected; faults are added, or set aside."""
        wrong: dict[int, list[Fault]] = {}
        selected: dict[tuple[str, str], list[int]] = {}
        there = self._named_rows()
        for place, row in enumerate(self.rows):
            try:
                for key in self._keys(row, there):
                    selected.setdefault((str(row[self.by.table]), key), []).append(place)
            except Refusal as refusal:
                wrong.setdefault(place, []).append(self._fault(place, refusal))
        twice: dict[tuple[int, int], list[tuple[str, str]]] = {}
        for which, places in selected.items():
            for pair in self._at_once(places):
                twice.setdefault(pair, []).append(which)
        for (one, other), rows in twice.items():
            wrong.setdefault(other, []).append(self._twice(one, other, *min(rows), times=len(rows)))
            wrong.setdefault(one, [])
        told = first_of_each_kind(fault for place in sorted(wrong) for fault in wrong[place])
        if not set_aside:
            faults.extend(told)
        kept = [
            (standing, table, key) for (table, key), places in selected.items()
            if (standing := self._standing([one for one in places if one not in wrong])) is not None
        ]  # fmt: skip
        return self._facts(sorted(kept), told, len(wrong) if set_aside else 0)

    def _keys(self, row: Row, there: Mapping[str, set[str]]) -> list[str]:
        """The keys that a row selects; Refusal where it does not say, or where what it says is not there."""
        table, key, condition = (row[name] for name in (self.by.table, self.by.row, self.by.filter))
        target = self._target(str(table))
        if (key is None) == (condition is None):
            both = "both a row and a filter" if key is not None else "neither a row nor a filter"
            raise Refusal(
                "selection/which", f"it names {both}", "", f"a key under {self.by.row}, or a {self.by.filter}: {_FORM}"
            )  # fmt: skip
        if target is None:
            return []
        if key is not None:
            if key not in there[str(table)]:
                if table in self.once and (row[self.by.begins] > self.as_at or key in self.once[str(table)]):
                    return []
                raise Refusal(
                    "selection/row", f"{table} has no row whose {target.spec.key} is {key!r}",
                    "what is challenged, or selected otherwise, has to be there", "the key as that table has it",
                )  # fmt: skip
            return [str(key)]
        frame = target.frame.filter(_condition(str(condition), target.spec.columns))
        keys: list[str] = frame.select(pl.col(str(target.spec.key)).sort()).collect().to_series().to_list()
        if not keys and table not in self.once:
            why = "a filter that selects nothing is more likely a mistake than meant"
            raise Refusal("selection/nothing", f'"{condition}" selects no row of {table}', why, "codes that are there")
        return keys

    def _target(self, table: str) -> Facts | None:
        """The table whose rows are selected; None if it is there and could not be read."""
        target = self.others.get(table)
        if target is None and table in self.unread:
            return None
        keyed = {name for name, one in self.others.items() if self._can_be_selected(one)}
        if target is None or not self._can_be_selected(target):
            found = f'there is no activity in a table "{table}" whose rows have a key'
            raise Refusal("selection/table", found, "", did_you_mean(table, keyed))
        return target

    def _can_be_selected(self, one: Facts) -> bool:
        key = one.spec.key
        return key is not None and one.spec.columns[key].kind is Kind.CODE and one.spec.name != self.facts.spec.name

    def _named_rows(self) -> dict[str, set[str]]:
        """For each table, which of the keys that are named are there: one look through each table."""
        named: dict[str, set[str]] = {}
        for row in self.rows:
            if row[self.by.row] is not None:
                named.setdefault(str(row[self.by.table]), set()).add(str(row[self.by.row]))
        found = {}
        for table, keys in named.items():
            if (target := self.others.get(table)) is not None and self._can_be_selected(target):
                key = str(target.spec.key)
                wanted = pl.Series("wanted", sorted(keys), dtype=pl.String)
                there = target.frame.select(pl.col(key)).filter(pl.col(key).is_in(wanted.implode())).collect()
                found[table] = set(there[key].to_list())
        return found

    def _in_order(self, places: Sequence[int]) -> list[int]:
        key = str(self.facts.spec.key)
        return sorted(places, key=lambda place: (self.rows[place][self.by.begins], self.rows[place][key]))

    def _at_once(self, places: Sequence[int]) -> Iterator[tuple[int, int]]:
        """Pairs of which the second begins before the first has ended, or after it had the last word."""
        column, final = self.by.final
        for one, other in pairwise(self._in_order(places)):
            ended, last_word = self.rows[one][self.by.ends], self.rows[one][column] in final
            if ended is None or ended >= self.rows[other][self.by.begins] or last_word:
                yield one, other

    def _standing(self, places: Sequence[int]) -> int | None:
        """Which of those that select a row stands on the day up to which facts are known."""
        order = self._in_order(places)
        begun = [place for place in order if self.rows[place][self.by.begins] <= self.as_at]
        return begun[-1] if begun else next(iter(order), None)

    def _name(self, place: int) -> str:
        return str(self.rows[place][str(self.facts.spec.key)])

    def _fault(self, place: int, refusal: Refusal) -> Fault:
        whole = not self.facts.left_out and ", " not in self.facts.source  # else rows cannot be counted from here
        return Fault(
            code=refusal.code, found=f"{self.facts.spec.name} {self._name(place)}: {refusal.found}", why=refusal.why,
            write=refusal.write, file=self.facts.source, row=place + 1 if whole else None,
        )  # fmt: skip

    def _twice(self, one: int, other: int, table: str, key: str, times: int) -> Fault:
        first, second = self._name(one), self._name(other)
        column, final = self.by.final
        found = f"{table} {key} is in {first} and in {second} at once"
        why = f"{first} was not decided before {second} was raised"
        if self.rows[one][column] in final:
            found = f"{table} {key} is in {second} after {first} was {self.rows[one][column]}"
            why = "nothing is left of it"
        refusal = Refusal("selection/twice", found, why, f"one of the two, or a {self.by.ends} of {first} before that")
        return attrs.evolve(self._fault(other, refusal), times=times)

    def _facts(self, kept: Sequence[tuple[int, str, str]], told: Sequence[Fault], left_out: int) -> Facts:
        spec, by = self.facts.spec, self.by
        names = [
            f"{self._name(place)}/{table}:{key}" if self.rows[place][by.filter] is not None else self._name(place)
            for place, table, key in kept
        ]
        frame = self.frame[[place for place, _, _ in kept]].with_columns(
            pl.Series(by.row, [key for _, _, key in kept], dtype=pl.String),
            pl.Series(str(spec.key), names, dtype=pl.String),
        )
        stats = {name: attrs.evolve(of, nulls=frame[name].null_count()) for name, of in self.facts.stats.items()}
        return attrs.evolve(
            self.facts, frame=frame.lazy(), rows=frame.height, stats=stats,
            records=partial(records, spec, frame.lazy(), stats), left_out=self.facts.left_out + left_out,
            set_aside=(*self.facts.set_aside, *(told if left_out else ())),
        )  # fmt: skip


def _condition(text: str, columns: Mapping[str, Column]) -> pl.Expr:
    """A filter as an expression; Refusal for one that cannot be read."""
    parts: dict[str, pl.Expr] = {}
    for part in text.split(";"):
        name, sign, values = (one.strip() for one in part.partition("="))
        if not (name and sign and values):
            raise Refusal("selection/filter", f'"{part.strip()}" is no condition', "", f"column=value, such as {_FORM}")
        if name not in columns:
            raise Refusal("selection/column", f'it has no column "{name}"', "", did_you_mean(name, columns))
        if name in parts:
            raise Refusal("selection/filter", f"{name} is named twice", "", f"{name}=one, other")
        if columns[name].kind not in _FILTERED:
            found = f"rows cannot be filtered by {name}, a {columns[name].kind.value}"
            raise Refusal("selection/filter", found, "", "a code, a day, a count, or a yes or no")
        each = [_one_of(name, columns[name].kind, value.strip()) for value in values.split(",")]
        parts[name] = reduce(lambda one, other: one | other, each)
    return reduce(and_, parts.values())


def _one_of(name: str, kind: Kind, text: str) -> pl.Expr:
    first, dots, last = text.partition("..")
    if dots and kind in _SPANS:
        ends = [value_of(kind, end.strip(), textual=True) for end in (first, last)]
        return pl.col(name).is_between(pl.lit(ends[0]), pl.lit(ends[1]))
    return pl.col(name) == pl.lit(value_of(kind, text, textual=True))
