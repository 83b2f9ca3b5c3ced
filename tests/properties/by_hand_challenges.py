"""Challenges, worked out by hand: what of each spell is contested, and what became of it by the run's day."""

from __future__ import annotations

from tallystick.kernel.case import ContractCase, RuleEntry
from tests.properties.by_hand import DAY, Book, Found, Row, World, home, number, rules_of
from tests.properties.by_hand_best_practice import settle as settle_best_practice
from tests.properties.by_hand_patients import _spells, payment


def by_hand(made: World) -> Found:
    """Prices, best practice, and the challenges of both."""
    book = Book()
    for contract in made.case.contracts:
        for rule in rules_of(contract, "best-practice-tariff"):
            settle_best_practice(made, contract, rule, book)
        for rule in rules_of(contract, "admitted-spell"):
            _spells(made, contract, rule, book)
        for rule in rules_of(contract, "challenges"):
            for row in made.rows["spells"]:
                where = home(made.case, row, "discharged")
                if where is not None and where[0] is contract:
                    _challenged(made, contract, rule, row, where[1], book)
    return book.found()


def _challenged(made: World, contract: ContractCase, rule: RuleEntry, row: Row, period: int, book: Book) -> None:
    """One spell of the contract, in one of its periods."""
    challenge, as_at = made.matching("challenges", of_table="spells", row=row["spell"]), made.case.as_at
    assert as_at is not None
    if challenge is None or challenge["raised_on"] > as_at:
        return
    if (challenge["decision"] is None) != (challenge["decided_on"] is None):
        book.refuse(contract.id, rule.label, "spells", row["spell"])
        return
    pence, on = payment(made, contract, rule, row), row["discharged"]
    raised = challenge["raised_on"]
    if pence <= 0 or raised > on + DAY * number(rule, "raise_within_days", on):
        return
    until = raised + DAY * number(rule, "decide_within_days", on)
    decided = challenge["decided_on"]
    pot = f"{contract.id}/contested"
    to = (contract.id, period, rule.label)
    if decided is not None and decided <= min(as_at, until):
        if challenge["decision"] == "upheld":
            book.add(*to, contract.provider, contract.commissioner, pence, flow="upheld")
        return
    book.add(*to, contract.provider, pot, pence, flow="contested")
    if as_at > until:
        book.add(*to, pot, number(rule, "undecided_to", on), pence, flow="not decided in time")
