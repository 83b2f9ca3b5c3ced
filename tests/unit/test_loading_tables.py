"""contracts.csv and price lists: rows, cells and steps, each refused at its row and column."""

from __future__ import annotations

import datetime
import time
from fractions import Fraction
from pathlib import Path

import pytest

from tallystick.kernel.case import always
from tests.unit.loading_world import SCHEME, Towards, Uplift, load, one_fault, refused, scheme_with

HEADING = "id,title,provider,commissioner,from,to,settles,rules,answers.share,answers.bonus,answers.unreleased_to\n"
ROWS = HEADING + (
    "a,The first,RXX,QXX,2025-04-01,2026-03-31,quarter,,7%,£5.50,provider\n"
    "b,,RYY,QXX,2025-10-01,2026-03-31,,visits;answers,,,\n"
    '"c",,RZZ,QXX,2025-04-01,2026-03-31,,visits,,,\n'
)


class TestContractsCsv:
    def test_each_row_is_a_contract_and_an_empty_cell_takes_the_schemes_value(self, tmp_path: Path) -> None:
        first, second, third = load(tmp_path, contract=None, csv=ROWS).case.contracts
        assert (first.title, first.settles, second.settles) == ("The first", "quarter", "month")
        assert first.rules[1].values == {
            "share": always(Fraction(7, 100)),
            "bonus": always(550),
            "unreleased_to": always("RXX"),
        }
        assert second.rules[1].values == {"share": always(Fraction(5, 100)), "unreleased_to": always("QXX")}
        assert [one.label for one in third.rules] == ["visits"]

    def test_contracts_in_toml_and_csv_are_of_one_workspace(self, tmp_path: Path) -> None:
        assert [one.id for one in load(tmp_path, csv=ROWS).case.contracts] == ["north", "a", "b", "c"]
        fault = one_fault(tmp_path, csv=ROWS.replace("\na,", "\nnorth,"))
        assert (fault.file, fault.row, fault.column) == ("contracts.csv", 1, "id")
        assert fault.why.startswith("the other is in contracts/north.toml, line 2")

    def test_years_may_stand_for_a_last_day(self, tmp_path: Path) -> None:
        text = "id,provider,commissioner,from,years\na,RXX,QXX,2025-04-01,2\n"
        assert load(tmp_path, contract=None, csv=text).case.contracts[0].last == datetime.date(2027, 3, 31)

    @pytest.mark.parametrize(
        ("old", "new", "row", "column", "found", "write"),
        [
            ("7%", "0.07x", 1, "answers.share", "is not a rate", '"5%"'),
            ("7%", "140%", 1, "answers.share", '"140%" is more than 100%', "at most 100%"),
            ("£5.50", "5.50", 1, "answers.bonus", "5.50 is a bare number for money", '"£5.50"'),
            ("£5.50,provider", "£5.50,providr", 1, "answers.unreleased_to", "does not name an account", '"provider"'),
            ("b,,RYY", "b,,R/Y", 2, "provider", "holds a stroke", "without a stroke"),
            ("b,,RYY", "b,,", 2, "provider", "provider is empty", ""),
            ("2025-10-01", "01/10/2025", 2, "from", "is not a day", "2025-04-01"),
            ("2025-10-01", "2026-10-01", 2, "to", "before it begins", "on or after the first"),
            ("2025-10-01,2026-03-31", "2025-10-01,", 2, "to", "neither a last day nor years", "to = 2026-09-30"),
            ("quarter", "quaterly", 1, "settles", 'cannot settle by "quaterly"', "month or quarter or year"),
            (
                "visits;answers",
                "visits;answer",
                2,
                "rules",
                'no rule with the label "answer"',
                'did you mean "answers"?',
            ),
            (",visits,,,", ",visits,9%,,", 3, "answers.share", 'does not hold "answers"', "an empty cell"),
            ("b,,RYY", "a,,RYY", 2, "id", 'two contracts "a"', "an id of its own"),
            ("b,,RYY,", "b,,RYY,,", 2, None, "the row has 12 cells, and the heading 11", "quotes around a cell"),
            ("answers.share", "answers.shares", None, "answers.shares", 'has no "shares"', 'did you mean "share"?'),
            ("answers.share", "answer.share", None, "answer.share", 'the label "answer"', 'did you mean "answers"?'),
            ("answers.share", "answers.on", None, "answers.on", "cannot be another one", "a [[rule]] of its own"),
            ("answers.share", "share", None, "share", 'no column "share"', '"label.parameter"'),
            (",title,", ",titel,", None, "titel", 'no column "titel"', 'did you mean "title"?'),
            ("answers.share", "title", None, "title", 'two columns are headed "title"', "one column of each name"),
            ("commissioner,from", "commisioner,from", None, "commisioner", 'no column "commisioner"', '"commissioner"'),
            (",to,", ",until,", None, "until", 'no column "until"', "did you mean"),
        ],
    )
    def test_a_wrong_cell_or_heading_says_its_place_and_what_to_write(
        self, tmp_path: Path, old: str, new: str, row: int | None, column: str | None, found: str, write: str
    ) -> None:
        faults = refused(tmp_path, contract=None, csv=ROWS.replace(old, new, 1))
        fault = next(one for one in faults if found in one.found)
        assert (fault.file, fault.row, fault.column) == ("contracts.csv", row, column)
        assert write in fault.write
        assert "QXX" not in fault.source

    def test_quotes_that_are_not_closed_are_refused(self, tmp_path: Path) -> None:
        assert one_fault(tmp_path, contract=None, csv=ROWS + '"d,,RXX').code == "file/malformed"

    def test_faults_of_one_kind_are_shown_twenty_times_and_then_counted(self, tmp_path: Path) -> None:
        rows = "".join(f"c{n},RXX,QXX,2025-04-01,1,700%\n" for n in range(100))
        faults = refused(tmp_path, contract=None, csv="id,provider,commissioner,from,years,answers.share\n" + rows)
        assert (len(faults), faults[-1].times) == (20, 81)

    def test_contracts_with_equal_cells_share_their_values(self, tmp_path: Path) -> None:
        rows = "".join(f"c{n},RXX,QXX,2025-04-01,1,7%\n" for n in range(2))
        text = "id,provider,commissioner,from,years,answers.share\n" + rows
        first, second = load(tmp_path, contract=None, csv=text).case.contracts
        assert first.rules[0] is second.rules[0]
        assert first.rules[1].values["share"] is second.rules[1].values["share"]

    @pytest.mark.bench
    def test_ten_thousand_contracts_load_in_seconds(self, tmp_path: Path) -> None:
        rows = "".join(
            f"c{n},R{n % 300},Q{n % 42},2025-04-01,1,,{n % 50}%,£{n % 1000 + 1},provider\n" for n in range(10_000)
        )
        heading = "id,provider,commissioner,from,years,rules,answers.share,answers.bonus,answers.unreleased_to\n"
        began = time.perf_counter()
        assert len(load(tmp_path, contract=None, csv=heading + rows).case.contracts) == 10_000
        assert time.perf_counter() - began < 6


class TestPriceLists:
    def test_a_list_holds_every_declared_column_but_its_own_name(self, tmp_path: Path) -> None:
        text = "code,from,to,price_pounds,not_priced\nA,2025-04-01,2026-03-31,118.505,\nB,,,,a local price\n"
        (prices,) = load(tmp_path, prices=text).case.prices.values()
        first, second = prices.rows
        assert (prices.name, prices.table, prices.kind, prices.source) == (
            "visits 2025/26",
            "visit_prices",
            "unit",
            "A letter.",
        )
        assert first == {
            "code": "A", "from_day": datetime.date(2025, 4, 1), "to_day": datetime.date(2026, 3, 31),
            "price": Fraction(118505, 10), "not_priced": None,
        }  # fmt: skip
        assert (second["price"], second["not_priced"]) == (None, "a local price")

    @pytest.mark.parametrize(
        ("prices", "row", "code", "write"),
        [
            ("code,price\nA,£1\nB,\n", 2, "price/none", "a price, or a reason under not_priced"),
            ("code,price,not_priced\nA,£1,local\n", 1, "price/both", "one of the two"),
            ("code,price,from,to\nA,£1,2025-04-01,2025-03-01\n", 1, "price/period", "on or after the first"),
            ("code,price,from,to\nA,£1,,2025-09-30\nA,£2,2025-09-30,\n", 2, "price/overlap", "a last day under to_day"),
            ("code,price,from\nA,£1,2025-05-01\nA,£2,2025-04-01\n", 1, "price/overlap", "a last day under to_day"),
        ],
    )
    def test_a_wrong_row_is_refused_at_its_row(
        self, tmp_path: Path, prices: str, row: int, code: str, write: str
    ) -> None:
        faults = refused(tmp_path, prices=prices)
        fault = next(one for one in faults if one.code == code)
        assert (fault.file, fault.row) == ("prices.csv", row)
        assert write in fault.write

    @pytest.mark.parametrize(
        ("old", "new", "found", "write"),
        [
            ('"prices.csv"', '"price.csv"', 'there is no file "price.csv"', "relative to the folder"),
            ('"visit_prices"', '"visit_price"', 'no table of prices "visit_price"', 'did you mean "visit_prices"?'),
            ('"visit_prices"', '"visits"', 'no table of prices "visits"', "visit_prices"),
            ('table = "visit_prices"\n', "", "does not say table", "table ="),
            ('file = "prices.csv"\n', "", "has neither file nor from_list", "from_list"),
            ('file = "', 'kind = "gide"\n    file = "', '"gide" is not one of', '"unit" or "guide"'),
            ('file = "', 'steps = [{ uplift = "1%" }]\n    file = "', "steps without a list", "from_list"),
        ],
    )
    def test_a_wrong_list_says_what_to_write(self, tmp_path: Path, old: str, new: str, found: str, write: str) -> None:
        faults = refused(tmp_path, scheme=SCHEME.replace(old, new, 1))
        fault = next(one for one in faults if found in one.found)
        assert write in fault.write
        assert fault.line is not None

    def derived(self, steps: str = '{ uplift = "4.83%" }', more: str = "", base: str = "visits 2025/26") -> str:
        return scheme_with(f'[[price_list]]\nname = "next"\nfrom_list = "{base}"\nsteps = [{steps}]\n{more}')

    def test_a_derived_list_is_of_its_bases_table_and_kind_and_keeps_its_steps(self, tmp_path: Path) -> None:
        steps = '{ uplift = "4.83%", efficiency = "2.0%", round = "pound" }, { towards = "benchmark", step = "1/3" }'
        scheme = self.derived(steps).replace('table = "visit_prices"', 'table = "visit_prices"\nkind = "guide"')
        prices = load(tmp_path, scheme=scheme).case.prices["visit_prices", "next"]
        first, second = prices.steps
        assert (prices.kind, prices.derived_from, prices.rows) == ("guide", "visits 2025/26", ())
        assert (first.cls, first.round_to) == (Uplift, 100)
        assert first.values == {"uplift": always(Fraction(483, 10_000)), "efficiency": always(Fraction(1, 50))}
        assert first.says == "uplift 4.83%, efficiency 2.0%, rounded to the pound"
        assert (second.cls, second.shape, second.round_to) == (Towards, {"towards": "benchmark"}, None)

    @pytest.mark.parametrize(
        ("steps", "found", "write"),
        [
            ('{ upfit = "1%" }', 'no price step "upfit"', 'did you mean "uplift"?'),
            ('{ uplift = "1%", eficiency = "1%" }', 'no key "eficiency"', 'did you mean "efficiency"?'),
            ('{ uplift = "101%" }', "is more than 1", "at most 1"),
            ('{ uplift = "1%", round = "shilling" }', 'cannot be rounded to "shilling"', '"penny" or "pound"'),
            ('{ towards = "benchmark" }', "does not say step", "step ="),
            ('{ uplift = ["1%", "2%"] }', "differs between contracts", "one value"),
            ("7", "is not a list of steps", "[{ uplift"),
        ],
    )
    def test_a_wrong_step_says_what_to_write(self, tmp_path: Path, steps: str, found: str, write: str) -> None:
        fault = one_fault(tmp_path, scheme=self.derived(steps))
        assert found in fault.found
        assert write in fault.write
        assert (fault.file, fault.source.startswith("steps")) == ("scheme.toml", True)

    def test_the_list_that_another_is_derived_from_has_to_be_there(self, tmp_path: Path) -> None:
        fault = one_fault(tmp_path, scheme=self.derived(base="visits 2024/25"))
        assert (fault.code, fault.write) == ("price-list/unknown", 'did you mean "visits 2025/26"?')

    def test_no_list_is_its_own_ancestor(self, tmp_path: Path) -> None:
        more = '[[price_list]]\nname = "after"\nfrom_list = "next"\n'
        faults = refused(tmp_path, scheme=self.derived(more=more, base="after"))
        assert [one.found.rpartition(": ")[2] for one in faults] == ["next → after → next", "after → next → after"]

    def test_two_lists_of_one_name_and_table_are_refused(self, tmp_path: Path) -> None:
        again = '[[price_list]]\nname = "visits 2025/26"\ntable = "visit_prices"\nfile = "prices.csv"\n'
        assert one_fault(tmp_path, scheme=scheme_with(again)).code == "price-list/twice"
