"""The keys of a rule: what each kind takes, and what it refuses with the words to write instead."""

from __future__ import annotations

import datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from tallystick.files.strict import FrozenMap
from tallystick.kernel.case import RuleEntry, Timeline, always
from tests.unit.loading_world import SCHEME, Pace, contract_with, load, one_fault, refused, scheme_with

BANDS = """
    [[rule]]
    use = "bands"
    label = "bands"
    most = 150
    band = [{ name = "low", share = "40%" }, { name = "high", share = "1/3", people = 7 }]
"""


def own(tmp_path: Path, text: str) -> RuleEntry:
    """The contract's own rule, which stands last."""
    return load(tmp_path, contract=contract_with(text)).case.contracts[0].rules[-1]


def hold(**keys: str) -> str:
    """A ``hold`` of the contract's own, with other keys."""
    given = {"label": '"own"', "on": '["visits"]', "share": '"10%"', **keys}
    return '[[rule]]\nuse = "hold"\n' + "".join(f"{key} = {value}\n" for key, value in given.items() if value)


class TestValues:
    def test_each_kind_becomes_an_exact_value(self, tmp_path: Path) -> None:
        entry = own(
            tmp_path, BANDS + '    each = "£0.005"\n    counts = false\n    until = 2026-01-31\n    strict = true\n'
        )
        assert entry.values == {
            "each": always(Fraction(1, 2)),
            "most": always(150),
            "counts": always(False),
            "until": always(datetime.date(2026, 1, 31)),
        }
        assert entry.shape == {"strict": True, "after": None}

    def test_records_are_mappings_of_timelines_with_none_for_what_is_absent(self, tmp_path: Path) -> None:
        low, high = own(tmp_path, BANDS).rows["band"]
        assert low == {"name": always("low"), "share": always(Fraction(2, 5)), "people": always(None)}
        assert high == {"name": always("high"), "share": always(Fraction(1, 3)), "people": always(7)}

    def test_a_filter_can_be_hashed_and_takes_one_text_for_a_list_of_one(self, tmp_path: Path) -> None:
        scheme = SCHEME.replace('prices = "', 'where = { b = ["2", "1"], a = "3" }\n    pace = "fast"\n    prices = "')
        entry = load(tmp_path, scheme=scheme).case.contracts[0].rules[0]
        assert entry.shape == {"where": FrozenMap({"a": ("3",), "b": ("2", "1")}), "pace": Pace.FAST}
        assert hash(entry.shape["where"]) == hash(FrozenMap({"b": ("2", "1"), "a": ("3",)}))
        assert entry.values == {"prices": always("visits 2025/26")}

    def test_what_is_given_by_year_counts_from_the_contracts_own_first_day(self, tmp_path: Path) -> None:
        entry = own(tmp_path, hold(share='["50%", "100%"]'))
        assert entry.values["share"] == Timeline(
            ((datetime.date(2025, 4, 1), Fraction(1, 2)), (datetime.date(2026, 4, 1), Fraction(1)))
        )

    def test_what_is_given_by_date_is_in_the_order_of_its_dates(self, tmp_path: Path) -> None:
        share = '[{ from = 2025-10-01, value = "2%", source = "b" }, { from = 2025-04-01, value = "1%" }]'
        assert [value for _, value in own(tmp_path, hold(share=share)).values["share"].steps] == [
            Fraction(1, 100),
            Fraction(2, 100),
        ]

    @pytest.mark.parametrize(
        ("account", "name"),
        [
            ('"provider"', "RXX"),
            ('"commissioner"', "QXX"),
            ('{ party = "Q99" }', "Q99"),
            ('{ fund = "deprivation" }', "scheme/deprivation"),
            ('{ pot = "improvement fund", at_end = "return", to = "commissioner" }', "north/improvement fund"),
        ],
    )
    def test_an_account_is_named_as_the_ledger_names_it(self, tmp_path: Path, account: str, name: str) -> None:
        assert own(tmp_path, hold(unreleased_to=account)).values["unreleased_to"] == always(name)

    def test_a_pot_is_declared_beside_the_rule(self, tmp_path: Path) -> None:
        (pot,) = own(
            tmp_path,
            hold(unreleased_to='{ pot = "p", held_by = "Q99", at_end = "pass on", to = { fund = "deprivation" } }'),
        ).pots
        assert (pot.name, pot.held_by, pot.at_end, pot.to) == ("p", "Q99", "pass on", "scheme/deprivation")

    def test_a_label_is_the_rules_name_if_it_is_not_said(self, tmp_path: Path) -> None:
        assert own(tmp_path, hold(label="")).label == "hold"


class TestRefusals:
    @pytest.mark.parametrize(
        ("keys", "code", "found", "write"),
        [
            ({"bonus": "1335"}, "value/bare-money", "1335 is a bare number for money", '"£1,335", with its sign'),
            ({"bonus": "13.5"}, "value/bare-money", "13.5 is a bare number for money", '"£13.5", with its sign'),
            ({"bonus": '"1,335"'}, "value/bare-money", "1335 is a bare number", '"£1,335"'),
            ({"bonus": '"£1.185"'}, "value/kind", "a fraction of a penny", '"£1,234.56"'),
            ({"bonus": '"€5"'}, "value/other-money", "€5 is not in GBP", '"£1,234.56"'),
            ({"bonus": '"-£5"'}, "value/bounds", '"-£5" is less than £0', "at least £0"),
            ({"bonus": '"£99,999,999,999,999,999,999"'}, "value/kind", "wider than any amount", ""),
            ({"bonus": "true"}, "value/kind", "true is not money", '"£1,234.56"'),
            ({"share": '"140%"'}, "value/bounds", '"140%" is more than 100%', "at most 100%"),
            ({"share": "5"}, "value/bare-rate", "5 is a bare number for a rate", '"5%" for per cent, or "5" for times'),
            (
                {"share": "0.05"},
                "value/bare-rate",
                "0.05 is a bare number for a rate",
                '"0.05%" for per cent, or "0.05"',
            ),
            ({"share": '"five"'}, "value/kind", "is not a rate", '"5%"'),
            ({"share": '"1/0"'}, "value/kind", "divides by zero", '"5%"'),
            ({"share": "[]"}, "value/kind", "an empty list", "for each year"),
            ({"share": '["5%", "200%"]'}, "value/bounds", '"200%" is more than 100%', "at most 100%"),
            ({"share": ""}, "key/missing", '"own" (hold) does not say share', 'share = "5%"'),
            ({"shares": '"5%"'}, "key/unknown", 'no key "shares"', 'did you mean "share"?'),
            ({"pays": '"no"'}, "value/kind", '"no" is not a flag', "true or false, without quotes"),
            ({"clause": "4.2"}, "value/kind", "4.2 is not a text", "text in quotes"),
            ({"on": "7"}, "value/kind", "7 is not the label of a rule", '["label", …]'),
            ({"on": '["visits", "visits"]'}, "label/twice", '"visits" is named twice', ""),
            ({"on": '["visit"]'}, "label/unknown", 'refers to "visit"', 'did you mean "visits"?'),
            ({"on": '["own"]'}, "label/cycle", "own → own", "take one of the references out"),
            ({"label": '"answers"'}, "label/twice", 'two rules have the label "answers"', "another name"),
        ],
    )
    def test_a_wrong_value_says_what_where_and_what_to_write(
        self, tmp_path: Path, keys: dict[str, str], code: str, found: str, write: str
    ) -> None:
        fault = one_fault(tmp_path, contract=contract_with(hold(**keys)))
        assert (fault.code, fault.file) == (code, "contracts/north.toml")
        assert found in fault.found
        assert write in fault.write
        assert fault.line is not None
        assert fault.line >= 7

    @pytest.mark.parametrize(
        ("account", "found", "write"),
        [
            ('"comissioner"', "does not name an account", '"provider", "commissioner"'),
            ('{ party = "Q/1" }', 'a stroke: "Q/1"', "without a stroke"),
            ('{ party = "Q1", at_end = "return" }', 'no key "at_end"', 'one of "party"'),
            ('{ fund = "depravation" }', 'no fund "depravation"', 'did you mean "deprivation"?'),
            ('{ pot = "a/b" }', "cannot be the name of a pot", "without a stroke"),
            ('{ pot = "p", at_end = "return" }', "does not say to whom", 'to = "commissioner"'),
            ('{ pot = "p", at_end = "retrun" }', "is not one of the choices", '"return"'),
            ('{ pot = "p", held_by = "comissioner" }', 'nearly "commissioner"', '"commissioner"'),
            ('{ pot = "p", held = "Q" }', 'no key "held"', 'did you mean "held_by"?'),
            ('{ pot = "p", fund = "deprivation" }', "a table does not name an account", "{ fund"),
            ("7", "7 does not name an account", '"provider"'),
        ],
    )
    def test_a_wrong_account_says_how_accounts_are_named(
        self, tmp_path: Path, account: str, found: str, write: str
    ) -> None:
        fault = one_fault(tmp_path, contract=contract_with(hold(unreleased_to=account)))
        assert found in fault.found
        assert write in fault.write
        assert (fault.file, fault.line) == ("contracts/north.toml", 12)

    @pytest.mark.parametrize(
        ("old", "new", "found", "write"),
        [
            ("most = 150", "most = 7.9", "7.9 is not a whole number", "a whole number"),
            ("most = 150", 'most = "150"', '"150" is not a number', "150, without quotes"),
            ("most = 150", "most = true", "true is not a whole number", "a whole number"),
            ("most = 150", "most = 0", "0 is less than 1", "at least 1"),
            ("most = 150", "most = 9223372036854775808", "wider than any number", ""),
            ("most = 150", 'most = 1\nstrict = "no"', '"no" is not a flag', "true or false, without quotes"),
            ("most = 150", 'most = 1\ncounts = "no"', '"no" is not a flag', "true or false, without quotes"),
            ("most = 150", "most = 1\nuntil = 2026-01-31T00:00:00", "is not a day", "2026-01-31, without a time"),
            ("most = 150", 'most = 1\nuntil = "31/01/2026"', '"31/01/2026" is not a day', "2025-04-01, without quotes"),
            ("most = 150", 'most = 1\nafter = ["visits"]', "a list is not the label", "one label in quotes"),
            ('share = "40%"', 'share = "140%"', '"140%" is more than 100%', "at most 100%"),
            ('share = "40%"', 'chare = "4%", share = "40%"', 'no key "chare"', 'did you mean "share"?'),
            ('name = "low", ', "", "band does not say name", 'name = "…"'),
            ("band = [{", 'bend = "x"\nband = [{', 'no key "bend"', 'did you mean "band"?'),
        ],
    )
    def test_a_wrong_count_flag_day_or_record_says_what_to_write(
        self, tmp_path: Path, old: str, new: str, found: str, write: str
    ) -> None:
        fault = one_fault(tmp_path, contract=contract_with(BANDS.replace(old, new)))
        assert found in fault.found
        assert write in fault.write

    def test_a_wrong_part_of_a_record_is_placed_at_the_part(self, tmp_path: Path) -> None:
        fault = one_fault(tmp_path, contract=contract_with(BANDS.replace('"1/3"', '"4/3"')))
        assert (fault.line, fault.column) == (12, 67)

    def test_records_that_are_none_say_how_they_are_written(self, tmp_path: Path) -> None:
        fault = one_fault(tmp_path, contract=contract_with('[[rule]]\nuse = "bands"\nmost = 1\nband = "low"\n'))
        assert (fault.found, "[[rule.band]]" in fault.write) == (
            '"low" is not a list of records, and band is one',
            True,
        )

    @pytest.mark.parametrize(
        ("share", "code", "found"),
        [
            ('[{ from = 2025-05-01, value = "5%" }]', "value/not-in-force", "no value on 2025-04-01"),
            (
                '[{ from = 2025-04-01, value = "5%" }, { from = 2025-04-01, value = "6%" }]',
                "value/two-at-once",
                "two values",
            ),
            ('[{ from = 2025-04-01, values = "5%" }]', "key/unknown", 'no key "values"'),
            ('[{ from = "2025-04-01", value = "5%" }]', "value/kind", "is not a day but text"),
            ('[{ from = 2025-04-01, value = "150%" }]', "value/bounds", "more than 100%"),
        ],
    )
    def test_a_wrong_history_is_refused(self, tmp_path: Path, share: str, code: str, found: str) -> None:
        faults = refused(tmp_path, contract=contract_with(hold(share=share)))
        assert any(fault.code == code and found in fault.found for fault in faults)

    def test_a_wrong_choice_names_the_choices(self, tmp_path: Path) -> None:
        fault = one_fault(tmp_path, scheme=SCHEME.replace('prices = "v', 'pace = "fats"\n    prices = "v'))
        assert (fault.why, fault.write) == ('did you mean "fast"?', '"slow" or "fast"')

    def test_a_price_list_has_to_be_there(self, tmp_path: Path) -> None:
        fault = one_fault(tmp_path, scheme=SCHEME.replace('prices = "visits 2025/26"', 'prices = "visits 2025/27"'))
        assert (fault.found, fault.write) == (
            'there is no price list "visits 2025/27" of the table visit_prices',
            'did you mean "visits 2025/26"?',
        )

    def test_a_circle_names_its_members(self, tmp_path: Path) -> None:
        first, second = hold(label='"a"', on='["b"]'), hold(label='"b"', on='["a", "visits"]')
        fault = one_fault(tmp_path, contract=contract_with(first + second))
        assert (fault.code, fault.found) == ("label/cycle", "rules refer to each other in a circle: a → b → a")

    def test_a_pot_declared_twice_has_to_be_declared_alike(self, tmp_path: Path) -> None:
        pots = ('{ pot = "p", purpose = "one" }', '{ pot = "p", purpose = "two" }')
        text = "".join(hold(label=f'"{n}"', unreleased_to=pot) for n, pot in enumerate(pots))
        assert one_fault(tmp_path, contract=contract_with(text)).code == "account/two-pots"


class TestChanges:
    def change(self, keys: str, label: str = "answers") -> str:
        return contract_with(f'[[scheme_rule]]\nlabel = "{label}"\n{keys}\n')

    def test_a_contract_gives_other_values_to_a_scheme_rule(self, tmp_path: Path) -> None:
        text = self.change('share = "7%"\nbonus = "£5"\nclause = "9"')
        entry: Any = load(tmp_path, contract=text).case.contracts[0].rules[1]
        assert entry.values == {"share": always(Fraction(7, 100)), "bonus": always(500), "unreleased_to": always("QXX")}
        assert (entry.shape, entry.clause, entry.scheme) == ({"on": ("visits",)}, "9", "answers")

    @pytest.mark.parametrize(
        ("keys", "code", "found", "write"),
        [
            ('on = ["visits"]', "value/choice-of-scheme", 'on of "answers" cannot be another', "a [[rule]] of its own"),
            ("pays = false", "value/choice-of-scheme", 'pays of "answers" cannot', "a [[rule]] of its own"),
            ('shares = "7%"', "key/unknown", 'has no "shares"', 'did you mean "share"?'),
            ('share = "700%"', "value/bounds", "more than 100%", "at most 100%"),
            ("clause = 7", "value/kind", "clause is not a text", 'clause = "…"'),
        ],
    )
    def test_a_wrong_change_says_what_to_write(
        self, tmp_path: Path, keys: str, code: str, found: str, write: str
    ) -> None:
        fault = one_fault(tmp_path, contract=self.change(keys))
        assert (fault.code, fault.line) == (code, 9)
        assert found in fault.found
        assert write in fault.write

    def test_a_change_of_a_rule_that_is_not_there_or_not_held_is_refused(self, tmp_path: Path) -> None:
        assert one_fault(tmp_path, contract=self.change("", "answer")).write == 'did you mean "answers"?'
        text = self.change('share = "7%"').replace("period", 'scheme_rules = ["visits"]\nperiod')
        fault = one_fault(tmp_path, contract=text)
        assert (fault.code, fault.line) == ("label/not-held", 9)


class TestNumbersOfTheScheme:
    SHARE_OUT = """
        [[rule]]
        use = "share-out"
        label = "share"
        fund = "£1,000"
        out_of = { fund = "deprivation" }
    """

    def test_no_contract_overrides_them(self, tmp_path: Path) -> None:
        change = contract_with('[[scheme_rule]]\nlabel = "share"\nweight = "50%"\nfund = "£2,000"\n')
        fault = one_fault(tmp_path, scheme=scheme_with(self.SHARE_OUT), contract=change)
        assert (fault.code, fault.line) == ("value/of-scheme", 10)
        assert fault.found == 'fund of "share" is a number of the scheme'

    def test_a_contract_cannot_have_such_a_rule_of_its_own(self, tmp_path: Path) -> None:
        assert one_fault(tmp_path, contract=contract_with(self.SHARE_OUT)).code == "rule/scheme-only"

    @pytest.mark.parametrize(
        ("old", "new", "code"),
        [
            ('"£1,000"', '["£1,000", "£2,000"]', "value/by-year"),
            ('{ fund = "deprivation" }', '"provider"', "account/scheme"),
            ('{ fund = "deprivation" }', '{ pot = "p" }', "account/scheme"),
        ],
    )
    def test_they_cannot_differ_between_contracts(self, tmp_path: Path, old: str, new: str, code: str) -> None:
        assert one_fault(tmp_path, scheme=scheme_with(self.SHARE_OUT.replace(old, new))).code == code
