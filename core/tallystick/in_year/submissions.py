"""Submissions: what each provider sent, for which months, and when it was received; and which of it counts on a day.

``submissions.csv`` in the workspace lists them, one a row:

| column | holds |
|---|---|
| ``table``, ``file`` | the table of activity, and the file with its rows, relative to the workspace |
| ``provider`` | whose rows they are: a code, or several with ``;`` between; empty for the rows of all |
| ``months`` | the months that it states, anew and whole: ``2025-04..2025-06``; empty for a table without a date |
| ``received`` | the day on which it was received |
| ``agreed`` | who agreed that it counts although a month was frozen before it came; empty if nobody did |

For each provider and month the latest submission counts that was received by the day as at which is settled. Once
a month is frozen, none that is received after the freeze counts for it, unless that was agreed.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from attrs import field, frozen

from tallystick.files.activity import read_facts
from tallystick.files.checking import Checking
from tallystick.files.rebuilt import rebuilt, together
from tallystick.files.small_csv import Field, Record, a_day, read_small_csv, several
from tallystick.in_year.calendar import Reconciliations
from tallystick.in_year.months import Months, name_of, read_months
from tallystick.kernel.errors import Fault, FaultList, InputError, did_you_mean
from tallystick.kernel.facts import Facts
from tallystick.kernel.tables import TableSpec

SUBMISSIONS = "submissions.csv"
ALL = ""
"""Stands for the provider where a submission is of all of them."""

_FIELDS = {
    "table": Field(),
    "file": Field(),
    "provider": Field(read=several, needed=False, default=()),
    "months": Field(read=read_months, needed=False),
    "received": Field(read=a_day),
    "agreed": Field(needed=False, default=""),
}

Cell = tuple[str, datetime.date | None]
"""A provider and a month, which a submission states whole; no month for a table without a date."""


@frozen(eq=False, kw_only=True)
class Submission:
    """One file that was sent. ``name`` is its path as the list has it."""

    table: str
    name: str
    path: Path
    providers: tuple[str, ...]
    months: Months | None
    received: datetime.date
    agreed: str
    record: Record = field(repr=False)

    def cells(self) -> Iterable[Cell]:
        """Every provider and month that it states."""
        for provider in self.providers or (ALL,):
            for month in self.months or (None,):
                yield provider, month


@frozen(kw_only=True)
class Source:
    """Which submission counts for a provider and month of a table, with its day; or that none has been received."""

    table: str
    provider: str
    month: str
    name: str = ""
    received: datetime.date | None = None
    agreed: str = ""
    later: tuple[str, ...] = ()
    """Submissions received after the freeze, which do not count."""


@frozen(eq=False, kw_only=True)
class Choice:
    """What counts on a day: for each table its submissions, each with the cells that it counts for."""

    counted: Mapping[str, Sequence[tuple[Submission, tuple[Cell, ...]]]]
    sources: tuple[Source, ...]
    tables: frozenset[str]
    """Every table that comes by submission, also those of which nothing has been received."""

    def files(self) -> dict[str, list[str]]:
        """The names of the files that count, by table."""
        return {table: [one.name for one, _ in chosen] for table, chosen in sorted(self.counted.items())}


def read_submissions(folder: Path, specs: Mapping[str, TableSpec]) -> list[Submission]:
    """Read the list of a workspace; an empty one if there is none. Raises InputError with every fault."""
    path = folder / SUBMISSIONS
    if not path.is_file():
        return []
    found, faults = [], FaultList()
    first: dict[tuple[str, datetime.date | None, str, datetime.date], Submission] = {}
    listed: set[tuple[str, Path]] = set()
    for record in read_small_csv(path, SUBMISSIONS, _FIELDS):
        wrong = list(_wrong(record, folder, specs))
        faults.extend(wrong)
        if wrong:
            continue
        one = Submission(
            table=record["table"], name=record["file"], path=folder / record["file"], providers=record["provider"],
            months=record["months"], received=record["received"], agreed=record["agreed"], record=record,
        )  # fmt: skip
        if (one.table, one.path.resolve()) in listed:
            why = "its rows would count for what each of the two says, and nobody could tell which"
            write = "a copy under another name, if it was sent again; or one row for both"
            faults.add(record.fault("file", "submission/file-twice", f'"{one.name}" is listed twice', why, write))
        listed.add((one.table, one.path.resolve()))
        found.append(one)
        for provider, month in one.cells():
            other = first.setdefault((one.table, month, provider, one.received), one)
            if other is not one:
                faults.add(_same_day(one, other, provider, month))
                break
    faults.extend(_mixed(found))
    faults.raise_if_any()
    return found


def _wrong(record: Record, folder: Path, specs: Mapping[str, TableSpec]) -> Iterable[Fault]:
    table, name = record["table"], record["file"]
    spec = specs.get(table)
    if spec is None or spec.prices:
        known = [one for one, declared in specs.items() if not declared.prices]
        yield record.fault("table", "table/unknown", f'there is no table "{table}"', "", did_you_mean(table, known))
        return
    if Path(name).is_absolute() or not (folder / name).is_file():
        write = f"a path relative to the folder of {SUBMISSIONS}"
        yield record.fault("file", "file/missing", f'"{name}" is not a file of the workspace', "", write)
    if spec.date is not None and record["months"] is None:
        why = f"the rows of {table} belong to months, and a submission states each of its months whole"
        yield record.fault("months", "cell/empty", "months is empty", why, "2025-04..2025-06")
    if spec.date is None and record["months"] is not None:
        why = f"{table} has no date, so each submission states all of it"
        yield record.fault("months", "submission/months", f"{table} has no months", why, "an empty cell")
    if record["provider"] and "provider" not in spec.columns:
        why = f"{table} has no column provider, so nobody's rows can be told apart"
        yield record.fault("provider", "submission/provider", f"{table} is not kept by provider", why, "an empty cell")


def _same_day(one: Submission, other: Submission, provider: str, month: datetime.date | None) -> Fault:
    whose = f"{provider or 'all providers'}" + (f", {name_of(month)}" if month else "")
    found = f"{one.name} and {other.name} both state {one.table} of {whose}, and both were received on {one.received}"
    write = "one of the two, or the months that each of them states"
    return one.record.fault("received", "submission/same-day", found, "nobody can tell which is the later", write)


def _mixed(found: Sequence[Submission]) -> Iterable[Fault]:
    """A table comes either by provider or whole: else some provider's rows would count twice."""
    by_provider = {one.table: one for one in found if one.providers}
    for one in found:
        if not one.providers and one.table in by_provider:
            other = by_provider[one.table].name
            why = f"{other} is of one provider, whose rows would count twice"
            yield one.record.fault("provider", "submission/mixed", f"{one.name} names no provider", why, "its provider")


def choose(
    submissions: Iterable[Submission], calendar: Reconciliations, months: Months | None, as_at: datetime.date | None
) -> Choice:
    """Which submission counts for each provider and month up to the last of ``months``, as received by ``as_at``.

    Without months every month that a submission states counts, and without a day every submission is known.
    """
    by_cell: dict[tuple[str, str, datetime.date | None], list[Submission]] = {}
    tables = set()
    for one in submissions:
        tables.add(one.table)
        for provider, month in one.cells():
            if month is None or months is None or month <= months.last:
                by_cell.setdefault((one.table, provider, month), []).append(one)
    undated = {table for table, _, month in by_cell if month is None}
    for table, provider in {(table, provider) for table, provider, _ in by_cell if table not in undated}:
        for month in months or ():
            by_cell.setdefault((table, provider, month), [])
    counted: dict[str, dict[Submission, list[Cell]]] = {}
    sources = []
    for (table, provider, month), stated in sorted(by_cell.items(), key=lambda item: _order(item[0])):
        freeze = calendar.freeze(month)
        known = [one for one in stated if as_at is None or one.received <= as_at]
        late = [one for one in known if freeze is not None and one.received > freeze and not one.agreed]
        good = [one for one in known if one not in late]
        latest = max(good, key=lambda one: one.received, default=None)
        later = tuple(one.name for one in late if latest is None or one.received > latest.received)
        sources.append(Source(
            table=table, provider=provider, month=name_of(month) if month else "", later=later,
            name=latest.name if latest else "", received=latest.received if latest else None,
            agreed=latest.agreed if latest else "",
        ))  # fmt: skip
        if latest is not None:
            counted.setdefault(table, {}).setdefault(latest, []).append((provider, month))
    return Choice(
        counted={table: [(one, tuple(cells)) for one, cells in chosen.items()] for table, chosen in counted.items()},
        sources=tuple(sources), tables=frozenset(tables),
    )  # fmt: skip


def _order(cell: tuple[str, str, datetime.date | None]) -> tuple[str, str, datetime.date]:
    table, provider, month = cell
    return table, provider, month or datetime.date.min


def not_received(choice: Choice, months: Months, body: Callable[[str], str]) -> list[Source]:
    """The months of a table that nobody has sent who stands in a provider's place; ``body`` says who does."""
    there = {(one.table, body(one.provider), one.month) for one in choice.sources if one.name}
    return [
        one
        for one in choice.sources
        if not one.name and one.month in months.names and (one.table, body(one.provider), one.month) not in there
    ]


def read_counted(
    spec: TableSpec, chosen: Sequence[tuple[Submission, tuple[Cell, ...]]], *, mapping: Mapping[str, str],
    set_aside: bool, money: str, identifiers: bool = False, cache: dict[tuple[str, Path], Facts] | None = None,
    checking: Checking | None = None,
) -> Facts:  # fmt: skip
    """Read the submissions of one table that count, each whole, and keep the rows of the cells that it counts for.

    Raises InputError for a row of a provider or month that its submission does not state, and for a row that is in
    two of them. ``cache`` keeps what was read, for whoever reads as at several days.
    """
    import polars as pl

    held = {} if cache is None else cache
    faults, parts = FaultList(), []
    for one, cells in chosen:
        try:
            place = (spec.name, one.path)
            if place not in held:
                read = read_facts(
                    spec, one.path, mapping=mapping, file_name=one.name, set_aside=set_aside, money=money,
                    identifiers=identifiers, checking=checking or Checking(),
                )  # fmt: skip
                _refuse_unstated(read, one)
                held[place] = read
        except InputError as error:
            faults.extend(error.faults)
            continue
        read = held[place]
        if set(cells) != set(one.cells()):
            here = pl.any_horizontal(*(_is_of(spec, cell) for cell in cells))
            mark = "; ".join(f"{provider} {month}" for provider, month in cells)
            read = rebuilt(read, read.frame.filter(here), mark=mark)
        parts.append(read)
    faults.raise_if_any()
    return together(parts)


def none_received(spec: TableSpec) -> Facts:
    """The facts of a table of which nothing has been received by the day: no rows, and every statement says so."""
    import polars as pl

    from tallystick.files.columns import STORED

    return read_facts(spec, pl.DataFrame(schema={name: STORED[one.kind] for name, one in spec.columns.items()}))


def _is_of(spec: TableSpec, cell: Cell):  # type: ignore[no-untyped-def]  # noqa: ANN202
    """The condition that a row is of a provider and month."""
    import polars as pl

    provider, month = cell
    here = pl.lit(True)
    if provider != ALL:
        here = here & (pl.col("provider") == provider)
    if month is not None and spec.date is not None:
        here = here & (pl.col(spec.date).dt.truncate("1mo") == month)
    return here.fill_null(False)


def _refuse_unstated(facts: Facts, one: Submission) -> None:
    """Refuse rows of a provider or month that the submission does not state: they would be in no month's latest."""
    import polars as pl

    stated = pl.any_horizontal(*(_is_of(facts.spec, cell) for cell in one.cells()))
    beyond = facts.frame.filter(~stated)
    key = facts.spec.key or facts.spec.date or next(iter(facts.spec.columns))
    shown = [name for name in ("provider", facts.spec.date) if name and name in facts.spec.columns]
    found = beyond.select(*dict.fromkeys([key, *shown])).sort(key).collect()
    if not found.height:
        return
    rows = [
        Fault(
            code="submission/unstated", file=one.name, column=", ".join(shown), times=1 if place < _SHOWN else most,
            found=f"{facts.spec.name} {row[key]} is of {', '.join(str(row[name]) for name in shown)}, "
            f"which the submission does not state",
            why=f"{SUBMISSIONS} says that it states {_stated(one)}; a row beyond that would count or not by accident",
            write="the providers and months that the file really states, or the file without the row",
        )
        for most in (found.height - _SHOWN + 1,)
        for place, row in enumerate(found.head(_SHOWN).iter_rows(named=True), start=1)
    ]  # fmt: skip
    raise InputError(rows)


_SHOWN = 20


def _stated(one: Submission) -> str:
    whose = " and ".join(one.providers) or "all providers"
    return whose + (f", {one.months}" if one.months else "")
