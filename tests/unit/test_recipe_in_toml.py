"""A recipe as it is written: every way is read, and every mistake is answered at its line and column."""

from __future__ import annotations

import datetime
import textwrap
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from tallystick.command.rules import rule_as_json
from tallystick.files.workspace import load_workspace
from tallystick.kernel.case import RuleEntry, Timeline, always
from tallystick.kernel.errors import Fault, InputError
from tallystick.kernel.language.profile import Profile
from tallystick.kernel.plugins import load_plugins
from tallystick.kernel.program import compose
from tallystick_rules import plugin
from tests.unit.command_world import tallystick

PLUGINS = load_plugins([plugin], discover=False)
SCHEME = """\
[scheme]
id = "demo"
as_at = 2026-05-20

[activity]
contacts = "contacts.csv"
"""
CONTRACT = """\
[contract]
id = "north"
provider = "RXX"
commissioner = "QYY"
period = { from = 2025-04-01, years = 1 }

[[rule]]
use = "block"
label = "fixed element"
value = "£28,000,000"

"""
HEAD = '[[rule]]\nuse = "recipe"\nlabel = "virtual ward"\n'
FOR = 'for = { table = "contacts", service = "VW" }\n'
PAYS = 'pays = { from = "commissioner", to = "provider", each = "£118.50" }\n'
PARTIES = 'from = "commissioner", to = "provider"'
CSV = "contact,provider,commissioner,contacted_on,service,contact_type,contacts\n"


def loaded(tmp_path: Path, recipe: str = "", *, scheme: str = "", contract: str = CONTRACT, **files: str) -> Any:
    """The case of a workspace with this recipe in its contract, after it was composed too."""
    texts = {"scheme.toml": SCHEME + scheme, "contracts/north.toml": contract + recipe, "contacts.csv": CSV, **files}
    for name, text in texts.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        if text:
            path.write_text(text, encoding="utf-8")
    case = load_workspace(tmp_path, PLUGINS).case
    compose(case)
    return case


def entry(tmp_path: Path, recipe: str) -> RuleEntry:
    """The recipe as a rule of the contract."""
    return loaded(tmp_path, HEAD + recipe).contracts[0].rules[-1]  # type: ignore[no-any-return]


def faults(tmp_path: Path, recipe: str) -> list[Fault]:
    """What is wrong with the recipe."""
    with pytest.raises(InputError) as caught:
        loaded(tmp_path, HEAD + recipe)
    return list(caught.value.faults)


class TestReading:
    def test_the_form_of_the_manual_is_read_exactly_so(self, tmp_path: Path) -> None:
        read = entry(tmp_path, textwrap.dedent("""\
            for = { table = "contacts", service = "VW" }           # table, and any code columns
            pays = { from = "commissioner", to = "provider", each = "£118.50", of = "contacts", at_most_each = 14 }
            limit = { year = "£850,000", above = "unpaid and shown" }
            replaces = ["fixed element: £600,000"]
            source = "Local agreement, schedule 3A"
            """))  # fmt: skip
        assert read.values == {
            "payer": always("QYY"), "payee": always("RXX"), "each": always(Fraction(11_850)),
            "at_most_each": always(14), "limit_year": always(85_000_000), "replaces.0.amount": always(60_000_000),
        }  # fmt: skip
        said = {name: value for name, value in read.shape.items() if value is not None}
        assert said == {
            "table": "contacts", "where": {"service": ("VW",)}, "of": "contacts", "claims": True, "additional": False,
            "replaces": ({"label": "fixed element", "says": "fixed element", "amount": ()},),
        }  # fmt: skip
        assert read.source == "Local agreement, schedule 3A"

    def test_tables_may_be_written_below_each_other_too(self, tmp_path: Path) -> None:
        read = entry(tmp_path, textwrap.dedent("""\
              [rule.for]
              table = "contacts"
              service = ["VW", "HV"]
              [rule.pays]
              from = { party = "Q99" }
              to = { pot = "risk", at_end = "carry forward" }
              [[rule.tiers]]
              above = 0
              each = [{ from = 2025-04-01, value = "£100" }, { from = 2025-10-01, value = "£101" }]
              [[rule.tiers]]
              above = 500
              each = "£80"
            """))  # fmt: skip
        assert (read.values["payer"], read.values["payee"]) == (always("Q99"), always("north/risk"))
        assert read.shape["where"] == {"service": ("VW", "HV")}
        assert [one["above"] for one in read.shape["tiers"]] == [0, 500]
        october = datetime.date(2025, 10, 1)
        first = Timeline(((datetime.date(2025, 4, 1), Fraction(10_000)), (october, Fraction(10_100))))
        assert (read.values["tiers.0.each"], read.values["tiers.1.each"]) == (first, always(Fraction(8_000)))

    def test_hold_share_profile_and_thresholds_are_read(self, tmp_path: Path) -> None:
        profile = ", ".join(['"8%"'] * 8 + ['"9%"'] * 4)
        read = entry(tmp_path, (
            f'pays = {{ {PARTIES}, share = "2%", on = "fixed element" }}\nthreshold = {{ year = "£5" }}\n'
            f'floor = {{ year = "£6" }}\nlimit = {{ year = "£7", above = {{ pot = "risk" }} }}\nprofile = [{profile}]\n'
            'hold = { share = "10%", pot = "quality", release_on = 2026-06-30 }\nadditional = true\nsource = "A letter"'
        ))  # fmt: skip
        assert read.shape["profile"] == Profile(("8%",) * 8 + ("9%",) * 4)
        assert read.shape["on"] == ("fixed element",)
        assert {name: read.values[name].only for name in ("threshold_year", "floor_year", "limit_year", "above")} == {
            "threshold_year": 500, "floor_year": 600, "limit_year": 700, "above": "north/risk",
        }  # fmt: skip
        assert read.values["release_on"] == always(datetime.date(2026, 6, 30))

    def test_a_contract_may_have_other_numbers_than_the_scheme(self, tmp_path: Path) -> None:
        change = '[[scheme_rule]]\nlabel = "virtual ward"\npays = { each = "£2" }\n'
        case = loaded(
            tmp_path, change, scheme=HEAD + FOR + PAYS + 'limit = { year = "£9" }\n',
            **{"contracts.csv": "id,provider,commissioner,from,years,virtual ward.pays.each,virtual ward.limit.year,"
                                "virtual ward.source\nsouth,RYY,QYY,2025-04-01,1,£3,£8,a letter\n"},
        )  # fmt: skip
        found = {one.id: one.rules[0] for one in case.contracts}
        assert found["north"].values["each"] == always(Fraction(200))
        assert found["south"].values["each"] == always(Fraction(300))
        assert [found[name].values["limit_year"].only for name in ("north", "south")] == [900, 800]
        assert found["south"].source == "a letter"

    def test_what_is_chosen_is_not_changed_by_a_contract(self, tmp_path: Path) -> None:
        change = '[[scheme_rule]]\nlabel = "virtual ward"\nfor = { table = "spells" }\npays = { of = "x", eech = 1 }\n'
        with pytest.raises(InputError) as caught:
            loaded(tmp_path, change, scheme=HEAD + FOR + PAYS)
        found = [(one.code, one.line, one.column) for one in caught.value.faults]
        assert found == [("value/choice-of-scheme", 14, 1), ("value/choice-of-scheme", 15, 10), ("key/unknown", 15, 20)]


WRONG: list[tuple[str, str, str, str]] = [
    # what is written, the part that the fault stands at, what it says, what to write
    (FOR.replace("service", "servce") + PAYS, 'servce = "VW"', "no column 'servce'", 'did you mean "service"?'),
    (FOR.replace("contacts", "contcts") + PAYS, '"contcts"', "there is no table 'contcts'", "contacts"),
    (FOR.replace('"VW"', "7") + PAYS, "7 }", "7 is not a list of texts", ""),
    (FOR.replace("service", "contacts") + PAYS, 'contacts = "VW"', "contacts.contacts is not a code", ""),
    ('for = { service = "VW" }\n' + PAYS, "{ service", "does not say for.table", 'for = { table = "…" }'),
    ('for = "contacts"\n' + PAYS, '"contacts"', "for is one", "for = { table = …"),
    (FOR, HEAD[:8], "does not say pays", "pays = { from = …, to = …, … }"),
    (FOR + f"pays = {{ {PARTIES}, eech = 1 }}", "eech", 'no key "eech"', 'did you mean "each"?'),
    (FOR + PAYS.replace('"commissioner"', '"comissioner"'), '"comissioner"', "does not name an account", ""),
    (FOR + PAYS.replace('"provider"', '"commissioner"'), '"commissioner", each', "pays.to is the same as", ""),
    (FOR + PAYS.replace('"£118.50"', "5"), "5 }", "5 is a bare number", '"£5"'),
    (FOR + PAYS.replace('"£118.50"', '"-£1"'), '"-£1"', "is less than", ""),
    (FOR + PAYS.replace(" }", ', of = "service" }'), 'of = "service"', "contacts.service is a code", '"contacts"'),
    (FOR + PAYS.replace(" }", ', of = "days" }'), '"days"', "no column 'days'", ""),
    (FOR + PAYS.replace(" }", ", at_most_each = 3 }"), "at_most_each", "nothing says what that is", 'of = "…"'),
    (FOR + PAYS.replace(" }", ', amount = "£1" }'), "amount", "by each and by amount", "one of them"),
    (PAYS, "each", "it does not say what is counted", "for = "),
    (FOR + f"pays = {{ {PARTIES} }}", "from", "it does not say how much", "each, tiers, share or amount"),
    (FOR + PAYS + 'limit = { above = "unpaid and shown" }', "{ above", "does not say limit.year", "limit = { year ="),
    (FOR + PAYS + 'limit = { year = "£1", above = "unpaid" }', '"unpaid"', 'is not "unpaid and shown"', "{ pot ="),
    (FOR + PAYS + "limit = { }", "{ }", "does not say limit.year", ""),
    (FOR + PAYS + "threshold = { }", "{ }", "threshold says nothing", "units = …, or year = …"),
    (FOR + PAYS + "threshold = { unit = 5 }", "unit", 'no key "unit"', 'did you mean "units"?'),
    (FOR + PAYS + 'threshold = { units = 1, year = "£1" }', "units", "there are two thresholds", ""),
    (FOR + PAYS + 'ceiling = { year = "£1" }', "ceiling", 'no key "ceiling"', ""),
    (FOR + PAYS + 'replaces = ["fixed: £600,000"]', '"fixed:', 'holds no such rule', 'one of "fixed element"'),
    (FOR + PAYS + 'replaces = ["fixed element £6"]', '"fixed element £6"', "it is not a label, a colon", "£600,000"),
    (FOR + PAYS + 'replaces = ["fixed element: 6"]', '"fixed element: 6"', "6 is a bare number", '"£6"'),
    (FOR + PAYS + 'replaces = ["fixed element: £0"]', '"fixed element: £0"', "less than £0.01", ""),
    (FOR + PAYS + 'replaces = [7]', "7]", "7 is not a text", ""),
    (FOR + PAYS + 'replaces = "fixed element: £6"', '"fixed element: £6"', "is not a list", ""),
    (FOR + PAYS + 'replaces = []', "[]", "replaces is an empty list", ""),
    (FOR + PAYS + 'replaces = ["fixed element: £6", "fixed element: £7"]', '"fixed element: £7"', "named twice", ""),
    (FOR + PAYS + "additional = true", "additional", "nothing says where it comes from", "source ="),
    (FOR + PAYS + 'additional = true\nsource = "x"\nreplaces = ["fixed element: £6"]', "additional", "and yet", ""),
    (FOR + f'pays = {{ {PARTIES}, amount = "£6" }}', HEAD[:8], "a budget says what it replaces", "additional = true"),
    (FOR + PAYS + 'claims = false\nreplaces = ["fixed element: £6"]', "claims", "claims its units", "claims = true"),
    (FOR + PAYS + 'profile = ["8%"]', '["8%"]', "12 rates", "twelve rates"),
    (FOR + PAYS + f'profile = [{", ".join(12 * [chr(34) + "8%" + chr(34)])}]', '["8%"', "these to 96%", "sum to 100%"),
    (FOR + PAYS + 'profile = ["8%", 8]', "8]", "8 is a bare number for a rate", ""),
    (FOR + PAYS + 'profile = ["-8%"]', '"-8%"', "is less than 0", ""),
    (FOR + f'pays = {{ {PARTIES} }}\ntiers = [{{ above = 1, each = "£1" }}]', "{ above = 1", "begins above 0", ""),
    (FOR + f'pays = {{ {PARTIES} }}\ntiers = [{{ above = 0, each = 1 }}]', "1 }]", "1 is a bare number", '"£1"'),
    (FOR + f'pays = {{ {PARTIES} }}\ntiers = [{{ above = 0 }}]', "{ above", "each of tiers does not say each", ""),
    (FOR + f'pays = {{ {PARTIES} }}\ntiers = [{{ above = 0, each = "£1" }}, {{ above = 0, each = "£2" }}]',
     '{ above = 0, each = "£2"', "the tier above 0 comes after the tier above 0", "lowest to the highest"),
    (f'pays = {{ {PARTIES}, share = "2%" }}', "share", "share and on are said together", 'on = ["label"]'),
    (f'pays = {{ {PARTIES}, share = "2%", on = ["fixed"] }}', '"fixed"', "holds no such rule", ""),
    (FOR + PAYS + 'hold = { share = "110%", pot = "q", release_on = 2026-06-30 }', '"110%"', "more than 100%", ""),
    (FOR + PAYS + 'hold = { share = "10%", pot = "q" }', "share", "by evidence or on a day", "release_on"),
    (FOR + PAYS + 'hold = { share = "10%", release_on = 2026-06-30 }', "{ share", "does not say hold.pot", 'pot = "…"'),
    (FOR + PAYS + 'hold = { share = "10%", pot = "a/b", release_on = 2026-06-30 }', 'pot = "a/b"', "a stroke", ""),
    (FOR + PAYS + 'hold = { share = "1%", pot = "q", release_if = { standard = "s" }, otherwise = "commissioner" }',
     "{ standard", "does not say hold.release_if.criterion", "hold = { release_if = { criterion"),
    (FOR + PAYS + 'hold = { share = "1%", pot = "q", release_if = { standard = "s", criterion = "c" } }',
     "standard", "where money goes that is not released", "otherwise ="),
]  # fmt: skip


@pytest.mark.parametrize(("recipe", "part", "found", "write"), WRONG, ids=[f"{one[2]}, {one[1]}" for one in WRONG])
def test_a_mistake_is_answered_at_its_line_and_column(
    tmp_path: Path, recipe: str, part: str, found: str, write: str
) -> None:
    (fault,) = faults(tmp_path, recipe)
    text = CONTRACT + HEAD + recipe
    start = text.index(HEAD) if part == HEAD[:8] else text.index(recipe) + recipe.rindex(part)
    line = text.count("\n", 0, start) + 1
    assert (fault.file, fault.line, fault.column) == ("contracts/north.toml", line, start - text.rfind("\n", 0, start))
    assert found in fault.found + fault.why
    assert write in fault.write + fault.why


def test_all_mistakes_are_told_together(tmp_path: Path) -> None:
    recipe = (
        'for = { table = "contacts", service = 7 }\npays = { from = "commissioner", eech = 1 }\n'
        'limit = { yaer = "£1" }\nreplaces = ["fixed element"]\n'
    )
    assert sorted((fault.code, fault.line) for fault in faults(tmp_path, recipe)) == [
        ("key/missing", 16), ("key/missing", 17), ("key/unknown", 16), ("key/unknown", 17), ("value/kind", 15),
        ("value/kind", 18),
    ]  # fmt: skip


class TestWhatIsSaidOfIt:
    def test_the_json_schema_knows_the_tables_and_what_they_need(self) -> None:
        schema = rule_as_json("recipe", PLUGINS.rules["recipe"], PLUGINS)["schema"]
        properties = schema["properties"]
        assert schema["required"] == ["use", "pays"]
        assert set(properties["pays"]["required"]) == {"from", "to"}
        assert properties["pays"]["additionalProperties"] is False
        assert set(properties["for"]["properties"]) == {"table"}
        assert properties["for"]["additionalProperties"]["anyOf"][0] == {"type": "string"}
        assert properties["hold"]["properties"]["release_if"]["required"] == ["standard", "criterion"]
        assert {"const": "unpaid and shown"} in properties["limit"]["properties"]["above"]["anyOf"]
        assert properties["profile"]["minItems"] == properties["profile"]["maxItems"] == 12
        assert properties["replaces"]["items"] == {"type": "string"}
        assert properties["tiers"]["items"]["required"] == ["above", "each"]

    def test_the_command_line_calls_each_parameter_as_it_is_written(self) -> None:
        said = tallystick("rules", "recipe").output
        for line in (
            "pays.each (price, a unit", "limit.above (account", "hold.release_if.standard (text; needed in its table)",
            "replaces (texts such as “fixed element: £600,000”", "    above (count; needed)",
        ):  # fmt: skip
            assert f"\n    {line}" in said
