"""What is kept of a settlement is used only while everything that it rests on is the same."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import attrs
import polars as pl
import pytest

import tallystick_rules.plugin
from tallystick.engine import Engine
from tallystick.kernel import pay
from tallystick.kernel.accounts import account
from tallystick.kernel.case import Case
from tallystick.kernel.errors import InputError, SettlementError
from tallystick.kernel.facts import Facts
from tallystick.kernel.flows import Flow
from tallystick.kernel.hooks import hookimpl
from tallystick.kernel.language.series import Amount, Code
from tallystick.kernel.language.words import when
from tallystick.kernel.parameters import PriceList, Rows, parameter
from tallystick.kernel.pay import passes
from tallystick.kernel.pay.kept import Kept
from tallystick.kernel.program import compose
from tallystick.kernel.rules import Rule, rule
from tests.spec.drawn import Each, Spells, Tariff
from tests.support import case, contract, framed, price_list, rows_of, use

Paid = dict[tuple[str, str, str], int]


@rule("priced")
class PricedByList(Rule):
    """Each spell at its price."""

    prices: PriceList[Tariff] = parameter("The list.")

    @hookimpl
    def incentive(self, activity: Any, contract: Any) -> Iterator[Flow]:
        spells = activity.spells
        price = self.prices.find("day_case", on=spells.discharged, code=spells.code.or_else("none"))
        amount = price.map(lambda found: found.as_amount()).or_else(0)
        yield Flow(contract.commissioner, contract.provider, amount, reason="priced")


@attrs.frozen
class Band:
    """What a code brings."""

    code: Code = parameter("Which code.")
    amount: Amount = parameter("What it brings.")


@rule("banded")
class Banded(Rule):
    """Each spell at what the contract's own list says."""

    bands: Rows[Band] = parameter("By code.")

    @hookimpl
    def incentive(self, activity: Any, contract: Any) -> Iterator[Flow]:
        found = self.bands.find("amount", code=activity.spells.code.or_else("none")).or_else(0)
        yield Flow(contract.commissioner, contract.provider, found, reason="banded")


@rule("apart")
class Apart(Rule):
    """Each spell to whoever is liable."""

    amount: Amount = parameter("What a spell brings.")

    @hookimpl
    def incentive(self, activity: Any, contract: Any) -> Iterator[Flow]:
        spells = activity.spells
        yield Flow(contract.commissioner, account(spells.liable), self.amount * spells.rows, reason="apart")


def made(*, each: int = 100, apart: int = 7, band: int = 30, price: int = 5, **more: Any) -> Case:
    """Two contracts of four rules; every number can be another one."""
    rules = (
        use(Each, amount=each), use(Apart, amount=apart), use(Banded, bands=[{"code": "AB1", "amount": band}]),
        use(PricedByList, prices="national"),
    )  # fmt: skip
    other = contract("B", use(Each, amount=1000), use(Apart, amount=70), provider="RZZ")
    prices = [price_list(Tariff, "national", {"code": "AB1", "day_case": price})]
    return case(contract("A", *rules), other, tables=[Spells, Tariff], prices=prices, **more)


ROWS: list[dict[str, Any]] = [
    {"spell": f"s{number}", "discharged": day, "code": "AB1", "liable": f"L{number % 2}", "provider": provider}
    for number, (day, provider) in enumerate(
        [("2025-05-10", "RXX"), ("2025-06-10", "RXX"), ("2025-05-11", "RZZ"), ("2026-03-31", "RXX")]
    )
]


def activity(rows: list[dict[str, Any]]) -> dict[str, Facts]:
    return {"spells": framed(Spells.table, rows_of(made(), {"spells": rows})["spells"])}


@pytest.fixture
def scans(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many sums each query asked for that was made."""
    asked: list[int] = []
    usual = passes.Scan

    def scan(*args: Any, **more: Any) -> Any:
        asked.append(len(args[2].sums))
        return usual(*args, **more)

    monkeypatch.setattr(passes, "Scan", scan)
    return asked


def paid(of: Case, facts: dict[str, Facts], kept: Kept | None = None) -> Paid:
    program = compose(of)
    assert not program.stopped, program.stopped
    found = pay.read(program, facts, kept)
    sums: Paid = {}
    for line in found.flows:
        key = line.identity.partition("#")[0], line.payer, line.payee
        sums[key] = sums.get(key, 0) + line.pence
    return sums


def test_nothing_is_read_again_where_nothing_changed(scans: list[int]) -> None:
    facts, kept = activity(ROWS), Kept()
    first = paid(made(), facts, kept)
    assert first["each", "QYY", "RXX"] == 300
    assert first["apart", "QYY", "L0"] == 77
    assert len(scans) == 1
    assert paid(made(), facts, kept) == first
    assert len(scans) == 1


def test_only_what_a_number_touches_is_read_again(scans: list[int]) -> None:
    facts, kept = activity(ROWS), Kept()
    paid(made(), facts, kept)
    again = paid(made(each=101), facts, kept)
    assert again == paid(made(each=101), facts)
    assert again["each", "QYY", "RXX"] == 303
    all_sums, left, anew = scans
    assert 0 < left < all_sums == anew


CHANGES: dict[str, Callable[[], Case]] = {
    "a number": lambda: made(each=101),
    "a number of what is kept apart by a code": lambda: made(apart=8),
    "a record of the contract's own list": lambda: made(band=31),
    "a price": lambda: made(price=6),
    "the rounding of the scheme": lambda: made(rounding=100),
    "a party": lambda: _with_contract(made(), 1, provider="RXX"),
    "a contract's last day": lambda: _with_contract(made(), 0, last=ROWS[1]["discharged"]),
    "how often it settles": lambda: _with_contract(made(), 0, settles="quarter"),
    "a contract less": lambda: attrs.evolve(made(), contracts=made().contracts[:1]),
    "a rule less": lambda: _with_contract(made(), 0, rules=made().contracts[0].rules[1:]),
}


def _with_contract(of: Case, place: int, **more: Any) -> Case:
    if "last" in more:
        more["last"] = contract("", last=more["last"]).last
    contracts = list(of.contracts)
    contracts[place] = attrs.evolve(contracts[place], **more)
    return attrs.evolve(of, contracts=tuple(contracts))


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_whatever_changes_it_is_as_anew_and_as_before_when_it_is_taken_back(change: Callable[[], Case]) -> None:
    facts, kept = activity(ROWS), Kept()
    first = paid(made(), facts, kept)
    for of in (change(), made(), change(), change()):
        assert paid(of, facts, kept) == paid(of, facts)
    assert paid(made(), facts, kept) == first


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_each_of_these_changes_something(change: Callable[[], Case]) -> None:
    facts = activity(ROWS)
    of_periods = [sorted(pay.read(compose(one), facts).flows) for one in (made(), change())]
    assert of_periods[0] != of_periods[1]


@rule("of-codes")
class OfCodes(Rule):
    """What stays of some codes cost; which codes is a choice of the contract, and no number of it."""

    codes: tuple[str, ...] = parameter("Which codes.")

    @hookimpl
    def incentive(self, activity: Any, contract: Any) -> Iterator[Flow]:
        spells = activity.spells
        chosen = spells.code.map(lambda code: code.is_in(self.codes)).is_yes()
        yield Flow(contract.commissioner, contract.provider, when(chosen, spells.cost.or_else(0)), reason="codes")


def of_two(first: Any, second: Any) -> Case:
    return case(contract("A", first), contract("B", second, provider="RZZ"), tables=[Spells])


def test_a_sum_is_not_taken_for_a_contract_that_did_not_ask_for_it_before() -> None:
    """Found in a review: sums of two compositions are one column, in which each contract has its own."""
    rows = [
        {
            "spell": f"s{number}", "discharged": "2025-05-10", "code": "AX"[number % 2], "cost": 100 + number,
            "provider": of,
        }
        for number, of in enumerate(["RXX", "RXX", "RZZ", "RZZ"])
    ]  # fmt: skip
    facts, kept = activity(rows), Kept()
    few, more = use(OfCodes, codes=("A",)), use(OfCodes, codes=("A", "X"))
    for of in (of_two(few, more), of_two(few, few), of_two(more, few), of_two(more, more), of_two(few, more)):
        assert paid(of, facts, kept) == paid(of, facts)


@rule("cost-apart")
class CostApart(Rule):
    """What each stay costs, from whoever is liable; no number of the contract is in it."""

    @hookimpl
    def incentive(self, activity: Any, contract: Any) -> Iterator[Flow]:
        spells = activity.spells
        yield Flow(account(spells.liable), contract.provider, spells.cost.or_else(0), reason="cost")


def test_what_is_kept_apart_by_a_code_is_not_taken_for_a_contract_that_did_not_ask() -> None:
    """Found in a review: its rows have no code there, and money without an account stopped it."""
    facts, kept = activity([{**row, "cost": 100} for row in ROWS]), Kept()
    for second in ([use(Each, amount=3)], [use(CostApart), use(Each, amount=3)]):
        of = case(contract("A", use(CostApart)), contract("B", *second, provider="RZZ"), tables=[Spells])
        assert paid(of, facts, kept) == paid(of, facts)
    assert paid(of, facts, kept)["cost-apart", "L0", "RZZ"] == 100


def test_a_holder_with_an_empty_list_is_not_the_same_as_none() -> None:
    """Found in a review: the records are the same, and those who have them are not."""
    facts, kept = activity(ROWS), Kept()
    band = use(Banded, bands=[{"code": "AB1", "amount": 30}])
    for of in (of_two(band, use(Each, amount=1)), of_two(band, use(Banded, bands=[])), of_two(band, band)):
        assert paid(of, facts, kept) == paid(of, facts)


def test_other_rows_are_read_whatever_they_are_called() -> None:
    kept = Kept()
    paid(made(), activity(ROWS), kept)
    fewer = activity(ROWS[:2])
    assert paid(made(), fewer, kept) == paid(made(), fewer)


def test_a_number_that_changed_while_nobody_asked_is_not_taken_for_the_one_before() -> None:
    """The sum of the first contract is not asked for in between, while its number becomes another."""
    facts, kept = activity(ROWS), Kept()
    without = _with_contract(made(each=101), 0, rules=made().contracts[0].rules[1:])
    for of in (made(), without, made(each=101)):
        assert paid(of, facts, kept) == paid(of, facts)


def test_a_settlement_that_went_wrong_keeps_nothing_of_its_own(scans: list[int]) -> None:
    facts, kept = activity(ROWS), Kept()
    first = paid(made(), facts, kept)
    rows = [{"code": "AB1", "day_case": 5, "from_day": day} for day in ("2025-04-01", "2025-05-01")]
    prices = {("tariff", "national"): price_list(Tariff, "national", *rows)}
    with pytest.raises(InputError, match="2 rows"):
        paid(attrs.evolve(made(), prices=prices), facts, kept)
    before = len(scans)
    assert paid(made(), facts, kept) == first
    assert len(scans) == before


class TestFiles:
    """An engine settles a workspace again: its files are known by what is in them."""

    @pytest.fixture
    def workspace(self, tmp_path: Path) -> Path:
        import tallystick.command

        folder = tmp_path / "mine"
        shutil.copytree(Path(tallystick.command.__file__).parent / "starter", folder)
        return folder

    @pytest.fixture
    def engine(self) -> Engine:
        return Engine(plugins=[tallystick_rules.plugin], discover=False)

    def test_the_same_files_are_not_read_again(self, workspace: Path, engine: Engine, scans: list[int]) -> None:
        first = engine.settle(workspace)
        read = len(scans)
        elsewhere = shutil.copytree(workspace, workspace.parent / "copy")
        assert engine.settle(elsewhere).ledger.equals(first.ledger)
        assert 0 < read == len(scans)

    def test_lines_need_no_sums_again(self, workspace: Path, engine: Engine, scans: list[int]) -> None:
        result = engine.settle(workspace)
        read = len(scans)
        lines = result.lines()
        assert len(scans) == read
        paid = result.ledger.filter(label="contacts")["pence"].sum()
        assert lines["pence"].sum() == paid > 0

    def test_another_byte_is(self, workspace: Path, engine: Engine, scans: list[int]) -> None:
        before = engine.settle(workspace).ledger
        read = len(scans)
        file = workspace / "data" / "contacts.csv"
        lines = file.read_text().splitlines()
        file.write_text("\n".join(lines[:-1]) + "\n")
        again = engine.settle(workspace).ledger
        assert len(scans) > read
        assert not again.equals(before)
        assert again.equals(Engine(plugins=[tallystick_rules.plugin], discover=False).settle(workspace).ledger)

    def test_a_file_that_is_written_while_it_is_paid_for_stops_it(self, workspace: Path, engine: Engine) -> None:
        """Found in a review: it is put back afterwards, and has the hash that it had before; nothing was kept."""
        file = workspace / "data" / "contacts.parquet"
        contacts = pl.read_csv(workspace / "data" / "contacts.csv", try_parse_dates=True)
        contacts.write_parquet(file)
        scheme = workspace / "scheme.toml"
        scheme.write_text(scheme.read_text().replace('contacts.csv"', 'contacts.parquet"', 1))
        right = Engine(plugins=[tallystick_rules.plugin], discover=False).settle(workspace).ledger

        def written(what: str, *_: int) -> None:
            if what == "paying":
                contacts.with_columns(contacts=pl.col("contacts") + 1).write_parquet(file)

        with pytest.raises(SettlementError, match=r"contacts\.parquet has been written meanwhile"):
            engine.settle(workspace, progress=written, reference_rows=0)
        contacts.write_parquet(file)
        assert engine.settle(workspace).ledger.equals(right)

    def test_another_engine_works_its_own_out(self, workspace: Path, engine: Engine, scans: list[int]) -> None:
        pytest.importorskip("duckdb")
        read = []
        for name in ("polars", "duckdb", "duckdb", "polars"):
            engine.settle(workspace, engine=name)
            read.append(len(scans))
        assert read == [1, 2, 2, 3]

    def test_frames_are_known_by_their_cells(self, workspace: Path, engine: Engine, scans: list[int]) -> None:
        frame = pl.read_csv(workspace / "data" / "contacts.csv", infer_schema=False)
        first = engine.settle(workspace, contacts=frame).ledger
        read = len(scans)
        assert engine.settle(workspace, contacts=frame.clone()).ledger.equals(first)
        assert len(scans) == read
        assert not engine.settle(workspace, contacts=frame[:-1]).ledger.equals(first)
        assert len(scans) > read

    def test_rows_that_are_set_aside_are_others(self, workspace: Path, engine: Engine, scans: list[int]) -> None:
        file = workspace / "data" / "contacts.csv"
        lines = file.read_text().splitlines()
        file.write_text("\n".join([*lines, lines[-1]]) + "\n")  # the same key twice
        for _ in range(2):
            read = len(scans)
            engine.settle(workspace, set_aside=True)
            assert len(scans) > read
