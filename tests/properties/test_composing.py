"""Composing changes nothing: many contracts are each as alone, and labels, order and parts of tables move no penny."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import attrs
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from tallystick.kernel import check, pay
from tallystick.kernel.errors import InputError, SettlementError
from tallystick.kernel.program import Program, compose
from tallystick.kernel.reading import Reading
from tests.properties.agreeing import generating
from tests.properties.strategies import worlds
from tests.properties.worlds import FACTS, ContractSaid, RuleSaid, UseSaid, World

Lines = dict[str, list[Any]]


def lines_of(world: World, *, labelled: bool = True, reading: Any = None) -> Lines | str:
    """Every line of the pay path's reading, with the label of its rule instead of its identity."""
    program = compose(world.case())
    try:
        found: Reading = (reading or (lambda p: pay.read(p, world.facts())))(program)
    except (InputError, SettlementError) as error:
        return type(error).__name__
    return {
        name: sorted(map(repr, (_labelled(line, program, labelled) for line in part))) for name, part in found.parts()
    }


def _labelled(line: Any, program: Program, labelled: bool) -> Any:
    if not hasattr(line, "identity"):
        return line
    entry = program.labels[line.contract, line.identity]
    return line._replace(identity=entry.label if labelled else entry.use)


def without_reasons(lines: Lines | str) -> Lines | str:
    """The lines, and who is stopped: which of several reasons is met first may differ."""
    if isinstance(lines, str):
        return lines
    return {**lines, "faults": sorted({fault.split(",")[0] for fault in lines["faults"]})}


def same(one: Lines | str, other: Lines | str) -> None:
    assert without_reasons(one) == without_reasons(other)


@generating(10)
@given(worlds(beyond=False, most_contracts=4), st.data())
def test_contracts_together_are_settled_as_each_alone(world: World, data: st.DataObject) -> None:
    # rows are taken together: the other contracts stand in the case without rules, so that theirs stay theirs
    together = lines_of(world)
    chosen = data.draw(st.sampled_from([one.id for one in world.contracts]))
    others = tuple(one if one.id == chosen else attrs.evolve(one, uses=()) for one in world.contracts)
    alone = lines_of(attrs.evolve(world, contracts=others))
    if isinstance(together, str) or isinstance(alone, str) or _shares_a_fund(world):
        return
    mine = f"contract='{chosen}'"
    for name in ("flows", "units", "figures", "carries", "laws", "nevers"):
        assert [line for line in alone[name] if mine in line] == [line for line in together[name] if mine in line]


def _shares_a_fund(world: World) -> bool:
    return "'balance', ('fund'" in repr(world.rules)


@generating(10)
@given(worlds(), st.randoms(use_true_random=False))
def test_renaming_a_label_changes_nothing_but_the_label(world: World, random: Any) -> None:
    names = [f"new {number}" for number in range(30)]
    random.shuffle(names)
    new: dict[str, str] = {}
    for contract in world.contracts:
        for use in contract.uses:
            new.setdefault(use.label, use.label if use.rule.startswith("scheme") else names[len(new)])

    def renamed(contract: ContractSaid) -> ContractSaid:
        uses = []
        for use in contract.uses:
            given_ = {**use.given, **({"on": new[use.given["on"]]} if "on" in use.given else {})}
            uses.append(attrs.evolve(use, label=new[use.label], given=given_))
        return attrs.evolve(contract, uses=tuple(uses))

    other = attrs.evolve(world, contracts=tuple(map(renamed, world.contracts)))
    same(lines_of(world, labelled=False), lines_of(other, labelled=False))


@generating(10)
@given(worlds(), st.randoms(use_true_random=False))
def test_the_order_of_contracts_rules_and_rows_changes_nothing(world: World, random: Any) -> None:
    def shuffled(items: Any) -> tuple[Any, ...]:
        listed = list(items)
        random.shuffle(listed)
        return tuple(listed)

    other = attrs.evolve(
        world, rules=shuffled(world.rules), base=shuffled(world.base), local=shuffled(world.local),
        contracts=shuffled(attrs.evolve(one, uses=shuffled(one.uses)) for one in world.contracts),
        rows={name: list(shuffled(rows)) for name, rows in world.rows.items()},
    )  # fmt: skip
    same(lines_of(world), lines_of(other))
    same(lines_of(other), lines_of(other, reading=lambda program: check.read(program, world.rows)))


@generating(10)
@given(worlds(), st.integers(1, 4))
def test_a_table_in_several_parts_is_the_same_table(world: World, size: int) -> None:
    facts = world.facts()
    parts = {}
    for name, whole in facts.items():
        frame = whole.frame.collect()
        cut = [frame.slice(start, size) for start in range(0, len(frame), size)] or [frame]
        parts[name] = attrs.evolve(whole, frame=pl.concat(cut, rechunk=False).lazy())
    same(lines_of(world), lines_of(world, reading=lambda program: pay.read(program, parts)))


@generating(10)
@given(worlds(beyond=False, most_contracts=4))
def test_numbers_that_are_equal_in_all_contracts_are_settled_as_numbers_that_differ(world: World) -> None:
    # one contract more, of nobody, with other numbers: the columns that were the same for all now vary
    first = world.contracts[0]
    given_ = {
        "amount": 17,
        "price": Fraction(17, 3),
        "rate": Fraction(5, 11),
        "count": 5,
        "flag": True,
        "day": "2025-08-08",
    }
    other = attrs.evolve(
        first, id="Z", provider="RNONE", uses=tuple(attrs.evolve(u, given={**u.given, **given_}) for u in first.uses)
    )
    one, two = lines_of(world), lines_of(attrs.evolve(world, contracts=(*world.contracts, other)))
    if isinstance(one, str) or isinstance(two, str) or _shares_a_fund(world):
        return
    kept = {
        name: [line for line in part if "contract='Z'" not in line and "('Z'" not in line] for name, part in two.items()
    }
    same(one, kept)


def ten_thousand() -> World:
    """Ten thousand contracts of five compositions with numbers of their own, and three rows for each."""
    cost, own = ("column", "stays", "cost"), ("number", "amount")
    seventh = ("scale", cost, ("constant", "rate", Fraction(1, 7)))
    over, before = ("gt", ("total", cost, "contract"), own), ("previous", ("total", cost, "contract"))
    first = RuleSaid("price", moves=(
        ("flow", ("commissioner",), ("provider",), ("scale", cost, ("number", "rate")), None, "cash"),
        ("figure", "above", ("when", over, ("sub", ("total", cost, "contract"), own), ("constant", "amount", 0))),
    ))  # fmt: skip
    second = RuleSaid("gate", moves=(
        ("flow", ("provider",), ("pot", "pot"), ("when", over, seventh, own), None, "cash"),
        ("flow", ("pot", "pot"), ("provider",), ("instalment", own), None, "cash"),
    ))  # fmt: skip
    third = RuleSaid("earlier", moves=(
        ("flow", ("commissioner",), ("provider",), ("or_else", before, own), None, "cash"),
    ))  # fmt: skip
    ways = ((first,), (first, second), (second, third), (first, second, third), (third,))
    contracts = []
    for number in range(10_000):
        given_ = {"amount": number * 37 - 5_000, "rate": Fraction(number % 13 - 3, number % 7 + 1)}
        uses = tuple(UseSaid(one.name, f"{one.name} {number % 3}", given_) for one in ways[number % 5])
        span = ("2025-04-01", "2026-03-31", "year") if number % 2 else ("2025-10-01", "2026-09-30", "quarter")
        contracts.append(ContractSaid(f"c{number:05d}", f"R{number:05d}", "QA", *span, uses))
    start = datetime.date(2025, 4, 1)
    stay = {"commissioner": "QA", "price": 1, "rate": 1, "nights": 1, "urgent": True, "came": start, "code": "x"}
    rows = [
        {
            **stay, "stay": f"{number:05d}{nth}", "provider": f"R{number:05d}",
            "cost": (number * 7919 + nth * 101) % 20_001 - 3_000,
            "ended": start + datetime.timedelta(days=(number * 31 + nth * 97) % 550),
        }
        for number in range(10_000) for nth in range(3)
    ]  # fmt: skip
    return World(
        rules=(first, second, third), contracts=tuple(contracts), rows={**{n: [] for n in FACTS}, "stays": rows}
    )


def test_ten_thousand_contracts_together_are_settled_as_each_alone() -> None:
    world = ten_thousand()
    program = compose(world.case())
    together = pay.read(program, world.facts())
    assert len(together.flows) > 10_000
    sample = [f"c{number:05d}" for number in (0, 1, 2, 3, 4, 4_999, 5_000, 9_998, 9_999)]
    for name in sample:
        rows: Mapping[str, Any] = {
            **world.rows,
            "stays": [r for r in world.rows["stays"] if r["provider"] == f"R{name[1:]}"],
        }
        alone = attrs.evolve(world.only(name), rows=rows)
        read_alone = compose(alone.case())
        for read in (pay.read(read_alone, alone.facts()), check.read(read_alone, rows)):
            for part in ("flows", "figures", "received"):
                mine = [line for line in getattr(together, part) if line.contract == name]
                assert sorted(mine) == sorted(getattr(read, part)), (name, part)
