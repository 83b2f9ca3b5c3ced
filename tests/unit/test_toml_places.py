"""Places in TOML: every key path of any valid text has one, and malformed text is told where and how to mend it."""

from __future__ import annotations

import textwrap
from typing import Any

import pytest
import tomli
from hypothesis import given
from hypothesis import strategies as st

from tallystick.files.toml import decoded, parse_toml
from tallystick.files.toml_places import find_places
from tallystick.kernel.errors import InputError

TEXT = textwrap.dedent('''\
    # a comment with "quotes" and [brackets]
    title = "a # b \\" = ]"
    "quoted key".part = 'single'
    [contract]
    period = { from = 2015-10-01, years = 5 }
      [contract.inner]
      long = """one
    two = "three" \\""" four"""
    [[rule]]
    on = [
      "a",   # first ]
      ["b", { c = "d", e = [1, 2] }],
    ]
    [[rule.rate]]
    band = "x"
    [[rule.rate]]
    band = "y"
    [[rule]]
    when = 2025-04-01 09:30:00
      [[rule.rate]]
      band = "z"
    ''')


def line_and_column(*path: str | int, key: bool = False) -> tuple[int | None, int | None]:
    spot = parse_toml(TEXT, name="t.toml").spot.at(*path)
    return spot.place(key=key)[:2]


@pytest.mark.parametrize(
    ("path", "place"),
    [
        (("title",), (2, 9)),
        (("quoted key", "part"), (3, 21)),
        (("contract",), (4, 1)),
        (("contract", "period", "years"), (5, 39)),
        (("contract", "inner", "long"), (7, 10)),
        (("rule", 0), (9, 1)),
        (("rule", 0, "on", 0), (11, 3)),
        (("rule", 0, "on", 1, 1, "c"), (12, 15)),
        (("rule", 0, "on", 1, 1, "e", 1), (12, 28)),
        (("rule", 0, "rate", 1), (16, 1)),
        (("rule", 0, "rate", 1, "band"), (17, 8)),
        (("rule", 1, "when"), (19, 8)),
        (("rule", 1, "rate", 0, "band"), (21, 10)),
    ],
)
def test_a_value_is_found_however_it_is_written(path: tuple[str | int, ...], place: tuple[int, int]) -> None:
    assert line_and_column(*path) == place


def test_a_key_is_found_beside_its_value() -> None:
    assert line_and_column("contract", "period", "years", key=True) == (5, 31)
    assert line_and_column("rule", 1, "rate", 0, "band", key=True) == (21, 3)


def test_a_key_that_is_not_written_is_placed_at_the_table_that_lacks_it() -> None:
    assert line_and_column("rule", 1, "source") == (18, 1)
    assert line_and_column("nothing", "at", "all") == (None, None)


def test_a_fault_shows_the_line_without_its_indentation() -> None:
    fault = parse_toml(TEXT, name="t.toml").spot.at("rule", 1, "rate", 0, "band").fault("a/b", "found", "why", "write")
    assert str(fault) == 't.toml, line 21, column 10: found\n    band = "z"\n  why: why\n  write: write'


def test_line_ends_of_windows_and_a_byte_order_mark_move_nothing() -> None:
    text = decoded(b"\xef\xbb\xbf" + TEXT.replace("\n", "\r\n").encode(), "t.toml")
    assert parse_toml(text, name="t.toml").spot.at("rule", 1, "when").place()[:2] == (19, 8)


def paths(value: Any, path: tuple[str | int, ...] = ()) -> Any:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield (*path, key), inner
        yield from paths(inner, (*path, key))


def test_every_path_of_the_parsed_values_has_a_place_that_begins_with_the_value() -> None:
    places = find_places(TEXT)
    for path, value in paths(tomli.loads(TEXT)):
        assert path in places
        if isinstance(value, str):
            assert TEXT[places[path].value] in "\"'"


KEYS = st.sampled_from(["a", "b c", "d.e", 'f"g', "h=[", "é#"])
LEAVES = st.one_of(st.integers(), st.booleans(), st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"])))
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3))


def written(value: Any, gap: str) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    if isinstance(value, list):
        return "[" + ",".join(gap + written(one, gap) for one in value) + gap + "]"
    return "{ " + ", ".join(f"{written(key, '')} = {written(one, '')}" for key, one in value.items()) + " }"


@given(st.dictionaries(KEYS, VALUES, max_size=4), st.sampled_from(["", " ", "\n  ", " # ] } ,\n"]))
def test_in_any_text_every_path_has_a_place_at_its_value(data: dict[str, Any], gap: str) -> None:
    text = "".join(f"{written(key, '')} = {written(value, gap)}\n" for key, value in data.items())
    places = find_places(text)
    for path, value in paths(tomli.loads(text)):
        if not isinstance(value, dict | list):
            assert text.startswith(written(value, gap), places[path].value)


@pytest.mark.parametrize(
    ("text", "line", "write"),
    [
        ("a = 1\nvalue = £28", 2, "straight quotes"),
        ("value = “£28”", 1, "straight quotes"),
        ("value = 28,000", 1, "whole numbers without commas"),
        ('a = 1\nb = "x\nc = 2', 2, "both ends of the text"),
        ("a = 1\na = 2", 2, "each key once"),
        ("[a]\n[b]\n[a]", 3, "each [table] once"),
        ("[[rule]\n", 1, "alone on its line"),
        ("on = [1 2]", 1, '["first", "second"]'),
        ("period = { from = 1", 1, "{ from = 2025-04-01, years = 1 }"),
        ("just words", 1, 'label = "hip fracture"'),
        ('path = "data\\spells"', 1, "a stroke (/) in paths"),
    ],
)
def test_malformed_text_is_told_where_and_what_to_write(text: str, line: int, write: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_toml(text, name="scheme.toml")
    (fault,) = caught.value.faults
    assert (fault.code, fault.file, fault.line) == ("file/malformed", "scheme.toml", line)
    assert fault.column
    assert write in fault.write
    assert fault.source == text.split("\n")[line - 1].strip()


def test_a_file_that_is_not_utf_8_is_told_its_line() -> None:
    with pytest.raises(InputError) as caught:
        decoded("a = 1\nb = '£1'".encode("latin-1"), "scheme.toml")
    (fault,) = caught.value.faults
    assert (fault.code, fault.line) == ("file/encoding", 2)


def test_numbers_come_from_the_parser_as_they_are_and_never_as_floats() -> None:
    data = parse_toml("a = 7.90\nb = 7", name="t.toml").data
    assert str(data["a"]) == "7.90"
