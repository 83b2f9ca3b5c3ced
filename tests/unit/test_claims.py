"""Which contract claims a row: the most specific claim, on the row's day, and nobody where none does."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.assign_world import faults, one_fault, owners, paid, row, settled
from tests.unit.command_world import tallystick

CARDIAC = """
    [[claim]]
    contract = "B"
    provider = "RAA"
    service = ["S2", "S3"]
"""


def test_without_a_claim_the_parties_decide_and_nothing_is_written_into_the_rows(tmp_path: Path) -> None:
    result = settled(tmp_path, [row(), row("RBB"), row("RZZ")])
    assert result.workspace.case.by_parties
    assert owners(result) == {"c1": "", "c2": "", "c3": ""}
    assert paid(result) == {"A": 100, "B": 100}


def test_an_empty_assign_file_places_rows_as_the_parties_did(tmp_path: Path) -> None:
    rows = [row(), row("RBB"), row("RZZ"), row(day="2026-05-01"), row("RZZ", contract="B")]
    result = settled(tmp_path, rows, assign_toml="")
    assert not result.workspace.case.by_parties
    assert owners(result) == {"c1": "A", "c2": "B", "c3": "", "c4": "", "c5": "B"}
    assert paid(result) == {"A": 100, "B": 200}
    assert [line.rows for line in result.settlement.reading.unplaced] == [2]


def test_a_claim_on_services_goes_before_the_parties(tmp_path: Path) -> None:
    rows = [row(), row(service="S2"), row(service="S3"), row("RBB", service="S2")]
    contracts = ["A,RAA,QAA,2025-04-01,1", "B,RBB,QAA,2025-04-01,1"]
    result = settled(tmp_path, rows, contracts, assign_toml=CARDIAC)
    # B has a claim of its own, so what only its parties say is not claimed by it: c4 is nobody's.
    assert owners(result) == {"c1": "A", "c2": "B", "c3": "B", "c4": ""}
    assert paid(result) == {"A": 100, "B": 200}


def test_a_contract_with_several_claims_has_the_rows_of_each_and_they_are_no_tie(tmp_path: Path) -> None:
    more = CARDIAC + '\n    [[claim]]\n    contract = "B"\n    provider = ["RBB", "RAA"]\n    service = ["S3"]\n'
    rows = [row(service="S2"), row(service="S3"), row("RBB", service="S3"), row("RBB", service="S2")]
    assert owners(settled(tmp_path, rows, assign_toml=more)) == {"c1": "B", "c2": "B", "c3": "B", "c4": ""}


def test_a_row_that_names_a_contract_keeps_it_whoever_claims_it(tmp_path: Path) -> None:
    rows = [row(service="S2", contract="A"), row("RBB", contract="no such")]
    result = settled(tmp_path, rows, assign_toml=CARDIAC)
    assert owners(result) == {"c1": "A", "c2": "no such"}
    assert paid(result) == {"A": 100}


def test_the_claim_with_most_columns_wins_and_days_do_not_count(tmp_path: Path) -> None:
    contracts = [f"{name},RAA,QAA,2025-04-01,1" for name in "ABC"]
    claims = """
        [[claim]]
        contract = "B"
        service = "S1"
        from = 2025-05-01
        to = 2025-05-31

        [[claim]]
        contract = "C"
        service = "S1"
        point_of_delivery = "EL"
        site = "RAA01"
    """
    rows = [
        row(day="2025-04-30"),  # before B's days
        row(day="2025-05-01"),
        row(day="2025-05-31", pod="EL"),  # the site is not C's
        row(day="2025-05-31", pod="EL", site="RAA01"),
        row(day="2025-06-01"),
        row(day="2025-05-01", service="S9"),
    ]
    result = settled(tmp_path, rows, contracts, assign_toml=claims)
    assert owners(result) == {"c1": "A", "c2": "B", "c3": "B", "c4": "C", "c5": "A", "c6": "A"}
    assert paid(result) == {"A": 300, "B": 200, "C": 100}


def test_any_leaves_a_party_open_and_counts_for_nothing(tmp_path: Path) -> None:
    claims = """
        [[claim]]
        contract = "B"
        provider = "any"
        commissioner = "any"
    """
    rows = [row(), row("RZZ"), row("RBB", "QZZ")]
    assert owners(settled(tmp_path, rows, assign_toml=claims)) == {"c1": "A", "c2": "B", "c3": "B"}


def test_a_claim_on_a_column_that_a_table_lacks_takes_nothing_there(tmp_path: Path) -> None:
    claims = """
        [[claim]]
        contract = "A"
        service = "S1"
    """
    scheme = Path(tmp_path / "scheme.toml")
    settled(tmp_path, [row()], assign_toml=claims)
    text = scheme.read_text(encoding="utf-8").replace("[activity]", '[activity]\nattendances = "attendances.csv"')
    attendances = "attendance,provider,commissioner,attended,attendances,hrg\na1,RAA,QAA,2025-05-01,1,X\n"
    result = settled(tmp_path, [row()], assign_toml=claims, scheme_toml=text, attendances_csv=attendances)
    assert owners(result) == {"c1": "A"}
    assert [(one.table, one.rows) for one in result.settlement.reading.unplaced] == [("attendances", 1)]


def test_a_claim_of_some_tables_takes_nothing_elsewhere(tmp_path: Path) -> None:
    claims = '[[claim]]\ncontract = "B"\nprovider = "RAA"\nsite = "RAA01"\ntables = ["spells"]\n'
    assert owners(settled(tmp_path, [row(site="RAA01")], assign_toml=claims)) == {"c1": "A"}


def test_columns_of_contracts_csv_claim_as_the_file_does(tmp_path: Path) -> None:
    contracts = [
        "id,provider,commissioner,from,years,claim.service,claim.provider,claim.from,claim.to",
        "A,RAA,QAA,2025-04-01,1,,,,",
        "B,RBB,QAA,2025-04-01,1,S2; S3,RAA;RBB,2025-05-01,",
    ]
    rows = [row(), row(service="S2"), row("RBB", service="S3"), row(service="S2", day="2025-04-30"), row("RBB")]
    result = settled(tmp_path, rows, contracts)
    assert owners(result) == {"c1": "A", "c2": "B", "c3": "B", "c4": "A", "c5": ""}
    assert paid(result) == {"A": 200, "B": 200}


class TestTies:
    TIE = """
        [[claim]]
        contract = "A"
        service = "S1"

        [[claim]]
        contract = "B"
        provider = "RAA"
        site = "RAA01"
    """

    def test_two_contracts_of_one_rank_are_an_error_that_names_both_claims_and_a_row(self, tmp_path: Path) -> None:
        rows = [row(site="RAA01", day="2025-06-01"), row(site="RAA01"), row()]
        fault = one_fault(tmp_path, rows, assign_toml=self.TIE)
        assert fault.code == "claim/tie"
        assert fault.where == "assign.toml, line 1, column 1"
        assert fault.found == ("contracts A and B both claim 2 rows of contacts, such as contact c1 (2025-06-01)")
        assert fault.why.startswith("the other claim is in assign.toml, line 5, column 1; each names 3 columns")

    def test_a_more_specific_claim_of_a_third_contract_ends_a_tie(self, tmp_path: Path) -> None:
        third = self.TIE + '\n[[claim]]\ncontract = "C"\nprovider = "RAA"\nservice = "S1"\nsite = "RAA01"\n'
        contracts = [f"{name},R{name}{name},QAA,2025-04-01,1" for name in "ABC"]
        assert owners(settled(tmp_path, [row(site="RAA01")], contracts, assign_toml=third.replace("    ", ""))) == {
            "c1": "C"
        }

    def test_two_contracts_of_the_same_parties_and_days_tie_where_neither_claims_more(self, tmp_path: Path) -> None:
        contracts = ["A,RAA,QAA,2025-04-01,1", "B,RAA,QAA,2025-10-01,1"]
        rows = [row(day="2025-09-30"), row(day="2025-10-01"), row(day="2026-04-01")]
        fault = one_fault(tmp_path, rows, contracts, assign_toml="")
        assert fault.where == "contracts.csv, row 1, column id"
        assert "both claim 1 row of contacts, such as contact c2 (2025-10-01)" in fault.found

    def test_tied_rows_can_be_set_aside_and_are_counted(self, tmp_path: Path) -> None:
        rows = [row(site="RAA01"), row()]
        result = settled(tmp_path, rows, assign_toml=self.TIE, how={"set_aside": True})
        assert owners(result) == {"c2": "A"}
        assert not result.passed
        assert [one.code for one in result.settlement.set_aside] == ["claim/tie"]
        assert result.settlement.facts["contacts"].left_out == 1

    def test_a_row_that_names_its_contract_is_no_tie(self, tmp_path: Path) -> None:
        assert owners(settled(tmp_path, [row(site="RAA01", contract="B")], assign_toml=self.TIE)) == {"c1": "B"}


@pytest.mark.parametrize(
    ("text", "code", "line", "found"),
    [
        ('[[claim]]\ncontract = "C"', "claim/contract", 2, 'there is no contract "C"'),
        ('[[claim]]\nservice = "S1"', "key/missing", 1, "contract is missing"),
        ('[[claim]]\ncontract = "A"\nservise = "S1"', "key/unknown", 3, 'there is no key "servise" here'),
        ('[[claim]]\ncontract = "A"\nservice = 7', "value/kind", 3, "7 is not a list of texts"),
        ('[[claim]]\ncontract = "A"\nservice = []', "claim/no-code", 3, "the claim names service and no code"),
        ('[[claim]]\ncontract = "A"\nservice = "any"', "claim/any", 3, '"any" is no code of service'),
        ('[[claim]]\ncontract = "A"\nprovider = ["RAA", "any"]', "claim/any", 3, '"any" is no code of provider'),
        ('[[claim]]\ncontract = "A"\nservice = " S1"', "value/kind", 3, '" S1" is not a code'),
        ('[[claim]]\ncontract = "A"\ntables = ["visits"]', "claim/table", 3, 'there is no table "visits"'),
        (
            '[[claim]]\ncontract = "A"\nservice = "S1"\ntables = ["spells"]', "claim/table", 4,
            "spells has no column service, which the claim names",
        ),
        (
            '[[claim]]\ncontract = "A"\nfrom = 2025-03-31', "claim/days", 3,
            "2025-03-31 is outside contract A, 2025-04-01 to 2026-03-31",
        ),
        (
            '[[claim]]\ncontract = "A"\nfrom = 2025-06-01\nto = 2025-05-01', "claim/days", 4,
            "the claim ends on 2025-05-01, before it begins on 2025-06-01",
        ),
        ('[claim]\ncontract = "A"', "value/kind", 1, "claim is not a list of tables"),
        ("[claims]", "key/unknown", 1, 'there is no key "claims" here'),
        ("claim = x", "file/malformed", 1, "this cannot be read as TOML"),
        ('[responsible]\nby = ["practice"]', "value/choice", 2, '"practice" does not say who is responsible'),
        ("[responsible]\nby = []", "value/choice", 2, "no column says who is responsible"),
        ('[responsible]\nby = ["residence", "residence"]', "value/choice", 2, '"residence" is named twice'),
        (
            '[responsible]\npractices = "none.csv"', "file/missing", 2,
            '"none.csv" is a file missing from the workspace',
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_in_assign_toml_is_told_at_its_place(
    tmp_path: Path, text: str, code: str, line: int, found: str
) -> None:
    fault = one_fault(tmp_path, assign_toml=text + "\n")
    assert (fault.code, fault.file, fault.line) == (code, "assign.toml", line)
    assert fault.found.startswith(found)


def test_a_claim_of_too_many_combinations_is_refused_before_it_fills_the_memory(tmp_path: Path) -> None:
    listed = ", ".join(f'"S{number}"' for number in range(400))
    fault = one_fault(tmp_path, assign_toml=f'[[claim]]\ncontract = "A"\nservice = [{listed}]\nsite = [{listed}]\n')
    assert (fault.code, fault.found) == ("claim/too-wide", "the claim comes to 160,000 combinations of codes")


def test_a_wrong_cell_of_a_claim_in_contracts_csv_is_told_at_its_place(tmp_path: Path) -> None:
    contracts = [
        "id,provider,commissioner,from,years,claim.service,claim.to,claim.sevice",
        "A,RAA,QAA,2025-04-01,1,any,2027-01-01,",
    ]
    found = faults(tmp_path, [row()], contracts)
    assert [(one.code, one.column) for one in found] == [
        ("label/unknown", "claim.sevice"), ("claim/any", "claim.service"), ("claim/days", "claim.to"),
    ]  # fmt: skip
    contracts = [contracts[0].replace(",claim.sevice", ""), "A,RAA,QAA,2025-04-01,1,,2027-01-01"]
    fault = one_fault(tmp_path, [row()], contracts)
    assert (fault.code, fault.row, fault.column) == ("claim/days", 1, "claim.to")


def test_a_code_that_is_claimed_and_that_no_row_holds_is_told_and_fails_nothing(tmp_path: Path) -> None:
    result = settled(tmp_path, [row(), row(service="S2")], assign_toml=CARDIAC)
    (told,) = result.unseen_codes
    assert (told.code, told.file, told.line) == ("claim/unseen", "assign.toml", 4)
    assert told.found == 'no row has the service "S3", which contract B claims'
    assert told.write == ""  # neither service that there is looks like it
    assert result.passed
    assert told.found in tallystick("settle", tmp_path).output
    assert told.found in tallystick("check", tmp_path).output
    contracts = ["id,provider,commissioner,from,years,claim.site", "A,RAA,QAA,2025-04-01,1,RAA01"]
    (told,) = settled(tmp_path, [row()], contracts, assign_toml="").unseen_codes
    assert (told.file, told.row, told.column) == ("contracts.csv", 1, "claim.site")
    assert settled(tmp_path, [row(site="RAA01")], contracts, assign_toml="").unseen_codes == ()
