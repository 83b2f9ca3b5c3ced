"""The national tables: what the rules read, one table a file, each column with its meaning, bounds and other names.

Tables of activity hang off a contract; price lists have a history and are chosen by name. A local plugin
declares its own tables in the same way.
"""

from __future__ import annotations

from tallystick.kernel.tables import Table
from tallystick_rules.tables.admitted_prices import AdmittedPrices
from tallystick_rules.tables.answers import Answers
from tallystick_rules.tables.attendances import Attendances
from tallystick_rules.tables.benchmarks import Benchmarks
from tallystick_rules.tables.calendar_cover import CalendarCover
from tallystick_rules.tables.challenges import Challenges
from tallystick_rules.tables.conditions import Conditions
from tallystick_rules.tables.contacts import Contacts
from tallystick_rules.tables.emergency_attendances import EmergencyAttendances
from tallystick_rules.tables.evidence import Evidence
from tallystick_rules.tables.exemptions import Exemptions
from tallystick_rules.tables.factors import Factors
from tallystick_rules.tables.indicators import Indicators
from tallystick_rules.tables.members import Members
from tallystick_rules.tables.notices import Notices
from tallystick_rules.tables.people import People
from tallystick_rules.tables.public_holidays import PublicHolidays
from tallystick_rules.tables.specialist_top_ups import SpecialistTopUps
from tallystick_rules.tables.spells import Spells
from tallystick_rules.tables.unit_prices import UnitPrices

TABLES: tuple[type[Table], ...] = (
    Spells,
    Attendances,
    EmergencyAttendances,
    Contacts,
    People,
    Conditions,
    Indicators,
    Benchmarks,
    Answers,
    Evidence,
    Exemptions,
    Challenges,
    Members,
    Notices,
    PublicHolidays,
    CalendarCover,
    UnitPrices,
    AdmittedPrices,
    Factors,
    SpecialistTopUps,
)
"""Every national table, in the order in which the manual lists them."""
