"""An aligned payment is paid on account, a twelfth of fixed and planned each month, and trued up to date both ways."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

import tallystick_rules.plugin
from tallystick.engine import Engine

SCHEME = """
[scheme]
id = "s"
settles = "month"

[activity]
attendances = "attendances.csv"

[[price_list]]
name = "units"
table = "unit_prices"
file = "units.csv"
"""
CONTRACT = """
[contract]
id = "a"
provider = "RXX"
commissioner = "QYY"
period = { from = 2025-04-01, years = 1 }

[[rule]]
use = "unit-price"
label = "outpatients"
table = "attendances"
prices = "units"
pays = false

[[rule]]
use = "api"
label = "aligned payment"
fixed = "£1,200"
planned_variable = "£240"
variable_element = "by activity"
variable_share = "100%"
variable_scope = [{ currency = "outpatients", where = { point_of_delivery = "OPFA" } }]
"""
HEADING = "attendance,provider,commissioner,attended,attendances,hrg,point_of_delivery\n"
PAYMENTS = "contract,payer,payee,paid_on,amount,reference,month\n" + "".join(
    f"a,QYY,RXX,2025-0{month}-15,£120.00,instalment {month},2025-0{month}\n" for month in (4, 5, 6)
)
ENGINE = Engine(plugins=[tallystick_rules.plugin], discover=False)


def written(folder: Path, contract: str, rows: list[str]) -> None:
    """A workspace of one contract and some attendances at £150."""
    for name, text in {
        "scheme.toml": SCHEME, "contracts/a.toml": contract, "payments.csv": PAYMENTS,
        "units.csv": "code,price_pounds\nWF01A,150\nWF01B,150\n",
        "attendances.csv": HEADING + "".join(rows),
    }.items():  # fmt: skip
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def test_a_row_in_two_parts_of_the_scope_is_variable_once(tmp_path: Path) -> None:
    both = '{ currency = "outpatients", where = { point_of_delivery = "OPFA" } }'
    scope = f'[{both}, {{ currency = "outpatients", where = {{ hrg = "WF01A" }} }}]'
    seen = (("WF01A", "OPFA"), ("WF01B", "OPFA"), ("WF01A", "OPPROC"), ("WF01B", "OPPROC"))  # three of them are in it
    rows = [f"o{n},RXX,QYY,2025-04-1{n},1,{hrg},{pod}\n" for n, (hrg, pod) in enumerate(seen)]
    written(tmp_path, CONTRACT.replace(f"[{both}]", scope), rows)
    found = ENGINE.settle(tmp_path).settlement
    assert found.passed
    variable = [line.pence for line in found.lines if line.label == "aligned payment" and line.kind != "fixed"]
    assert sum(variable) == 3 * 15_000


@pytest.mark.parametrize(
    ("visits", "payer", "pounds"),
    [
        (2, "QYY", 300 + 300 - 360),  # two visits are worth £300, and £60 was planned
        (1, "QYY", 300 + 150 - 360),
        (0, "RXX", 360 - 300),  # what was planned and not done goes back
    ],
)
def test_what_is_payable_is_earned_to_date_less_what_was_paid_on_account(
    tmp_path: Path, visits: int, payer: str, pounds: int
) -> None:
    rows = [f"o{number},RXX,QYY,2025-04-1{number},1,WF01A,OPFA\n" for number in range(visits)]
    written(tmp_path, CONTRACT, rows)
    found = ENGINE.settle(
        tmp_path, months="2025-04..2025-06", as_at=datetime.date(2025, 7, 20), posted="payments"
    )  # fmt: skip
    assert found.in_year is not None
    (one,) = found.in_year.due.payable
    assert (one.payer, one.now) == (payer, pounds * 100)
    assert abs(one.on_account) == 36_000
    shown = {line.name: line.value for line in found.settlement.reading.figures if line.period == 1}
    assert shown["on account: fixed and planned"] == 12_000
