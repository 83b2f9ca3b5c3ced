"""Stays, before they are written down: who came, how and for how long, who could have left earlier, who came again.

An odd row may follow the row before it: the same person, admitted as an emergency within thirty days of that
discharge. Rows are therefore made in pairs, and a row's content does not depend on which rows are made with it.
"""

from __future__ import annotations

import polars as pl

from tallystick_examples import _case_mix as mix
from tallystick_examples._columns import none_where, rows_between
from tallystick_examples._draws import below, chance, long_tailed, pick, skewed, slots
from tallystick_examples._world import World

_KINDS = pl.Series(
    [mix.DAY_CASE] * 38 + [mix.ELECTIVE] * 9 + [mix.REGULAR] * 2 + [mix.EMERGENCY] * 41 + [mix.MATERNITY] * 10,
    dtype=pl.UInt64,
)
_ELECTIVE = slots({"11": 60, "12": 26, "13": 14})
_EMERGENCY = slots(
    {"21": 660, "22": 80, "23": 15, "24": 50, "25": 5, "28": 30, "2A": 70, "2B": 40, "2C": 5, "2D": 25, "81": 20}
)  # fmt: skip
_MATERNITY = slots({"31": 70, "32": 30})
_BIRTH = slots({"82": 95, "83": 5})

LONGEST = 400
"""No synthetic stay is longer, in days."""


def stays(world: World, start: int, stop: int) -> pl.DataFrame:
    """What the spells and all that is said about them are worked out from, one row each."""
    rows = rows_between(start - start % 2, stop)
    frame = _people(world, rows)
    frame = _dates(world, _conditions(world, frame))
    return frame.tail(stop - start)


def _people(world: World, rows: pl.Series) -> pl.DataFrame:
    """Whose stay each row is; one that follows takes the person and the contract of the row before it."""
    gap = 1 + below(skewed(world.draw(rows, "gap")), 29)
    before = (rows ^ 1).zip_with(rows % 2 == 1, rows)
    again = (rows % 2 == 1) & chance(world.draw(rows, "again"), 140) & (_ending(world, before) + gap < world.days)
    whose = before.zip_with(again, rows)
    persons = world.person(whose, "spell")
    return pl.DataFrame({
        "row": rows, "gap": gap, "again": again, "before": before, "number": persons,
        "at": world.contract(whose, persons, "spell"), "age_years": world.age(persons),
        "deprivation_decile": world.decile(persons), "local_authority": world.authority(persons),
    })  # fmt: skip


def _ending(world: World, rows: pl.Series) -> pl.Series:
    return below(world.draw(rows, "discharged"), world.days)


def _conditions(world: World, frame: pl.DataFrame) -> pl.DataFrame:
    """How each was admitted, and in which group of cases."""
    rows, age = frame["row"], frame["age_years"]
    kind = pick(world.draw(rows, "kind"), _KINDS)
    emergency = pl.Series([mix.EMERGENCY], dtype=pl.UInt64)
    urgent = (frame["again"] & chance(world.draw(rows, "again urgent"), 900)) | (
        (kind == mix.MATERNITY) & (age != 0) & ~age.is_between(16, 49)
    )
    kind = emergency.zip_with(urgent, kind)
    group = mix.PLACES.gather(kind * mix.SLOTS + below(world.draw(rows, "group"), mix.SLOTS))
    newborn = (kind == mix.MATERNITY) & (age == 0)
    group = pick(world.draw(rows, "group"), mix.NEWBORN).zip_with(newborn, group)
    method = world.draw(rows, "method")
    admitted = pick(method, _ELECTIVE).zip_with(kind <= mix.REGULAR, pick(method, _EMERGENCY))
    admitted = pick(method, _MATERNITY).zip_with(kind == mix.MATERNITY, admitted)
    admitted = pick(method, _BIRTH).zip_with(newborn, admitted)
    return frame.with_columns(
        kind=kind, group=group, admission_method=admitted, hrg=mix.CODES.gather(group),
        treatment_function=none_where(mix.FUNCTIONS.gather(group), chance(world.draw(rows, "no function"), 10)),
    )  # fmt: skip


def _dates(world: World, frame: pl.DataFrame) -> pl.DataFrame:
    """From when to when each stayed, as days after the first; a stay that follows may be cut by the last day."""
    rows = frame["row"]
    median = mix.ELECTIVE_TENTHS.gather(frame["group"]).zip_with(
        frame["kind"] == mix.ELECTIVE, mix.EMERGENCY_TENTHS.gather(frame["group"])
    )
    older = 1 + (frame["age_years"] >= 75).cast(pl.UInt64)
    stay = long_tailed(world.draw(rows, "stay"), median * older, LONGEST).cast(pl.Int64)
    frame = frame.with_columns(stay=stay, end=_ending(world, rows).cast(pl.Int64))
    came = pl.col("before_end") + pl.col("gap").cast(pl.Int64)
    same_day = pl.col("kind").is_in([mix.DAY_CASE, mix.REGULAR])
    hip = pl.col("hrg").is_in(mix.HIP_FRACTURE)
    least = pl.when(same_day).then(0).when(hip).then(pl.max_horizontal("stay", pl.lit(5))).otherwise("stay")
    cut = pl.when("again").then(pl.min_horizontal("stay", world.days - 1 - came)).otherwise("stay")
    return (
        frame.with_columns(stay=least, before_end=_ending(world, frame["before"]).cast(pl.Int64))
        .with_columns(stay=cut)
        .with_columns(end=pl.when("again").then(came + pl.col("stay")).otherwise("end"))
        .with_columns(_waits(world, rows))
    )


def _waits(world: World, rows: pl.Series) -> list[pl.Series | pl.Expr]:
    """How long each stayed on after they were ready, and whether anybody wrote down since when."""
    delay = 1 + long_tailed(world.draw(rows, "delay"), 40, 120).cast(pl.Int64)
    delayed, noted = chance(world.draw(rows, "delayed"), 350), chance(world.draw(rows, "noted"), 400)
    stay = pl.col("stay")
    waits = pl.when((stay >= 7) & delayed).then(pl.min_horizontal(stay - 1, pl.lit(delay)))
    on_time = pl.when((stay >= 1) & noted).then(0)
    return [waits.otherwise(on_time).alias("delay")]
