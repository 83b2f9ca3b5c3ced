"""Mistakes: what a rule may not say is refused when it is written, in words that say what to write instead."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tallystick.kernel.accounts import account
from tallystick.kernel.errors import RuleError
from tallystick.kernel.flows import Figure, Flow
from tallystick.kernel.hooks import hookimpl
from tallystick.kernel.language.profile import Profile
from tallystick.kernel.language.series import Amount, Code, Day, Rate
from tallystick.kernel.language.words import allot, earlier, instalment, previous, ratio, running, so_far, total, when
from tallystick.kernel.parameters import parameter
from tallystick.kernel.program import compose
from tallystick.kernel.rules import Rule, rule
from tallystick.kernel.tables import Table, column, table
from tests.spec.drawn import Each, Spells
from tests.support import case, contract, use

Says = Callable[[Any, Any, Any], Any]


@rule("other")
class Other(Rule):
    """A rule with a number or two, which says whatever it is told to."""

    amount: Amount = parameter("Money.")
    rate: Rate = parameter("A rate.")
    says: tuple[Any, ...] = parameter("What it says.")

    @hookimpl
    def incentive(self, activity: Any, paid: Any, contract: Any) -> Iterator[Any]:
        yield self.says[0](self, activity.spells, contract if self.says[1:] == () else paid)


def refused(says: Says, *with_paid: str) -> str:
    """Why a contract is stopped whose rule says this."""
    entry = use(Other, amount="£1", rate="5%", says=(says, *with_paid))
    program = compose(case(contract("A", use(Each, amount="£1"), entry), tables=[Spells]))
    return program.stopped["A"].why if program.stopped else "nothing"


TWICE = "this would round twice: write amount * (rate * rate), or .as_line() on the amount if it is a line of its own"
MISSING = (
    "this may be missing, and missing is neither no nor zero: say what happens then, "
    "with .is_yes(), .is_no(), .is_given(), .is_missing() or .or_else(…)"
)
NOT_PYTHON = "an expression has no value while a rule is being written: use when(…), & | ~, or .is_in(…) instead of"
BEYOND = (
    "total(…, to='provider') goes beyond the contract with the rule's own numbers, so it is a rule of the scheme: "
    "write its [[rule]] in scheme.toml, and let contracts take part by its label"
)


def chosen(condition: Any) -> Any:
    """What a Python ``if`` does with a condition."""
    return 1 if condition else 2


@pytest.mark.parametrize(
    ("says", "why"),
    [
        (lambda r, s, c: r.amount * r.amount, "an amount times an amount has no meaning"),
        (lambda r, s, c: r.amount * r.rate * r.rate, TWICE),
        (lambda r, s, c: s.days * 2, MISSING),
        (lambda r, s, c: when(s.satisfied, r.amount), MISSING),
        (lambda r, s, c: s.cost + r.amount, MISSING),
        (lambda r, s, c: Flow(c.commissioner, c.provider, s.cost, reason="x"), "an amount, and it may be missing"),
        (lambda r, s, c: total(s.cost), MISSING),
        (lambda r, s, c: chosen(s.rows > 1), NOT_PYTHON),
        (lambda r, s, c: (s.rows > 1) and (s.rows < 3), NOT_PYTHON),
        (lambda r, s, c: 1 < s.rows < 3, NOT_PYTHON),
        (lambda r, s, c: not (s.rows > 1), NOT_PYTHON),
        (lambda r, s, c: "A" in s.provider, NOT_PYTHON),
        (lambda r, s, c: chosen(s.satisfied), NOT_PYTHON),
        (lambda r, s, c: r.amount * 0.5, "0.5 is a float, and no float comes near money: write it as text, such as"),
        (lambda r, s, c: r.amount + 1.5, "1.5 is a float"),
        (lambda r, s, c: r.amount + 100, "100 cannot stand for an amount"),
        (lambda r, s, c: r.amount + "1.50", "'1.50' is not money: write it with its sign, such as £1,234.56"),
        (lambda r, s, c: r.amount + "£0.001", "'£0.001' has a fraction of a penny"),
        (lambda r, s, c: r.amount / 2, "nothing is divided here: write ratio(a, b, otherwise=…), or allot(…)"),
        (lambda r, s, c: r.amount + r.rate, "add: an amount and a rate cannot be put together"),
        (lambda r, s, c: r.amount == s.rows, "eq: an amount and a count cannot be put together"),
        (lambda r, s, c: ratio(r.amount, s.rows, otherwise=0), "ratio(…): an amount over a count is not a ratio"),
        (lambda r, s, c: when(s.rows > 1, s.code.or_else("")), "needs what holds otherwise: there is no zero for it"),
        (lambda r, s, c: (s.rows > 1) & s.rows, "& and | join two conditions, not a condition and a count"),
        (lambda r, s, c: s.satisfied.is_yes() & s.satisfied, MISSING),
        (lambda r, s, c: total(s.rows > 1), "total(…) adds numbers: write count(condition)"),
        (lambda r, s, c: total(s.rows, to="ward"), "total(…, to='ward'): choose one of contract, provider"),
        (lambda r, s, c: total(total(s.rows)), "a value for each contract cannot be totalled to contract"),
        (lambda r, s, c: total(r.amount * s.rows, to="provider"), BEYOND),
        (lambda r, s, c: allot("£1", by=total(s.rows)), "allot(…) goes beyond the contract with the rule"),
        (lambda r, s, c: allot(r.amount, by=s.rows), "money is shared among contracts, members or a list, not among"),
        (lambda r, s, c: previous(s.rows), "previous(…) is of a contract's value, and this is one for each spells"),
        (lambda r, s, c: running(r.amount), "running(…) goes along the rows of a table"),
        (lambda r, s, c: so_far(s.rows), "so_far(…) is of a contract's value, and this is one for each spells"),
        (lambda r, s, c: so_far(c.first_day), "so_far(…) adds numbers, not a day"),
        (lambda r, s, c: instalment(r.rate), "instalment(…) is of a year's amount or count, not of a rate"),
        (lambda r, s, c: instalment(r.amount, ("50%",) * 2), "twelve rates as a Profile, not ('50%', '50%')"),
        (lambda r, s, c: Profile(("50%",) * 2), "a profile has 12 rates, one for each month of the contract's year"),
        (lambda r, s, c: Profile(("8%",) * 12), "the rates of a profile sum to 100%, and these to 96%"),
        (lambda r, s, c: Profile(("-8%", *["27/275"] * 11)), "no rate below zero"),
        (lambda r, s, c: earlier(s, s.rows * r.amount > 0), "its condition is about their columns, not a contract's"),
        (lambda r, s, c: s.colour, "table spells has no column 'colour'"),
        (lambda r, s, c: s.satisfed, "did you mean \"satisfied\"?"),
        (lambda r, s, c: Figure("day", s.discharged), "figure 'day' is a number or a condition, not a day"),
        (lambda r, s, c: Flow(c.provider, "QYY", r.amount, reason="x"), "payee is an account (contract.provider"),
        (lambda r, s, c: Flow(c.provider, c.pot("a/b"), r.amount, reason="x"), "a pot's name is text without a stroke"),
        (lambda r, s, c: Flow(c.provider, c.pot("p"), r.amount, reason="x", kind="gift"), "a flow's kind is one of"),
        (
            lambda r, s, c: Flow(c.commissioner, account(s.provider), r.amount, reason="x"),
            "an account for each spells cannot take an amount for each contract",
        ),
        (
            lambda r, s, c: Flow(c.commissioner, c.provider, r.amount, reason="x", units=s.rows),
            "units for each spells cannot be counted on an amount for each contract",
        ),
        (
            lambda r, s, c: Flow(c.commissioner, c.provider, total(s.cost.or_else(0), to="provider"), reason="x"),
            "a flow of one amount for each provider would be paid by every contract: allot it first",
        ),
    ],
)  # fmt: skip
def test_what_has_no_meaning_is_refused_with_what_to_write(says: Says, why: str) -> None:
    assert why in refused(says)


def test_a_label_is_a_parameter_and_never_written_into_the_rule() -> None:
    why = "'each' is written into the rule: take labels from a parameter, on: Label"
    assert why in refused(lambda r, s, paid: paid("each"), "paid")


@table("visits", key="visit", date="visited")
class Visits(Table):
    """Another table of activity."""

    visit: Code = column("What names the row.")
    visited: Day = column("When.")


def test_grains_that_do_not_meet_name_where_both_could_be_totalled() -> None:
    """Two tables of one contract have no row in common."""
    with pytest.raises(RuleError, match=re.escape(
        "add: a value for each spells does not meet a value for each visits; bring both to one grain first, with "
        'total(…, to="contract") or total(…, to="provider") or total(…, to="commissioner") or total(…, to="scheme")'
    )):  # fmt: skip
        Spells().rows + Visits().rows


def test_a_rule_that_yields_something_else_or_raises_stops_its_contract_with_the_words() -> None:
    assert "incentive yielded 7, which is no flow, figure, carry, law or claim" in refused(lambda r, s, c: 7)
    assert "rule other raised ZeroDivisionError" in refused(lambda r, s, c: 1 // 0)


def test_only_the_contracts_that_hold_a_faulty_rule_are_stopped() -> None:
    faulty = use(Other, amount="£1", rate="5%", says=(lambda r, s, c: r.amount * r.amount,))
    program = compose(case(contract("A", faulty), contract("B", use(Each, amount="£1")), tables=[Spells]))
    assert list(program.stopped) == ["A"]
    assert [one.id for one in program.contracts] == ["B"]
