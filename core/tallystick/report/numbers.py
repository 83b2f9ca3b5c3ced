"""The numbers of a workspace as people take them: a table on a screen, a CSV file, an Excel sheet to edit."""

from __future__ import annotations

import csv
import io
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest

import attrs

from tallystick.files.listing import ASSUMED, BY_DEFAULT, HEADINGS, NOT_STATED, SCHEME, Number
from tallystick.report.layout import WIDTH
from tallystick.report.spreadsheet import workbook, write

_NAME, _VALUE = 46, 16
_MOST_NAMED = 3
SHEET = "parameters"
_WIDTHS = {
    "address": 42, "contract": 22, "rule": 22, "label": 22, "name": 34, "from": 12, "value": 18, "unit": 18,
    "at_least": 12, "at_most": 12, "meaning": 60, "source": 60, "status": 12,
}  # fmt: skip

_Whose = tuple[str, ...]


def cells(number: Number) -> tuple[str, ...]:
    """A row's cells, all of them text, in the order of ``HEADINGS``."""
    return tuple(str(cell) for cell in attrs.astuple(number))


def as_csv(numbers: Iterable[Number]) -> bytes:
    """The numbers as CSV, with the mark by which Excel knows UTF-8."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADINGS)
    writer.writerows(map(cells, numbers))
    return text.getvalue().encode("utf-8-sig")


def as_xlsx(numbers: Sequence[Number]) -> bytes:
    """The numbers as an Excel workbook: one sheet, a frozen heading with filters, and every cell a text.

    Raises InputError where the package that writes workbooks is not installed.
    """
    file = io.BytesIO()
    with workbook(file) as book:
        sheet = book.add_worksheet(SHEET)
        bold, text = book.add_format({"bold": True, "bottom": 1}), book.add_format({"num_format": "@"})
        wrapped = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
        for column, name in enumerate(HEADINGS):
            shape = wrapped if name in ("meaning", "source") else text
            sheet.set_column(column, column, _WIDTHS[name], shape)
            write(sheet.write_string, 0, column, name, bold)
        for row, number in enumerate(numbers, start=1):
            for column, (name, cell) in enumerate(zip(HEADINGS, cells(number), strict=True)):
                write(sheet.write_string, row, column, cell, wrapped if name in ("meaning", "source") else text)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, len(numbers), len(HEADINGS) - 1)
    return file.getvalue()


def as_text(numbers: Iterable[Number]) -> str:
    """The numbers in blocks, one a rule, at most a hundred columns wide.

    What many contracts say alike is said once, and what a contract says just as the scheme does is not said again.
    """
    blocks: dict[tuple[str, str], list[Number]] = {}
    for number in numbers:
        blocks.setdefault((number.rule, number.label), []).append(number)
    return "\n\n".join("\n".join(_block(rows)) for rows in blocks.values()) + "\n"


def _block(rows: Sequence[Number]) -> Iterator[str]:
    first, contracts = rows[0], {one.contract for one in rows}
    of = f", contract {first.contract}" if len(contracts) == 1 and SCHEME not in contracts else ""
    yield (f"{first.rule} “{first.label}”" if first.rule else SCHEME) + of
    said = next((one for one in rows if one.status != BY_DEFAULT), first)
    if first.rule and said.status != BY_DEFAULT:
        yield from _source(said, "  ")
    addresses: dict[str, list[Number]] = {}
    for one in rows:
        addresses.setdefault(one.address, []).append(one)
    for alike in addresses.values():
        yield from _address(alike, said.source, named=not of)


def _address(rows: Sequence[Number], source: str, *, named: bool) -> Iterator[str]:
    """One number: its name, its limits and its meaning, and then its values, each with those whose it is."""
    first, variants = rows[0], _variants(rows)
    limits = [f"at least {first.at_least}"] if first.at_least else []
    limits += [f"at most {first.at_most}"] if first.at_most else []
    about = ", ".join([part for part in (first.unit,) if part] + limits)
    plain, (whose, steps) = len(variants) == 1 and (not named or SCHEME in next(iter(variants))), _first(variants)
    inline = (plain or SCHEME in whose) and len(steps) == 1 and not steps[0].from_
    yield from _line("  " + first.name, steps[0].value if inline else "", about + _default(steps[0], inline))
    yield from textwrap.wrap(first.meaning, WIDTH, initial_indent=" " * 6, subsequent_indent=" " * 6)
    if inline and steps[0].source != source and steps[0].status != BY_DEFAULT:
        yield from _source(steps[0], " " * 6)
    for members, said in list(variants.items())[1 if inline else 0 :]:
        yield from _variant(members, said, source, named=not plain and SCHEME not in members)


def _variant(whose: _Whose, steps: Sequence[Number], source: str, *, named: bool) -> Iterator[str]:
    for step in steps:
        start = "" if not step.from_ else step.from_ if step.from_.startswith("year") else f"from {step.from_}"
        left = ", ".join(part for part in (f"in {_listed(whose)}" if named else "", start) if part)
        yield from _line("    " + left, step.value, _default(step, True).lstrip(", "))
        if step.source != source and step.status != BY_DEFAULT:
            yield from _source(step, " " * 6)


def _variants(rows: Sequence[Number]) -> dict[_Whose, list[Number]]:
    """What is said by whom: those who say the same together, the scheme first, and nobody who says what it says."""
    by_contract: dict[str, list[Number]] = {}
    for one in rows:
        by_contract.setdefault(one.contract, []).append(one)
    alike: dict[tuple[tuple[str, str, str], ...], list[str]] = {}
    for contract, said in by_contract.items():
        alike.setdefault(tuple((one.from_, one.value, one.source) for one in said), []).append(contract)
    found = {tuple(whose): by_contract[whose[0]] for whose in alike.values()}
    return dict(sorted(found.items(), key=lambda one: SCHEME not in one[0]))


def _first(variants: dict[_Whose, list[Number]]) -> tuple[_Whose, list[Number]]:
    return next(iter(variants.items()))


def _listed(whose: _Whose) -> str:
    named = ", ".join(whose[:_MOST_NAMED])
    return named if len(whose) <= _MOST_NAMED else f"{named} and {len(whose) - _MOST_NAMED:,} more"


def _default(number: Number, shown: bool) -> str:
    return ", by default" if shown and number.status == BY_DEFAULT else ""


def _source(number: Number, indent: str) -> Iterator[str]:
    marked = " (assumed)" if number.status == ASSUMED else ""
    said = "Source: not stated" if number.status == NOT_STATED else f"Source{marked}: {number.source}"
    return iter(textwrap.wrap(said, WIDTH, initial_indent=indent, subsequent_indent=indent + "  "))


def _line(left: str, value: str, right: str) -> Iterator[str]:
    indent = " " * (len(left) - len(left.lstrip()) + 2)
    lefts = textwrap.wrap(left, _NAME, subsequent_indent=indent, drop_whitespace=True) or [""]
    lefts[0] = left[: len(left) - len(left.lstrip())] + lefts[0].lstrip()
    values = textwrap.wrap(value, _VALUE) or [""]
    rights = textwrap.wrap(right, WIDTH - _NAME - _VALUE - 3)
    for one, middle, end in zip_longest(lefts, values, rights, fillvalue=""):
        yield f"{one:{_NAME}} {middle:>{_VALUE}}  {end}".rstrip()
