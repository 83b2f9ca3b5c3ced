"""Each kind of bad input, end to end: exit code 2, words that help, no traceback, and nothing written."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tallystick.kernel.hooks import hookimpl
from tallystick.language import Activity, Amount, Contract, Flow, Label, Paid, Rate, Rule, parameter, rule
from tests.unit.command_world import edit, runs, starter, tallystick

SCHEME, FIRST = "scheme.toml", "contracts/first.toml"
DATA, PRICES = "data/contacts.csv", "prices/contacts.csv"
BLOCK = 'value = "£120,000"'


def replaced(file: str, old: str, new: str) -> Callable[[Path], None]:
    return lambda workspace: edit(workspace / file, old, new)


def added(file: str, text: str) -> Callable[[Path], None]:
    def add(workspace: Path) -> None:
        with (workspace / file).open("a", encoding="utf-8") as opened:
            opened.write(text)

    return add


def written(file: str, content: bytes) -> Callable[[Path], None]:
    return lambda workspace: (workspace / file).write_bytes(content) and None


def parquet(workspace: Path) -> None:
    """Many row groups, and the last row of the last one is bad."""
    frame = pl.read_csv(workspace / DATA).drop("contact")
    rows = pl.concat([frame] * 500).with_row_index("contact").with_columns(pl.format("K{}", "contact").alias("contact"))
    bad = pl.when(pl.col("contact") == f"K{rows.height - 1}").then(-4).otherwise("contacts")
    rows.with_columns(contacts=bad).write_parquet(workspace / "data" / "contacts.parquet", row_group_size=100)
    edit(workspace / SCHEME, "data/contacts.csv", "data/contacts.parquet")


def text_named_parquet(workspace: Path) -> None:
    (workspace / DATA).rename(workspace / "data" / "contacts.parquet")
    edit(workspace / SCHEME, "data/contacts.csv", "data/contacts.parquet")


CASES: dict[str, tuple[Callable[[Path], Any], str, str]] = {
    "malformed TOML": (replaced(SCHEME, "[scheme]", "[scheme"), "scheme.toml, line", ""),
    "an unknown key": (replaced(SCHEME, "title =", "titel ="), 'no key "titel"', 'did you mean "title"?'),
    "an unknown rule": (replaced(FIRST, '"block"', '"blok"'), 'no rule "blok"', 'did you mean "block"?'),
    "a missing parameter": (replaced(FIRST, BLOCK, ""), "does not say value", "value = "),
    "a bare number for money": (replaced(FIRST, BLOCK, "value = 120000"), "bare number for money", "£120,000"),
    "7.9 for a count": (replaced(FIRST, "years = 1", "years = 7.9"), "7.9 is not a whole number", "a whole number"),
    "a rate above its bound": (
        added(FIRST, '\n[[rule]]\nuse = "hold"\non = ["contacts"]\nshare = "140%"\n'), '"140%" is more than', "at most",
    ),
    "a label that does not exist": (
        added(FIRST, '\n[[rule]]\nuse = "hold"\non = ["contact"]\nshare = "5%"\n'), 'refers to "contact"', '"contacts"',
    ),
    "a label twice": (
        added(FIRST, '\n[[rule]]\nuse = "block"\nlabel = "core service"\nvalue = "£1"\n'), "two rules", "another",
    ),
    "labels in a circle": (
        added(FIRST, '\n[[rule]]\nuse = "hold"\nlabel = "a"\non = ["a"]\nshare = "5%"\n'), "a → a", "take one of",
    ),
    "a missing column": (replaced(DATA, ",contacts\n", ",number\n"), "contacts", "column"),
    "an extra column": (replaced(DATA, "contact,provider", "contact,nonsense,provider"), "", ""),
    "a wrong type": (replaced(DATA, "home visit,2", "home visit,two"), "two", "whole number"),
    "a fraction for a count": (replaced(DATA, "home visit,2", "home visit,7.9"), "7.9", "whole number"),
    "a count below its bound": (replaced(DATA, "home visit,2", "home visit,-2"), "-2", ""),
    "dates reversed": (
        replaced(PRICES, "2025-04-01,2026-03-31,41", "2026-03-31,2025-04-01,41"), "2026-03-31", "on or after",
    ),
    "a day that is none": (replaced(DATA, "2025-04-17", "2025-02-30"), "2025-02-30", ""),
    "a contract that ends before it begins": (
        replaced(FIRST, "years = 1", "to = 2024-03-31"), "2024-03-31", "",
    ),
    "an empty cell": (replaced(DATA, "C0002,ZH1", "C0002,"), "provider", ""),
    "not applicable": (replaced(DATA, "C0002,ZH1,ZQ1,2025-04-17", "C0002,ZH1,ZQ1,N/A"), "N/A", ""),
    "NaN": (replaced(DATA, "home visit,2", "home visit,NaN"), "NaN", ""),
    "negative money": (replaced(PRICES, "64.50", "-64.50"), "-64.50", ""),
    "fractions of a penny in money": (replaced(FIRST, "£120,000", "£120,000.005"), "fraction of a penny", ""),
    "a code that the price list does not name": (
        replaced(DATA, "telephone,1", "telegraph,1"), "the price list", "not priced",
    ),
    "a row without a price or a reason": (replaced(PRICES, ",no price is agreed yet", ","), "no price", "not_priced"),
    "a duplicate key": (replaced(DATA, "C0002", "C0001"), "C0001", ""),
    "an empty file": (written(DATA, b""), "contacts.csv", ""),
    "a text file named .parquet": (text_named_parquet, "not a Parquet file", ".csv"),
    "many row groups with one bad last row": (parquet, "row 4000", ""),
    "a file that is missing": (replaced(SCHEME, "data/contacts.csv", "data/contact.csv"), "file missing", "relative"),
    "a table that no plugin declares": (
        replaced(SCHEME, "contacts = ", "contaxts = "), "contaxts", 'did you mean "contacts"?',
    ),
    "a table that a rule reads and nobody gives": (
        replaced(SCHEME, 'contacts = "data/contacts.csv"', ""), "no activity for it", "[activity]",
    ),
    "money wider than 64 bits": (replaced(FIRST, "£120,000", "£99,999,999,999,999,999"), "wider than", ""),
}  # fmt: skip


@rule("hold")
class Hold(Rule):
    """Holds a share of what another rule pays."""

    on: tuple[Label, ...] = parameter("The rules whose payment is held.")
    share: Rate = parameter("The share.", at_least=0, at_most=1)

    @hookimpl
    def incentive(self, paid: Paid, contract: Contract) -> Iterator[Flow]:
        held = paid.total(*self.on) * self.share
        yield Flow(contract.provider, contract.pot("held", at_end="carry forward"), held, reason="held")


@rule("raises")
class Raises(Rule):
    """Raises an error as it is traced."""

    @hookimpl
    def incentive(self, contract: Contract) -> Iterator[Flow]:
        raise ValueError("the moon is full")
        yield


@rule("answers-wrongly")
class AnswersWrongly(Rule):
    """Yields something that is no flow."""

    @hookimpl
    def incentive(self, contract: Contract) -> Iterator[str]:
        yield "£5, please"


@rule("pays-much")
class PaysMuch(Rule):
    """Pays an amount for each contact, however large."""

    each: Amount = parameter("How much.")

    @hookimpl
    def incentive(self, activity: Activity, contract: Contract) -> Iterator[Flow]:
        rows = activity.contacts
        yield Flow(contract.commissioner, contract.provider, self.each * rows.contacts, reason="for each contact")


class Local:
    """The local plugin of these tests."""

    @hookimpl
    def register_rules(self) -> list[type[Rule]]:
        return [Hold, Raises, AnswersWrongly, PaysMuch]


@pytest.mark.parametrize("case", CASES)
def test_each_is_told_in_words_with_exit_code_2_and_nothing_written(case: str, tmp_path: Path) -> None:
    spoil, found, write = CASES[case]
    workspace = starter(tmp_path)
    spoil(workspace)
    before = sorted(tmp_path.rglob("*"))
    done = tallystick("settle", workspace, plugins=[Local()])
    assert done.exit_code == 2, done.output
    assert found in done.output
    assert write in done.output
    assert "Nothing was written." in done.output
    assert sorted(tmp_path.rglob("*")) == before


def test_all_faults_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    workspace = starter(tmp_path)
    edit(workspace / SCHEME, "code =", "cod =")
    edit(workspace / FIRST, BLOCK, "value = 5")
    edit(workspace / PRICES, "64.50", "much")
    output = tallystick("settle", workspace).output
    assert all(file in output for file in (SCHEME, FIRST, PRICES))
    assert "3 faults in what was handed in" in output


@pytest.mark.parametrize("command", ["settle", "check"])
def test_a_folder_that_is_no_workspace_is_named(command: str, tmp_path: Path) -> None:
    for folder in (tmp_path / "nowhere", tmp_path):
        done = tallystick(command, folder)
        assert (done.exit_code, "there is no scheme.toml" in done.output) == (2, True)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="only an ordinary user on POSIX is refused")
def test_a_folder_that_may_not_be_written_to_is_named(tmp_path: Path) -> None:
    workspace = starter(tmp_path)
    workspace.chmod(0o500)
    try:
        done = tallystick("settle", workspace)
    finally:
        workspace.chmod(0o700)
    assert (done.exit_code, "Permission denied" in done.output) == (2, True)


def test_a_run_that_cannot_be_written_says_where_and_why(tmp_path: Path) -> None:
    workspace = starter(tmp_path)
    (workspace / "runs").write_text("a file where the folder should be", encoding="utf-8")
    done = tallystick("settle", workspace)
    assert done.exit_code == 2
    assert "Cannot go on: File exists" in done.output


class TestPluginsAtFault:
    """The contract that names them is stopped, those that share nothing with it go on, and the exit code is 1."""

    def settle(self, tmp_path: Path, rules: str) -> tuple[Any, Path]:
        workspace = starter(tmp_path)
        second = (workspace / FIRST).read_text(encoding="utf-8").replace('id = "first"', 'id = "second"')
        second = second.replace("ZH1", "ZH2")
        (workspace / "contracts" / "second.toml").write_text(second + rules, encoding="utf-8")
        edit(workspace / SCHEME, 'id = "my-scheme"', 'id = "my-scheme"\nplugins = ["tallystick-not-there"]')
        done = tallystick("settle", workspace, plugins=[Local()])
        (run,) = runs(workspace)
        return done, run

    @pytest.mark.parametrize(
        ("use", "why"),
        [
            ("raises", "raised ValueError: the moon is full"),
            ("answers-wrongly", "which is no flow"),
            ("elsewhere", "tallystick-not-there is not installed"),
        ],
    )
    def test_the_contract_stops_with_its_clause_and_the_other_is_settled(
        self, tmp_path: Path, use: str, why: str
    ) -> None:
        done, run = self.settle(tmp_path, f'\n[[rule]]\nuse = "{use}"\nclause = "9.9"\n')
        assert done.exit_code == 1, done.output
        assert why in done.output
        assert "clause 9.9" in done.output
        assert "STOPPED" in (run / "statements" / "second.txt").read_text(encoding="utf-8")
        assert "£120,476.75" in (run / "statements" / "first.txt").read_text(encoding="utf-8")
        assert set(pl.read_csv(run / "ledger.csv")["contract"]) == {"first"}


class TestAmountsNearTheEdge:
    """9,223,372,036,854,775,807 pence is the widest amount that a ledger line holds."""

    def settle(self, tmp_path: Path, each: str) -> Any:
        workspace = starter(tmp_path)
        added(FIRST, f'\n[[rule]]\nuse = "pays-much"\neach = "{each}"\n')(workspace)
        return tallystick("settle", workspace, plugins=[Local()]), workspace

    def test_what_fits_is_paid_to_the_penny(self, tmp_path: Path) -> None:
        done, workspace = self.settle(tmp_path, "£4,000,000,000,000,000.01")  # 19 of them are under 2**63 pence
        assert done.exit_code == 0, done.output
        (run,) = runs(workspace)
        paid = pl.read_parquet(run / "ledger.parquet").filter(pl.col("label") == "pays-much")["pence"]
        assert sum(paid.to_list()) == 19 * 400_000_000_000_000_001

    def test_what_does_not_fit_is_refused_in_words_and_nothing_is_written(self, tmp_path: Path) -> None:
        done, workspace = self.settle(tmp_path, "£90,000,000,000,000,000.00")
        assert done.exit_code == 1, done.output
        assert "wider than" in done.output
        assert runs(workspace) == []
