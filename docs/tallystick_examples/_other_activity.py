"""The tables beside admitted care, as files of them are read: attendances, contacts, people and indicators."""

from __future__ import annotations

import datetime

import polars as pl

from tallystick_examples._columns import key, moment, none_where, person, rows_between, zeros
from tallystick_examples._draws import below, chance, long_tailed, pick, skewed, slots
from tallystick_examples._world import World

CLINICS = slots({"WF01A": 500, "WF01B": 220, "WF02A": 40, "WF01C": 120, "MA36Z": 30, "JC43C": 50, "EY50Z": 40})
DEPARTMENTS = slots({"VB11Z": 250, "VB09Z": 240, "VB08Z": 180, "VB07Z": 120, "VB05Z": 60, "VB03Z": 90, "VB99Z": 60})
CONTACTS = slots({"home visit": 450, "clinic": 250, "telephone": 180, "video": 80, "group": 40})
SERVICES = slots({"district nursing": 40, "community mental health": 25, "physiotherapy": 20, "virtual ward": 15})
CATEGORIES = slots({"deprived": 250, "looked after": 15, "previously looked after": 10, "": 725})
INDICATORS = ("seen within 18 weeks", "physical health check", "in settled housing", "in work", "plan agreed")

_FUNCTIONS = slots({"110": 20, "130": 18, "300": 15, "320": 10, "330": 12, "502": 10, "100": 15})


def _common(world: World, rows: pl.Series, what: str) -> pl.DataFrame:
    """Whose row it is, on which day, who provides and who pays."""
    persons = world.person(rows, what)
    return pl.DataFrame({"row": rows, "number": persons}).with_columns(
        *world.parties(world.contract(rows, persons, what)),
        world.day(below(world.draw(rows, f"{what} day"), world.days)).alias("day"),
        deprivation_decile=world.decile(persons),
        local_authority=world.authority(persons),
        age_years=world.age(persons),
    )


_PARTIES = ("contract", "provider", "commissioner")
_PERSONAL = ("deprivation_decile", "local_authority", "age_years")


def attendances(world: World, start: int, stop: int) -> pl.DataFrame:
    """Outpatient attendances, one a row."""
    rows = rows_between(start, stop)
    frame = _common(world, rows, "attendance")
    return frame.select(
        key("O", "row").alias("attendance"), *_PARTIES, person("number"), pl.col("day").alias("attended"),
        pl.lit(1, pl.Int64).alias("attendances"), pick(world.draw(rows, "clinic"), CLINICS).alias("hrg"),
        pick(world.draw(rows, "clinic function"), _FUNCTIONS).alias("treatment_function"),
        pick(world.draw(rows, "first"), slots({"OPFA": 30, "OPFUP": 60, "OPPROC": 10})).alias("point_of_delivery"),
        _site(world, rows), *_PERSONAL,
    )  # fmt: skip


def emergency_attendances(world: World, start: int, stop: int) -> pl.DataFrame:
    """Arrivals at emergency departments, with when they came and left; a few times were not written down."""
    rows = rows_between(start, stop)
    frame = _common(world, rows, "emergency")
    came = 120 + below(world.draw(rows, "came"), 1320)
    left = came + 10 + long_tailed(world.draw(rows, "wait"), 1650, 36 * 60)
    return frame.select(
        key("E", "row").alias("attendance"), *_PARTIES, person("number"), pl.col("day").alias("attended"),
        none_where(moment(frame["day"], came), chance(world.draw(rows, "no arrival"), 10)).alias("arrived_at"),
        none_where(moment(frame["day"], left), chance(world.draw(rows, "no departure"), 30)).alias("departed_at"),
        pl.lit(1, pl.Int64).alias("attendances"), pick(world.draw(rows, "department"), DEPARTMENTS).alias("hrg"),
        pl.lit("180").alias("treatment_function"), pl.lit("AE").alias("point_of_delivery"),
        pick(world.draw(rows, "type"), slots({"01": 70, "03": 25, "05": 5})).alias("department_type"),
        _site(world, rows), *_PERSONAL,
    )  # fmt: skip


def contacts(world: World, start: int, stop: int) -> pl.DataFrame:
    """Contacts in the community, one or a few a row."""
    rows = rows_between(start, stop)
    frame = _common(world, rows, "contact")
    many = 1 + below(skewed(skewed(world.draw(rows, "contacts"))), 6)
    return frame.select(
        key("C", "row").alias("contact"), *_PARTIES, person("number"), pl.col("day").alias("contacted_on"),
        pick(world.draw(rows, "service"), SERVICES).alias("service"),
        pick(world.draw(rows, "contact type"), CONTACTS).alias("contact_type"),
        many.cast(pl.Int64).alias("contacts"), _site(world, rows), *_PERSONAL,
    )  # fmt: skip


def _site(world: World, rows: pl.Series) -> pl.Expr:
    number = pl.lit(1 + world.draw(rows, "site") % 3)
    return pl.concat_str("provider", zeros(number, 2)).alias("site")


def quarters(world: World) -> list[datetime.date]:
    """The first day, and the same day of the month every three months later: when people are counted."""
    first, found = world.from_day.replace(day=min(world.from_day.day, 28)), []
    for months in range(0, world.days // 28 + 1, 3):
        year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
        found.append(first.replace(year=year, month=month + 1))
    return [max(day, world.from_day) for day in found if day <= world.to_day]


def people(world: World, start: int, stop: int) -> pl.DataFrame:
    """Everybody on the list at each census; the rows of one person follow one another."""
    rows, days = rows_between(start, stop), quarters(world)
    persons = rows // len(days)
    census = pl.Series(days, dtype=pl.Date).gather(rows % len(days))
    category = pick(world.draw(persons, "category"), CATEGORIES)
    none = category == ""
    ago = (below(world.draw(persons, "ago"), 8 * 365) + 1) * chance(world.draw(persons, "lapsed"), 400).cast(pl.UInt64)
    last = (census.cast(pl.Int32) - ago.cast(pl.Int32)).cast(pl.Date)
    home = world.home(persons)
    practice = pl.lit(home * 5 + world.draw(persons, "practice") % 5)
    return pl.DataFrame({"row": rows, "number": persons}).select(
        key("H", "row").alias("entry"), person("number"), *world.parties(home), census.alias("census_day"),
        none_where(category, none).alias("category"),
        none_where(last, none | chance(world.draw(persons, "no last day"), 20)).alias("last_eligible"),
        world.decile(persons).alias("deprivation_decile"), world.authority(persons).alias("local_authority"),
        pl.concat_str(pl.lit("Y"), zeros(practice, 5)).alias("practice"), world.age(persons).alias("age_years"),
    )  # fmt: skip


def results(world: World) -> int:
    """How many indicator results there are: one for each contract, indicator and thirty days begun."""
    return len(INDICATORS) * len(world.contracts) * -(-world.days // 30)


def indicators(world: World, start: int, stop: int) -> pl.DataFrame:
    """A result for each contract, indicator and month; some were not measured."""
    rows = rows_between(start, stop)
    at, months = rows // len(INDICATORS) % len(world.contracts), rows // (len(INDICATORS) * len(world.contracts))
    which = pl.Series(INDICATORS).gather(rows % len(INDICATORS))
    eligible = 20 + below(skewed(world.draw(rows, "denominator")), 500)
    level = 450 + world.draw(at, "level") % 300 + world.draw(rows, "month's level") % 150
    reached = eligible * level // 1000
    unmeasured = chance(world.draw(rows, "unmeasured"), 40)
    return pl.DataFrame({"row": rows}).select(
        key("I", "row").alias("row"), which.alias("indicator"), *world.parties(at),
        world.day((months * 30 + 14).clip(0, world.days - 1)).alias("measured_on"),
        none_where(reached.cast(pl.Int64), unmeasured).alias("numerator"),
        none_where(eligible.cast(pl.Int64), unmeasured).alias("denominator"),
    )  # fmt: skip
