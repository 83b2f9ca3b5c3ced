"""Days on which a notice counts as given on the next; a calendar's cover says for which dates that is known."""

from __future__ import annotations

from tallystick.kernel.language.series import Code, Day
from tallystick.kernel.tables import Table, column, table


@table("public_holidays", unique=(("calendar", "day"),))
class PublicHolidays(Table):
    """Public holidays: one row for each day of each calendar; Sundays are not listed as such."""

    calendar: Code = column("Which calendar, such as that of England and Wales.", aliases=("division",))
    day: Day = column("Day of the holiday as it was kept, substitute days included.", aliases=("date",))
    name: Code = column("What the holiday is called.", aliases=("title",))
