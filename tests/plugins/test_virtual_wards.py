"""The plugin for virtual wards: a price a day, a cap a stay, a limit a year, with the working beside each figure."""

from __future__ import annotations

import datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tallystick.kernel import check, pay
from tallystick.kernel.checks import unit_states
from tallystick.kernel.program import compose
from tests.plugins.by_path import virtual_wards
from tests.support import Read, case, contract, framed_tables, price_list, read_case, rows_of, settle, use

Days = virtual_wards("virtual_ward_day").VirtualWardDay
Limit = virtual_wards("virtual_ward_limit").VirtualWardLimit
Stays = virtual_wards("stays").VirtualWardStays
Prices = virtual_wards("prices").VirtualWardPrices

WARDS = price_list(
    Prices, "wards",
    {"code": "frailty", "price": "£118.50", "to_day": "2025-09-30"},
    {"code": "frailty", "price": "£121.25", "from_day": "2025-10-01"},
    {"code": "respiratory", "price": "£132.805"},
    {"code": "heart failure", "not_priced": "paid by grant"},
)  # fmt: skip
TO_PROVIDER, BACK = ("days", "QYY", "RXX"), ("limit", "RXX", "QYY")


def made(*more: Any, at_most: Any = 14, pays: bool = True, **terms: Any) -> Any:
    rule = use(Days, "days", prices="wards", at_most_days=at_most, pays=pays)
    return case(contract("A", rule, *more, **terms), tables=(Stays, Prices), prices=(WARDS,))


def limit(a_year: Any, on: tuple[str, ...] = ("days",)) -> Any:
    return use(Limit, "limit", on=on, a_year=a_year)


def stay(started: str, days: int, ward: str = "frailty", **more: Any) -> dict[str, Any]:
    """So many days from ``started``, first and last counted; ``days`` in ``more`` says another number."""
    ended = datetime.date.fromisoformat(started) + datetime.timedelta(days=days - 1)
    return {"ward": ward, "started": started, "ended": ended, "days": days, **more}


def states(reading: Read, case_made: Any, *stays: dict[str, Any]) -> dict[str, int]:
    """Days by state, in the contract's whole time."""
    found = unit_states(compose(case_made), read_case(reading, case_made, virtual_ward_stays=stays))
    (counted,) = found.values()
    return {name: number for name, number in counted.items() if number and not name.endswith("pence")}


class TestDays:
    def test_each_day_is_paid_at_the_price_of_its_ward_up_to_the_cap(self, reading: Read) -> None:
        stays = [stay("2025-04-10", 17), stay("2025-05-01", 9, "respiratory")]
        answer = settle(reading, made(), virtual_ward_stays=stays)
        assert answer == {TO_PROVIDER: (165_900 + 119_525)}  # 14 × 118.50, and 9 × 132.805 = 1,195.245, half up
        assert states(reading, made(), *stays) == {"received": 26, "priced": 23, "excluded": 3}

    def test_the_cap_itself_is_paid_and_the_first_and_last_day_both_count(self, reading: Read) -> None:
        april = [stay("2025-04-03", 14)]  # 3 to 16 April
        assert april[0]["ended"] == datetime.date(2025, 4, 16)
        assert states(reading, made(), *april) == {"received": 14, "priced": 14}
        assert states(reading, made(at_most=13), *april) == {"received": 14, "priced": 13, "excluded": 1}
        assert states(reading, made(), stay("2025-04-03", 1)) == {"received": 1, "priced": 1}  # came and went in a day

    def test_the_price_is_that_of_the_last_day_for_the_whole_stay(self, reading: Read) -> None:
        answer = settle(reading, made(), virtual_ward_stays=[stay("2025-09-25", 10)])
        assert answer == {TO_PROVIDER: 121_250}  # 10 × 121.25, to 4 October

    def test_days_outside_the_stays_own_dates_are_excluded_and_fewer_days_than_the_dates_hold_are_fine(
        self, reading: Read
    ) -> None:
        too_many, gap = stay("2025-04-01", 4) | {"days": 6}, stay("2025-04-01", 10) | {"days": 7}
        assert states(reading, made(), too_many) == {"received": 6, "priced": 4, "excluded": 2}
        assert states(reading, made(), gap) == {"received": 7, "priced": 7}
        both = stay("2025-04-01", 20) | {"days": 23}  # 14 paid for, 6 over the cap, 3 outside the dates
        assert states(reading, made(), both) == {"received": 23, "priced": 14, "excluded": 9}
        backwards = {"ward": "frailty", "started": "2025-04-05", "ended": "2025-04-01", "days": 4}
        assert states(reading, made(), backwards) == {"received": 4, "excluded": 4}

    def test_each_reason_for_leaving_days_out_has_its_own_figure(self, reading: Read) -> None:
        stays = [
            stay("2025-04-01", 20) | {"days": 23},
            stay("2025-04-01", 5, step_down=True),
            stay("2025-04-01", 16, step_down=True),
            stay("2025-04-01", 3, "heart failure", step_down=True),  # not priced, so not paid for
            stay("2025-04-01", 7, step_down=False),
            stay("2025-04-01", 8),  # nobody knows where from
        ]
        found = read_case(reading, made(), virtual_ward_stays=stays)
        assert {line.name: line.value for line in found.figures} == {
            "days over the cap of a stay": (6 + 2),
            "days outside the stay's own dates": 3,
            "days paid for after a hospital bed": (5 + 14),
        }

    def test_a_ward_marked_as_not_priced_is_unpriced_and_one_not_named_is_at_fault(self, reading: Read) -> None:
        unpriced = stay("2025-04-01", 17, "heart failure")
        assert states(reading, made(), unpriced) == {"received": 17, "excluded": 3, "unpriced": 14}
        assert settle(reading, made(), virtual_ward_stays=[unpriced]) == {}
        found = read_case(reading, made(), virtual_ward_stays=[stay("2025-04-01", 17, "cardiology")])
        assert [line.unnamed for line in sorted(found.units)] == [1, 0]

    def test_no_days_claim_nothing(self, reading: Read) -> None:
        assert settle(reading, made(), virtual_ward_stays=[stay("2025-04-01", 1) | {"days": 0}]) == {}

    def test_the_cap_may_change_on_a_day_and_counts_as_it_stands_on_the_last_day_of_the_stay(
        self, reading: Read
    ) -> None:
        dated = made(at_most={"2025-04-01": 14, "2025-10-01": 10})
        stays = [stay("2025-09-17", 14), stay("2025-09-18", 14)]  # to 30 September, to 1 October
        assert settle(reading, dated, virtual_ward_stays=stays) == {TO_PROVIDER: (165_900 + 121_250)}


def by_period(reading: Read, made_case: Any, *stays: dict[str, Any]) -> dict[int, int]:
    """What is given back in each period; below zero where the provider gets it."""
    program = compose(made_case)
    lines = read_case(reading, made_case, virtual_ward_stays=stays).flows
    return {line.period: line.pence for line in lines if program.labels["A", line.identity].label == "limit"}


FOUR_MONTHS = tuple(stay(f"2025-{month}-01", 10) for month in ("04", "05", "06", "07"))  # £1,185 each


class TestLimit:
    def test_what_is_above_the_years_limit_is_given_back_in_the_months_that_pass_it(self, reading: Read) -> None:
        monthly = made(limit("£3,000"), settles="month")
        # earned by then 1,185, 2,370, 3,555 and 4,740: above 3,000 are 0, 0, 555 and 1,740
        assert by_period(reading, monthly, *FOUR_MONTHS) == {3: 55_500, 4: (174_000 - 55_500)}
        answer = settle(reading, monthly, virtual_ward_stays=FOUR_MONTHS)
        assert answer[TO_PROVIDER] - answer[BACK] == 300_000

    def test_the_recipe_of_850_000_pounds_a_year(self, reading: Read) -> None:
        """7,180 days at £118.50 are £850,830: all but £830 is paid, in one period or in twelve."""
        stays = [stay("2025-04-01", 10) for _ in range(400)] + [stay("2025-08-02", 10) for _ in range(318)]
        for settles in ("month", "quarter", "year"):
            recipe = made(limit("£850,000"), settles=settles)
            answer = settle(reading, recipe, virtual_ward_stays=stays)
            assert answer == {TO_PROVIDER: 85_083_000, BACK: 83_000}

    def test_a_limit_exactly_reached_gives_nothing_back(self, reading: Read) -> None:
        assert by_period(reading, made(limit("£4,740"), settles="month"), *FOUR_MONTHS) == {}
        assert by_period(reading, made(limit("£4,739.99"), settles="month"), *FOUR_MONTHS) == {4: 1}

    def test_a_limit_raised_in_the_year_pays_out_what_it_then_allows(self, reading: Read) -> None:
        raised = made(limit({"2025-04-01": "£2,000", "2025-07-01": "£4,000"}), settles="month")
        # above 2,000 are 370 and 1,555 by May and June; above 4,000 are 740 by July: 815 of it are paid after all
        assert by_period(reading, raised, *FOUR_MONTHS) == {2: 37_000, 3: 118_500, 4: (74_000 - 155_500)}

    def test_a_new_year_of_the_contract_begins_at_nothing(self, reading: Read) -> None:
        two_years = made(limit("£1,000"), settles="month", first="2024-07-01", last="2026-06-30")
        # June 2025 is the last month of the first year: 1,185 + 1,185 + 1,185 by then; July is in the second
        assert by_period(reading, two_years, *FOUR_MONTHS) == {10: 18_500, 11: 118_500, 12: 118_500, 13: 18_500}

    def test_a_limit_may_stand_over_two_currencies_together(self, reading: Read) -> None:
        one = use(Days, "fourteen", prices="wards", at_most_days=14)
        together = case(
            contract("A", one, limit("£1,000", on=("fourteen",)), settles="month"),
            contract("B", use(Days, "days", prices="wards", at_most_days=1), limit("£1,000"), provider="RZZ"),
            tables=(Stays, Prices), prices=(WARDS,),
        )  # fmt: skip
        stays = [*FOUR_MONTHS, stay("2025-04-01", 10) | {"provider": "RZZ"}]
        answer = settle(reading, together, virtual_ward_stays=stays)
        assert answer[BACK] == 474_000 - 100_000
        assert ("limit", "RZZ", "QYY") not in answer  # £118.50 is not above it

    def test_a_currency_that_does_not_pay_has_nothing_to_give_back(self, reading: Read) -> None:
        valued = made(limit("£1"), pays=False)
        assert settle(reading, valued, virtual_ward_stays=FOUR_MONTHS) == {}

    def test_what_is_not_paid_is_shown(self, reading: Read) -> None:
        found = read_case(reading, made(limit("£3,000"), settles="month"), virtual_ward_stays=FOUR_MONTHS)
        shown = {(line.period, line.name): line.value for line in found.figures}
        assert shown == {(3, "unpaid above the year's limit"): 55_500, (4, "unpaid above the year's limit"): 118_500}


a_stay = st.builds(
    lambda start, days, stated, ward: (
        stay((datetime.date(2025, 4, 1) + datetime.timedelta(days=start)).isoformat(), days, ward)
        | {"days": days if stated is None else stated}
    ),
    st.integers(0, 300), st.integers(1, 40), st.none() | st.integers(0, 45),
    st.sampled_from(["frailty", "respiratory", "heart failure"]),
)  # fmt: skip


class TestLaws:
    @given(stays=st.lists(a_stay, max_size=12), cap=st.integers(1, 30), pounds=st.integers(0, 6_000))
    @settings(max_examples=60)
    def test_pay_equals_check_and_every_day_is_in_one_state_and_no_year_pays_above_its_limit(
        self, stays: list[dict[str, Any]], cap: int, pounds: int
    ) -> None:
        capped = made(limit(f"£{pounds}"), at_most=cap, settles="month")
        program = compose(capped)
        rows = rows_of(capped, {"virtual_ward_stays": stays})
        derived = check.read(program, rows)
        paid = pay.read(program, framed_tables(program, rows))
        assert dict(paid.parts()) == dict(derived.parts())
        assert not any(line.clashing for line in paid.units)
        for counted in unit_states(program, paid).values():
            assert min(counted.values()) >= 0
            assert counted["received"] == sum(counted[one] for one in ("priced", "covered", "excluded", "unpriced"))
            assert counted["priced"] <= sum(min(cap, one["days"]) for one in stays)
        net = sum(line.pence * (1 if line.payee == "RXX" else -1) for line in paid.flows)
        earned = sum(line.pence for line in paid.flows if line.payee == "RXX")
        assert net == min(earned, 100 * pounds)

    @given(data=st.data(), stays=st.lists(a_stay, min_size=2, max_size=8))
    @settings(max_examples=30)
    def test_the_order_of_the_rows_changes_nothing(self, data: st.DataObject, stays: list[dict[str, Any]]) -> None:
        keyed = [{**one, "stay": f"{number:03d}"} for number, one in enumerate(stays)]
        turned = data.draw(st.permutations(keyed))
        monthly = made(limit("£2,000"), settles="month")
        program = compose(monthly)
        one, other = (check.read(program, rows_of(monthly, {"virtual_ward_stays": rows})) for rows in (keyed, turned))
        assert dict(one.parts()) == dict(other.parts())
