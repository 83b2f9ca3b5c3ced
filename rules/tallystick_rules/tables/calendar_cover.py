"""For which dates a calendar of public holidays is complete: outside them, no holiday does not mean a working day."""

from __future__ import annotations

from tallystick.kernel.language.series import Code, Day
from tallystick.kernel.tables import Table, column, table


@table("calendar_cover", unique=(("calendar",),), ordered=(("covers_from", "covers_to"),))
class CalendarCover(Table):
    """Cover of calendars: one row for each calendar of public holidays, with where it was taken from."""

    calendar: Code = column("Which calendar.", aliases=("division",))
    covers_from: Day = column("First day for which every holiday is listed.")
    covers_to: Day = column("Last day for which every holiday is listed, inclusive.")
    source: Code = column("Where the list was taken from.")
