"""The tables that generated rules are written on: every kind of column, and every way to place a row."""

from __future__ import annotations

from tallystick.kernel.language.series import Amount, Code, Count, Day, Flag, Maybe, Moment, Price, Rate
from tallystick.kernel.tables import Table, column, table


@table("stays", key="stay", date="ended", units={"stay": "", "bed day": "nights", "test": "maybe_count"})
class Stays(Table):
    """Rows with every kind of column, placed by the contract that is stated or by both parties."""

    stay: Code = column("What names the row.")
    contract: Maybe[Code] = column("The contract, where it is stated.")
    provider: Code = column("Who treated.")
    commissioner: Code = column("Who pays.")
    person: Maybe[Code] = column("The patient.")
    ended: Day = column("The day that decides the period.")
    cost: Amount = column("Money.", signed=True)
    price: Price = column("An exact price.", signed=True)
    rate: Rate = column("A ratio.")
    nights: Count = column("A number.")
    urgent: Flag = column("A condition.")
    came: Day = column("Another day.")
    came_at: Moment = column("A local time.")
    code: Code = column("What is priced.")
    maybe_cost: Maybe[Amount] = column("Money, if known.", signed=True)
    maybe_price: Maybe[Price] = column("An exact price, if known.", signed=True)
    maybe_rate: Maybe[Rate] = column("A ratio, if known.")
    maybe_count: Maybe[Count] = column("A number, if known.")
    maybe_flag: Maybe[Flag] = column("An answer, if given.")
    maybe_day: Maybe[Day] = column("A day, if known.")
    maybe_moment: Maybe[Moment] = column("A local time, if known.")
    maybe_code: Maybe[Code] = column("A code, if known; also who is liable.")


@table("visits", key="visit", date="day")
class Visits(Table):
    """Rows without payable units or a contract column: placed by their parties alone."""

    visit: Code = column("What names the row.")
    provider: Code = column("Who was visited.")
    commissioner: Maybe[Code] = column("Who pays, if known.")
    person: Maybe[Code] = column("The patient.")
    day: Day = column("The day that decides the period.")
    cost: Amount = column("Money.", signed=True)
    rate: Rate = column("A ratio.")
    nights: Count = column("A number.")
    code: Code = column("A code.")
    maybe_count: Maybe[Count] = column("A number, if known.")
    maybe_code: Maybe[Code] = column("A code, if known.")


@table("results", key="result", date="day", units={"result": ""})
class Results(Table):
    """Rows that always say which contract they count for."""

    result: Code = column("What names the row.")
    contract: Code = column("The contract.")
    day: Day = column("The day that decides the period.")
    cost: Amount = column("Money.", signed=True)
    rate: Rate = column("A ratio.")
    nights: Count = column("A number.")
    code: Code = column("A code.")
    maybe_rate: Maybe[Rate] = column("A ratio, if known.")


@table("people", key="entry", unique=(("person",),))
class People(Table):
    """A table without a date, one row a person: only looked up, with every kind of column."""

    entry: Code = column("What names the row.")
    person: Code = column("Who it is.")
    cost: Maybe[Amount] = column("Money.", signed=True)
    price: Maybe[Price] = column("A price.")
    rate: Maybe[Rate] = column("A ratio.")
    nights: Maybe[Count] = column("A number.")
    flag: Maybe[Flag] = column("An answer.")
    day: Maybe[Day] = column("A day.")
    moment: Maybe[Moment] = column("A local time.")
    code: Maybe[Code] = column("A code.")


@table("notes", key="note", unique=(("code", "nights", "kind"),))
class Notes(Table):
    """A table that is looked up by several columns of several kinds, narrowed by text."""

    note: Code = column("What names the row.")
    code: Code = column("A code.")
    nights: Maybe[Count] = column("A number.")
    day: Maybe[Day] = column("A day.")
    kind: Code = column("Which kind of note.")
    cost: Maybe[Amount] = column("Money.", signed=True)
    rate: Maybe[Rate] = column("A ratio.")


@table("areas", key="area_row")
class Areas(Table):
    """A table of facts with a history, in which nothing is declared unique."""

    area_row: Code = column("What names the row.")
    code: Maybe[Code] = column("A code.")
    from_day: Maybe[Day] = column("First day.")
    to_day: Maybe[Day] = column("Last day.")
    rate: Maybe[Rate] = column("A ratio.")
    cost: Maybe[Amount] = column("Money.", signed=True)
    moment: Maybe[Moment] = column("A local time.")
    day: Maybe[Day] = column("A day.")


@table("tariff", unique=(("list", "code", "from_day"),), prices=True)
class Tariff(Table):
    """A price list with two prices a row."""

    list: Code = column("The list.")
    code: Code = column("What is priced.")
    from_day: Maybe[Day] = column("First day.")
    to_day: Maybe[Day] = column("Last day.")
    price: Maybe[Price] = column("One price.")
    other: Maybe[Price] = column("Another.")
    nights: Maybe[Count] = column("A number.")
    rate: Maybe[Rate] = column("A ratio.")


TABLES: tuple[type[Table], ...] = (Stays, Visits, Results, People, Notes, Areas, Tariff)
PLACED = ("stays", "visits", "results")
"""The tables whose rows belong to contracts."""
