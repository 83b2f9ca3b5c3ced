"""Recipe: each part of a local rule with figures worked by hand, by month, by quarter and by year."""

from __future__ import annotations

import datetime
from collections import Counter
from typing import Any

import pytest

from tallystick.kernel.errors import RuleError
from tallystick.kernel.language.profile import Profile
from tallystick.kernel.parameters import Label
from tallystick.kernel.program import compose
from tallystick_rules.rules import Block, Recipe, UnitPrice
from tallystick_rules.rules.block import Covers
from tallystick_rules.tables import Contacts, Evidence, Spells, UnitPrices
from tests.support import Read, case, contract, price_list, read_case, settle, use

TABLES = (Contacts, Spells, Evidence, UnitPrices)
PRICES = price_list(UnitPrices, "units", {"code": "N1", "price": "£60"})
BY = ("month", "quarter", "year")
THERE = {"table": "contacts", "payer": "QYY", "payee": "RXX"}
DAYS = {**THERE, "of": "contacts", "where": {"service": ("VW",)}, "each": "£118.50"}


def contacts(*days: tuple[str, int], service: str = "VW") -> list[dict[str, Any]]:
    """Rows of contacts by day and how many each stands for."""
    return [{"contacted_on": day, "contacts": count, "service": service, "contact_type": "N1"} for day, count in days]


def by_period(reading: Read, *rules: Any, settles: str = "month", **about: Any) -> dict[int, int]:
    """What the provider gets, less what it gives, in each period."""
    rows = {name: about.pop(name) for name in ("contacts", "spells", "evidence") if name in about}
    days = {name: about.pop(name) for name in ("first", "last") if name in about}
    made = case(contract("A", *rules, settles=settles, **days), tables=TABLES, prices=(PRICES,), **about)
    found: Counter[int] = Counter()
    for line in read_case(reading, made, **rows).flows:
        found[line.period] += line.pence * ((line.payee == "RXX") - (line.payer == "RXX"))
    return {period: pence for period, pence in sorted(found.items()) if pence}


class TestCounts:
    def test_each_of_what_a_column_counts_is_paid_up_to_so_many_a_row(self, reading: Read) -> None:
        rule = use(Recipe, "virtual ward", **DAYS, at_most_each=14)
        rows = [*contacts(("2025-04-02", 17), ("2025-05-02", 3)), *contacts(("2025-05-03", 9), service="other")]
        assert by_period(reading, rule, contacts=rows) == {1: 165_900, 2: 35_550}  # 14 × 11,850; 3 × 11,850

    def test_each_row_is_paid_where_no_column_is_named(self, reading: Read) -> None:
        rule = use(Recipe, "visits", **THERE, each="£10")
        rows = contacts(("2025-04-02", 17), ("2025-04-02", 3))
        assert by_period(reading, rule, contacts=rows) == {1: 2_000}  # two rows of whatever they stand for

    def test_a_row_is_rounded_once_and_priced_on_its_own_date(self, reading: Read) -> None:
        rule = use(Recipe, "visits", **{**DAYS, "each": {"2025-04-01": "£0.105", "2025-10-01": "£0.205"}})
        rows = contacts(("2025-09-30", 3), ("2025-10-01", 3), ("2025-10-01", 1))
        assert by_period(reading, rule, settles="year", contacts=rows) == {1: 32 + 62 + 21}  # 31.5, 61.5 and 20.5

    def test_units_are_priced_and_what_is_over_the_most_of_a_row_is_excluded(self, reading: Read) -> None:
        made = case(contract("A", use(Recipe, "virtual ward", **DAYS, at_most_each=14)), tables=TABLES)
        program = compose(made)
        claims = {claim.state for use_ in program.uses.values() for claim in use_.traced.units}
        assert claims == {"priced", "excluded"}
        found = read_case(reading, made, contacts=contacts(("2025-04-02", 17), ("2025-04-03", 14)))
        assert sorted((line.units, line.worth) for line in found.units) == [(3, 0), (28, 331_800)]  # 28 × 11,850

    def test_units_that_something_else_pays_for_clash_unless_claims_is_false(self, reading: Read) -> None:
        price = use(UnitPrice, "price", table="contacts", code="contact_type", prices="units")
        for claims, clashing in ((True, [1, 1]), (False, [0])):
            rule = use(Recipe, "incentive", **DAYS, claims=claims)
            made = case(contract("A", price, rule), tables=TABLES, prices=(PRICES,))
            found = read_case(reading, made, contacts=contacts(("2025-04-02", 2)))
            assert [line.clashing for line in found.units] == clashing
            assert sum(line.pence for line in found.flows) == 2 * 6_000 + 2 * 11_850

    def test_a_recipe_may_pay_from_the_provider_to_the_commissioner_or_anyone(self, reading: Read) -> None:
        rule = use(Recipe, "fine", **{**DAYS, "payer": "RXX", "payee": "QYY"})
        made = case(contract("A", rule), tables=TABLES)
        assert settle(reading, made, contacts=contacts(("2025-04-02", 2))) == {("fine", "RXX", "QYY"): 23_700}

    def test_rows_without_a_count_claim_nothing_and_are_shown(self, reading: Read) -> None:
        rule = use(Recipe, "nights", table="spells", payer="QYY", payee="RXX", each="£100", of="critical_care_days")
        rows = [{"discharged": "2025-05-01", "critical_care_days": days} for days in (2, None, 0)]
        found = read_case(reading, case(contract("A", rule), tables=TABLES), spells=rows)
        assert [(line.units, line.pence) for line in found.flows] == [(2, 20_000)]
        assert [(figure.name, figure.value) for figure in found.figures] == [("rows without critical_care_days", 1)]


TIERS = [{"above": 0, "each": "£100"}, {"above": 5, "each": "£80"}, {"above": 8, "each": "£0.005"}]


class TestTiers:
    ROWS = contacts(("2025-04-02", 4), ("2025-04-03", 3), ("2025-06-30", 2), ("2025-09-01", 1))

    @pytest.mark.parametrize("settles", BY)
    def test_a_unit_has_the_price_of_the_tier_that_the_years_count_has_reached(
        self, reading: Read, settles: str
    ) -> None:
        given = {**DAYS, "each": None, "tiers": TIERS}
        paid = by_period(reading, use(Recipe, "tiers", **given), settles=settles, contacts=self.ROWS)
        # 4 × 100; 1 × 100 + 2 × 80; 1 × 80 + 1 × 0.005 = 80.005, which is 80.01; 1 × 0.005, which is 0.01
        months = {1: 40_000 + 26_000, 3: 8_001, 6: 1}
        assert paid == {"month": months, "quarter": {1: 74_001, 2: 1}, "year": {1: 74_002}}[settles]

    def test_the_count_begins_again_with_each_year_of_the_contract(self, reading: Read) -> None:
        given = {**DAYS, "each": None, "tiers": TIERS[:2]}
        rows = contacts(("2025-04-02", 7), ("2026-04-02", 7))
        paid = by_period(reading, use(Recipe, "tiers", **given), settles="year", last="2027-03-31", contacts=rows)
        assert paid == {1: 66_000, 2: 66_000}  # 5 × 100 + 2 × 80, twice

    def test_what_a_row_counts_above_its_most_moves_no_tier(self, reading: Read) -> None:
        given = {**DAYS, "each": None, "tiers": TIERS[:2], "at_most_each": 3}
        paid = by_period(reading, use(Recipe, "tiers", **given), contacts=self.ROWS)
        assert paid == {1: 30_000 + 20_000 + 8_000, 3: 16_000, 6: 8_000}  # 3, then 2 + 1, then 2 and 1


QUARTERS = contacts(("2025-05-01", 10), ("2025-08-01", 2), ("2026-01-15", 20))
SUMMER = Profile(("20%",) * 4 + ("2.5%",) * 8)


class TestLimits:
    """Thirty-two days at £10: £100 in the first quarter, £20 in the second, nothing in the third, £200 in the last."""

    GIVEN = {**DAYS, "each": "£10"}  # noqa: RUF012 - read and never changed

    def paid(self, reading: Read, settles: str = "quarter", **parts: Any) -> dict[int, int]:
        rule = use(Recipe, "days", **self.GIVEN, **parts)
        return by_period(reading, rule, settles=settles, contacts=QUARTERS)

    def test_without_any(self, reading: Read) -> None:
        assert self.paid(reading) == {1: 10_000, 2: 2_000, 4: 20_000}

    def test_a_limit_is_held_against_the_year_to_date(self, reading: Read) -> None:
        # limits to date 45, 90, 135, 180; earned to date 100, 120, 120, 320; due 45, 90, 120, 180
        assert self.paid(reading, limit_year="£180") == {1: 4_500, 2: 4_500, 3: 3_000, 4: 6_000}
        assert self.paid(reading, "year", limit_year="£180") == {1: 18_000}

    def test_a_limit_comes_by_the_profile(self, reading: Read) -> None:
        # to date 60%, 85%, 92.5% and 100% of 200: 120, 170, 185, 200; due 100, 120, 120, 200
        assert self.paid(reading, limit_year="£200", profile=SUMMER) == {1: 10_000, 2: 2_000, 4: 8_000}

    def test_what_is_above_a_limit_is_shown(self, reading: Read) -> None:
        made = case(contract("A", use(Recipe, "days", **self.GIVEN, limit_year="£200"), settles="year"), tables=TABLES)
        found = read_case(reading, made, contacts=QUARTERS)
        assert [(one.name, one.value) for one in found.figures] == [("unpaid above the limit", 12_000)]  # 320 − 200

    def test_what_is_above_a_limit_may_go_to_a_pot(self, reading: Read) -> None:
        rule = use(Recipe, "days", **self.GIVEN, limit_year="£200", above="A/risk")
        made = case(contract("A", rule, settles="quarter"), tables=TABLES)
        answer = settle(reading, made, contacts=QUARTERS)
        into, out = answer["days", "RXX", "A/risk"], answer.get(("days", "A/risk", "RXX"), 0)
        assert (answer["days", "QYY", "RXX"], into - out) == (32_000, 12_000)

    def test_a_floor_is_the_least_that_is_due_to_date(self, reading: Read) -> None:
        # floors to date 60, 120, 180, 240; earned 100, 120, 120, 320; due 100, 120, 180, 320
        assert self.paid(reading, floor_year="£240") == {1: 10_000, 2: 2_000, 3: 6_000, 4: 14_000}
        assert self.paid(reading, "year", floor_year="£240") == {1: 32_000}
        assert self.paid(reading, "year", floor_year="£400") == {1: 40_000}

    def test_a_threshold_of_money_pays_what_lies_above_it(self, reading: Read) -> None:
        # thresholds to date 60, 120, 180, 240; due 40, 0, 0, 80: the second quarter gives back what the first was paid
        assert self.paid(reading, threshold_year="£240") == {1: 4_000, 2: -4_000, 4: 8_000}
        assert self.paid(reading, "year", threshold_year="£240") == {1: 8_000}

    def test_a_threshold_of_units_pays_those_above_it_at_what_a_unit_brought(self, reading: Read) -> None:
        # units to date 10, 12, 12, 32; planned 6, 12, 18, 24: 4 above, none, none, 8 above, at £10
        assert self.paid(reading, threshold_units=24) == {1: 4_000, 2: -4_000, 4: 8_000}
        assert self.paid(reading, "year", threshold_units=24) == {1: 8_000}
        tiers = {**self.GIVEN, "each": None, "tiers": [{"above": 0, "each": "£10"}, {"above": 12, "each": "£7"}]}
        rule = use(Recipe, "days", **tiers, threshold_units=24)
        year = by_period(reading, rule, settles="year", contacts=QUARTERS)
        assert year == {1: 6_500}  # 12 × 10 + 20 × 7 = 260, of which 8 ÷ 32 is 65

    @pytest.mark.parametrize("settles", BY)
    def test_all_of_them_together_come_to_the_same_by_month_quarter_and_year(self, reading: Read, settles: str) -> None:
        parts = {"threshold_year": "£100", "floor_year": "£30", "limit_year": "£150", "profile": SUMMER}
        assert sum(self.paid(reading, settles, **parts).values()) == 15_000  # 320 − 100 = 220, and 150 at most

    def test_a_year_that_is_cut_short_has_its_limit_cut_too(self, reading: Read) -> None:
        rule = use(Recipe, "days", **self.GIVEN, limit_year="£200")
        paid = by_period(reading, rule, settles="year", last="2025-08-31", contacts=QUARTERS[:2])
        assert paid == {1: 5 * 1_667}  # 20,000 is twelve times 1,666 and 8 more, one in each of the first months


class TestSharesAndSums:
    def test_a_share_of_what_other_rules_pay_is_rounded_by_the_year_to_date(self, reading: Read) -> None:
        block = use(Block, "core", value="£1.27")
        for settles in BY:
            rule = use(Recipe, "top", payer="QYY", payee="RXX", share="2%", on=(Label("core"),))
            made = case(contract("A", block, rule, settles=settles), tables=TABLES)
            assert (
                settle(reading, made)["top", "QYY", "RXX"] == 3
            )  # 2% of 127 is 2.54; of each month it would be nothing

    def test_a_fixed_sum_falls_in_instalments(self, reading: Read) -> None:
        rule = use(Recipe, "team", payer="QYY", payee="RXX", amount="£100", profile=SUMMER)
        assert by_period(reading, rule, settles="quarter") == {1: 6_000, 2: 2_500, 3: 750, 4: 750}

    def test_a_fixed_sum_covers_the_units_that_it_is_for(self, reading: Read) -> None:
        rule = use(Recipe, "team", **THERE, amount="£100", where={"service": ("VW",)}, additional=True)
        made = case(contract("A", rule), tables=TABLES)
        (line,) = read_case(reading, made, contacts=contacts(("2025-04-02", 5))).units
        assert (line.units, line.worth, line.clashing) == (5, 0, 0)
        assert settle(reading, made, contacts=contacts(("2025-04-02", 5))) == {("team", "QYY", "RXX"): 10_000}


class TestHolds:
    HELD = {"hold_share": "10%", "hold_pot": "quality"}  # noqa: RUF012 - read and never changed

    def test_a_share_is_held_until_its_day(self, reading: Read) -> None:
        rule = use(Recipe, "days", **DAYS, **self.HELD, release_on="2026-06-30")
        rows = contacts(("2025-04-02", 3), ("2025-05-02", 1))
        for as_at, answer in (("2026-06-29", 47_400 - 3_555 - 1_185), ("2026-06-30", 47_400)):
            on = datetime.date.fromisoformat(as_at)
            assert sum(by_period(reading, rule, as_at=on, contacts=rows).values()) == answer
        made = case(contract("A", rule), tables=TABLES, as_at=datetime.date(2026, 6, 29))
        (kept,) = read_case(reading, made, contacts=rows).carries
        assert (kept.pot, kept.pence) == ("A/quality", 4_740)  # 10% of 47,400

    def test_what_is_held_is_a_share_of_what_is_due_within_the_limit(self, reading: Read) -> None:
        rule = use(Recipe, "days", **DAYS, **self.HELD, limit_year="£300", release_on="2026-06-30")
        made = case(contract("A", rule), tables=TABLES, as_at=datetime.date(2026, 4, 1))
        (kept,) = read_case(reading, made, contacts=contacts(("2025-04-02", 3))).carries
        assert kept.pence == 3_000  # 10% of 30,000, and not of 35,550

    @pytest.mark.parametrize(
        ("until", "to_provider", "to_commissioner", "carried"),
        [("2026-05-19", 300_000 - 20_000, 20_000, 0), ("2026-05-20", 300_000 - 20_000, 10_000, 10_000),
         (None, 300_000 - 20_000, 10_000, 10_000)],
    )  # fmt: skip
    def test_each_row_is_released_where_evidence_says_so(
        self, reading: Read, until: str | None, to_provider: int, to_commissioner: int, carried: int
    ) -> None:
        rule = use(
            Recipe, "letters", table="spells", payer="QYY", payee="RXX", each="£1,000", **self.HELD,
            release_standard="letters", release_criterion="sent", otherwise="QYY", until=until,
        )  # fmt: skip
        rows = [{"spell": name, "discharged": "2025-05-01"} for name in ("s1", "s2", "s3")]
        said = [{"spell": "s1", "standard": "letters", "criterion": "sent", "met": True},
                {"spell": "s2", "standard": "letters", "criterion": "sent", "met": False}]  # fmt: skip
        made = case(contract("A", rule), tables=TABLES, as_at=datetime.date(2026, 5, 20))
        answer = settle(reading, made, spells=rows, evidence=said)
        got = answer["letters", "QYY", "RXX"] - answer["letters", "RXX", "A/quality"]
        assert got + answer["letters", "A/quality", "RXX"] == to_provider  # 3 × 900, and 100 released
        assert answer["letters", "A/quality", "QYY"] == to_commissioner
        found = read_case(reading, made, spells=rows, evidence=said)
        assert sum(one.pence for one in found.carries) == carried
        assert [(one.name, one.value) for one in found.figures] == [("sent: not recorded", 1)]


class TestBudgets:
    FIXED = use(Block, "fixed element", value="£28,000,000", covers=(Covers(table="spells"),))

    def commissioner(self, reading: Read, *rules: Any, settles: str = "month", **rows: Any) -> int:
        """What the commissioner pays in all, less what it gets back."""
        answer = settle(reading, case(contract("A", *rules, settles=settles), tables=TABLES), **rows)
        pays = sum(pence for (_, payer, _), pence in answer.items() if payer == "QYY")
        return pays - sum(pence for (_, _, payee), pence in answer.items() if payee == "QYY")

    @pytest.mark.parametrize("settles", BY)
    def test_the_commissioners_total_moves_only_by_the_declared_uplift(self, reading: Read, settles: str) -> None:
        budget = use(Recipe, "team", **THERE, amount="£630,000", replaces=["fixed element: £600,000"])
        before = self.commissioner(reading, self.FIXED, settles=settles)
        after = self.commissioner(reading, self.FIXED, budget, settles=settles)
        assert (before, after - before) == (2_800_000_000, 3_000_000)  # 630,000 − 600,000

    def test_what_is_replaced_comes_off_by_the_instalments_of_what_it_comes_off(self, reading: Read) -> None:
        core = use(Block, "core", value="£1,000", profile=SUMMER)
        budget = use(Recipe, "team", **THERE, amount="£120", replaces=["core: £100"])
        made = case(contract("A", core, budget, settles="quarter"), tables=TABLES)
        off = {one.period: one.pence for one in read_case(reading, made).flows if one.payer == "RXX"}
        assert off == {1: 6_000, 2: 2_500, 3: 750, 4: 750}
        assert by_period(reading, core, budget, settles="quarter") == {1: 57_000, 2: 25_500, 3: 9_750, 4: 9_750}

    def test_what_pays_by_activity_loses_the_baseline_by_the_budgets_profile(self, reading: Read) -> None:
        price = use(UnitPrice, "price", table="contacts", code="contact_type", prices="units",
                    where={"service": ("other",)})  # fmt: skip
        budget = use(Recipe, "team", **THERE, amount="£120", where={"service": ("VW",)}, profile=SUMMER,
                     replaces=["price: £100"])  # fmt: skip
        paid = by_period(reading, price, budget, settles="quarter")
        assert paid == {1: 1_200, 2: 500, 3: 150, 4: 150}  # 12 + …: 20 × 60%, 25%, 7.5% and 7.5%

    def test_more_than_a_year_of_what_is_replaced_breaks_a_law(self, reading: Read) -> None:
        budget = use(Recipe, "team", **THERE, amount="£120", replaces=["fixed element: £28,000,000.01"])
        found = read_case(reading, case(contract("A", self.FIXED, budget), tables=TABLES))
        (law,) = found.laws
        assert (law.left, law.right) == (2_800_000_000, 2_800_000_001)


def refusal(**given: Any) -> RuleError:
    """Why a recipe that is composed so cannot be traced."""
    stopped = compose(case(contract("A", use(Block, "core", value="£1"), use(Recipe, "r", **given)), tables=TABLES))
    return RuleError(stopped.stopped["A"].why)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({**THERE}, "it does not say how much"),
        ({**DAYS, "amount": "£1"}, "it says how much by each and by amount"),
        ({"payer": "QYY", "payee": "RXX", "each": "£1"}, "it does not say what is counted"),
        ({**THERE, "each": "£1", "at_most_each": 3}, "nothing says what that is"),
        ({**THERE, "amount": "£1"}, "a budget says what it replaces"),
        ({**THERE, "amount": "£1", "additional": True, "replaces": ["core: £1"]}, "and yet it replaces something"),
        ({"payer": "QYY", "payee": "RXX", "amount": "£1", "limit_year": "£1"}, "has no threshold, floor or limit"),
        ({"payer": "QYY", "payee": "RXX", "share": "2%"}, "share and on are said together"),
        ({**THERE, "share": "2%", "on": (Label("core"),)}, "and of no table"),
        ({**THERE, "each": "£1", "of": "service"}, "contacts.service is a code"),
        ({**THERE, "each": "£1", "where": {"contacts": ("1",)}}, "contacts.contacts is not a code"),
        ({**THERE, "tiers": TIERS[1:]}, "the first tier begins above 0"),
        ({**THERE, "tiers": [*TIERS, TIERS[1]]}, "the tier above 5 comes after the tier above 8"),
        ({**DAYS, "threshold_units": 1, "threshold_year": "£1"}, "there are two thresholds"),
        ({**DAYS, "hold_share": "1%", "hold_pot": "p"}, "released by evidence or on a day"),
        ({**DAYS, "hold_share": "1%", "hold_pot": "a/b", "release_on": "2026-01-01"}, "text without a stroke"),
        ({**DAYS, "hold_share": "1%", "hold_pot": "p", "release_standard": "s", "release_criterion": "c",
          "otherwise": "QYY"}, "table contacts has no column spell"),
        ({**DAYS, "claims": False, "replaces": ["core: £1"]}, "claims its units"),
    ],
)  # fmt: skip
def test_parts_that_say_nothing_together_are_refused(given: dict[str, Any], why: str) -> None:
    assert why in str(refusal(**given))
