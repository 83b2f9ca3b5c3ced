"""Subcontract: a lead provider passes what it is paid on to its members, to the penny, and what is taken back too."""

from __future__ import annotations

from typing import Any

import pytest

from tallystick.kernel.errors import InputError
from tallystick.kernel.parameters import Label
from tallystick.kernel.program import compose
from tallystick.kernel.settlement import settle as settled
from tallystick_rules.rules import Block, GainLossShare, Subcontract
from tallystick_rules.tables import Contacts
from tests.support import Read, case, contract, framed_tables, read_case, settle, use

CORE = Label("core")
THREE = [{"who": "RXX", "share": "1/2"}, {"who": "RYY", "share": "1/3"}, {"who": "RZZ", "share": "1/6"}]


def passed_on(
    reading: Read, value: Any, members: Any = THREE, *others: Any, **about: Any
) -> dict[tuple[str, str], int]:
    """What is passed on in all, by payer and payee."""
    rules = (use(Block, "core", value=value), *others, use(Subcontract, "passed on", on=(CORE,), members=members))
    found = settle(reading, case(contract("A", *rules, **about), tables=[Contacts]))
    return {(payer, payee): pence for (label, payer, payee), pence in found.items() if label == "passed on"}


@pytest.mark.parametrize("settles", ["year", "quarter", "month"])
def test_shares_are_exact_to_the_penny_however_it_settles(reading: Read, settles: str) -> None:
    # 100,001: 50,000½, 33,333⅔ and 16,666⅚; two pence are left, for the last and the second. The lead keeps 50,000.
    assert passed_on(reading, "£1,000.01", settles=settles) == {("RXX", "RYY"): 33_334, ("RXX", "RZZ"): 16_667}


def test_the_lead_keeps_its_own_share_and_it_is_shown(reading: Read) -> None:
    rules = (use(Block, "core", value="£1,000.01"), use(Subcontract, "passed on", on=(CORE,), members=THREE))
    found = read_case(reading, case(contract("A", *rules), tables=[Contacts]))
    assert [(one.name, one.value) for one in found.figures] == [("kept by the lead", 50_000)]
    assert all(line.payer != line.payee for line in found.flows)


def test_a_clawback_passes_by_the_same_shares(reading: Read) -> None:
    # Below zero it is turned round: the members pay the lead.
    assert passed_on(reading, "-£6.00") == {("RXX", "RYY"): -200, ("RXX", "RZZ"): -100}


def test_each_year_is_passed_on_by_itself(reading: Read) -> None:
    by_year = {"2025-04-01": "£1.00", "2026-04-01": "£2.00"}
    # 100: 50, 33⅓, 16⅔, so 33 and 17; 200: 100, 66⅔, 33⅓, so 67 and 33.
    assert passed_on(reading, by_year, last="2027-03-31") == {("RXX", "RYY"): 100, ("RXX", "RZZ"): 50}


def test_what_a_rule_pays_others_is_not_the_leads_to_pass_on(reading: Read) -> None:
    parties = [{"who": "RXX", "share": "50%", "most_loss": "£0"}, {"who": "RQQ", "share": "50%", "most_loss": "£0"}]
    gain = use(
        GainLossShare, "gain", element="£6", parties=parties, share_of_gain="100%", share_of_loss="0%",
        most_gain="£1,000", most_loss="£0", benchmark_units=7, each="£1", table="contacts", of="contacts",
    )  # fmt: skip
    rule = use(Subcontract, "passed on", on=(Label("gain"),), members=THREE)
    contacts = [{"contacted_on": "2025-05-01", "contact_type": "bed", "contacts": 1}]
    found = settle(reading, case(contract("A", gain, rule), tables=[Contacts]), contacts=contacts)
    assert found == {  # £6 and half of the £6 gained came to the lead: 900, of which 300 and 150 are passed on
        ("gain", "QYY", "RXX"): 900, ("gain", "QYY", "RQQ"): 300,
        ("passed on", "RXX", "RYY"): 300, ("passed on", "RXX", "RZZ"): 150,
    }  # fmt: skip


def test_the_outcome_part_goes_by_its_own_shares_in_a_rule_of_its_own(reading: Read) -> None:
    own = use(
        Subcontract, "outcomes passed on", on=(Label("outcomes"),),
        members=[{"who": "RXX", "share": "0%"}, {"who": "RYY", "share": "100%"}],
    )  # fmt: skip
    outcomes = use(Block, "outcomes", value="£5")
    rules = (use(Block, "core", value="£6"), outcomes, use(Subcontract, "passed on", on=(CORE,), members=THREE), own)
    found = settle(reading, case(contract("A", *rules), tables=[Contacts]))
    assert found["passed on", "RXX", "RYY"] == 200
    assert found["outcomes passed on", "RXX", "RYY"] == 500


def test_shares_that_are_not_the_whole_are_a_fault() -> None:
    rule = use(Subcontract, "passed on", on=(CORE,), members=THREE[:2])
    made = case(contract("A", use(Block, "core", value="£1"), rule), tables=[Contacts])
    with pytest.raises(InputError, match="the values of share of all members sum to 250/3%"):
        settled(made, framed_tables(compose(made), {}))
