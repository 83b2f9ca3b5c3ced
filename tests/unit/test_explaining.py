"""Explaining: what was taken, found and decided is told, and it ends in the very line that was paid."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tallystick.kernel import check
from tallystick.kernel.describe import describe
from tallystick.kernel.errors import InputError
from tallystick.kernel.explain import explain_line, explain_row
from tallystick.kernel.flows import Flow
from tallystick.kernel.hooks import hookimpl
from tallystick.kernel.language.series import Amount
from tallystick.kernel.language.words import when
from tallystick.kernel.parameters import parameter
from tallystick.kernel.program import Program, compose
from tallystick.kernel.rules import Rule, rule
from tests.spec.drawn import OnTop, Spells, Tariff
from tests.spec.test_language_lookups import ByTariff, Towards, Uplift
from tests.spec.test_language_rules import Cost, Held
from tests.spec.test_language_shares import Allotted
from tests.spec.test_language_windows import Fixed, Growth
from tests.support import case, contract, day, price_list, rows_of, step, use

MAY = "2025-05-10"
STEPS = [
    step(Uplift, rate="10%", round_to=100, says="uplift 10%, to the pound"),
    step(Towards, towards="benchmark", part="1/3", says="a third of the way to the benchmark"),
]
LISTS = [
    price_list(Tariff, "derived", of="base", steps=STEPS),
    price_list(Tariff, "base", {"code": "AB1", "day_case": "£14.09", "from_day": "2025-04-01"}),
    price_list(Tariff, "benchmark", {"code": "AB1", "day_case": "£19"}),
]
RULES = (
    use(ByTariff, prices="derived"), use(Held, until="2025-06-30"), use(Cost, pays=False),
    use(OnTop, on="tariff", share="12.5%"), use(Fixed, year="£1.27"), use(Growth, share="50%"),
    use(Allotted, pot="£1", members=[{"who": "X", "weight": "1"}, {"who": "Y", "weight": "2"}]),
)  # fmt: skip
MADE = case(contract("A", *RULES, settles="quarter"), tables=[Spells, Tariff], prices=LISTS, as_at=day("2025-05-01"))
ROWS = rows_of(
    MADE,
    {
        "spells": [
            {"spell": "s1", "discharged": MAY, "code": "AB1", "cost": "£1.01"},
            {"spell": "s2", "discharged": MAY, "code": "ZZ", "cost": "£1.01", "satisfied": True},
            {"spell": "s3", "discharged": "2024-05-10"},
        ]
    },
)


@pytest.fixture
def program() -> Program:
    return compose(MADE)


def test_a_row_is_worked_out_again_with_every_price_step(program: Program) -> None:
    told = explain_row(program, ROWS, "spells", "s1", rule="tariff")
    assert told.as_text() == (
        "spells s1, contract A, period 1\n"
        "\n"
        "tariff\n"
        "      day case: £14.09 = in list base\n"
        "      day case: £15.00 = uplift 10%, to the pound\n"
        "      day case: £16.33 and 1/3 p = a third of the way to the benchmark\n"
        "    day case: £16.33 and 1/3 p = found in tariff for code AB1, list derived, on 2025-05-10; "
        "version from 2025-04-01\n"
        "    amount: £16.33 = day case £16.33 and 1/3 p, rounded half up\n"
        "  QYY → RXX £16.33 (price): a spell\n"
        "  1 × spell: priced, a spell\n"
    )
    assert told.flows == (("tariff", 0, "QYY", "RXX", 1633),)


def test_named_values_stand_under_their_names_and_other_rules_under_their_labels(program: Program) -> None:
    told = explain_row(program, ROWS, "spells", "s2").as_text()
    assert "    held: £0.51 = cost £1.01 × 0.5, rounded half up\n    as: satisfied is yes\n" in told
    assert "  A/held → RXX £0.51 (release): satisfied\n" in told
    assert "on-top\n  nothing is paid, because “tariff” comes to £0.00 (on top)\n" in told
    assert "nothing is paid, because day case is missing: no row in tariff for code ZZ" in told
    extra = explain_row(program, ROWS, "spells", "s1", rule="on-top").as_text()
    assert "    amount: £2.04 = “tariff” £16.33 × share 0.125, rounded half up\n" in extra


@rule("choosy")
class Choosy(Rule):
    """A pound where three things hold, or one that does instead."""

    amount: Amount = parameter("A pound.")

    @hookimpl
    def incentive(self, activity: Any, contract: Any) -> Iterator[Flow]:
        spells = activity.spells
        code, days = spells.code.or_else("none"), spells.days.or_else(0)
        eligible = ((days > 2) & code.is_in(["AB1"]) & spells.satisfied.is_yes()) | code.starts_with("ZZ")
        yield Flow(contract.commissioner, contract.provider, when(eligible, self.amount), reason="a pound")


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (
            {"days": 3, "code": "AB1", "satisfied": True},
            "as: days 3 > 2 and code AB1 is one of AB1 and satisfied is yes",
        ),
        ({"code": "ZZ1"}, "as: code ZZ1 begins with ZZ"),
        (
            {"days": 1, "code": "AB1", "satisfied": True},
            "nothing is paid, because days 1 ≤ 2 and code AB1 does not begin with ZZ (a pound)",
        ),
        (
            {"days": 3, "code": "AB1"},
            "nothing is paid, because satisfied is missing and code AB1 does not begin with ZZ (a pound)",
        ),
    ],
)
def test_only_those_parts_of_a_condition_are_told_that_decided_it(row: dict[str, Any], told: str) -> None:
    made = case(contract("A", use(Choosy, amount="£1")), tables=[Spells])
    rows = rows_of(made, {"spells": [{"discharged": MAY, **row}]})
    assert f" {told}\n" in explain_row(compose(made), rows, "spells", "001").as_text()


def test_the_explained_flows_of_all_rows_are_what_was_paid(program: Program) -> None:
    paid = {
        (line.identity, line.number, line.payer, line.payee): line.pence
        for line in check.read(program, ROWS).flows
        if line.period == 1 and program.uses[line.identity].traced.flows[line.number].amount.grain.name == "spells"
    }
    told: dict[Any, int] = {}
    for key in ("s1", "s2"):
        for label, number, payer, payee, pence in explain_row(program, ROWS, "spells", key).flows:
            of = (program.identities["A"][label], number, payer, payee)
            told[of] = told.get(of, 0) + pence
    assert told == paid


def test_a_contracts_line_shows_shares_twelfths_and_the_period_before(program: Program) -> None:
    shared = explain_line(program, ROWS, "A", 1, "allotted", 0).as_text()
    assert (
        "the part: £0.67 = a part of pot by weight, with pot £1.00, weight 2, all weights 3, shared among 2" in shared
    )
    assert "  QYY → Y £0.67 (adjustment): a part\n" in shared
    part = explain_line(program, ROWS, "A", 2, "fixed", 0).as_text()
    assert "this period’s part: £0.33 = this period’s twelfths of year, with year £1.27" in part
    grown = explain_line(program, ROWS, "A", 2, "growth", 0)
    assert grown.flows == (("growth", 0, "QYY", "RXX", -101),)
    assert "RXX → QYY £1.01 (adjustment): growth" in grown.as_text()  # it goes the other way
    rows = explain_line(program, ROWS, "A", 1, "held", 0)
    assert rows.flows == (("held", 0, "RXX", "A/held", 102),)
    assert "the sum over 2 rows of spells" in rows.as_text()


def test_a_row_of_no_contract_and_a_row_that_is_not_there(program: Program) -> None:
    assert "belongs to no contract" in explain_row(program, ROWS, "spells", "s3").as_text()
    with pytest.raises(InputError, match="table spells has no row whose spell is 's9'"):
        explain_row(program, ROWS, "spells", "s9")
    with pytest.raises(InputError, match='did you mean "tariff"'):
        explain_row(program, ROWS, "spells", "s1", rule="tarif")
    with pytest.raises(InputError, match="rule 'fixed' has no flow 1"):
        explain_line(program, ROWS, "A", 1, "fixed", 1)


def test_a_rule_is_described_by_its_formula(program: Program) -> None:
    held = program.uses[program.identities["A"]["held"]].traced
    assert describe(held)[:2] == [
        "the provider → the pot “held”: held (retention: held)",
        "the pot “held” → the provider: held where satisfied is yes (release: satisfied)",
    ]
    assert describe(held)[-1] == "held = (cost, or £0.00 where that is missing) × 0.5, rounded half up"
    tariff = program.uses[program.identities["A"]["tariff"]].traced
    extra = program.uses[program.identities["A"]["on-top"]].traced
    assert describe(extra, {"tariff": tariff}) == [
        "the commissioner → the provider: “tariff” × share, rounded half up (adjustment: on top)"
    ]
