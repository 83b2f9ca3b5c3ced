"""The groups of cases that the synthetic hospitals treat: how often, how long, by whom.

The codes have the form of healthcare resource groups (HRG). Nothing else is claimed of them: neither how
common a group is, nor how long its patients stay, nor what it costs is taken from any publication.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl
from attrs import frozen

UNGROUPABLE = "UZ01Z"
HIP_FRACTURE = ("HE11A", "HE11B", "HE11C", "HE11D", "HE11E", "HE11F", "HE11G", "HE11H")
KINDS = ("day case", "elective", "regular day", "emergency", "maternity")
DAY_CASE, ELECTIVE, REGULAR, EMERGENCY, MATERNITY = range(5)

SLOTS = 2**14
"""Places in the table of each kind: a group's share is rounded to one in so many."""

_CHAPTERS = {
    "AA": "400", "AB": "191", "BZ": "130", "CA": "120", "CB": "120", "DZ": "340", "EB": "320", "EC": "320",
    "FD": "301", "FE": "301", "FF": "100", "GA": "100", "GC": "301", "HE": "110", "HN": "110", "HT": "110",
    "JA": "103", "JC": "330", "JD": "330", "KA": "302", "KB": "307", "LA": "361", "LB": "101", "MA": "502",
    "MB": "502", "SA": "303", "WH": "300", "WJ": "300", "YQ": "107", "YR": "107",
}  # fmt: skip
"""HRG sub-chapters, each with the treatment function that mostly cares for it."""

_MATERNITY = tuple(f"NZ{root}{split}" for root in (16, 17, 18, 30, 31, 32, 40, 41, 50, 51) for split in "ABC")
_NEWBORN = ("PB01Z", "PB02Z", "PB03Z")


@frozen
class Group:
    """One group of cases: ``rank`` counts from 1, the commonest; medians of the stay are in tenths of a day."""

    code: str
    rank: int
    elective_tenths: int
    emergency_tenths: int
    treatment_function: str

    @property
    def is_short_stay(self) -> bool:
        """True if a short emergency stay is paid at a reduced price."""
        return self.code not in (*_MATERNITY, *_NEWBORN, *HIP_FRACTURE) and self.rank % 3 == 0


def _codes() -> Iterator[tuple[str, str]]:
    for root in range(1, 27, 5):
        for at, (chapter, function) in enumerate(_CHAPTERS.items()):
            for split in "ABC" if (at + root) % 3 else "CD":
                yield f"{chapter}{root + at % 5:02d}{split}", function
    yield from ((code, "110") for code in HIP_FRACTURE)
    yield from ((code, "501") for code in _MATERNITY)
    yield from ((code, "424") for code in _NEWBORN)
    yield UNGROUPABLE, "300"


def _groups() -> Iterator[Group]:
    listed = list(_codes())
    for place, (code, function) in enumerate(listed):
        rank = 1 + place * 197 % len(listed)
        hip = code in HIP_FRACTURE
        yield Group(
            code,
            rank=120 if hip else len(listed) if code == UNGROUPABLE else rank,
            elective_tenths=5 + place * 37 % 45,
            emergency_tenths=130 if hip else 14 if code in (*_MATERNITY, *_NEWBORN) else 4 + place * 53 % 60,
            treatment_function=function,
        )


GROUPS = tuple(_groups())
"""Every group, in the order of the list."""

CODES = pl.Series([group.code for group in GROUPS])
FUNCTIONS = pl.Series([group.treatment_function for group in GROUPS])
ELECTIVE_TENTHS = pl.Series([group.elective_tenths for group in GROUPS], dtype=pl.UInt64)
EMERGENCY_TENTHS = pl.Series([group.emergency_tenths for group in GROUPS], dtype=pl.UInt64)


def _treated(kind: int, group: Group) -> bool:
    if kind == MATERNITY:
        return group.code in _MATERNITY
    if group.code in (*_MATERNITY, *_NEWBORN):
        return False
    return kind == EMERGENCY or group.code not in HIP_FRACTURE


def _places(kind: int) -> list[int]:
    weights = {at: 10**9 // group.rank for at, group in enumerate(GROUPS) if _treated(kind, group)}
    whole, filled, found = sum(weights.values()), 0, []
    for at, weight in weights.items():
        filled += weight
        found += [at] * (SLOTS * filled // whole - len(found))
    return found


PLACES = pl.Series([at for kind in range(len(KINDS)) for at in _places(kind)], dtype=pl.UInt64)
"""Which group each slot of each kind is: a group's share falls with its rank, as Zipf found."""

NEWBORN = pl.Series([CODES.to_list().index(code) for code in _NEWBORN], dtype=pl.UInt64)
