"""Tables that select rows of others: what a filter selects is written out, and what it cannot mean is a fault."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tallystick.files.activity import read_facts
from tallystick.files.selections import select_rows
from tallystick.kernel.errors import Fault, InputError, RuleError
from tallystick.kernel.facts import Facts
from tallystick.kernel.language.series import Code, Day
from tallystick.kernel.tables import Selection, Table, column, table
from tallystick_rules.tables import Answers, Attendances, Challenges, Spells

SPELLS = """\
spell,provider,commissioner,admitted,discharged,hrg,patient_class,admission_method,length_of_stay_days,site
S1,RXX,QYY,2025-06-01,2025-06-03,HE11A,1,21,2,N1
S2,RXX,QYY,2025-06-21,2025-06-30,HE11A,1,21,9,N2
S3,RXX,QYY,2025-07-01,2025-07-01,HE11B,1,21,0,
S4,RYY,QYY,2025-07-01,2025-07-02,AA01A,1,21,1,N1
"""
ATTENDED = "attendance,provider,commissioner,attended,attendances,hrg\nS1,RXX,QYY,2025-06-03,1,WF01A\n"
HEADING = "challenge,of_table,row,filter,by,reason,raised_on,decided_on,decision\n"
LAST = datetime.date(2026, 3, 31)


def read(folder: Path, spec: type[Table], text: str) -> Facts:
    """The facts of one table from its CSV."""
    path = folder / f"{spec.table.name}.csv"
    path.write_text(text, encoding="utf-8")
    return read_facts(spec.table, path, file_name=path.name)


def world(folder: Path, *challenges: str) -> dict[str, Facts]:
    """Spells, attendances, and challenges as they stand in their file."""
    return {
        "spells": read(folder, Spells, SPELLS), "attendances": read(folder, Attendances, ATTENDED),
        "challenges": read(folder, Challenges, HEADING + "".join(f"{line}\n" for line in challenges)),
    }  # fmt: skip


def line(name: str, *, row: str = "", condition: str = "", table: str = "spells", raised: str = "2025-07-10",
         ended: str = "", decision: str = "") -> str:  # fmt: skip
    return f'{name},{table},{row},"{condition}",QYY,because,{raised},{ended},{decision}'


def selected(folder: Path, *challenges: str, as_at: datetime.date | None = LAST) -> dict[str, str]:
    """The name of each challenge as it is settled, and the row that it is of."""
    facts = select_rows(world(folder, *challenges), as_at=as_at)["challenges"]
    rows = list(facts.records())
    assert len(rows) == facts.rows == facts.frame.collect().height
    return {str(row["challenge"]): f"{row['of_table']}:{row['row']}" for row in rows}


def faults(folder: Path, *challenges: str, **more: Any) -> list[Fault]:
    with pytest.raises(InputError) as caught:
        select_rows(world(folder, *challenges), as_at=LAST, **more)
    return list(caught.value.faults)


def test_a_named_row_stays_one_row_under_its_own_name(tmp_path: Path) -> None:
    assert selected(tmp_path, line("C1", row="S1"), line("C2", row="S1", table="attendances")) == {
        "C1": "spells:S1", "C2": "attendances:S1"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("condition", "keys"),
    [
        ("hrg=HE11A", "S1 S2"),
        ("hrg=HE11A, HE11B", "S1 S2 S3"),
        ("hrg=HE11A;site=N1", "S1"),
        ("hrg = HE11A ; discharged = 2025-06-30..2025-07-31", "S2"),
        ("discharged=2025-06-30..2025-07-01", "S2 S3"),
        ("discharged=2025-07-02", "S4"),
        ("length_of_stay_days=0..1, 9", "S2 S3 S4"),
        ("spell=S4, S1", "S1 S4"),
    ],
)
def test_a_filter_is_written_out_a_row_for_each_row_that_it_selects(tmp_path: Path, condition: str, keys: str) -> None:
    found = selected(tmp_path, line("C7", condition=condition))
    assert found == {f"C7/spells:{key}": f"spells:{key}" for key in keys.split()}


def test_every_other_cell_of_what_is_written_out_is_the_challenges_own(tmp_path: Path) -> None:
    made = select_rows(
        world(tmp_path, line("C7", condition="hrg=HE11A", ended="2025-08-01", decision="upheld")), as_at=LAST
    )["challenges"]
    one, other = made.records()
    assert {**one, "challenge": "", "row": ""} == {**other, "challenge": "", "row": ""}
    assert (one["filter"], one["by"], one["decided_on"]) == ("hrg=HE11A", "QYY", datetime.date(2025, 8, 1))
    assert list(made.records("row", ["S2"])) == [other]
    assert (made.stats["row"].nulls, made.stats["decision"].nulls) == (0, 0)


def test_no_challenges_at_all_are_an_empty_table(tmp_path: Path) -> None:
    assert selected(tmp_path) == {}


@pytest.mark.parametrize(
    ("given", "code", "said"),
    [
        (line("C1", row="S9"), "selection/row", "challenges C1: spells has no row whose spell is 'S9'"),
        (line("C1", row="S1", table="spell"), "selection/table", 'did you mean "spells"?'),
        (line("C1", row="C1", table="challenges"), "selection/table", "no activity in a table"),
        (line("C1", row="S1", table="answers"), "selection/table", 'no activity in a table "answers"'),
        (line("C1"), "selection/which", "neither a row nor a filter"),
        (line("C1", row="S1", condition="hrg=HE11A"), "selection/which", "both a row and a filter"),
        (line("C1", condition="hrgs=HE11A"), "selection/column", 'did you mean "hrg"?'),
        (line("C1", condition="hrg=ZZ99Z"), "selection/nothing", "selects no row of spells"),
        (line("C1", condition="hrg"), "selection/filter", '"hrg" is no condition'),
        (line("C1", condition="hrg=HE11A;"), "selection/filter", '"" is no condition'),
        (line("C1", condition="hrg=HE11A; hrg=HE11B"), "selection/filter", "hrg is named twice"),
        (line("C1", condition="discharged=June"), "value/kind", "is not a day"),
        (line("C1", condition="discharged_at=2025-06-03"), "selection/filter", "cannot be filtered by discharged_at"),
        (line("C1", condition="hrg=HE11A,"), "value/kind", "is not a code"),
    ],
)
def test_what_selects_nothing_or_cannot_be_read_is_a_fault_of_its_line(
    tmp_path: Path, given: str, code: str, said: str
) -> None:
    (fault,) = faults(tmp_path, line("C0", row="S4"), given)
    assert (fault.code, fault.file, fault.row) == (code, "challenges.csv", 2)
    assert said in str(fault)


def test_all_faults_are_told_together(tmp_path: Path) -> None:
    found = faults(tmp_path, line("C1", row="S9"), line("C2", row="S1"), line("C3", condition="hrg=no"), line("C4"))
    assert [fault.row for fault in found] == [1, 3, 4]


def test_one_row_in_two_challenges_at_once_is_a_fault_that_names_both_and_counts_the_rows(tmp_path: Path) -> None:
    (fault,) = faults(
        tmp_path, line("C1", condition="provider=RXX"), line("C2", condition="hrg=HE11A", raised="2025-07-11")
    )
    assert "spells S1 is in C1 and in C2 at once" in fault.found
    assert (fault.code, fault.row, fault.times) == ("selection/twice", 2, 2)


@pytest.mark.parametrize("ended", ["2025-07-20", "2025-08-01"])
def test_a_challenge_that_was_not_decided_before_the_next_was_raised_is_at_once_with_it(
    tmp_path: Path, ended: str
) -> None:
    first = line("C1", row="S1", ended=ended, decision="rejected")
    (fault,) = faults(tmp_path, first, line("C2", row="S1", raised="2025-07-20"))
    assert "C1 and in C2 at once" in fault.found


def test_after_one_was_decided_another_may_be_raised_and_the_one_that_is_known_stands(tmp_path: Path) -> None:
    both = (
        line("C1", row="S1", ended="2025-07-19", decision="rejected"),
        line("C2", condition="spell=S1", raised="2025-07-20"),
    )
    assert selected(tmp_path, *both) == {"C2/spells:S1": "spells:S1"}
    assert selected(tmp_path, *both, as_at=datetime.date(2025, 7, 20)) == {"C2/spells:S1": "spells:S1"}
    assert selected(tmp_path, *both, as_at=datetime.date(2025, 7, 19)) == {"C1": "spells:S1"}
    assert selected(tmp_path, *both, as_at=datetime.date(2025, 1, 1)) == {"C1": "spells:S1"}
    assert selected(tmp_path, *both, as_at=None) == {"C2/spells:S1": "spells:S1"}


def test_what_was_upheld_cannot_be_challenged_again(tmp_path: Path) -> None:
    first = line("C1", row="S1", ended="2025-07-19", decision="upheld")
    (fault,) = faults(tmp_path, first, line("C2", row="S1", raised="2025-07-20"))
    assert "spells S1 is in C2 after C1 was upheld" in fault.found


def test_set_aside_leaves_them_out_keeps_their_faults_and_counts_them(tmp_path: Path) -> None:
    facts = world(tmp_path, line("C1", row="S9"), line("C2", row="S4"), line("C3", row="S1"), line("C4", row="S1"))
    made = select_rows(facts, as_at=LAST, set_aside=True)["challenges"]
    assert [row["challenge"] for row in made.records()] == ["C2"]
    assert (made.rows, made.left_out, len(made.set_aside)) == (1, 3, 2)


def test_what_is_selected_of_a_table_that_could_not_be_read_is_not_judged(tmp_path: Path) -> None:
    facts = world(tmp_path, line("C1", row="S9"), line("C2", row="S2", table="attendances"))
    del facts["spells"]
    with pytest.raises(InputError) as caught:
        select_rows(facts, as_at=LAST, unread=["spells"])
    assert [fault.row for fault in caught.value.faults] == [2]


def test_tables_that_select_nothing_are_left_as_they_are(tmp_path: Path) -> None:
    facts = {"answers": read(tmp_path, Answers, "answer,spell,question,answered_on\nA,S1,asked,2025-06-03\n")}
    assert select_rows(facts, as_at=LAST)["answers"] is facts["answers"]


@pytest.mark.parametrize("wrong", ["filter", "begins", "final"])
def test_a_declaration_that_selects_by_a_column_that_it_lacks_is_refused(wrong: str) -> None:
    given: dict[str, Any] = {
        "table": "of", "row": "row", "filter": "row", "begins": "day", "ends": "day", "final": ("row", ("over",))
    }  # fmt: skip
    given[wrong] = {"filter": "absent", "begins": "row", "final": ("day", ())}[wrong]

    class Wrong(Table):
        """Selects."""

        name: Code = column("Its name.")
        of: Code = column("Which table.")
        row: Code = column("Which row.")
        day: Day = column("When.")

    with pytest.raises(RuleError, match="it selects by"):
        table("wrong", key="name", selects=Selection(**given))(Wrong)


def test_a_frame_that_is_handed_in_is_written_out_too(tmp_path: Path) -> None:
    facts = world(tmp_path)
    schema = dict.fromkeys(HEADING.strip().split(","), pl.String) | dict.fromkeys(("raised_on", "decided_on"), pl.Date)
    cells = ["C7", "spells", None, "hrg=HE11A", "QYY", "because", datetime.date(2025, 7, 10), None, None]
    frame = pl.DataFrame([cells], schema=schema, orient="row")
    facts["challenges"] = read_facts(Challenges.table, frame)
    made = select_rows(facts, as_at=LAST)["challenges"]
    assert {row["row"] for row in made.records()} == {"S1", "S2"}
