"""Claims equal a slow reading of what they say, row by row; and both readings pay by what they find."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.assign.assignment import Assignment
from tallystick.assign.bodies import Bodies, Successors
from tallystick.assign.claims import COLUMNS, PARTIES, Said, made_claims
from tallystick.assign.no_contract import no_contract
from tallystick.files.spots import CellSpot
from tallystick.kernel import check, pay
from tallystick.kernel.case import ContractCase
from tallystick.kernel.errors import InputError
from tallystick.kernel.facts import Row
from tallystick.kernel.flows import Flow
from tallystick.kernel.hooks import hookimpl
from tallystick.kernel.language.series import Amount, Code, Day, Maybe
from tallystick.kernel.parameters import parameter
from tallystick.kernel.program import compose
from tallystick.kernel.rules import Rule, rule
from tallystick.kernel.settlement import settle
from tallystick.kernel.tables import Cohorts, Table, column, table
from tests.properties.agreeing import generating
from tests.support import case, contract, framed, rows_of, use

FIRST = datetime.date(2025, 4, 1)
TIE = "tie"


@table("visits", key="visit", date="day", units={"visit": ""})
class Visits(Table):
    """Visits, with whatever a claim may name but a treatment function."""

    visit: Code = column("What names the row.")
    contract: Maybe[Code] = column("The contract.")
    provider: Code = column("Who treated.")
    commissioner: Maybe[Code] = column("Who is responsible.")
    day: Maybe[Day] = column("The day.")
    service: Maybe[Code] = column("Which service.")
    point_of_delivery: Maybe[Code] = column("Where.")
    site: Code = column("At which site.")
    person: Maybe[Code] = column("Who was treated.")


@table("groups", key="entry", date="begins", cohorts=Cohorts(group="group", begins="begins", ends="ends"))
class Groups(Table):
    """Who is in which group."""

    entry: Code = column("What names the row.")
    contract: Maybe[Code] = column("The contract.")
    provider: Code = column("Whose list it is on.")
    commissioner: Code = column("Who is responsible.")
    person: Code = column("Who it is.")
    group: Code = column("Which group.")
    begins: Day = column("The first day.")
    ends: Day = column("The day after the last one.")


@rule("each-visit")
class EachVisit(Rule):
    """The same amount for every visit."""

    amount: Amount = parameter("What a visit brings.")

    @hookimpl
    def incentive(self, activity: Any, contract: Any) -> Iterable[Flow]:
        yield Flow(contract.commissioner, contract.provider, self.amount * activity.visits.rows, reason="each visit")


@attrs.frozen
class Known:
    """The contracts of a drawn world, as whoever makes claims asks for them."""

    made: Mapping[str, ContractCase]
    said: Sequence[Said] = ()

    def spot_of(self, name: str) -> CellSpot:
        return CellSpot("contracts.csv", None, "id", name)


def codes(letter: str) -> st.SearchStrategy[str]:
    return st.sampled_from([f"{letter}{n}" for n in range(3)])


DAYS = st.integers(-3, 12).map(lambda n: FIRST + datetime.timedelta(days=n))
LETTERS = dict(zip(COLUMNS, "PCSDTX", strict=True))


@st.composite
def contracts(draw: Any) -> list[ContractCase]:
    spans = draw(st.lists(st.tuples(codes("P"), codes("C"), DAYS, st.integers(0, 9)), min_size=1, max_size=4))
    return [
        contract(
            f"K{n}",
            use(EachVisit, amount="£0.01"),
            provider=p,
            commissioner=c,
            first=day,
            last=day + datetime.timedelta(days=more),
        )
        for n, (p, c, day, more) in enumerate(spans)
    ]


@st.composite
def claims(draw: Any, of: Sequence[ContractCase]) -> list[Said]:
    found = []
    for number in range(draw(st.integers(0, 5))):
        held = draw(st.sampled_from(of))
        named = draw(st.sets(st.sampled_from(COLUMNS), max_size=4))
        listed = {
            name: tuple(draw(st.lists(codes(LETTERS[name]), min_size=1, max_size=2, unique=True))) for name in named
        }
        opened = draw(st.sets(st.sampled_from(PARTIES)))
        said = {**listed, **dict.fromkeys(opened, ("any",))} if draw(st.booleans()) else listed
        length = (held.last - held.first).days
        start, end = (draw(st.integers(0, length)) for _ in range(2))
        whole = draw(st.booleans())
        found.append(Said(
            contract=held.id, codes=said,
            cohort=tuple(draw(st.sampled_from([[], [], ["g1"], ["g2", "g1"]]))),
            tables=draw(st.sampled_from([(), (), ("visits",), ("others",)])),
            first=None if whole else held.first + datetime.timedelta(days=min(start, end)),
            last=None if whole else held.first + datetime.timedelta(days=max(start, end)),
            spot=CellSpot("claims", number),
        ))  # fmt: skip
    return found


@st.composite
def successions(draw: Any) -> Successors:
    steps: dict[str, tuple[tuple[datetime.date, str], ...]] = {}
    for one, after in (("P0", "P1"), ("P1", "P2"), ("C0", "C2")):  # in one direction: no circles
        if days := draw(st.lists(DAYS, max_size=1)):
            steps[one] = tuple((day, after) for day in days)
    return Successors(steps)


@st.composite
def rows(draw: Any) -> list[dict[str, Any]]:
    maybe = {
        "person": st.sampled_from(["p1", "p2", "p3"]),
        "commissioner": codes("C"),
        "service": codes("S"),
        "point_of_delivery": codes("D"),
    }
    one = st.fixed_dictionaries(
        {"provider": codes("P"), "site": codes("X")},
        optional={**maybe, "day": DAYS, "contract": st.sampled_from(["K0", "K9"])},
    )
    return [{"commissioner": None, **drawn} for drawn in draw(st.lists(one, max_size=8))]


@st.composite
def groups(draw: Any) -> list[dict[str, Any]]:
    found = []
    for _ in range(draw(st.integers(0, 6))):
        begins, many = draw(DAYS), draw(st.integers(0, 9))
        codes_ = {"contract": draw(st.sampled_from(["K0", "K1", "K2", "K9"])), "provider": "P0", "commissioner": "C0"}
        person = draw(st.sampled_from(["p1", "p2"]))
        codes_["group"] = draw(codes("g"))
        found.append({**codes_, "person": person, "begins": begins, "ends": begins + datetime.timedelta(days=many)})
    return found


def slowly(
    row: Row, said: Sequence[Said], known: Sequence[ContractCase], successors: Successors, lists: Sequence[Row]
) -> str | None:  # fmt: skip
    """Whose the row is, read straight from what the files say: a contract, nobody, or a tie."""
    if row["contract"]:
        return str(row["contract"])
    best: dict[str, tuple[bool, int]] = {}
    for held in known:
        own = [one for one in said if one.contract == held.id] or [Said(contract=held.id, codes={}, spot=CellSpot(""))]
        for one in own:
            rank = _rank(row, one, held, successors, lists)
            if rank is not None:
                best[held.id] = max(rank, best.get(held.id, rank))
    first = [name for name, rank in best.items() if rank == max(best.values())]
    return None if not first else first[0] if len(first) == 1 else TIE


def _rank(
    row: Row, one: Said, held: ContractCase, successors: Successors, lists: Sequence[Row]
) -> tuple[bool, int] | None:  # fmt: skip
    """Whether the claim names a cohort, and how many columns, if it takes the row."""
    day = row["day"]
    if day is None or (one.tables and "visits" not in one.tables):
        return None
    inside = [
        of for of in lists
        if (of["person"], of["contract"]) == (row["person"], held.id) and of["group"] in one.cohort
        and of["begins"] <= day < of["ends"]
    ]  # fmt: skip
    if one.cohort and not inside:
        return None
    if not (one.first or held.first) <= day <= (one.last or held.last):
        return None
    named = {"provider": (held.provider,), "commissioner": (held.commissioner,), **one.codes}
    named = {name: of for name, of in named.items() if of != ("any",)}
    for name, of in named.items():
        value, listed = row.get(name), set(of)
        if name in PARTIES and value is not None:
            value, listed = successors.body(value, day), {successors.body(code, day) for code in of}
        if value not in listed:
            return None
    return bool(one.cohort), len(named)


@st.composite
def worlds(draw: Any) -> tuple[list[ContractCase], list[Said], Successors, list[dict[str, Any]], list[dict[str, Any]]]:
    known = draw(contracts())
    return known, draw(claims(known)), draw(successions()), draw(rows()), draw(groups())


@generating(60)
@given(worlds())
def test_the_most_specific_claim_has_the_row_and_both_readings_pay_by_it(world: Any) -> None:
    known, said, successors, drawn, drawn_groups = world
    made = case(*known, tables=[Visits, Groups], by_parties=False)
    plain, lists = rows_of(made, {"visits": drawn, "groups": drawn_groups}).values()
    columns = {"visits": list(Visits.table.columns), "others": list(COLUMNS), "groups": list(Groups.table.columns)}
    claims_ = made_claims(said, Known({one.id: one for one in known}), columns, faults := [], ["groups"])
    if faults:  # a claim that names a table and a column that it lacks: the file is refused before there is a run
        return
    assignment = Assignment(claims=claims_, bodies=Bodies(successors=successors))
    expected = [slowly(row, said, known, successors, lists) for row in plain]
    tables = {"visits": Visits.table, "groups": Groups.table}
    facts = {"visits": framed(Visits.table, plain), "groups": framed(Groups.table, lists)}
    if TIE in expected:
        with pytest.raises(InputError) as refused:
            assignment.applied(facts, tables)
        assert {fault.code for fault in refused.value.faults} == {"claim/tie"}
    placed = assignment.applied(facts, tables, set_aside=TIE in expected)["visits"]
    assert placed.left_out == expected.count(TIE)
    found = list(placed.records())
    wanted = {row["visit"]: whose for row, whose in zip(plain, expected, strict=True) if whose != TIE}
    assert {row["visit"]: row["contract"] for row in found} == wanted
    assert placed.stats["contract"].nulls == sum(whose is None for whose in wanted.values())
    program = compose(made)
    assert not program.stopped
    by_check, by_pay = check.read(program, {"visits": found}), pay.read(program, {"visits": placed})
    assert dict(by_check.parts()) == dict(by_pay.parts())
    days = {one.id: (one.first, one.last) for one in known}
    in_days = [w for r in found if (w := r["contract"]) in days and r["day"] and days[w][0] <= r["day"] <= days[w][1]]
    assert sum(line.pence for line in by_pay.flows) == len(in_days)
    left = no_contract(settle(made, {"visits": placed}), {})
    assert sum(line.rows for line in left) == len(found) - len(in_days)


@generating(40)
@given(worlds())
def test_rows_of_no_contract_are_those_that_no_statement_counts_where_parties_decide(world: Any) -> None:
    known, _, _, drawn, _ = world
    made = case(*known, tables=[Visits])
    facts = framed(Visits.table, rows_of(made, {"visits": drawn})["visits"])
    settled = settle(made, {"visits": facts})
    left = no_contract(settled, {})
    assert sum(line.rows for line in left) == sum(line.rows for line in settled.reading.unplaced)
    assert sum(line.rows for line in left) + sum(line.units for line in settled.reading.received) == len(drawn)
