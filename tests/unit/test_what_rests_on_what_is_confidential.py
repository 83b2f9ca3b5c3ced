"""What of a rule is confidential is read off its expressions: a table, a column, a lookup, another rule, a balance."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tallystick.confidential.resting import hidden_from, resting, without
from tallystick.kernel.accounts import Contract, balance
from tallystick.kernel.errors import RuleError
from tallystick.kernel.flows import Figure, Flow
from tallystick.kernel.hooks import hookimpl
from tallystick.kernel.language.series import Amount, Code, Count, Day, Maybe
from tallystick.kernel.language.words import total, when
from tallystick.kernel.parameters import Label
from tallystick.kernel.program import compose
from tallystick.kernel.rules import Rule, parameter, rule
from tallystick.kernel.tables import Table, column, table
from tallystick.kernel.trace import Activity, Paid
from tests.support import case, contract, use


@table("stays", key="stay", date="left")
class Stays(Table):
    """Stays, whose score the provider may not see."""

    stay: Code = column("What names the row.")
    provider: Code = column("Who treated.")
    commissioner: Code = column("Who pays.")
    left: Day = column("When it ended.")
    score: Maybe[Count] = column("What the patient gave.", confidential_to=("provider",))
    nights: Count = column("How long it was.")


@rule("scored")
class Scored(Rule):
    """A pound a night is held, and given back for a good score."""

    each: Amount = parameter("A pound.")

    @hookimpl
    def incentive(self, activity: Activity, contract: Contract) -> Iterator[Flow | Figure]:
        pot = contract.pot("held")
        held = self.each * activity.stays.nights
        good = activity.stays.score.map(lambda score: score >= 8).is_yes()
        yield Flow(contract.provider, pot, held, kind="retention", reason="held")
        yield Flow(pot, contract.provider, when(good, held), kind="release", reason="good")
        yield Figure("nights", activity.stays.nights)
        yield Figure("good", good)


@rule("on-top")
class OnTop(Rule):
    """A tenth of what another rule pays."""

    on: Label = parameter("The other rule.")

    @hookimpl
    def incentive(self, paid: Paid, contract: Contract) -> Iterator[Flow]:
        yield Flow(contract.commissioner, contract.provider, paid.total(self.on), reason="again")


@rule("what-is-left")
class WhatIsLeft(Rule):
    """What the pot holds."""

    @hookimpl
    def incentive(self, contract: Contract, activity: Activity) -> Iterator[Flow | Figure]:
        yield Figure("in the pot", balance(contract.pot("held")))
        yield Figure("all nights", total(activity.stays.nights))


def program(*rules: Any) -> Any:
    return compose(case(contract("A", *rules), tables=[Stays]))


def test_a_columns_readers_are_confidential_and_nothing_else_of_the_rule() -> None:
    made = program(use(Scored, each="£1"))
    ((_, rests),) = resting(made, hidden_from("provider", made.case.tables)).items()
    assert (sorted(rests.flows), sorted(rests.figures), rests.on) == ([1], [1], ("stays.score",))
    assert not resting(made, hidden_from("commissioner", made.case.tables))


def test_what_another_rule_pays_and_what_a_pot_holds_carry_it_on() -> None:
    made = program(use(Scored, each="£1"), use(OnTop, on=Label("scored")), use(WhatIsLeft))
    found = resting(made, hidden_from("provider", made.case.tables))
    by_label = {made.uses[identity].cls.rule_name: rests for identity, rests in found.items()}
    assert by_label["on-top"].flows == {0}
    assert by_label["what-is-left"].figures == {0}


def test_a_pot_is_open_where_nothing_confidential_goes_through_any() -> None:
    made = program(use(WhatIsLeft))
    assert not resting(made, hidden_from("provider", made.case.tables))


def test_what_is_left_over_reads_nothing_that_is_hidden() -> None:
    made = program(use(Scored, each="£1"), use(OnTop, on=Label("scored")), use(WhatIsLeft))
    hidden = hidden_from("provider", made.case.tables)
    rest = without(made, resting(made, hidden))
    assert not resting(rest, hidden)
    (scored,) = [one for one in rest.uses.values() if one.cls.rule_name == "scored"]
    assert [(flow.number, flow.reason) for flow in scored.traced.flows] == [(0, "held")]


def test_a_party_that_is_none_protects_nothing_and_is_refused() -> None:
    with pytest.raises(RuleError, match="'providers', which is none of provider, commissioner"):

        @table("odd", confidential_to=("providers",))
        class Odd(Table):
            """A table."""

            name: Code = column("A name.")


def test_a_key_that_is_shown_with_its_rows_cannot_be_confidential() -> None:
    with pytest.raises(RuleError, match="name names or dates its rows: make the whole table confidential"):

        @table("odd", key="name")
        class Odd(Table):
            """A table."""

            name: Code = column("A name.", confidential_to=("provider",))
