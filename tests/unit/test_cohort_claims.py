"""Claims of a cohort: what is done for its people is one contract's, on the days on which they are in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tallystick.kernel.errors import Fault, RuleError
from tallystick.kernel.language.series import Code, Day
from tallystick.kernel.tables import Cohorts, Table, column, table
from tests.unit.assign_world import SCHEME, faults, one_fault, owners, paid, settled
from tests.unit.command_world import tallystick

WITH_PEOPLE = SCHEME.replace('contacts = "contacts.csv"', 'contacts = "contacts.csv"\n    people = "people.csv"')
CLAIM = """
    [[claim]]
    contract = "B"
    cohort = "often"
    provider = "any"
"""
CONTACTS = "contact,contract,provider,commissioner,contacted_on,service,contact_type,contacts,point_of_delivery,person"
PEOPLE = "entry,person,provider,commissioner,census_day,category,eligible_from,eligible_to\n"
OFTEN = "e1,p1,RBB,QAA,2025-05-01,often,2025-05-10,2025-06-01\n"


def contact(person: str = "p1", day: str = "2025-05-15", provider: str = "RAA", *, pod: str = "", of: str = "") -> str:
    return f"{of},{provider},QAA,{day},S1,X,1,{pod},{person}"


def given(people: str = OFTEN, assign: str = CLAIM) -> dict[str, str]:
    return {"scheme_toml": WITH_PEOPLE, "people_csv": PEOPLE + people, "assign_toml": assign}


def test_a_cohort_is_claimed_on_its_days_before_the_contract_of_whoever_treats(tmp_path: Path) -> None:
    rows = [
        CONTACTS,
        contact(day="2025-05-09"),  # the day before they are in it
        contact(day="2025-05-10"),
        contact(day="2025-05-31"),
        contact(day="2025-06-01"),  # half open: the day on which it ends is no longer in it
        contact("p2"),  # somebody else
        contact(""),  # nobody knows who
        contact(provider="RZZ"),  # any provider
        contact(of="A"),  # it names a contract, and keeps it
    ]
    result = settled(tmp_path, rows, **given())
    assert owners(result) == {
        "c1": "A", "c2": "B", "c3": "B", "c4": "A", "c5": "A", "c6": "A", "c7": "B", "c8": "A"
    }  # fmt: skip
    assert paid(result) == {"A": 500, "B": 300}


def test_it_goes_before_claims_with_more_columns(tmp_path: Path) -> None:
    assign = (
        CLAIM
        + """
    [[claim]]
    contract = "A"
    service = "S1"
    point_of_delivery = "NE"
    provider = ["RAA", "RZZ"]
    """
    )
    rows = [CONTACTS, contact(pod="NE"), contact("p2", pod="NE")]
    assert owners(settled(tmp_path, rows, **given(assign=assign))) == {"c1": "B", "c2": "A"}


def test_a_cohort_with_more_columns_goes_before_one_with_fewer_and_a_tie_is_told(tmp_path: Path) -> None:
    both = OFTEN + "e2,p1,RAA,QAA,2025-05-01,frail,2025-05-01,2026-04-01\n"
    other = CLAIM.replace('"B"', '"A"').replace("often", "frail")
    rows = [CONTACTS, contact()]
    named = CLAIM + '    service = "S1"\n' + other
    assert owners(settled(tmp_path, rows, **given(both, named))) == {"c1": "B"}
    (fault,) = faults(tmp_path, rows, **given(both, CLAIM + other))
    assert fault.code == "claim/tie"
    assert "each names one column and a cohort" in fault.why


def test_each_accountable_provider_has_the_people_of_its_own_list(tmp_path: Path) -> None:
    people = OFTEN + "e2,p2,RAA,QAA,2025-05-01,often,2025-05-01,2026-04-01\n"
    people += "e3,p3,RZZ,QAA,2025-05-01,often,2025-05-01,2026-04-01\n"  # of a provider without such a claim
    assign = CLAIM + CLAIM.replace('"B"', '"A"')
    rows = [CONTACTS, contact(), contact("p2"), contact("p3"), contact("p2", provider="RBB"), contact("p4")]
    # A's and B's other rows are nobody's: both contracts claim their cohort and nothing else.
    assert owners(settled(tmp_path, rows, **given(people, assign))) == {
        "c1": "B", "c2": "A", "c3": "", "c4": "A", "c5": ""
    }  # fmt: skip
    twice = people + "e4,p1,RAA,QAA,2025-05-01,often,2025-05-15,2025-05-16\n"  # on two lists on one day
    assert [one.code for one in faults(tmp_path, rows, **given(twice, assign))] == ["claim/tie"]


def test_a_list_is_of_the_contract_that_it_names_or_of_its_providers_successor(tmp_path: Path) -> None:
    people = "e1,p1,RQQ,QAA,2025-05-01,often,2025-05-10,2025-06-01\n"
    rows = [CONTACTS, contact()]
    assert owners(settled(tmp_path, rows, **given(people))) == {"c1": "A"}
    succeeds = {"successors_csv": "code,successor,from\nRQQ,RBB,2025-04-15\n"}
    assert owners(settled(tmp_path, rows, **given(people), **succeeds)) == {"c1": "B"}
    (tmp_path / "successors.csv").unlink()
    named = given(people)
    named["people_csv"] = PEOPLE.replace("entry,", "entry,contract,") + people.replace("e1,", "e1,B,")
    assert owners(settled(tmp_path, rows, **named)) == {"c1": "B"}


def test_two_cohorts_of_one_contract_and_two_stretches_of_one_person_are_no_tie(tmp_path: Path) -> None:
    people = (
        OFTEN
        + "e2,p1,RBB,QAA,2025-06-01,often,2025-05-12,2025-05-20\n"
        + OFTEN.replace("e1", "e3").replace("often", "frail")
    )
    assign = CLAIM.replace('"often"', '["often", "frail"]')
    result = settled(tmp_path, [CONTACTS, contact()], **given(people, assign))
    assert owners(result) == {"c1": "B"}


def test_the_list_of_the_cohort_is_its_contracts_own_and_no_other_list_is(tmp_path: Path) -> None:
    contracts = ["B,RBB,QAA,2025-04-01,1", "A,RBB,QAA,2025-04-01,1"]  # both of the same parties
    people = OFTEN + "e2,p2,RBB,QAA,2025-05-01,frail,,\ne3,p1,RAA,QAA,2025-05-01,often,2025-05-01,2025-05-02\n"
    result = settled(tmp_path, [CONTACTS], contracts, **given(people))
    listed = {str(one["entry"]): one["contract"] for one in result.settlement.facts["people"].records()}
    assert listed == {"e1": "B", "e2": "A", "e3": None}


@pytest.mark.parametrize("column", ["eligible_from", "eligible_to"])
def test_a_day_that_is_not_given_is_a_fault_and_no_guess(tmp_path: Path, column: str) -> None:
    people = OFTEN.replace("2025-05-10" if column == "eligible_from" else "2025-06-01", "")
    fault = one_fault(tmp_path, [CONTACTS, contact()], **given(people))
    assert (fault.code, fault.column) == ("claim/cohort-day", column)
    assert "such as entry e1" in fault.found
    elsewhere = OFTEN + "e2,p2,RBB,QAA,2025-05-01,frail,,\n"  # no contract claims that one
    assert owners(settled(tmp_path, [CONTACTS, contact()], **given(elsewhere))) == {"c1": "B"}


def test_a_cohort_in_which_nobody_is_listed_is_told(tmp_path: Path) -> None:
    result = settled(tmp_path, [CONTACTS, contact()], **given(assign=CLAIM.replace("often", "oftn")))
    told = result.unseen_codes
    assert [(one.found, one.write) for one in told] == [
        ('nobody is listed in the cohort "oftn", whose rows contract B claims', 'did you mean "often"?')
    ]


@pytest.mark.parametrize(
    ("more", "found"),
    [
        ('tables = ["people"]', "people says who is in a cohort"),
        ('tables = ["indicators"]', "indicators has no column person, by which it is told who is in a cohort"),
        ("cohort = []", "the claim names cohort and no code"),
        ('cohort = "any"', '"any" is no code of cohort'),
    ],
)
def test_what_no_cohort_can_claim_is_refused(tmp_path: Path, more: str, found: str) -> None:
    assign = CLAIM if more.startswith("tables") else CLAIM.replace('    cohort = "often"\n', "")
    told: list[Fault] = faults(tmp_path, [CONTACTS, contact()], **given(assign=f"{assign}    {more}\n"))
    assert [one.found for one in told] == [found]


def test_a_column_of_contracts_csv_claims_a_cohort_too(tmp_path: Path) -> None:
    contracts = [
        "id,provider,commissioner,from,years,claim.cohort,claim.provider",
        "A,RAA,QAA,2025-04-01,1,,", "B,RBB,QAA,2025-04-01,1,often;frail,any",
    ]  # fmt: skip
    result = settled(tmp_path, [CONTACTS, contact(), contact("p2")], contracts, **given(assign=""))
    assert owners(result) == {"c1": "B", "c2": "A"}


def test_explain_says_that_it_is_the_cohorts(tmp_path: Path) -> None:
    settled(tmp_path, [CONTACTS, contact(), contact("p2")], **given())
    said = tallystick("explain", tmp_path, "contacts:c1").output
    assert "Contract B claims it by its person's cohort often, and by commissioner" in " ".join(said.split())
    assert "goes before A by 2" in " ".join(said.split())
    assert "cohort" not in tallystick("explain", tmp_path, "contacts:c2").output


@pytest.mark.parametrize("wrong", ["group", "begins", "ends"])
def test_a_table_that_puts_people_into_cohorts_by_no_column_of_it_is_refused(wrong: str) -> None:
    class Wrong(Table):
        """Lists."""

        name: Code = column("Its name.")
        person: Code = column("Whose.")
        provider: Code = column("By whom.")
        day: Day = column("When.")

    named = {"group": "name", "begins": "day", "ends": "day", wrong: "absent"}
    with pytest.raises(RuleError, match="it puts people into cohorts by 'absent'"):
        table("wrong", key="name", cohorts=Cohorts(**named))(Wrong)
