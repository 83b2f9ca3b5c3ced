"""Rows are divided where what they hold would not fit, by what they look by; and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import click
import pytest

from tallystick.command.sizes import Bytes
from tallystick.kernel import pay
from tallystick.kernel.errors import InputError, SettlementError
from tallystick.kernel.flows import Figure, Flow
from tallystick.kernel.hooks import hookimpl
from tallystick.kernel.language.series import Amount
from tallystick.kernel.language.words import days_between, earlier, first, running, when
from tallystick.kernel.parameters import parameter
from tallystick.kernel.pay import divided
from tallystick.kernel.pay.divided import within
from tallystick.kernel.program import compose
from tallystick.kernel.rules import Rule, rule
from tallystick.kernel.settlement import settle
from tests.spec.drawn import Notes, Spells
from tests.support import Rows, case, contract, framed_tables, rows_of, use
from tests.unit.command_world import starter, tallystick


@rule("in-order")
class InOrder(Rule):
    """What each stay costs, up to a limit in a year."""

    limit: Amount = parameter("The most that a year pays.", default=30)

    @hookimpl
    def incentive(self, activity: Any, contract: Any) -> Iterator[Flow]:
        cost = activity.spells.cost.or_else(0)
        so_far = running(cost)
        paid = so_far.at_most(self.limit) - (so_far - cost).at_most(self.limit)
        yield Flow(contract.commissioner, contract.provider, paid, reason="in order")


@rule("of-people")
class OfPeople(Rule):
    """First stays, and stays soon after one before."""

    @hookimpl
    def incentive(self, activity: Any) -> Iterator[Figure]:
        spells = activity.spells
        yield Figure("first", when(first(spells), spells.days.or_else(0)))
        before = earlier(spells, where=spells.cost.or_else(0) > 0)
        soon = before.map(lambda day: days_between(day, spells.discharged) <= 30).is_yes()
        yield Figure("soon", when(soon, spells.days.or_else(0)))


@rule("of-notes")
class OfNotes(Rule):
    """What is noted of stays."""

    @hookimpl
    def incentive(self, activity: Any) -> Iterator[Figure]:
        yield Figure("score", activity.notes.find("score", spell=activity.spells.spell, kind="x").or_else(100))


STAYS: Rows = [
    {
        "spell": f"s{(number * 7) % 60:02d}", "contract": "AB"[number % 2], "person": f"p{number % 5}",
        "discharged": f"2025-{4 + number % 3:02d}-{1 + (number * 11) % 28:02d}", "days": number, "cost": number % 7,
    }
    for number in range(60)
]  # fmt: skip
NOTES: Rows = [
    {"note": f"n{number:02d}", "spell": f"s{(number * 13) % 60:02d}", "kind": "x", "score": number}
    for number in range(40)
]


def read(*rules: type[Rule], memory: int | None = None) -> tuple[Any, list[int]]:
    """What was read, and into how many parts the rows were divided for it."""
    made = case(
        contract("A", *(use(one) for one in rules)), contract("B", *(use(one) for one in rules), provider="RZZ"),
        tables=[Spells, Notes],
    )  # fmt: skip
    program = compose(made)
    assert not program.stopped, {name: stop.why for name, stop in program.stopped.items()}
    facts = framed_tables(program, rows_of(made, {"spells": STAYS, "notes": NOTES}))
    parts: list[int] = []
    with pytest.MonkeyPatch.context() as patched, within(memory):
        usual = divided.Division.each
        patched.setattr(divided.Division, "each", lambda of: parts.append(of.parts) or usual(of))
        found = pay.read(program, facts)
    return dict(found.parts()), parts


@pytest.mark.parametrize("rules", [[InOrder], [OfPeople], [OfNotes], [OfPeople, OfNotes]], ids=str)
def test_in_parts_it_comes_to_the_same(rules: list[type[Rule]]) -> None:
    at_once, none = read(*rules)
    assert none == []
    held = divided.OF_A_ROW * 60 if OfNotes not in rules or OfPeople in rules else divided.OF_A_KEY * 2 * 40
    found, parts = read(*rules, memory=held // 2)
    assert found == at_once
    assert set(parts) <= set(range(2, 8))
    assert parts


def test_windows_by_person_and_by_contract_cannot_be_divided_together() -> None:
    assert read(InOrder, OfPeople)[1] == []
    with pytest.raises(SettlementError, match=r"spells: what 60 rows look up takes about .* allow more memory"):
        read(InOrder, OfPeople, memory=1_000)


def test_a_limit_of_nothing_and_one_for_another_engine_are_refused() -> None:
    made = case(contract("A", use(OfPeople)), tables=[Spells])
    facts = {"spells": framed_tables(compose(made), rows_of(made, {"spells": STAYS}))["spells"]}
    with pytest.raises(InputError, match="0 bytes of memory are allowed"):
        settle(made, facts, memory=0)
    with pytest.raises(InputError, match="a limit of memory is set for duckdb"):
        settle(made, facts, memory=2**30, engine="duckdb")
    assert settle(made, facts, memory=2**30).passed


def test_rows_of_which_no_stretch_can_be_had_are_refused_where_they_do_not_fit() -> None:
    """As those of a lazy query that a caller hands in."""
    made = case(contract("A", use(OfPeople)), tables=[Spells])
    program = compose(made)
    facts = framed_tables(program, rows_of(made, {"spells": STAYS}))
    facts["spells"] = attrs.evolve(facts["spells"], rising=None)
    with within(30_000), pytest.raises(SettlementError, match="0 MB are allowed"):
        pay.read(program, facts)


def test_what_would_take_too_many_parts_is_refused() -> None:
    with pytest.raises(SettlementError, match=r"put the rows of spells .* into the order of their keys"):
        read(OfPeople, memory=1_000)


@pytest.mark.parametrize(
    ("said", "size"), [("1GB", 2**30), ("800 MB", 800 * 2**20), ("1.5g", 3 * 2**29), ("2TiB", 2**41)]
)
def test_a_size_is_read_as_people_write_it(said: str, size: int) -> None:
    assert Bytes().convert(said, None, None) == size


@pytest.mark.parametrize("said", ["", "1", "0GB", "-1GB", "lots", "1.25GB", "1KB"])
def test_what_is_no_size_is_refused(said: str) -> None:
    with pytest.raises(click.BadParameter, match="is no size of memory; write 1GB, or 800MB"):
        Bytes().convert(said, None, None)


def test_the_command_takes_a_limit(tmp_path: Path) -> None:
    done = tallystick("settle", starter(tmp_path), "--memory", "1GB")
    assert done.exit_code == 0, done.output
