"""The responsible commissioner of a row: its own column, or the one of its practice or place of residence.

A practices file gives the commissioner of a code on its days. A code that it does not name stands for itself, so
that a row is never passed on to another commissioner by a file that is out of date; a code that it names without a
commissioner says nothing, and the next column is asked.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from itertools import pairwise
from pathlib import Path

import attrs
import polars as pl
from attrs import field, frozen

from tallystick.assign.matching import STRETCH, Stretches
from tallystick.assign.small_files import SmallRow, read_small
from tallystick.kernel.errors import Fault
from tallystick.kernel.tables import TableSpec

NOT_KNOWN = "not known"
"""What stands for the commissioner of a row that no column names; no contract and no claim has such a party."""

LOOKED_UP = ("registration", "residence")


@frozen
class _Dated:
    first: datetime.date
    last: datetime.date
    commissioner: str


@frozen(eq=False, kw_only=True)
class Responsible:
    """Which columns say who is responsible, the first that does first, and the commissioners of practices."""

    by: tuple[str, ...]
    practices: Mapping[str, tuple[_Dated, ...]] = field(factory=dict)
    file: str = ""

    def read_as(self, spec: TableSpec) -> TableSpec:
        """The declaration to read by: the commissioner may be missing where another column may say it."""
        others = [name for name in self.by if name in spec.columns and name != "commissioner"]
        if "commissioner" not in spec.columns or not others:
            return spec
        relaxed = attrs.evolve(spec.columns["commissioner"], optional=True)
        return attrs.evolve(spec, columns={**spec.columns, "commissioner": relaxed})

    def turns(self) -> set[datetime.date]:
        """Every day on which a code passes to another commissioner."""
        every = [one for dated in self.practices.values() for one in dated]
        after = {one.last + datetime.timedelta(days=1) for one in every if one.last < datetime.date.max}
        return {one.first for one in every} | after

    def filled(self, frame: pl.LazyFrame, spec: TableSpec, cut: Stretches) -> pl.LazyFrame:
        """The rows with their responsible commissioner in ``commissioner``; null where no column says it."""
        by = [name for name in self.by if name in spec.columns]
        if "commissioner" not in spec.columns or not by or by == ["commissioner"]:
            return frame
        said: list[pl.Expr] = []
        known = self._known(cut)
        for name in by:
            if name not in LOOKED_UP or not known:
                said.append(pl.col(name))
                continue
            schema = {name: pl.String, STRETCH: pl.Int64, f"~{name}": pl.String, f"~{name} there": pl.Boolean}
            frame = frame.join(pl.LazyFrame(known, schema=schema, orient="row"), how="left", on=[name, STRETCH])
            itself = pl.when(pl.col(f"~{name} there").is_null()).then(pl.col(name))
            said.append(itself.otherwise(pl.col(f"~{name}")))
        return frame.with_columns(pl.coalesce(said).alias("commissioner"))

    def _known(self, cut: Stretches) -> list[tuple[str, int, str | None, bool]]:
        """Each code in each stretch for which the file has a row: its commissioner, or None if it says nothing."""
        return [
            (code, number, one.commissioner or None, True)
            for code, dated in self.practices.items()
            for one in dated
            for number in cut.within(max(one.first, cut.starts[0]), min(one.last, cut.last))
        ]


def read_responsible(
    by: tuple[str, ...], practices: Path | None, file: str, faults: list[Fault]
) -> Responsible:  # fmt: skip
    """Read the practices file, if one is named; faults are added."""
    if practices is None:
        return Responsible(by=by)
    rows = read_small(practices, file, ("code", "commissioner"), ("from", "to"), faults)
    found: dict[str, list[tuple[_Dated, SmallRow]]] = {}
    for row in rows:
        code = row.code("code", faults)
        commissioner = row.code("commissioner", faults, needed=False)
        first, last = row.day("from", faults), row.day("to", faults)
        one = _Dated(first or datetime.date.min, last or datetime.date.max, commissioner)
        if one.first > one.last:
            said = f"{code} ends on {last}, before it begins on {first}"
            faults.append(row.spot("to").fault("practice/days", said, "", "a last day on or after the first"))
        elif code:
            found.setdefault(code, []).append((one, row))
    for code, dated in found.items():
        faults.extend(_overlaps(code, sorted(dated, key=lambda pair: (pair[0].first, pair[1].number))))
    return Responsible(by=by, practices={code: tuple(one for one, _ in of) for code, of in found.items()}, file=file)


def _overlaps(code: str, dated: list[tuple[_Dated, SmallRow]]) -> Iterable[Fault]:
    for (one, before), (other, row) in pairwise(dated):
        if other.first <= one.last:
            found = f"{code} has two rows on {other.first}: this one and row {before.number}"
            yield row.spot("code").fault("practice/twice", found, "", "days that do not overlap")
