"""Pooled budget: contributions in, services paid, what is over or left shared by partners; aligned budgets beside."""

from __future__ import annotations

from collections import Counter
from typing import Any

import attrs
import pytest

from tallystick.kernel.errors import InputError
from tallystick.kernel.language.profile import Profile
from tallystick.kernel.parameters import Label
from tallystick.kernel.program import compose
from tallystick.kernel.settlement import settle as settled
from tallystick_rules.rules import Block, PooledBudget, Recipe, UnitPrice
from tallystick_rules.rules._pool import AtEnd, NotPooled
from tallystick_rules.tables import Contacts, Factors, UnitPrices
from tests.support import Read, case, contract, framed_tables, price_list, read_case, rows_of, settle, use

TABLES = (Contacts, UnitPrices, Factors)
PRICES = price_list(UnitPrices, "list", {"code": "P", "price": "£0.01"}, {"code": "surgery", "price": "£0.01"})
POOL, KEPT = "A/pool", "A/the council's part"
LAW = "SI 2000/617, regulation 5"
NOT_POOLED = (NotPooled(service="surgery", reason=LAW), NotPooled(service="emergency ambulance", reason=LAW))
VISITS = Label("visits")
OWN = "pool and carried_in are pots of their own"


def partner(name: str, who: str, contribution: Any, share: Any, at_end: AtEnd = AtEnd.RETURN, **more: Any) -> Any:
    said = {"share_of_overspend": share, "share_of_underspend": share, "at_end": at_end, **more}
    return {"name": name, "who": who, "contribution": contribution, **said}


BOARD = partner("the board", "QYY", "£720", "60%")
COUNCIL = partner("the council", "LA1", "£480", "40%")
CARRYING = partner("the council", "LA1", "£480", "40%", AtEnd.CARRY, carried_in=KEPT)


def pooled(*partners: Any, amount: Any = "£1,200", **given: Any) -> Any:
    """The rule: one service at a fixed sum, if nothing else is said."""
    services = [{"service": "urgent treatment", "who": "RXX", "amount": amount}]
    said = {"pool": POOL, "services": services, "not_pooled": NOT_POOLED, "additional": True, **given}
    return use(PooledBudget, "pool", partners=partners or (BOARD, COUNCIL), **said)


def world(rule: Any, *others: Any, visits: Any = (), **about: Any) -> Any:
    """A case with the rule, and so many visits on each day: (day, how many)."""
    made = case(contract("A", *others, rule, **about), tables=TABLES, prices=(PRICES,))
    return made, [{"contacted_on": on, "contact_type": "P", "contacts": many} for on, many in visits]


def moved(reading: Read, rule: Any, *others: Any, visits: Any = (), **about: Any) -> dict[tuple[str, str], int]:
    """Pence by payer and payee, of the pooled budget alone; what came back is taken off."""
    made, rows = world(rule, *others, visits=visits, **about)
    found = settle(reading, made, contacts=rows)
    return {(payer, payee): pence for (label, payer, payee), pence in found.items() if label == "pool"}


def by_period(reading: Read, rule: Any, *others: Any, visits: Any) -> dict[int, dict[tuple[str, str], int]]:
    """The same by quarter, what came back as a line of its own."""
    made, rows = world(rule, *others, visits=visits, settles="quarter")
    found: dict[int, Counter[tuple[str, str]]] = {}
    for line in read_case(reading, made, contacts=rows).flows:
        if line.identity.startswith("pooled-budget") and line.pence:
            payer, payee = (line.payer, line.payee) if line.pence > 0 else (line.payee, line.payer)
            found.setdefault(line.period, Counter())[payer, payee] += abs(line.pence)
    return {period: dict(lines) for period, lines in found.items()}


def by_activity(**given: Any) -> tuple[Any, Any]:
    """The rule that pays what visits are worth, and the currency that says it."""
    services = [{"service": "out of hours", "who": "RVV", "on": VISITS}]
    price = use(UnitPrice, "visits", pays=False, table="contacts", code="contact_type", prices="list")
    return pooled(*given.pop("partners", ()), services=services, **given), price


def test_contributions_that_meet_payments_leave_nothing_to_share(reading: Read) -> None:
    assert moved(reading, pooled()) == {("QYY", POOL): 72_000, ("LA1", POOL): 48_000, (POOL, "RXX"): 120_000}


@pytest.mark.parametrize("settles", ["month", "quarter", "year"])
def test_an_overspend_is_called_by_shares_however_it_settles(reading: Read, settles: str) -> None:
    # £100 above: 6,000 and 4,000 are called beside contributions of 72,000 and 48,000.
    found = moved(reading, pooled(amount="£1,300"), settles=settles)
    assert found == {("QYY", POOL): 78_000, ("LA1", POOL): 52_000, (POOL, "RXX"): 130_000}


@pytest.mark.parametrize("settles", ["month", "quarter", "year"])
def test_an_underspend_goes_back_by_shares_when_the_year_ends(reading: Read, settles: str) -> None:
    found = moved(reading, pooled(amount="£1,150"), settles=settles)
    assert found == {
        ("QYY", POOL): 72_000, ("LA1", POOL): 48_000, (POOL, "RXX"): 115_000, (POOL, "QYY"): 3_000,
        (POOL, "LA1"): 2_000,
    }  # fmt: skip


def test_shares_of_what_is_over_and_of_what_is_left_may_differ_from_each_other(reading: Read) -> None:
    board = {**BOARD, "share_of_overspend": "100%", "share_of_underspend": "0%"}
    council = {**COUNCIL, "share_of_overspend": "0%", "share_of_underspend": "100%"}
    over = moved(reading, pooled(board, council, amount="£1,300"))
    assert (over["QYY", POOL], over["LA1", POOL]) == (82_000, 48_000)
    left = moved(reading, pooled(board, council, amount="£1,150"))
    assert (left.get((POOL, "QYY"), 0), left[POOL, "LA1"]) == (0, 5_000)


def test_three_partners_share_to_the_penny(reading: Read) -> None:
    thirds = [partner(f"partner {who}", who, "£300", "1/3") for who in ("QYY", "LA1", "LA2")]
    # 100 pence over: 33.33 is 33; two thirds, 66.67, are 67, so 34 for the second; the last has the rest, 33.
    found = moved(reading, pooled(*thirds, amount="£901.00"))
    assert [found[who, POOL] for who in ("QYY", "LA1", "LA2")] == [30_033, 30_034, 30_033]


def test_rounded_to_the_pound_no_part_is_below_zero(reading: Read) -> None:
    # 95 over: 60% is 57, to the pound 100, and there are only 95. 40 over: 60% is 24, to the pound nothing.
    for amount, board, council in (("£1,200.95", 95, 0), ("£1,200.40", 0, 40)):
        made, _ = world(pooled(amount=amount))
        found = settle(reading, attrs.evolve(made, rounding=100))
        assert (found["pool", "QYY", POOL], found["pool", "LA1", POOL]) == (72_000 + board, 48_000 + council)


def test_what_becomes_of_an_underspend_may_differ_by_partner(reading: Read) -> None:
    kept = {**BOARD, "at_end": AtEnd.HOST}
    found = moved(reading, pooled(kept, CARRYING, amount="£1,150", host="LA1"))
    assert (found[POOL, "LA1"], found[POOL, KEPT]) == (3_000, 2_000)


def test_what_a_partner_carried_forward_meets_its_own_calls_first(reading: Read) -> None:
    # The first year leaves 5,000: 3,000 go back to the board, and 2,000 stand in the council's pot. The second is
    # 10,000 over: 6,000 and 4,000; of the council's 4,000 the pot meets 2,000.
    amount = {"2025-04-01": "£1,150", "2026-04-01": "£1,300"}
    found = moved(reading, pooled(BOARD, CARRYING, amount=amount), last="2027-03-31", settles="quarter")
    assert found == {
        ("QYY", POOL): 72_000 + 78_000, ("LA1", POOL): 48_000 + 50_000, (KEPT, POOL): 2_000,
        (POOL, "RXX"): 115_000 + 130_000, (POOL, "QYY"): 3_000, (POOL, KEPT): 2_000,
    }  # fmt: skip


def test_what_is_carried_forward_is_never_shared_with_the_others(reading: Read) -> None:
    # A second year with nothing over or left leaves the pot as it is: the board has no part in it.
    amount = {"2025-04-01": "£1,150", "2026-04-01": "£1,200"}
    found = moved(reading, pooled(BOARD, CARRYING, amount=amount), last="2027-03-31")
    assert (found[POOL, "QYY"], found[POOL, KEPT], found.get((KEPT, POOL), 0)) == (3_000, 2_000, 0)


def test_calls_come_at_once_and_go_back_when_contributions_catch_up(reading: Read) -> None:
    # Contributions to date 30,000, 60,000, 90,000 and 120,000; payments 35,000, 60,000, 105,000 and 115,000.
    # Over to date 5,000, nothing, 15,000, nothing; 5,000 are left in the end.
    rule, price = by_activity()
    visits = [("2025-05-01", 35_000), ("2025-08-01", 25_000), ("2025-11-01", 45_000), ("2026-02-01", 10_000)]
    found = by_period(reading, rule, price, visits=visits)
    assert found[1] == {("QYY", POOL): 18_000 + 3_000, ("LA1", POOL): 12_000 + 2_000, (POOL, "RVV"): 35_000}
    assert found[2] == {("QYY", POOL): 18_000, ("LA1", POOL): 12_000, (POOL, "RVV"): 25_000, (POOL, "QYY"): 3_000,
                        (POOL, "LA1"): 2_000}  # fmt: skip
    assert found[3] == {("QYY", POOL): 18_000 + 9_000, ("LA1", POOL): 12_000 + 6_000, (POOL, "RVV"): 45_000}
    # 9,000 and 6,000 of calls go back, and 3,000 and 2,000 of the 5,000 that are left.
    assert found[4] == {("QYY", POOL): 18_000, ("LA1", POOL): 12_000, (POOL, "RVV"): 10_000, (POOL, "QYY"): 12_000,
                        (POOL, "LA1"): 8_000}  # fmt: skip


def test_the_pool_never_stands_below_zero(reading: Read) -> None:
    rule, price = by_activity()
    made, rows = world(rule, price, visits=[("2025-04-01", 70_000)], settles="month")
    found = settled(made, framed_tables(compose(made), rows_of(made, {"contacts": rows})))
    assert [check.name for check in found.checks if not check.passed] == []
    (pot,) = [state for state in found.pots if state.account == POOL]
    assert (pot.lowest, pot.closing) == (0, 0)


def test_contributions_may_come_by_the_quarter_in_advance(reading: Read) -> None:
    profile = Profile(tuple("25%" if month % 3 == 0 else "0%" for month in range(12)))
    found = moved(reading, pooled(profile=profile), last="2025-06-30", settles="month")
    # A contract of three months: 18,000 and 12,000 are there in April, and 30,000 are paid by June.
    assert found == {("QYY", POOL): 18_000, ("LA1", POOL): 12_000, (POOL, "RXX"): 30_000}


def test_a_short_last_year_is_shared_on_the_day_that_the_pool_closes(reading: Read) -> None:
    about = {"last": "2025-12-31", "settles": "quarter"}
    # Nine months: 54,000 and 36,000 in, 85,500 out, and 4,500 left: 2,700 and 1,800.
    rule = pooled(amount="£1,140", closes_on="2025-12-31")
    found = moved(reading, rule, **about)
    assert (found[POOL, "QYY"], found[POOL, "LA1"]) == (2_700, 1_800)
    open_still = moved(reading, pooled(amount="£1,140"), **about)
    assert (POOL, "QYY") not in open_still  # and the pool's own at_end says what becomes of it


def test_contributions_change_by_year_and_partners_may_be_paid_for_services(reading: Read) -> None:
    board = {**BOARD, "contribution": {"2025-04-01": "£720", "2026-04-01": "£820"}}
    services = [{"service": "social care", "who": "LA1", "amount": "£300"},
                {"service": "community", "who": "RVV", "amount": "£900"}]  # fmt: skip
    found = moved(reading, pooled(board, COUNCIL, services=services), last="2027-03-31")
    # The second year leaves 10,000.
    assert found == {
        ("QYY", POOL): 154_000, ("LA1", POOL): 96_000, (POOL, "LA1"): 60_000 + 4_000, (POOL, "RVV"): 180_000,
        (POOL, "QYY"): 6_000,
    }  # fmt: skip


def test_an_aligned_budget_is_paid_by_its_owner_and_shown_beside_the_pool(reading: Read) -> None:
    price = use(UnitPrice, "visits", pays=False, table="contacts", code="contact_type", prices="list")
    aligned = [
        {"service": "emergency ambulance", "owner": "QYY", "who": "RAA", "budget": "£250"},
        {"service": "surgery", "owner": "QYY", "who": "RXX", "budget": "£120", "on": VISITS},
    ]
    made, rows = world(pooled(aligned=aligned), price, visits=[("2025-05-01", 12_500)])
    found = read_case(reading, made, contacts=rows)
    paid = {(line.payer, line.payee): line.pence for line in found.flows if "A/" not in line.payer + line.payee}
    assert paid == {("QYY", "RAA"): 25_000, ("QYY", "RXX"): 12_500}
    assert {one.name: one.value for one in found.figures} == {
        "aligned: emergency ambulance, budget": 25_000, "aligned: surgery, budget": 12_000,
        "aligned: surgery, left of the budget": -500,
    }  # fmt: skip
    (law,) = [one for one in found.laws if one.says.startswith("contributions")]
    assert (law.left, law.right) == (120_000, 120_000)  # nothing aligned is in the pool


def test_what_the_pool_replaces_comes_off_what_was_paid_before(reading: Read) -> None:
    before = use(Block, "before", value="£5,000")
    rule = pooled(replaces=["before: £1,000"], additional=False)
    assert moved(reading, rule, before)["RXX", "QYY"] == 100_000


def refused(rule: Any, *others: Any) -> str:
    return compose(world(rule, *others)[0]).stopped["A"].why


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"services": [{"service": "surgery", "who": "RXX", "amount": "£1"}]}, "“surgery” may not be pooled: SI 2000"),
        ({"services": [{"service": "beds", "who": "RXX"}]}, "“beds” is paid by a fixed sum or by activity"),
        ({"services": [{"service": "beds", "who": "RXX", "amount": "£1", "on": VISITS}]}, "one of the two"),
        ({"not_pooled": (NotPooled(service="x", reason=LAW, where={"contact_type": ("P",)}),)}, "and no table"),
        ({"services": []}, "a pool without services"),
        ({"additional": False}, "the commissioner pays for the same units twice"),
    ],
)  # fmt: skip
def test_what_may_not_be_pooled_or_says_too_little_is_refused(given: dict[str, Any], why: str) -> None:
    price = use(UnitPrice, "visits", pays=False, table="contacts", code="contact_type", prices="list")
    assert why in refused(pooled(**given), price)


@pytest.mark.parametrize(
    ("council", "why"),
    [
        ({**COUNCIL, "at_end": AtEnd.CARRY}, "carried_in is the pot of a partner whose part is carried forward"),
        ({**COUNCIL, "carried_in": KEPT}, "carried_in is the pot of a partner whose part is carried forward"),
        ({**COUNCIL, "at_end": AtEnd.HOST}, "nobody is named as host"),
    ],
)
def test_a_partners_treatment_at_the_years_end_is_said_whole(council: Any, why: str) -> None:
    assert why in refused(pooled(BOARD, council))


def test_rows_of_an_excluded_service_may_not_be_paid_from_the_pool(reading: Read) -> None:
    where = {"contact_type": ("surgery",)}
    rule, price = by_activity(not_pooled=(NotPooled(service="surgery", reason=LAW, table="contacts", where=where),))
    made, rows = world(rule, price, visits=[("2025-05-01", 3)])
    found = read_case(reading, made, contacts=[*rows, {**rows[0], "contact_type": "surgery"}])
    assert [line.rows for line in found.nevers] == [1]


def test_a_service_by_a_rule_that_values_nothing_and_an_unknown_table_are_refused() -> None:
    services = [{"service": "beds", "who": "RXX", "on": Label("block")}]
    why = refused(pooled(services=services), use(Block, "block", value="£1"))
    assert "“beds” is paid by a rule that values no units" in why
    outside = NotPooled(service="surgery", reason=LAW, table="contcts")
    assert "there is no table 'contcts'" in refused(pooled(not_pooled=(outside,)))
    outside = NotPooled(service="surgery", reason=LAW, table="contacts", where={"kind": ("x",)})
    assert "kind" in refused(pooled(not_pooled=(outside,)))


def test_activity_that_its_own_rule_pays_for_is_refused() -> None:
    rule, _ = by_activity()
    price = use(UnitPrice, "visits", table="contacts", code="contact_type", prices="list")
    assert "say pays = false" in refused(rule, price)


@pytest.mark.parametrize("field", ["share_of_overspend", "share_of_underspend"])
def test_shares_that_are_not_the_whole_are_a_fault(field: str) -> None:
    made, _ = world(pooled(BOARD, {**COUNCIL, field: "30%"}))
    with pytest.raises(InputError, match=f"the values of {field} of all partners sum to 90%"):
        settled(made, framed_tables(compose(made), {}))


def test_another_rule_that_pays_out_of_the_pool_breaks_its_law(reading: Read) -> None:
    other = use(Recipe, "other", payer=POOL, payee="RZZ", amount="£12")
    made, _ = world(pooled(), other, settles="quarter")
    assert [law.period for law in read_case(reading, made).laws if law.left != law.right] == [2, 3, 4]


@pytest.mark.parametrize(
    "given",
    [
        {"pool": "QYY"},
        {"services": [{"service": "urgent treatment", "who": POOL, "amount": "£1,200"}]},
        {"aligned": [{"service": "ambulance", "owner": POOL, "who": "RXX", "budget": "£1"}]},
        {"host": POOL},
    ],
)
def test_a_pool_that_is_somebody_elses_account_stops_the_contract(given: dict[str, Any]) -> None:
    assert OWN in broken(pooled(**given))


@pytest.mark.parametrize("pot", [POOL, "LA1", "RXX"])
def test_what_is_carried_forward_is_neither_a_partys_nor_in_the_pool(pot: str) -> None:
    council = {**CARRYING, "carried_in": pot}
    assert OWN in broken(pooled(BOARD, council))


def test_two_partners_do_not_carry_forward_in_one_pot() -> None:
    board = {**BOARD, "at_end": AtEnd.CARRY, "carried_in": KEPT}
    assert OWN in broken(pooled(board, CARRYING))


@pytest.mark.parametrize("settles", ["month", "quarter", "year"])
@pytest.mark.parametrize("closes", ["2025-09-30", "2025-11-15"])
def test_a_pool_that_goes_on_after_it_closes_stops_the_contract(settles: str, closes: str) -> None:
    rule = pooled(amount="£1,140", closes_on=closes)
    assert "nothing moves after closes_on" in broken(rule, last="2025-12-31", settles=settles)


def broken(rule: Any, **about: Any) -> str:
    """What did not hold, a line each; the contract has no lines then."""
    made, _ = world(rule, **about)
    found = settled(made, framed_tables(compose(made), {}))
    assert not found.lines
    return "\n".join(one.name for one in found.checks if not one.passed)
