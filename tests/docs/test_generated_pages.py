"""Every rule, table and price step has its page, and all that is declared of it is on the page."""

from __future__ import annotations

import inspect
import re

import attrs
import pytest

from docs._ext.markdown import code, plain
from docs._ext.reference import national_plugins, pages
from tallystick.kernel.parameters import Parameter
from tests import tidy

PLUGINS = national_plugins()
PAGES = pages()
RULES = {name: brought.what for name, brought in PLUGINS.rules.items()}
TABLES = {name: brought.what.table for name, brought in PLUGINS.tables.items()}
STEPS = {name: brought.what for name, brought in PLUGINS.steps.items()}


def headings(page: str) -> list[str]:
    return re.findall(r"(?m)^## (.*)$", page)


def shown(spec: Parameter) -> list[str]:
    """What has to be on the page of one parameter: its name and meaning, and those of its records' fields."""
    written_as_text = hasattr(spec.type, "text_form")
    of_records = [text for field in spec.fields.values() if not written_as_text for text in shown(field)]
    return [code(spec.written), plain(spec.meaning), *of_records]


def test_there_is_a_page_for_each_and_an_index_of_all() -> None:
    assert set(PAGES) == {
        *(f"rules/{name}.md" for name in (*RULES, "index")),
        *(f"tables/{name}.md" for name in (*TABLES, "index")),
        *(f"price-steps/{name}.md" for name in (*STEPS, "index")),
    }
    for folder, names in (("rules", RULES), ("tables", TABLES), ("price-steps", STEPS)):
        assert all(f"({name}.md)" in PAGES[f"{folder}/index.md"] for name in names)


@pytest.mark.parametrize("name", RULES)
def test_a_rules_page_has_its_fixed_headings_in_order(name: str) -> None:
    found = [heading for heading in headings(PAGES[f"rules/{name}.md"]) if heading in tidy.HEADINGS]
    assert found == list(tidy.HEADINGS)


@pytest.mark.parametrize("name", RULES)
def test_every_parameter_of_a_rule_is_on_its_page_with_what_it_means(name: str) -> None:
    page = PAGES[f"rules/{name}.md"]
    for spec in RULES[name].parameters.values():
        assert not [text for text in shown(spec) if text not in page]


@pytest.mark.parametrize("name", RULES)
def test_a_rules_page_has_an_example_that_loads_and_says_in_words_what_it_pays(name: str) -> None:
    page = PAGES[f"rules/{name}.md"]  # the example was loaded and traced in order to make the page
    assert f'use = "{name}"' in page
    assert re.search(r"(?m)^## The formula in words\n\n.*\n(\n### .*\n)?\n- \*\*", page)


@pytest.mark.parametrize("name", RULES)
def test_what_a_needed_parameter_needs_is_in_the_example(name: str) -> None:
    page = PAGES[f"rules/{name}.md"].partition("## In a contract")[2].partition("## The formula")[0]
    needed = [s.place for s in RULES[name].parameters.values() if s.default is attrs.NOTHING and not s.optional]
    way = [r"\b.*\b".join(map(re.escape, place)) for place in needed]
    assert not [one for one in way if not re.search(rf"(?m)^\s*(\[\[rule\.{one}\]\]|{one} = )", page)]


@pytest.mark.parametrize("name", TABLES)
def test_every_column_of_a_table_is_on_its_page_with_its_meaning_and_other_names(name: str) -> None:
    page, spec = PAGES[f"tables/{name}.md"], TABLES[name]
    assert plain(spec.meaning) in page
    for column in spec.columns.values():
        assert code(column.name) in page
        assert plain(column.meaning) in page
        assert not [alias for alias in column.aliases if code(alias) not in page]
        assert not [allowed for allowed in column.allowed if code(allowed) not in page]


@pytest.mark.parametrize("name", TABLES)
def test_a_tables_page_says_its_key_date_and_payable_units_and_who_may_not_see_it(name: str) -> None:
    row = PAGES[f"tables/{name}.md"].partition("## A row")[2].partition("## Columns")[0]
    spec = TABLES[name]
    assert not [one for one in (spec.key, spec.date) if one and code(one) not in row]
    assert not [unit for unit in spec.units if f"**Payable unit:** {unit}" not in row]
    assert not [party for party in spec.confidential_to if f"the {party}" not in row]


@pytest.mark.parametrize("name", STEPS)
def test_a_price_steps_page_has_its_parameters_and_an_example_that_loads(name: str) -> None:
    page = PAGES[f"price-steps/{name}.md"]
    assert not [text for spec in STEPS[name].parameters.values() for text in shown(spec) if text not in page]
    assert f"{{ {name} = " in page


@pytest.mark.parametrize("path", PAGES)
def test_no_page_shows_how_python_writes_a_value(path: str) -> None:
    assert not re.search(r"<class|Fraction\((?!\")|NOTHING|object at 0x|\bNone\b", without_code(PAGES[path]))


def without_code(page: str) -> str:
    return re.sub(r"(?s)```.*?```", "", page)


def test_a_page_says_what_the_rule_says_now() -> None:
    (first, *_) = inspect.getdoc(RULES["block"]).splitlines()
    assert first in PAGES["rules/block.md"]
