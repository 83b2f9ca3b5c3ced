"""An explanation ends in the very pence that were paid; where the pay path is out by a penny, it refuses to explain."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from tallystick.kernel import pay
from tallystick.kernel.errors import InputError, SettlementError
from tallystick.report import explained
from tallystick.result import Result
from tests.unit.command_world import engine, starter

EXAMPLE = Path(__file__).parents[2] / "docs" / "tallystick_examples" / "acute_contract"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Result:
    return engine().settle(starter(tmp_path_factory.mktemp("small")), reference_rows=0)


@pytest.fixture(scope="module")
def large() -> Result:
    return engine().settle(EXAMPLE, reference_rows=0)


def test_it_ends_in_what_was_paid(small: Result) -> None:
    lines = dict(small.lines().select("key", "pence").iter_rows())
    for key, pence in lines.items():
        assert [flow[-1] for flow in small.explain("contacts", key).flows] == [pence]


def test_a_penny_planted_in_the_pay_path_is_an_error_that_says_both_amounts(
    small: Result, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = pay.line_frames
    planted = pl.col("pence") + 1
    monkeypatch.setattr(pay, "line_frames", lambda *a, **k: [frame.with_columns(planted) for frame in right(*a, **k)])
    with pytest.raises(SettlementError, match=r"£129\.01 was paid, and derived again it is £129\.00"):
        small.explain("contacts", "C0002")


def test_a_payment_that_the_reference_does_not_know_is_an_error_too(
    small: Result, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = pay.line_frames
    double = {"label": "elsewhere"}
    monkeypatch.setattr(
        pay,
        "line_frames",
        lambda *a, **k: [*(f := right(*a, **k)), *(one.with_columns(**_literals(double)) for one in f)],
    )
    with pytest.raises(SettlementError, match="elsewhere"):
        small.explain("contacts", "C0002")


def _literals(named: dict[str, str]) -> dict[str, pl.Expr]:
    return {name: pl.lit(value) for name, value in named.items()}


def test_of_very_many_rows_the_reference_is_given_those_of_the_provider(
    small: Result, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = small.explain("contacts", "C0006").as_text()
    monkeypatch.setattr(explained, "MOST_ROWS", 0)
    assert small.explain("contacts", "C0006").as_text() == before


def test_of_very_many_rows_a_rule_that_looks_beyond_the_contract_cannot_be_derived_and_says_so(
    large: Result, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(explained, "MOST_ROWS", 0)
    with pytest.raises(InputError, match="looks beyond its contract"):
        large.explain("spells", "S000000002")


def test_a_row_of_no_contract_says_why_nothing_is_paid(large: Result) -> None:
    spells = large.settlement.facts["spells"].records()
    (key,) = [row["spell"] for row in spells if row["commissioner"] == "ZQ9"]
    assert "belongs to no contract" in large.explain("spells", str(key)).as_text()


def test_a_row_that_others_look_up_says_which_row_shows_what_it_does(large: Result) -> None:
    (answer, spell), *_ = ((row["answer"], row["spell"]) for row in large.settlement.facts["answers"].records())
    assert f"explaining spells:{spell}" in large.explain("answers", str(answer)).as_text()


def test_one_rule_alone_is_compared_alone(large: Result) -> None:
    whole = large.explain("spells", "S000000002")
    label = whole.flows[0][0]
    alone = large.explain("spells", "S000000002", rule=label)
    assert alone.flows == tuple(flow for flow in whole.flows if flow[0] == label)
