"""How the rows of activity came to be other rows: duplicates taken out, rows withdrawn, coded late, and come late."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import polars as pl
from attrs import evolve, frozen

from tallystick.files.rebuilt import on_one_scale, rebuilt
from tallystick.in_year.months import Months
from tallystick.kernel.facts import Facts

DUPLICATES = "duplicates taken out"
WITHDRAWN = "rows withdrawn"
RECODED = "late coding"
LATE = "late activity"


def is_placed(facts: Facts) -> bool:
    """True if the table's rows belong to contracts' months, and are not only looked up."""
    spec = facts.spec
    return spec.date is not None and not {"contract", "provider", "commissioner"}.isdisjoint(spec.columns)


def up_to(facts: Facts, months: Months) -> Facts:
    """The facts without rows after the last of the months; a table that is only looked up is left as it is."""
    if not is_placed(facts) or facts.days is None or facts.days[1] <= months.last_day:
        return facts
    return rebuilt(facts, facts.frame.filter(pl.col(str(facts.spec.date)) <= months.last_day), mark=f"up to {months}")


@frozen(eq=False, kw_only=True)
class _Two:
    """A table before and now, with its prices over one scale."""

    before: Facts
    now: Facts
    months: Months

    @property
    def key(self) -> str:
        return str(self.before.spec.key)

    @property
    def rest(self) -> list[str]:
        return [name for name in self.before.spec.columns if name != self.key]

    def withdrawn(self) -> pl.LazyFrame:
        """Rows that are no more, whatever their day would be now."""
        gone: pl.LazyFrame = self.before.frame.join(self.now.frame.select(self.key), on=self.key, how="anti")
        return gone

    def duplicates(self) -> pl.LazyFrame:
        """Those of them that are alike in everything but their key to a row that stays."""
        stays = self.before.frame.join(self.now.frame.select(self.key), on=self.key, how="semi")
        return self.withdrawn().join(stays.select(self.rest).unique(), on=self.rest, how="semi", nulls_equal=True)

    def states(self) -> Iterator[tuple[str, pl.LazyFrame, bool]]:
        """Each change's reason, the rows after it, and whether it changed any."""
        before, now = self.before.frame, self.now.frame
        twice, gone = self.duplicates().collect(), self.withdrawn().collect()
        without = before.join(twice.lazy().select(self.key), on=self.key, how="anti")
        yield DUPLICATES, without, bool(twice.height)
        stays = before.join(gone.lazy().select(self.key), on=self.key, how="anti")
        yield WITHDRAWN, stays, gone.height > twice.height
        within = now.filter(pl.col(str(self.before.spec.date)) <= self.months.last_day)
        known = within.join(before.select(self.key), on=self.key, how="semi")
        yield RECODED, known, not _alike(stays, known, [self.key, *self.rest])
        late = within.join(before.select(self.key), on=self.key, how="anti").select(pl.len()).collect().item()
        yield LATE, within, bool(late)


def row_changes(
    before: Mapping[str, Facts], now: Mapping[str, Facts], months: Months
) -> Iterator[tuple[str, dict[str, Facts]]]:
    """For each reason in order, the tables that it changes, as they are after it; those that change none are left out.

    ``months`` are those that ``before`` was settled for: rows of later months are no change of these.
    """
    found: dict[str, dict[str, Facts]] = {DUPLICATES: {}, WITHDRAWN: {}, RECODED: {}, LATE: {}}
    for name in sorted(now):
        if not is_placed(now[name]):
            continue
        if name not in before:
            found[LATE][name] = up_to(now[name], months)
            continue
        if before[name].digest == now[name].digest:
            continue
        one, other = on_one_scale([before[name], now[name]])
        for reason, frame, changed in _Two(before=one, now=other, months=months).states():
            if changed:
                base = evolve(other, digest=f"{one.digest} {other.digest}")
                found[reason][name] = rebuilt(base, frame.select(other.frame.collect_schema().names()), mark=reason)
    yield from ((reason, tables) for reason, tables in found.items() if tables)


def _alike(one: pl.LazyFrame, other: pl.LazyFrame, columns: list[str]) -> bool:
    first, second = (frame.select(columns).sort(columns[0]).collect() for frame in (one, other))
    return first.equals(second, null_equal=True)
