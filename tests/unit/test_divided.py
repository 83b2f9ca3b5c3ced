"""Rows are divided where what they hold would not fit, by what they look by; and nowhere else."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import click
import polars as pl
import pytest

from tallystick.command.sizes import Bytes
from tallystick.kernel import pay
from tallystick.kernel.errors import InputError, SettlementError
from tallystick.kernel.flows import Figure
from tallystick.kernel.hooks import hookimpl
from tallystick.kernel.pay import divided
from tallystick.kernel.pay.divided import within
from tallystick.kernel.pay.engines.polars import Polars
from tallystick.kernel.program import compose
from tallystick.kernel.rules import Rule, rule
from tallystick.kernel.settlement import settle
from tests.spec.drawn import Notes, Spells
from tests.spec.test_language_windows import People, UpTo
from tests.support import Rows, case, contract, framed_tables, rows_of, use
from tests.unit.command_world import starter, tallystick


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
    held = [use(one, limit=30) if one is UpTo else use(one) for one in rules]
    made = case(contract("A", *held), contract("B", *held, provider="RZZ"), tables=[Spells, Notes])
    program = compose(made)
    assert not program.stopped, {name: stop.why for name, stop in program.stopped.items()}
    facts = framed_tables(program, rows_of(made, {"spells": STAYS, "notes": NOTES}))
    parts: list[int] = []
    with pytest.MonkeyPatch.context() as patched, within(memory):
        usual = divided.Division.each
        patched.setattr(divided.Division, "each", lambda of: parts.append(of.parts) or usual(of))
        found = pay.read(program, facts)
    return dict(found.parts()), parts


@pytest.mark.parametrize("rules", [[UpTo], [People], [OfNotes], [People, OfNotes]], ids=str)
def test_in_parts_it_comes_to_the_same(rules: list[type[Rule]]) -> None:
    at_once, none = read(*rules)
    assert none == []
    held = divided.OF_A_ROW * 60 if OfNotes not in rules or People in rules else divided.OF_A_KEY * 2 * 40
    found, parts = read(*rules, memory=held // 2)
    assert found == at_once
    assert set(parts) <= set(range(2, 8))
    assert parts


def test_windows_by_person_and_by_contract_cannot_be_divided_together() -> None:
    assert read(UpTo, People)[1] == []
    with pytest.raises(
        SettlementError, match=r"what rows of spells look at, .* takes about 0 MB for 60 rows, .* allow more memory$"
    ):
        read(UpTo, People, memory=1_000)


def test_a_limit_of_nothing_and_one_for_another_engine_are_refused() -> None:
    made = case(contract("A", use(People)), tables=[Spells])
    facts = {"spells": framed_tables(compose(made), rows_of(made, {"spells": STAYS}))["spells"]}
    with pytest.raises(InputError, match="0 bytes of memory are allowed"):
        settle(made, facts, memory=0)
    with pytest.raises(InputError, match="a limit of memory is set for duckdb"):
        settle(made, facts, memory=2**30, engine="duckdb")
    assert settle(made, facts, memory=2**30).passed


def test_rows_of_which_no_stretch_can_be_had_are_refused_where_they_do_not_fit() -> None:
    """As those of a lazy query that a caller hands in."""
    made = case(contract("A", use(People)), tables=[Spells])
    program = compose(made)
    facts = framed_tables(program, rows_of(made, {"spells": STAYS}))
    facts["spells"] = attrs.evolve(facts["spells"], rising=None)
    with within(30_000), pytest.raises(SettlementError, match="0 MB are allowed"):
        pay.read(program, facts)


def test_what_would_take_too_many_parts_is_refused() -> None:
    with pytest.raises(SettlementError, match=r"or put spells and the tables that it looks in into the order of keys$"):
        read(OfNotes, memory=100)


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


def test_polars_is_told_by_how_many_rows_to_choose_and_forgets_it_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it, unordered rows take gigabytes while it chooses which side of a join to keep."""
    name = "POLARS_JOIN_SAMPLE_LIMIT"
    monkeypatch.delenv(name, raising=False)
    seen: list[str | None] = []
    query = pl.LazyFrame({"a": [1]}).map_batches(lambda frame: seen.append(os.environ.get(name)) or frame)
    Polars().collected([query])
    assert name not in os.environ
    monkeypatch.setenv(name, "7")
    Polars().collected([query])
    assert os.environ[name] == "7"
    assert seen == ["100000", "7"]
