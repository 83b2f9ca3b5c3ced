"""A test of the tests: over a fixed number of worlds, the strategies say every word and draw every awkward value."""

from __future__ import annotations

import functools
import re
from collections import Counter
from fractions import Fraction
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings

from tallystick.kernel.errors import TallystickError
from tallystick.kernel.language.nodes import walk
from tallystick.kernel.program import Program, compose
from tallystick.kernel.reading import BAD_WEIGHT, MISSING_IN_SUM, NO_ACCOUNT, NO_FIT
from tallystick_rules.rules import RULES
from tests.properties.agreeing import by_check
from tests.properties.national import National, national_worlds
from tests.properties.strategies import worlds
from tests.properties.worlds import SPECS, World

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "language.md"
NEVER_OF_ROWS = {
    "literal",
    "term",
    "pot",
    "fund",
    "first_day",
    "last_day",
    "month_begins",
    "at_period",
    "total",
    "previous",
    "so_far",
    "instalment",
    "balance",
    "allot",
    "fit",
}
ONLY_OF_ROWS = {"one", "running", "first", "earlier"}
ONLY_IN_PRICE_STEPS = {"other"}
WORLDS, READ = 240, 70
FIXED = settings(
    max_examples=WORLDS,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def words_of_the_language() -> set[str]:
    """Every operation that the page of the language has a line for."""
    lines = PAGE.read_text(encoding="utf-8").split("## Operations")[1].split("\n## ")[0].splitlines()
    cells = [line.split("|")[1] for line in lines if line.startswith("| `")]
    return {word for cell in cells for word in re.findall(r"`(\w+)`", cell)}


@functools.cache
def drawn() -> tuple[list[tuple[World, Program]], list[object]]:
    """The fixed worlds, composed, and what the reference makes of some of them."""
    found: list[tuple[World, Program]] = []
    readings: list[object] = []

    @FIXED
    @given(worlds())
    def collect(world: World) -> None:
        program = compose(world.case())
        found.append((world, program))
        if len(readings) < READ:
            readings.append(by_check(world, program))

    collect()
    return found, readings


@functools.cache
def reached() -> Counter[tuple[str, str]]:
    """How many worlds say each word for rows and for what is coarser."""
    seen: Counter[tuple[str, str]] = Counter()
    for _, program in drawn()[0]:
        roots = [node for use in program.uses.values() for node in use.traced.nodes()]
        seen.update({("row" if node.grain.table else "small", node.op) for node in walk(*roots)})
    return seen


def test_the_words_here_are_those_of_the_page() -> None:
    assert words_of_the_language() >= NEVER_OF_ROWS | ONLY_OF_ROWS | ONLY_IN_PRICE_STEPS


def test_every_word_is_said_of_rows() -> None:
    wanted = words_of_the_language() - NEVER_OF_ROWS - ONLY_IN_PRICE_STEPS
    assert {word for word in wanted if not reached()["row", word]} == set()


def test_every_word_is_said_of_contracts_parties_and_lists() -> None:
    wanted = words_of_the_language() - ONLY_OF_ROWS - ONLY_IN_PRICE_STEPS
    assert {word for word in wanted if not reached()["small", word]} == set()


def test_instalments_are_of_amounts_and_counts_in_twelfths_and_by_profiles() -> None:
    nodes = {node for _, p in drawn()[0] for u in p.uses.values() for node in walk(*u.traced.nodes())}
    said = {(node.kind.value, bool(node.data)) for node in nodes if node.op == "instalment"}
    assert said == {(kind, by_profile) for kind in ("amount", "count") for by_profile in (True, False)}


def test_totals_and_shares_go_to_every_grain() -> None:
    nodes = {node for _, p in drawn()[0] for u in p.uses.values() for node in walk(*u.traced.nodes())}
    totals = {(str(node.data[0]), bool(node.data[1])) for node in nodes if node.op == "total"}
    parties = {(to, held) for to in ("provider", "commissioner", "scheme") for held in (True, False)}
    assert totals == {("contract", False), *parties}
    shared = {(node.data[0], ":" in node.grain.name) for node in nodes if node.op in ("allot", "fit")}
    assert {("contract", True), ("scheme", True), ("scheme", False), ("provider", True), ("provider", False)} <= shared


def test_everything_that_a_rule_may_yield_is_yielded() -> None:
    traced = [use.traced for _, program in drawn()[0] for use in program.uses.values()]
    assert {claim.state for one in traced for claim in one.units} == {"priced", "covered", "excluded", "valued"}
    assert {flow.book for one in traced for flow in one.flows} == {"cash", "limit"}
    for name in ("flows", "figures", "carries", "laws", "nevers", "units"):
        assert any(getattr(one, name) for one in traced), name
    amounts = {_grain(flow.amount.grain.name) for one in traced for flow in one.flows}
    assert amounts == {"stays", "visits", "results", "contract", "list"}
    assert any(flow.units is not None and not flow.units.grain.table for one in traced for flow in one.flows)


def _grain(name: str) -> str:
    return "list" if ":" in name else name


def test_rules_are_composed_in_every_way() -> None:
    made = [world for world, _ in drawn()[0]]
    uses = [use for world in made for contract in world.contracts for use in contract.uses]
    assert {len(world.contracts) for world in made} >= {1, 2, 3, 6}
    assert {contract.settles for world in made for contract in world.contracts} == {"month", "quarter", "year"}
    assert any("on" in use.given for use in uses)
    assert {use.pays for use in uses} == {True, False}
    assert any(isinstance(value, dict) for use in uses for value in use.given.values())
    assert any(_equal(world) for world in made if len(world.contracts) > 1)
    assert any(not _equal(world) for world in made if len(world.contracts) > 1)
    assert {len(world.steps) for world in made} == {0, 1, 2}
    assert {world.rounding for world in made} == {1, 100}
    stopped = [stop.why for _, program in drawn()[0] for stop in program.stopped.values()]
    assert stopped == []


def _equal(world: World) -> bool:
    amounts = {repr(use.given["amount"]) for contract in world.contracts for use in contract.uses}
    return len(amounts) == 1


def test_rows_hold_every_awkward_value() -> None:
    made = [world for world, _ in drawn()[0]]
    stays = [row for world in made for row in world.rows["stays"]]
    assert any(row["cost"] < 0 for row in stays)
    assert {2, 3, 7, 1000003} <= {Fraction(row["rate"]).denominator for row in stays}
    assert any(row["cost"] % 2 and row["rate"] == Fraction(1, 2) for row in stays)  # an exact half of a penny
    for name, spec in SPECS.items():
        if spec.prices:
            continue
        tables = [world.rows[name] for world in made]
        assert any(not rows for rows in tables), name
        assert any(len(rows) == 1 for rows in tables), name
        for column in (one for one, what in spec.columns.items() if what.optional):
            missing = [{row[column] is None for row in rows} for rows in tables if len(rows) > 2]
            assert {True} in missing, (name, column)
            assert any(False in one for one in missing), (name, column)
    people = [[row["person"] for row in world.rows["stays"] if row["person"]] for world in made]
    assert any(len(set(named)) < len(named) for named in people)


def test_readings_find_money_and_every_kind_of_fault() -> None:
    readings = drawn()[1]
    found = [one for one in readings if isinstance(one, dict)]
    for part in ("flows", "units", "received", "figures", "carries", "laws", "nevers", "unplaced", "faults"):
        assert any(one[part] for one in found), part
    assert {why for one in found for _, why in one["faults"]} >= {NO_ACCOUNT, MISSING_IN_SUM, NO_FIT, BAD_WEIGHT}
    assert {line.why for one in found for line in one["unplaced"]} == {"no contract", "two contracts"}
    assert sum(bool(one["flows"]) for one in found) > len(found) // 3


def test_a_look_up_finds_two_rows_now_and_then() -> None:
    wrong = Counter(
        by_check(world, program) for world, program in drawn()[0] if world.two_rows and _is_wrong(world, program)
    )
    assert wrong["input: lookup/two-rows"]


def _is_wrong(world: World, program: Program) -> bool:
    return isinstance(by_check(world, program), str)


def test_every_national_rule_is_held_and_pays_something() -> None:
    paid: Counter[str] = Counter()

    @settings(FIXED, max_examples=120)
    @given(national_worlds())
    def collect(world: National) -> None:
        try:
            program = compose(world.case())
        except TallystickError:
            return
        lines = by_check(world, program)
        if isinstance(lines, dict):
            paid.update({program.uses[line.identity].cls.rule_name for line in lines["flows"]})  # type: ignore[attr-defined]

    collect()
    assert {rule.rule_name for rule in RULES} - set(paid) == set()
