"""Columns that look like identifiers of people are refused: by heading, by what stands in them, unless told."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from tallystick.files.identifiers import HEADINGS
from tests.unit.assign_world import HEADING, SCHEME, faults, one_fault, owners, row, settled
from tests.unit.facts_of import faults as faults_of
from tests.unit.facts_of import only, read

NHS = ("9434765919", "9434765870", "943 476 5862", "943-476-5838")
"""Numbers of the range that is kept for tests: they pass the check, and nobody has them."""


def with_person(*values: str) -> list[str]:
    """Contacts with a column for the person."""
    return [f"{HEADING},person", *(f"{row()},{value}" for value in values)]


@pytest.mark.parametrize(
    "heading",
    ["NHS_NUMBER", "nhs number", "Surname", "FORENAME", "Patient Name", "date-of-birth", "DOB", "Postcode"],
)  # fmt: skip
def test_a_heading_of_an_identifier_is_refused_with_its_file_and_column_and_no_value(
    tmp_path: Path, heading: str
) -> None:
    lines = [f"{HEADING},{heading}", f"{row()},secret", f"{row()},secret"]
    fault = one_fault(tmp_path, lines)
    assert (fault.code, fault.column) == ("column/identifier", heading)
    assert fault.file.endswith("contacts.csv")
    assert "secret" not in str(fault)


def test_every_heading_is_written_as_it_is_compared() -> None:
    assert all(name == name.lower() and name.strip() for names in HEADINGS.values() for name in names)


def test_a_column_that_is_left_alone_is_not_read_and_no_fault(tmp_path: Path) -> None:
    lines = [f"{HEADING},NHS Number,Surname", f"{row()},9434765919,secret"]
    scheme = SCHEME.replace("[activity]", '[activity]\n    columns = "columns.toml"')
    left = '[contacts]\n"NHS Number" = ""\n"*" = "ignore"\n'
    assert owners(settled(tmp_path, lines, scheme_toml=scheme, columns_toml=left)) == {"c1": ""}


def test_an_identifier_that_is_mapped_to_a_column_of_ours_is_refused(tmp_path: Path) -> None:
    lines = [f"{HEADING},NHS Number", f"{row()},p1"]
    scheme = SCHEME.replace("[activity]", '[activity]\n    columns = "columns.toml"')
    fault = one_fault(tmp_path, lines, scheme_toml=scheme, columns_toml='[contacts]\n"NHS Number" = "person"\n')
    assert (fault.code, fault.column) == ("column/identifier", "NHS Number")


def test_the_pseudonymised_number_and_its_status_are_no_identifiers(tmp_path: Path) -> None:
    lines = [f"{HEADING},Pseudonymised_NHS_Number", f"{row()},p1"]
    assert owners(settled(tmp_path, lines)) == {"c1": ""}


def test_most_values_that_pass_the_check_are_refused_and_none_is_shown(tmp_path: Path) -> None:
    fault = one_fault(tmp_path, with_person(*NHS, "1234567890", "p1", "p2", ""))
    assert (fault.code, fault.column) == ("column/identifier", "person")
    assert fault.found == "4 of 5 different values of ten digits pass the check of NHS numbers"
    assert not any(value in str(fault) for value in NHS)


@pytest.mark.parametrize(
    "values",
    [
        NHS[:2],  # too few to be more than chance
        (NHS[0], NHS[0], NHS[0], NHS[0]),  # one value
        (NHS[0], NHS[1], NHS[2], "1234567890", "1234567891", "1234567892"),  # half of them
        ("0000000000",) * 4,
        ("12345678901", "123456789", "ABCDEFGHIJ"),
    ],
)
def test_values_that_may_be_anything_are_read(tmp_path: Path, values: tuple[str, ...]) -> None:
    assert len(owners(settled(tmp_path, with_person(*values)))) == len(values)


def test_they_are_read_where_the_scheme_says_that_they_may_be_there(tmp_path: Path) -> None:
    scheme = SCHEME.replace("[activity]", '[activity]\n    identifiers = "allowed"')
    assert len(owners(settled(tmp_path, with_person(*NHS), scheme_toml=scheme))) == 4
    extra = [f"{HEADING},NHS Number", f"{row()},9434765919"]
    assert one_fault(tmp_path, extra, scheme_toml=scheme).code == "column/extra"
    refused = SCHEME.replace("[activity]", '[activity]\n    identifiers = "refused"')
    assert one_fault(tmp_path, with_person(*NHS), scheme_toml=refused).code == "column/identifier"


def test_another_word_for_it_is_a_fault_of_the_scheme(tmp_path: Path) -> None:
    fault = one_fault(tmp_path, [row()], scheme_toml=SCHEME.replace("[activity]", "[activity]\n    identifiers = true"))
    assert (fault.code, fault.found) == ("value/choice", "true is not one of the choices here")
    assert (fault.file, fault.line) == ("scheme.toml", 6)


def test_a_frame_that_is_handed_in_is_looked_at_too(tmp_path: Path) -> None:
    result = settled(tmp_path, [row()])
    frame = result.settlement.facts["contacts"].frame.collect().select("provider", "commissioner", "contacted_on")
    frame = pl.concat([frame] * 4).with_columns(
        contact=pl.Series(["1", "2", "3", "4"]), service=pl.lit("S"), contact_type=pl.lit("X"), contacts=pl.lit(1),
        person=pl.Series(NHS),
    )  # fmt: skip
    from tests.unit.command_world import engine

    found = faults_of(engine().settle, tmp_path, contacts=frame)
    assert only(found).column == "person"
    assert "person" in str(found[0])


def test_the_key_of_a_table_is_looked_at_and_both_columns_are_told(tmp_path: Path) -> None:
    text = "visit,provider,day,slot\n" + "".join(f"{value},RAA,2025-05-01,{value}\n" for value in NHS)
    found = faults_of(read, tmp_path, text)
    assert [(one.code, one.column) for one in found] == [("column/identifier", "visit"), ("column/identifier", "slot")]
    assert len(faults(tmp_path, with_person(*NHS))) == 1
