"""Patient experience, worked out by hand: what is held of each spell, and where it goes."""

from __future__ import annotations

import datetime
from fractions import Fraction
from typing import Any

from attrs import define, field

from tallystick.kernel.case import ContractCase, RuleEntry
from tests.properties.by_hand import DAY, Book, Found, Row, World, half_up, home, number, periods, rules_of, shared
from tests.properties.by_hand_best_practice import achieved, worth
from tests.properties.by_hand_best_practice import settle as settle_best_practice
from tests.properties.by_hand_prices import AT_FAULT, admitted_spell

RELEASE, STAY_HELD, LAPSE, FOLLOW = "release", "stay held", "lapse", "follow the provider's rate"


@define(eq=False)
class Share:
    """What became of one contract's money in one period."""

    contract: ContractCase
    rule: RuleEntry
    period: int
    first: datetime.date
    last: datetime.date
    held: int = 0
    back: dict[str, int] = field(factory=dict)
    refused: int = 0
    not_followed: int = 0
    to: dict[tuple[str | None, str], int] = field(factory=dict)

    @property
    def released(self) -> int:
        """All that was released to the provider."""
        return sum(self.back.values())

    def release(self, pence: int, why: str) -> None:
        """So much goes back to the provider."""
        self.back[why] = self.back.get(why, 0) + pence

    def go(self, account: str | None, pence: int, why: str) -> None:
        """So much goes to an account."""
        self.to[account, why] = self.to.get((account, why), 0) + pence


def by_hand(made: World) -> Found:
    """Prices, best practice and the shares that are held of both."""
    book, shares = Book(), []
    for contract in made.case.contracts:
        for rule in rules_of(contract, "best-practice-tariff"):
            settle_best_practice(made, contract, rule, book)
        for rule in rules_of(contract, "admitted-spell"):
            _spells(made, contract, rule, book)
        for rule in rules_of(contract, "patient-experience"):
            shares += [settle(made, contract, rule, *period) for period in periods(contract)]
    through_the_fund(made, shares, book)
    for share in shares:
        pot = f"{share.contract.id}/patient experience"
        to = (share.contract.id, share.period, share.rule.label)
        book.add(*to, share.contract.provider, pot, share.held, flow="held")
        for why, pence in share.back.items():
            book.add(*to, pot, share.contract.provider, pence, flow=f"released: {why}")
        for (account, why), pence in share.to.items():
            book.add(*to, pot, account, pence, flow=why)
    return book.found()


def _spells(made: World, contract: ContractCase, rule: RuleEntry, book: Book) -> None:
    for row in made.rows["spells"]:
        where = home(made.case, row, "discharged")
        if where is not None and where[0] is contract:
            pence = admitted_spell(made, rule, row)
            if pence == AT_FAULT:
                book.refuse(contract.id, rule.label, "spells", row["spell"])
            else:
                book.add(contract.id, where[1], rule.label, contract.commissioner, contract.provider, pence or 0)


def payment(made: World, contract: ContractCase, rule: RuleEntry, row: Row) -> int:
    """What the rules that are named pay for a spell, together."""
    pence = 0
    for other in contract.rules:
        if other.label not in rule.shape["on"]:
            continue
        if other.use == "admitted-spell":
            found: Any = admitted_spell(made, other, row)
            pence += 0 if found in (None, AT_FAULT) else found
            continue
        for level in other.shape["levels"]:
            found = worth(made, other, level, row)
            good = achieved(made, other, level, row)
            pence += (0 if found == AT_FAULT else found) * (good if "added" in other.shape["moves"].value else good - 1)
    return pence


def settle(
    made: World, contract: ContractCase, rule: RuleEntry, period: int, first: datetime.date, last: datetime.date
) -> Share:
    """One period of one contract."""
    share = Share(contract, rule, period, first, last)
    rows = [
        row for row in made.rows["spells"]
        if (where := home(made.case, row, "discharged")) is not None and where[:2] == (contract, period)
    ]  # fmt: skip
    amounts = {
        row["spell"]: half_up(
            max(0, payment(made, contract, rule, row)) * number(rule, "share", row["discharged"]), made.case.rounding
        )
        for row in rows
    }
    exempt = exempted(made, rule, [row for row in rows if amounts[row["spell"]]], first)
    said = answers_of(made, rule, contract.provider, first, last)
    smallest, as_at = number(rule, "smallest", first), made.case.as_at
    assert as_at is not None
    unanswered = 0
    for row in rows:
        held = amounts[row["spell"]]
        share.held += held
        answer, last_day = answered(made, rule, row), last_day_of(rule, row)
        over = last_day is not None and last_day < as_at
        if never_asked(rule, row) or row["spell"] in exempt:
            share.release(held, "never asked or exempt")
        elif smallest is not None and len(said) < smallest:
            then = rule.shape["below_smallest"].value
            if then == "released":
                share.release(held, "few")
            elif then == "returned":
                share.go(contract.commissioner, held, "few")
        elif answer is not None:
            share.release(held if answer else 0, "satisfied")
            share.refused += 0 if answer else held
        elif rule.shape["no_answer"].value == FOLLOW:
            unanswered += held if over or last_day is None else 0
        elif rule.shape["no_answer"].value == RELEASE:
            share.release(held if over or last_day is None else 0, "no answer")
        elif over:
            share.go(number(rule, "unanswered_to", row["discharged"]), held, "no answer")
    if said:
        part = half_up(Fraction(sum(said), len(said)) * unanswered, made.case.rounding)
        share.release(part, "rate")
        share.not_followed = unanswered - part
    return share


def answers_of(made: World, rule: RuleEntry, provider: str, first: datetime.date, last: datetime.date) -> list[bool]:
    """What the patients of a provider said of their spells of a period, under all its contracts."""
    return [
        answer for row in made.rows["spells"]
        if row["provider"] == provider and first <= row["discharged"] <= last
        and (answer := known(made, rule, row)) is not None
    ]  # fmt: skip


def last_day_of(rule: RuleEntry, row: Row) -> datetime.date | None:
    """The last day on which an answer counts."""
    days = number(rule, "lapses_after_days", row["discharged"])
    return number(rule, "lapses_on", row["discharged"]) if days is None else row["discharged"] + DAY * days


def known(made: World, rule: RuleEntry, row: Row) -> bool | None:
    """What the patient said, if it is known on the run's day."""
    answer = made.matching("answers", spell=row["spell"], question=rule.shape["question"])
    if answer is None or answer["answered_on"] > made.case.as_at:
        return None
    return answer["satisfied"]  # type: ignore[no-any-return]


def answered(made: World, rule: RuleEntry, row: Row) -> bool | None:
    """What the patient said, if it is known and was said by the last day."""
    answer = made.matching("answers", spell=row["spell"], question=rule.shape["question"])
    last_day = last_day_of(rule, row)
    if answer is not None and last_day is not None and answer["answered_on"] > last_day:
        return None
    return known(made, rule, row)


def never_asked(rule: RuleEntry, row: Row) -> bool:
    """Whether the patient is on the list of those who are never asked, or too young."""
    youngest = number(rule, "youngest_asked_years", row["discharged"])
    if youngest is not None and row["age_years"] is not None and row["age_years"] < youngest:
        return True
    return any(row[name] in codes for name, codes in (rule.shape.get("never_asked") or {}).items())


def exempted(made: World, rule: RuleEntry, rows: list[Row], first: datetime.date) -> set[str]:
    """The spells that are exempt: decided by the day of the answer, the first by discharge, up to the ceiling."""
    asked = [row for row in rows if not never_asked(rule, row)]
    decided = []
    for row in sorted(asked, key=lambda row: (row["discharged"], row["spell"])):
        exemption = made.matching("exemptions", spell=row["spell"])
        answer = made.matching("answers", spell=row["spell"], question=rule.shape["question"])
        if exemption is None or exemption["decided_on"] > made.case.as_at:
            continue
        if answer is not None and answer["satisfied"] is not None and exemption["decided_on"] > answer["answered_on"]:
            continue
        decided.append(row["spell"])
    ceiling = number(rule, "exempt_at_most", first)
    most = len(decided) if ceiling is None else int(ceiling * len(asked))
    return set(decided[:most])


def through_the_fund(made: World, shares: list[Share], book: Book) -> None:
    """What was not released goes to its account, or to the others by what was released to them."""
    given: dict[tuple[datetime.date, datetime.date], list[tuple[int, Share, list[Share]]]] = {}
    for share in shares:
        fund = number(share.rule, "shared_through", share.first)
        if fund is None:
            to = number(share.rule, "unreleased_to", share.first)
            share.go(to, share.refused, "refused")
            share.go(to, share.not_followed, "not followed")
            continue
        window = (share.first, share.last)
        others = [one for one in shares if one is not share and (one.first, one.last) == window]
        refused = share.refused + share.not_followed
        pence = max(0, refused) if any(one.released > 0 for one in others) else 0
        share.go(fund, pence, "shared")
        share.go(share.contract.commissioner, refused - pence, "left")
        given.setdefault(window, []).append((pence, share, others))
    for pots in given.values():
        exact: dict[tuple[str, Share], Fraction] = {}
        for pence, _, others in pots:
            released = {one: max(0, one.released) for one in others}
            for one, weight in released.items():
                key = (one.contract.id, one)
                exact[key] = exact.get(key, Fraction(0)) + Fraction(pence * weight, sum(released.values()) or 1)
        parts = shared(int(sum(exact.values())), {name: part for (name, _), part in exact.items()})
        for name, one in exact:
            fund = number(one.rule, "shared_through", one.first)
            book.add(name, one.period, one.rule.label, fund, one.contract.provider, parts[name], flow="shared")
