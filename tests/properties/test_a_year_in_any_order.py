"""Any order of what happens in a contract's year: entitlement, postings, pots and payments always agree to the penny.

The workspace is a real folder, settled by the engine. Beside it `clinic_year` works out the same in plain Python.
"""

from __future__ import annotations

import datetime
import shutil
import tempfile
from pathlib import Path
from typing import Any

from attrs import evolve
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

import tallystick_rules.plugin
from tallystick import Engine
from tallystick.in_year.moved import to_provider
from tallystick.in_year.postings import PostingKey, Sum, added, entitlement
from tallystick.result import Result
from tests.properties.clinic_files import (
    add_payment,
    add_submission,
    first_files,
    write_challenges,
    write_contract,
    write_scheme,
)
from tests.properties.clinic_year import (
    DAY,
    MONTHS,
    OF_ATTENDANCES,
    OF_CONTACTS,
    Challenge,
    Known,
    Paid,
    Restated,
    Row,
    Sent,
    comes_to,
    counted,
    last_day,
    on_account,
    what_moved,
)
from tests.unit.in_year_world import reasons

ENGINE = Engine(plugins=[tallystick_rules.plugin], discover=False)
BEGINS = datetime.date(2025, 5, 2)
prices = st.fixed_dictionaries({code: st.sampled_from([10_000, 12_345, 4_999, 1, 0]) for code in "AB"})
years = st.sampled_from([120_007, 99_995, 11, 0])
days = st.sampled_from([5, 0, 1, 17, 31])
then = st.sampled_from(["post", "look", "nothing"])
changes = st.lists(
    st.tuples(
        st.sampled_from(["care", "twice", "recoded", "withdrawn", "care"]), st.integers(0, 40), st.sampled_from("AB"),
        st.integers(1, 40),
    ), min_size=1, max_size=6,
)  # fmt: skip


class Clinic(RuleBasedStateMachine):
    """One contract: what is true, what was sent of it, and what was posted."""

    @initialize(
        by_year=st.booleans(), to_provider=st.booleans(), in_place=st.booleans(), first=prices, year=years, of=changes,
        merges=st.none() | st.integers(40, 150), merger_known=st.booleans(),
    )  # fmt: skip
    def begin(
        self, by_year: bool, to_provider: bool, in_place: bool, first: dict[str, int], year: int,
        of: list[tuple[str, int, str, int]], merges: int | None, merger_known: bool,
    ) -> None:  # fmt: skip
        self.folder = Path(tempfile.mkdtemp()) / "a workspace"
        self.day, self.through = BEGINS, MONTHS[0]
        self.by_year, self.to_provider, self.in_place = by_year, to_provider, in_place
        self.lists = [Restated(BEGINS, first, first)]
        self.year, self.clause = year, 1
        self.true: dict[str, dict[str, Row]] = {OF_ATTENDANCES: {}, OF_CONTACTS: {}}
        self.ever: dict[str, Row] = {}
        self.sent: list[Sent] = []
        self.challenges: dict[str, Challenge] = {}
        self.paid: list[Paid] = []
        self.merger = None if merges is None else BEGINS + merges * DAY
        self.merger_written = False
        self.posted: dict[PostingKey, Sum] = {}
        self.ordered = 0
        self.snapshot: Known | None = None
        self.told: list[tuple[Known, tuple[Any, ...]]] = []
        self.names = 0
        first_files(self.folder)
        self.write()
        write_challenges(self.folder, {}, None if in_place else BEGINS - DAY)
        if merger_known:
            self.write_merger()
        for table in (OF_ATTENDANCES, OF_CONTACTS):
            self.send(table, 0, 0, agreed=False, of=of)

    def teardown(self) -> None:
        if not hasattr(self, "folder"):
            return
        self.settled(post=True)
        whole = self.run(self.day, self.through, "nothing")
        assert whole.in_year is not None
        assert whole.in_year.due.lines == self.posted
        shutil.rmtree(self.folder.parent)

    # ---- what people write ------------------------------------------------------------------------------------

    def write(self) -> None:
        write_scheme(self.folder, self.lists, "year" if self.by_year else "month", in_place=self.in_place)
        write_contract(
            self.folder, self.year, f"4.{self.clause}", "provider" if self.to_provider else "commissioner"
        )  # fmt: skip

    def write_merger(self) -> None:
        if self.merger is not None and not self.merger_written:
            self.merger_written = True
            text = f"code,successor,from\nRXX,RNW,{self.merger}\n"
            (self.folder / "successors.csv").write_text(text, encoding="utf-8")

    def provider(self, day: datetime.date) -> str:
        return "RNW" if self.merger_written and self.merger is not None and day >= self.merger else "RXX"

    def name(self) -> str:
        self.names += 1
        return f"x{self.names:02d}"

    def pass_days(self, many: int) -> None:
        self.day += many * DAY
        if self.merger is not None and self.day >= self.merger:
            self.write_merger()

    # ---- what happens -----------------------------------------------------------------------------------------

    @rule(
        wait=days, table=st.sampled_from([OF_ATTENDANCES, OF_ATTENDANCES, OF_CONTACTS]), first=st.integers(0, 5),
        more=st.integers(0, 2), agreed=st.booleans(), of=changes, after=then,
    )  # fmt: skip
    def send(
        self,
        table: str,
        first: int,
        more: int,
        agreed: bool,
        of: list[tuple[str, int, str, int]],
        wait: int = 0,
        after: str = "nothing",
    ) -> None:
        """Something came to be known at the clinic, and some months are sent, whole."""
        self.pass_days(wait + 1)
        months = [month for month in MONTHS if month <= self.day]
        stated = months[min(first, len(months) - 1) :][: more + 1]
        rows = self.true[table]
        for what, place, code, count in of:
            found = sorted(key for key in rows if rows[key].month in stated)
            if what == "care" or not found:
                day = stated[place % len(stated)].replace(day=1 + place % 28)
                key = self.name()
                rows[key] = Row(key, self.provider(day), day, code, 1 if table == OF_ATTENDANCES else count)
            elif what == "withdrawn":
                twins = [key for key in found if any(rows[key][1:] == rows[one][1:] for one in found if one != key)]
                del rows[(twins or found)[place % len(twins or found)]]
            else:
                one = rows[found[place % len(found)]]
                new = one._replace(key=self.name()) if what == "twice" else one._replace(code=code)
                rows[new.key] = new
        sent = {key: row for key, row in rows.items() if row.month in stated}
        one_sent = Sent(table, stated[0], stated[-1], self.day, agreed, sent)
        self.sent.append(one_sent)
        if table == OF_ATTENDANCES:
            self.ever.update(sent)
        add_submission(self.folder, one_sent, "RXX;RNW" if self.merger_written else "RXX")
        self.told_of(after)

    @precondition(lambda self: set(self.ever) - set(self.challenges))
    @rule(wait=days, place=st.integers(0, 9), after=then)
    def a_challenge_is_raised(self, wait: int, place: int, after: str) -> None:
        self.pass_days(wait + 1)
        free = sorted(set(self.ever) - set(self.challenges), key=lambda key: self.ever[key].day, reverse=True)
        self.challenges[free[place % len(free)]] = Challenge(self.day)
        write_challenges(self.folder, self.challenges, None if self.in_place else self.day)
        self.told_of(after)

    @precondition(lambda self: any(one.decided is None for one in self.challenges.values()))
    @rule(wait=days, place=st.integers(0, 9), decision=st.sampled_from(["upheld", "rejected", "withdrawn"]), after=then)
    def a_challenge_is_decided(self, wait: int, place: int, decision: str, after: str) -> None:
        self.pass_days(wait + 1)
        still = sorted(key for key, one in self.challenges.items() if one.decided is None)
        key = still[place % len(still)]
        self.challenges[key] = evolve(self.challenges[key], decided=self.day, decision=decision)
        write_challenges(self.folder, self.challenges, None if self.in_place else self.day)
        self.told_of(after)

    @rule(wait=days, spring=prices, summer=prices, after=then)
    def prices_are_restated(self, wait: int, spring: dict[str, int], summer: dict[str, int], after: str) -> None:
        self.pass_days(wait + 1)
        self.lists.append(Restated(self.day, spring, summer))
        self.write()
        self.told_of(after)

    @rule(year=years | st.none(), after=then)
    def the_contract_is_varied(self, year: int | None, after: str) -> None:
        """It has another value, or the same under another clause."""
        self.year, self.clause = (self.year, self.clause + 1) if year is None else (year, self.clause)
        self.write()
        self.told_of(after)

    @rule(wait=days, pence=st.integers(1, 10**5), back=st.booleans(), month=st.none() | st.sampled_from(MONTHS))
    def money_is_paid_on_account(self, wait: int, pence: int, back: bool, month: datetime.date | None) -> None:
        self.pass_days(wait)
        one = Paid(on=self.day, pence=-pence if back else pence, month=month, provider=self.provider(self.day),
                   reference=self.name())  # fmt: skip
        self.paid.append(one)
        add_payment(self.folder, one)

    @rule(wait=days, ahead=st.booleans(), post=st.booleans())
    def it_is_reconciled(self, wait: int, ahead: bool, post: bool) -> None:
        """For the months that are over, and perhaps the one after them; never for fewer than before."""
        self.pass_days(wait)
        over = [month for month in MONTHS if last_day(month) < self.day]
        self.through = max(self.through, MONTHS[min(len(over) - 1 + ahead, len(MONTHS) - 1)])
        self.settled(post=post)

    def told_of(self, after: str) -> None:
        if after != "nothing":
            self.it_is_reconciled(0, ahead=False, post=after == "post")

    @precondition(lambda self: self.told)
    @rule(place=st.integers(0, 40))
    def an_earlier_day_is_told_again(self, place: int) -> None:
        then, lines = self.told[place % len(self.told)]
        result = self.run(then.day, then.through)
        assert result.in_year is not None
        now = evolve(self.known(then.day, then.through), year_pence=self.year)
        assert net(result) == comes_to(now).to_provider
        if now.year_pence == then.year_pence:
            assert amounts(result) == lines
        account = sum(one.on_account * side(one) for one in result.in_year.due.payable)
        assert account == on_account(self.paid, then.day, then.through)

    # ---- what must be true ------------------------------------------------------------------------------------

    def known(self, day: datetime.date, through: datetime.date) -> Known:
        in_force = [one for one in self.lists if one.known_from <= day]
        return Known(
            rows=counted(self.sent, day, through), prices=in_force[-1], year_pence=self.year, by_year=self.by_year,
            challenges=dict(self.challenges), day=day, through=through, undecided_to_provider=self.to_provider,
        )  # fmt: skip

    def run(self, day: datetime.date, through: datetime.date, posted: Any = "journal") -> Result:
        months = f"2025-04..{through:%Y-%m}"
        return ENGINE.settle(self.folder, months=months, as_at=day, posted=posted, reference_rows=0)

    def settled(self, *, post: bool) -> None:
        """Reconcile, compare everything with the model, and post."""
        known = self.known(self.day, self.through)
        expected, account = comes_to(known), on_account(self.paid, self.day, self.through)
        result = self.run(self.day, self.through)
        assert result.passed
        assert result.in_year is not None
        of = result.in_year.due
        assert net(result) == expected.to_provider
        assert sum(pot.closing for pot in result.settlement.pots) == expected.contested
        assert pot_lines(result) == expected.contested
        assert {frozenset((one.payer, one.payee)) for one in of.payable} <= {
            frozenset(("QYY", self.provider(self.day)))
        }
        sums = [sum(one[place] * side(one) for one in of.payable) for place in range(3, 7)]
        assert sums == [expected.to_provider, account, self.ordered, expected.to_provider - account - self.ordered]
        assert added([*self.posted.items(), *of.lines.items()]) == entitlement(result.settlement.lines)
        contracts = {one.id: one for one in result.settlement.case.contracts}
        due = sum(to_provider(key, one, contracts) for key, one in of.lines.items())
        if self.snapshot is not None:
            before = comes_to(self.snapshot).to_provider
            assert due == expected.to_provider - before
            moved = what_moved(before, self.snapshot, known, challenges_in_place=self.in_place)
            assert reasons(result) == moved
        self.told.append((known, amounts(result)))
        if post:
            self.post(result, known, sums[-1])

    def post(self, result: Result, known: Known, now: int) -> None:
        assert result.in_year is not None
        lines = result.in_year.due.lines
        new = result.post()
        assert (new is not None) == bool(lines or now)
        if new is None:
            return
        self.posted, self.ordered, self.snapshot = (
            added([*self.posted.items(), *lines.items()]),
            self.ordered + now,
            known,
        )
        again = self.run(self.day, self.through)
        assert again.in_year is not None
        assert (again.in_year.due.lines, sum(one.now for one in again.in_year.due.payable)) == ({}, 0)
        assert again.post() is None


def side(one: Any) -> int:
    """1 where the provider is paid, -1 where it pays."""
    return -1 if one.payee == "QYY" else 1


def net(result: Result) -> int:
    """What all lines bring the provider or whoever stands in its place, and take from it, in cash."""
    lines = [line for line in result.settlement.lines if line.book == "cash"]
    return sum(line.pence for line in lines if line.payee == "RXX") - sum(
        line.pence for line in lines if line.payer == "RXX"
    )  # fmt: skip


def pot_lines(result: Result) -> int:
    """What the ledger's lines leave in the pot."""
    pot, lines = "clinic/contested", result.settlement.lines
    return sum(one.pence for one in lines if one.payee == pot) - sum(one.pence for one in lines if one.payer == pot)


def amounts(result: Result) -> tuple[Any, ...]:
    """The ledger without its clauses, which are the contract's of today."""
    return tuple(line._replace(clause="") for line in result.settlement.lines)


TestAYear = Clinic.TestCase
TestAYear.settings = settings(
    settings.default, max_examples=max(6, settings.default.max_examples // 20), stateful_step_count=12
)
