"""A workspace without faults becomes a case; its sections and its contracts are refused by name."""

from __future__ import annotations

import datetime
from fractions import Fraction
from pathlib import Path

import pytest

from tallystick.kernel.case import ContractCase, RuleEntry, always
from tests.unit.loading_world import (
    CONTRACT,
    SCHEME,
    Hold,
    clinic,
    contract_with,
    load,
    one_fault,
    refused,
    scheme_with,
)


def only(contracts: tuple[ContractCase, ...]) -> ContractCase:
    (contract,) = contracts
    return contract


def entry(contract: ContractCase, label: str) -> RuleEntry:
    return next(one for one in contract.rules if one.label == label)


class TestTheWhole:
    def test_a_workspace_becomes_a_case_with_its_parties_days_and_rules(self, tmp_path: Path) -> None:
        workspace = load(tmp_path)
        contract = only(workspace.case.contracts)
        assert (workspace.title, workspace.case.money, workspace.case.rounding) == ("A demonstration", "GBP", 1)
        assert workspace.case.as_at == datetime.date(2026, 5, 20)
        assert (contract.id, contract.provider, contract.commissioner) == ("north", "RXX", "QXX")
        assert (contract.first, contract.last) == (datetime.date(2025, 4, 1), datetime.date(2026, 3, 31))
        assert contract.settles == "month"
        answers = entry(contract, "answers")
        assert answers.cls is Hold
        assert answers.values == {"share": always(Fraction(1, 20)), "unreleased_to": always("QXX")}
        assert answers.shape == {"on": ("visits",), "bonus": None}
        assert (answers.clause, answers.scheme, answers.pays, answers.plugin) == ("4.2", "answers", True, "Clinic")

    def test_the_files_are_named_with_their_hashes_and_the_activity_with_its_paths(self, tmp_path: Path) -> None:
        workspace = load(tmp_path)
        assert sorted(workspace.files) == ["contracts/north.toml", "prices.csv", "scheme.toml"]
        assert {len(one) for one in workspace.files.values()} == {64}
        assert workspace.activity == {"visits": [tmp_path / "data" / "visits.csv"]}
        assert (workspace.mapping, workspace.out) == (None, tmp_path / "runs")

    def test_a_fund_opens_with_its_money_and_says_its_end(self, tmp_path: Path) -> None:
        (fund,) = load(tmp_path).case.funds
        assert (fund.name, fund.opening, fund.held_by, fund.at_end) == (
            "deprivation",
            10_000_000,
            "NHSE",
            "carry forward",
        )

    def test_faults_of_all_files_come_together(self, tmp_path: Path) -> None:
        found = refused(
            tmp_path,
            scheme=SCHEME.replace('"5%"', '"140%"'),
            contract=CONTRACT.replace("years = 1", "years = 1.5"),
            prices="code,price_pounds\nA,much\n",
        )
        assert [fault.file for fault in found] == ["prices.csv", "scheme.toml", "contracts/north.toml"]

    def test_a_folder_without_a_scheme_says_so(self, tmp_path: Path) -> None:
        assert "there is no scheme.toml" in one_fault(tmp_path, scheme=None).found

    def test_a_workspace_without_contracts_says_so(self, tmp_path: Path) -> None:
        fault = one_fault(tmp_path, contract=None)
        assert (fault.found, "contracts.csv" in fault.write) == ("the workspace has no contracts", True)

    def test_malformed_contracts_are_told_even_if_the_scheme_is_malformed_too(self, tmp_path: Path) -> None:
        found = refused(tmp_path, scheme="[scheme\n", contract="[contract\n")
        assert [(fault.file, fault.line) for fault in found] == [("scheme.toml", 1), ("contracts/north.toml", 1)]


class TestSections:
    @pytest.mark.parametrize(
        ("old", "new", "line", "found", "write"),
        [
            ('title = "A', 'titel = "A', 3, 'there is no key "titel"', 'did you mean "title"?'),
            ('id = "demo"\n', "", 1, "id is missing", 'id = "demo"'),
            ("as_at = 2026-05-20", 'as_at = "2026-05-20"', 4, "is not a day but text", "2026-05-20, without quotes"),
            ('settles = "month"', 'settles = "monthly"', 5, '"monthly" is not one', '"month" or "quarter" or "year"'),
            ("[activity]", "[activty]", 7, 'there is no key "activty"', 'did you mean "activity"?'),
            ("visits = ", "visitz = ", 8, 'there is no table "visitz"', 'did you mean "visits"?'),
            ('"data/*.csv"', '"data/*.parquet"', 8, "is a file missing", "relative to the folder"),
            ('"data/*.csv"', '"data"', 8, '"data" is a folder', '"data/*.parquet"'),
            ('"data/*.csv"', "7", 8, "7 is not the name of a file", '"data/spells.parquet"'),
            ('"£100,000"', "100000", 18, "100000 is a bare number for money", '"£100,000", with its sign'),
            ('"£100,000"', '"€100,000"', 18, "€100,000 is not in GBP", '"£1,234.56"'),
            ('"£100,000"', '"-£100,000"', 18, "is less than nothing", ""),
            ('settles = "month"', 'money = "EUR"\nsettles = "month"', 19, "is not in EUR", '"€1,234.56"'),
            ('"carry forward"', '"pass on"', 20, "does not say to whom", "to = "),
            ('"carry forward"', '"keep"', 20, '"keep" is not one of the choices', '"carry forward"'),
            ('"deprivation"', '"a/b"', 16, "cannot be the name of a pot or fund", "without a stroke"),
            ('held_by = "NHSE"', 'held_by = "provider"', 19, "is a word of its own", "QXX"),
        ],
    )
    def test_a_wrong_section_says_what_where_and_what_to_write(
        self, tmp_path: Path, old: str, new: str, line: int, found: str, write: str
    ) -> None:
        assert old in SCHEME
        fault = one_fault(tmp_path, scheme=SCHEME.replace(old, new))
        assert found in fault.found
        assert write in fault.write
        assert (fault.file, fault.line) == ("scheme.toml", line)

    def test_a_file_named_by_two_patterns_is_refused_since_its_rows_would_count_twice(self, tmp_path: Path) -> None:
        scheme = SCHEME.replace('"data/*.csv"', '["data/*.csv", "data/visits.csv"]')
        assert one_fault(tmp_path, scheme=scheme).code == "file/twice"

    def test_two_funds_of_one_name_are_refused(self, tmp_path: Path) -> None:
        more = scheme_with('[[fund]]\nname = "deprivation"\nheld_by = "NHSE"\n')
        assert one_fault(tmp_path, scheme=more).code == "fund/twice"


class TestContracts:
    @pytest.mark.parametrize(
        ("old", "new", "found", "write"),
        [
            ("years = 1 }", "years = 1.5 }", "1.5 is not a whole number", "a whole number"),
            ("years = 1 }", "years = 0 }", "0 is no length of a contract", "from 1 to 100"),
            ("years = 1 }", "to = 2025-03-31 }", "before it begins on 2025-04-01", "on or after the first"),
            (", years = 1 }", " }", "neither a last day nor years", "to = 2026-03-31, or years = 1"),
            ("years = 1 }", "years = 1, to = 2026-03-31 }", "both a last day and years", "to = 2026-03-31"),
            ("2025-04-01", '"01/04/2025"', '"01/04/2025" is not a day', "2025-04-01, without quotes"),
            ('"RXX"', '"R/X"', 'holds a stroke: "R/X"', "without a stroke"),
            ('"RXX"', '"provider"', "is a word of its own", '"QXX"'),
            ('"RXX"', "7", "7 is not a text", '"7", in quotes'),
            ('"north"', '"scheme"', "is a word of its own", ""),
            ('"north"', '"no/rth"', "the id of a contract holds a stroke", ""),
            ("provider = ", "povider = ", 'there is no key "povider"', 'did you mean "provider"?'),
        ],
    )
    def test_a_wrong_contract_says_what_where_and_what_to_write(
        self, tmp_path: Path, old: str, new: str, found: str, write: str
    ) -> None:
        faults = refused(tmp_path, contract=CONTRACT.replace(old, new))
        fault = next(one for one in faults if found in one.found)
        assert write in fault.write
        assert (fault.file, fault.line is not None, fault.source != "") == ("contracts/north.toml", True, True)

    def test_two_contracts_of_one_id_name_each_other(self, tmp_path: Path) -> None:
        fault = one_fault(tmp_path, **{"contracts/south.toml": CONTRACT})
        assert (fault.file, fault.line) == ("contracts/south.toml", 2)
        assert fault.why == "the other is in contracts/north.toml, line 2, column 6"

    def test_a_contract_of_years_ends_the_day_before_they_are_over(self, tmp_path: Path) -> None:
        text = CONTRACT.replace("2025-04-01, years = 1", "2024-02-29, years = 4")
        assert only(load(tmp_path, contract=text).case.contracts).last == datetime.date(2028, 2, 28)

    def test_a_contract_holds_all_scheme_rules_or_those_it_lists_and_then_its_own(self, tmp_path: Path) -> None:
        own = contract_with("""
            scheme_rules = ["visits"]
            [[rule]]
            use = "hold"
            on = ["visits"]
            share = "10%"
            pays = false
        """)
        contract = only(load(tmp_path, contract=own).case.contracts)
        assert [(one.label, one.scheme, one.pays) for one in contract.rules] == [
            ("visits", "visits", True),
            ("hold", "", False),
        ]

    def test_every_contract_keeps_the_numbers_of_its_own_rules(self, tmp_path: Path) -> None:
        rule = '[[rule]]\nuse = "bands"\nmost = {0}\nband = []\n'
        texts: dict[str, str | None] = {
            f"contracts/c{n}.toml": contract_with(rule.format(n)).replace('"north"', f'"c{n}"') for n in range(1, 60)
        }
        contracts = load(tmp_path, contract=None, **texts).case.contracts
        assert {one.id: one.rules[-1].values["most"].only for one in contracts} == {f"c{n}": n for n in range(1, 60)}

    def test_a_listed_scheme_rule_has_to_be_there(self, tmp_path: Path) -> None:
        fault = one_fault(tmp_path, contract=contract_with('scheme_rules = ["visit"]\n'))
        assert (fault.line, fault.write) == (7, 'did you mean "visits"?')

    def test_a_contract_without_its_table_says_so(self, tmp_path: Path) -> None:
        assert one_fault(tmp_path, contract="\n").found == "there is no [contract]"


class TestMissingPlugins:
    USE = """
        [[rule]]
        use = "virtual-ward"
        label = "virtual ward"
        each = 7
        clause = "9"
    """

    def test_a_rule_of_a_plugin_that_is_not_there_stops_its_contracts_and_faults_nothing(self, tmp_path: Path) -> None:
        scheme = SCHEME.replace('settles = "month"', 'plugins = ["tallystick-virtual-wards"]\nactivity_of = 1')
        scheme = scheme.replace("\nactivity_of = 1", "").replace("visits = ", 'beds = "beds.csv"\nvisits = ')
        workspace = load(tmp_path, scheme=scheme, contract=contract_with(self.USE))
        missing = entry(only(workspace.case.contracts), "virtual ward")
        assert (missing.cls, missing.clause) == (None, "9")
        assert missing.missing == 'rule "virtual-ward" cannot be run: plugin tallystick-virtual-wards is not installed'
        assert workspace.unread == {"beds": "plugin tallystick-virtual-wards is not installed"}

    def test_the_block_itself_may_name_the_plugin(self, tmp_path: Path) -> None:
        more = contract_with(self.USE + '        plugin = "tallystick-virtual-wards"\n')
        assert (
            entry(only(load(tmp_path, contract=more).case.contracts), "virtual ward").plugin
            == "tallystick-virtual-wards"
        )

    def test_a_plugin_that_broke_when_it_was_loaded_is_told_with_why(self, tmp_path: Path) -> None:
        class tallystick_virtual_wards:  # noqa: N801 - named as its module would be
            from tallystick.kernel.hooks import hookimpl

            @hookimpl
            def register_rules(self) -> list[type]:
                raise RuntimeError("no beds")

        workspace = load(tmp_path, clinic(tallystick_virtual_wards()), contract=contract_with(self.USE))
        assert "RuntimeError: no beds" in entry(only(workspace.case.contracts), "virtual ward").missing

    def test_a_rule_that_no_plugin_could_bring_is_a_fault(self, tmp_path: Path) -> None:
        fault = one_fault(tmp_path, scheme=SCHEME.replace('"hold"', '"holt"'))
        assert (fault.found, fault.write) == ('there is no rule "holt"', 'did you mean "hold"?')
        assert (fault.file, fault.line, fault.column) == ("scheme.toml", 28, 7)

    def test_a_rule_that_another_plugin_brings_is_a_fault(self, tmp_path: Path) -> None:
        class Other:
            pass

        scheme = SCHEME.replace('use = "hold"', 'use = "hold"\n    plugin = "tallystick-other"')
        fault = one_fault(tmp_path, clinic(Other()), scheme=scheme)
        assert (fault.code, fault.why) == ("rule/other-plugin", "Clinic brings it")
        assert one_fault(tmp_path, clinic(Other()), scheme=scheme.replace('"hold"', '"held"')).why == (
            "tallystick-other brings no such rule"
        )
