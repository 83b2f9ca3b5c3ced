"""What rules and plugins are written with: the whole public vocabulary, and nothing that settles or reads files.

::

    from tallystick.language import Amount, Flow, Label, Rate, Rule, hookimpl, parameter, rule

A rule, national or local, needs no other import of ours. See ``docs/explanation/language.md``.
"""

from __future__ import annotations

from tallystick.kernel.accounts import Account, Contract, Pot, account, balance
from tallystick.kernel.errors import PluginError, RuleError
from tallystick.kernel.flows import Carry, Covered, Excluded, Figure, Flow, Law, Priced, Units
from tallystick.kernel.hooks import hookimpl
from tallystick.kernel.language.nodes import Kind
from tallystick.kernel.language.profile import Profile
from tallystick.kernel.language.series import (
    Amount,
    Code,
    Count,
    Day,
    Flag,
    Maybe,
    Moment,
    Price,
    Rate,
    Series,
    literal,
)  # fmt: skip
from tallystick.kernel.language.words import (
    allot,
    completed_years,
    count,
    days_between,
    each_contract,
    earlier,
    exists,
    find,
    first,
    fit,
    hours_between,
    instalment,
    previous,
    ratio,
    rest,
    running,
    so_far,
    total,
    when,
)  # fmt: skip
from tallystick.kernel.parameters import Label, Parts, PriceList, Rows
from tallystick.kernel.rules import PriceStep, Rule, parameter, price_step, rule
from tallystick.kernel.tables import Cohorts, Column, Selection, Table, column, table
from tallystick.kernel.trace import Activity, Paid, Value

__all__ = [
    "Account", "Activity", "Amount", "Carry", "Code", "Cohorts", "Column", "Contract", "Count", "Covered", "Day",
    "Excluded", "Figure", "Flag", "Flow", "Kind", "Label", "Law", "Maybe", "Moment", "Paid", "Parts", "PluginError",
    "Pot", "Price", "PriceList", "PriceStep", "Priced", "Profile", "Rate", "Rows", "Rule", "RuleError",
    "Selection", "Series", "Table", "Units",
    "Value", "account", "allot", "balance", "column", "completed_years", "count", "days_between", "each_contract",
    "earlier", "exists", "find", "first", "fit", "hookimpl", "hours_between", "instalment", "literal", "parameter",
    "previous", "price_step", "ratio", "rest", "rule", "running", "so_far", "table", "total", "when",
]  # fmt: skip
