"""Lines of any kind: what is due adds up, direction and order do not matter, and a file says just what it says."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.in_year.payable import Payment, payable
from tallystick.in_year.posting_file import Posting, Wrong, balances, read, written
from tallystick.in_year.postings import Sum, due, entitlement, shown, together
from tallystick.kernel.ledger import LedgerLine

DAY = datetime.date(2025, 10, 1)
SETTLED = {"a": ("2025-04", "2025-06"), "b": ("2025-05", "2025-06")}
text = st.text(st.characters(exclude_categories=["Cs"]), max_size=4)
whole = st.integers(-(2**50), 2**50)
accounts = st.lists(st.sampled_from(["P", "Q", "R", "a/pot", "scheme/fund"]), min_size=2, max_size=2)


def drawn(starts: st.SearchStrategy[str], labels: st.SearchStrategy[str], contracts: str = "ab") -> Any:
    """Ledger lines, whose periods begin in the months that are drawn."""
    return st.lists(
        st.builds(
            lambda contract, start, book, label, parties, pence, units: LedgerLine(
                contract, start, start, book, "price", "rule", label, *parties, abs(pence), units, label, "",
            ),
            st.sampled_from(contracts), starts, st.sampled_from(["cash", "memo"]), labels, accounts, whole, whole,
        ), max_size=12,
    )  # fmt: skip


both = drawn(st.sampled_from(["2025-05", "2025-06"]), st.sampled_from("xy"))
any_month = drawn(st.sampled_from(["2025-03", "2025-04", "2025-06", "2025-07"]), st.sampled_from("xy"), "abc")


@given(both, both)
def test_what_is_due_with_what_was_posted_is_what_is_entitled(
    before: list[LedgerLine], after: list[LedgerLine]
) -> None:
    posted, entitled = entitlement(before), entitlement(after)
    now = due(entitled, posted, SETTLED)
    assert together(posted, now) == entitled
    assert due(entitled, together(posted, now), SETTLED) == {}
    assert all(any(of) for of in now.values())


@given(both, any_month)
def test_what_was_not_settled_stays_as_it_is_posted(after: list[LedgerLine], before: list[LedgerLine]) -> None:
    posted, entitled = entitlement(before), entitlement(after)
    then = together(posted, due(entitled, posted, SETTLED))
    outside = {
        key: of for key, of in posted.items()
        if key.contract not in SETTLED or not SETTLED[key.contract][0] <= key.starts <= SETTLED[key.contract][1]
    }  # fmt: skip
    assert then == dict(sorted([*outside.items(), *entitled.items()]))


@given(both, st.randoms(use_true_random=False))
def test_neither_the_order_of_lines_nor_how_they_are_split_matters(lines: list[LedgerLine], chance: Any) -> None:
    parts = [part for one in lines for part in (one._replace(pence=one.pence // 3, units=0), one._replace(
        pence=one.pence - one.pence // 3))]  # fmt: skip
    chance.shuffle(parts)
    assert entitlement(parts) == entitlement(lines)


@given(both)
def test_turning_every_line_round_turns_every_sum_and_no_unit(lines: list[LedgerLine]) -> None:
    turned = [one._replace(payer=one.payee, payee=one.payer) for one in lines]
    there = {key: Sum(-of.pence, of.units) for key, of in entitlement(lines).items()}
    assert entitlement(turned) == there
    assert all(shown(*line)[1].pence >= 0 for line in there.items())


@given(both)
def test_every_book_comes_to_nothing_over_its_accounts(lines: list[LedgerLine]) -> None:
    assert all(sum(book.values()) == 0 for book in balances(entitlement(lines)).values())


@given(both, st.lists(st.tuples(accounts, st.integers(1, 10**6)), max_size=4))
def test_no_body_gains_by_netting(lines: list[LedgerLine], paid: list[tuple[list[str], int]]) -> None:
    """What is payable leaves every body where its lines and the payments on account have put it."""
    payments = [Payment("a", bodies[0], bodies[1], DAY, pence, str(n)) for n, (bodies, pence) in enumerate(paid)]
    holders = {"a/pot": "P", "scheme/fund": "N"}
    found = payable(
        entitlement(lines), contracts={"a", "b"}, holders=holders, payments=payments, ordered={}, as_at=DAY
    )  # fmt: skip
    position: dict[str, int] = {}
    for one in lines:
        for account, sign in ((one.payer, -1), (one.payee, 1)):
            body = holders.get(account, account)
            position[body] = position.get(body, 0) + (sign * one.pence if one.book == "cash" else 0)
    for payer, payee, pence in [(p.payer, p.payee, -p.pence) for p in payments] + [
        (one.payer, one.payee, -one.now) for one in found
    ]:
        position[payer] = position.get(payer, 0) - pence
        position[payee] = position.get(payee, 0) + pence
    assert set(position.values()) <= {0}


def posting(lines: list[LedgerLine], words: str) -> Posting:
    """A posting of the lines, with words wherever it has any."""
    return Posting(
        number=1, previous="", run=words, months=("2025-04",), as_at=DAY, lines=entitlement(lines), payable=(),
        payments=(Payment(words, "P", "Q", DAY, 5, words),), submissions={words: [words, 1, None, True, {words: {}}]},
    )  # fmt: skip


worded = drawn(st.just("2025-05"), text)


@given(worded, text)
def test_what_is_written_is_read_back_and_has_one_form_only(lines: list[LedgerLine], words: str) -> None:
    said = posting(lines, words)
    content = written(said)
    assert read(content, 1) == said
    assert written(read(content, 1)) == content


@given(worded, text, st.data())
def test_no_byte_of_it_can_be_changed_unseen(lines: list[LedgerLine], words: str, data: st.DataObject) -> None:
    content = written(posting(lines, words))
    place = data.draw(st.integers(0, len(content) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda one: one != content[place]))
    change = data.draw(st.sampled_from(["replaced", "inserted", "taken out"]))
    put = b"" if change == "taken out" else bytes([byte])
    changed = content[:place] + put + content[place + (change != "inserted") :]
    if changed != content:
        with pytest.raises(Wrong):
            read(changed, 1)
