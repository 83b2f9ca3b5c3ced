"""What a provider is shown of its patients' answers: groups of ten or more, the whole of its money, and no row."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tallystick.kernel.errors import InputError
from tests.unit.command_world import tallystick
from tests.unit.confidential_world import (
    CONTRACT,
    NOT_SATISFIED,
    SATISFIED,
    SCHEME,
    content,
    groups,
    make,
    net,
    patients,
    reconciled,
    settle,
    view,
)

NETTED = "held less released, net"
TOGETHER = "not shown apart (fewer than 10)"


class TestGroups:
    def test_ten_are_shown(self, tmp_path: Path) -> None:
        full = settle(make(tmp_path, patients(30, 10, 40)))
        assert groups(view(full)) == {
            "satisfied": (30, 150_000), "no answer": (40, 200_000), "not satisfied": (10, 50_000),
        }  # fmt: skip
        assert groups(view(full)) == groups(full)

    def test_nine_are_shown_with_others_and_no_penny_is_lost(self, tmp_path: Path) -> None:
        full = settle(make(tmp_path, patients(30, 12, 9)))
        assert groups(view(full)) == {"not satisfied": (12, 60_000), TOGETHER: (0, 195_000)}
        assert net(view(full)) == net(full)

    def test_twelve_of_thirteen_are_not_shown(self, tmp_path: Path) -> None:
        full = settle(make(tmp_path, patients(12, 1)))
        shown = view(full)
        assert groups(shown) == {NETTED: (0, 5_000)}
        assert (net(shown), shown.netted) == (net(full), (("ward", "answer"),))

    def test_what_is_held_is_shown_unless_all_is_too_few(self, tmp_path: Path) -> None:
        full = settle(make(tmp_path, patients(30, 12, 9)))
        assert [line for line in view(full).settlement.lines if line.kind == "retention"] == [
            line for line in full.settlement.lines if line.kind == "retention"
        ]
        few = view(settle(make(tmp_path, patients(12, 1))))
        assert "retention" not in {line.kind for line in few.settlement.lines}

    def test_the_scheme_says_how_small_a_group_may_be(self, tmp_path: Path) -> None:
        scheme = SCHEME.replace('settles = "month"', 'settles = "month"\nsmallest_group = 5')
        full = settle(make(tmp_path, patients(30, 12, 9), scheme=scheme))
        assert groups(view(full)) == groups(full)
        one = SCHEME.replace('settles = "month"', 'settles = "month"\nsmallest_group = 1')
        with pytest.raises(InputError, match="1 is too small a group"):
            settle(make(tmp_path, patients(30), scheme=one))

    def test_people_are_counted_and_not_their_stays(self, tmp_path: Path) -> None:
        folder = make(tmp_path, patients(30, 10, 40))
        spells = (folder / "spells.csv").read_text(encoding="utf-8")
        (folder / "spells.csv").write_text(spells.replace("S031-person", "S030-person"), encoding="utf-8")
        assert "not satisfied" not in groups(view(settle(folder)))

    def test_months_are_shown_together(self, tmp_path: Path) -> None:
        april = patients(8, 6, 30, day="2025-04-10", prefix="A")
        may = patients(8, 6, 30, day="2025-05-10", prefix="B")
        full = settle(make(tmp_path, {**april, **may}))
        assert groups(view(full)) == {
            "satisfied": (16, 80_000), "no answer": (60, 300_000), "not satisfied": (12, 60_000),
        }  # fmt: skip
        assert {line.period for line in view(full).settlement.lines if line.kind == "release"} == {"2025-04 to 2026-03"}

    def test_patients_whom_everyone_knows_to_be_never_asked_hide_nobody(self, tmp_path: Path) -> None:
        contract = CONTRACT + 'never_asked = { discharge_method = ["4"] }\n'
        folder = make(tmp_path, patients(30, 12, 40), contract=contract)
        spells = (folder / "spells.csv").read_text(encoding="utf-8").splitlines()
        lines = [f"{line},{'4' if line[:4] > 'S050' else '1'}" for line in spells[1:]]
        (folder / "spells.csv").write_text("\n".join([f"{spells[0]},discharge_method", *lines]), encoding="utf-8")
        exempt = "exemption,spell,reason,decided_by,decided_on\nX1,S042,panel,ICB,2025-06-11\n"
        (folder / "exemptions.csv").write_text(exempt, encoding="utf-8")
        full = settle(folder)
        assert groups(full)["never asked, or exempt"] == (32, 160_000) or groups(full)["never asked, or exempt"][0] > 30
        assert "never asked, or exempt" not in groups(view(full))

    def test_the_commissioner_sees_everything(self, tmp_path: Path) -> None:
        full = settle(make(tmp_path, patients(12, 1)))
        assert full.for_party("commissioner") is full
        assert groups(view(full, "QYY")) == groups(full)
        assert groups(view(full, "RXX")) == groups(view(full))

    def test_a_stranger_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(InputError, match="'RXY' is no party of any contract"):
            settle(make(tmp_path, patients(12, 1))).for_party("RXY")


class TestTheRunFolder:
    def test_nothing_confidential_is_in_any_file(self, tmp_path: Path) -> None:
        full = settle(make(tmp_path, patients(31, 13, 6)))
        run = view(full).write(tmp_path / "for-provider", lines=True)
        said = content(run)
        assert "reply-" not in said
        assert full.settlement.facts["answers"].digest not in said
        for figure in ("satisfied,count", "not satisfied,count", "gained by the commissioner"):
            assert figure not in said
        lines = pl.read_parquet(run / "lines.parquet")
        assert (set(lines["kind"]), lines.height) == ({"price", "retention"}, 2 * 50)
        ledger = pl.read_csv(run / "ledger.csv").filter(pl.col("label") == "answer")
        assert sorted(ledger["units"]) == [0, 13, 50]
        assert sorted(ledger["pence"]) == [65_000, 185_000, 250_000]
        for apart in ("155000", "£1,550.00", ",30000", "£300.00"):  # 31 who were satisfied, 6 who did not answer
            assert apart in content(full.write(tmp_path / "full"))
            assert apart not in said
        assert set(pl.read_csv(run / "balances.csv")["account"]) == {"RXX"}

    def test_that_a_pot_was_paid_into_at_all_is_not_told(self, tmp_path: Path) -> None:
        pot = '{ pot = "improvement", at_end = "carry forward" }'
        to_pot = CONTRACT.replace('unreleased_to = "commissioner"', f"unreleased_to = {pot}")
        told = [
            [
                check.name
                for check in view(settle(make(tmp_path / str(no), patients(12, no, 30), contract=to_pot))).checks
            ]
            for no in (0, 1)
        ]
        assert told[0] == told[1]
        assert not [name for name in told[1] if "improvement" in name]

    def test_its_record_says_for_whom_and_it_is_another_folder(self, tmp_path: Path) -> None:
        full = settle(make(tmp_path, patients(31, 3, 22)))
        whole, run = full.write(tmp_path / "out"), view(full).write(tmp_path / "out")
        record = json.loads((run / "run.json").read_text(encoding="utf-8"))
        assert record["made_from"]["made_for"] == "provider"
        assert run.name == f"run-{record['fingerprint']}-for-provider"
        assert record["fingerprint"] not in whole.name
        assert record["made_from"]["activity"]["spells"]["rows"] == 56
        assert "answers" not in record["made_from"]["activity"]

    def test_another_answer_is_another_folder_where_it_is_shown(self, tmp_path: Path) -> None:
        one = view(settle(make(tmp_path / "one", patients(30, 12, 40)))).write(tmp_path / "out")
        other = view(settle(make(tmp_path / "other", patients(30, 22, 30)))).write(tmp_path / "out")
        assert one != other

    def test_the_full_run_is_what_it_was(self, tmp_path: Path) -> None:
        full = settle(make(tmp_path, patients(31, 3, 22)))
        before = content(full.write(tmp_path / "before"))
        view(full).write(tmp_path / "out")
        again = settle(tmp_path)
        assert content(again.write(tmp_path / "after")) == before

    def test_statements_add_up(self, tmp_path: Path) -> None:
        full = settle(make(tmp_path, patients(31, 3, 22)))
        assert "Net to RXX under this contract" in view(full).statement("ward").as_text()
        nets = [
            next(row for section in of.statement("ward").sections for row in section.rows if "Net to RXX" in row.item)
            for of in (full, view(full))
        ]
        assert nets[0] == nets[1]

    def test_it_cannot_be_posted(self, tmp_path: Path) -> None:
        with pytest.raises(ValueError, match="not posted"):
            view(settle(make(tmp_path, patients(12, 1)))).post()


def whole_content(folder: Path, said: dict[str, tuple[str, str | None]], contract: str) -> tuple[str, str]:
    """The name of the run folder that the provider is given, and all that is in it."""
    run = view(settle(make(folder, said, contract=contract))).write(folder / "out", lines=True)
    return run.name, content(run)


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.permutations([SATISFIED] * 14 + [NOT_SATISFIED] * 12 + [None] * 15), st.sampled_from([14, 3]))
def test_who_said_what_changes_no_byte_of_what_the_provider_is_given(
    tmp_path_factory: pytest.TempPathFactory, said: list[str | None], few: int
) -> None:
    words = [word if place < 41 - few or word is None else SATISFIED for place, word in enumerate(said)]
    spells = [
        {f"S{number:03}": ("2025-06-10", word) for number, word in enumerate(order)}
        for order in (words, sorted(words, key=str))
    ]
    one, other = (whole_content(tmp_path_factory.mktemp("run"), of, CONTRACT) for of in spells)
    assert one == other


class TestTwoRuns:
    def test_a_difference_of_three_is_not_shown_and_then_ten_is(self, tmp_path: Path) -> None:
        make(tmp_path, patients(30, 12, 60))
        first = view(settle(tmp_path))
        first.write(tmp_path / "out")
        assert groups(first)["not satisfied"] == (12, 60_000)
        make(tmp_path, patients(30, 15, 57))
        three = view(settle(tmp_path))
        three.write(tmp_path / "out")
        assert "not satisfied" not in groups(three)
        assert net(three) == net(settle(tmp_path))
        make(tmp_path, patients(30, 22, 50))
        assert groups(view(settle(tmp_path)))["not satisfied"] == (22, 110_000)

    def test_what_was_not_written_was_not_shown(self, tmp_path: Path) -> None:
        view(settle(make(tmp_path, patients(30, 12, 60))))
        assert not (tmp_path / "views").exists()

    def test_the_same_view_twice_is_the_same(self, tmp_path: Path) -> None:
        make(tmp_path, patients(30, 12, 60))
        one, other = (view(settle(tmp_path)).write(tmp_path / "out") for _ in range(2))
        assert one == other

    def test_two_views_made_side_by_side_are_not_both_written(self, tmp_path: Path) -> None:
        one = view(settle(make(tmp_path, patients(30, 12, 60))))
        other = view(settle(make(tmp_path, patients(30, 15, 57))))
        one.write(tmp_path / "out")
        with pytest.raises(InputError, match="something else was shown since"):
            other.write(tmp_path / "out")
        one.write(tmp_path / "out")

    def test_a_memory_that_cannot_be_read_stops_the_view(self, tmp_path: Path) -> None:
        full = settle(make(tmp_path, patients(30, 12, 60)))
        view(full).write(tmp_path / "out")
        (tmp_path / "views/provider.json").write_text("{", encoding="utf-8")
        with pytest.raises(InputError, match="what was shown before cannot be read"):
            full.for_party("provider")

    def test_in_the_year_what_is_payable_is_whole_and_what_moved_is_together(self, tmp_path: Path) -> None:
        april = patients(30, 12, 60, day="2025-04-10", prefix="A")
        make(tmp_path, april)
        first = reconciled(tmp_path, "2025-04..2025-04", "2025-05-20")
        view(first).write(tmp_path / "out")
        first.post()
        late = {key: (day, NOT_SATISFIED if key in ("A050", "A051", "A052") else word)
                for key, (day, word) in april.items()}  # fmt: skip
        make(tmp_path, late)
        full = reconciled(tmp_path, "2025-04..2025-04", "2025-06-20")
        shown = view(full)
        assert full.in_year is not None
        assert shown.in_year is not None
        assert (
            [one.now for one in shown.in_year.due.payable] == [one.now for one in full.in_year.due.payable] == [15_000]
        )
        assert {key.reason for key in shown.in_year.due.lines} == {"all that is not shown apart, net"}
        assert "answers" not in {one.reason for one in shown.in_year.moved}
        text = shown.statement("ward").as_text()
        assert "Payable now" in text
        assert sum(one.pence for one in shown.in_year.moved) == sum(one.pence for one in full.in_year.moved)
        said = content(shown.write(tmp_path / "out"))
        assert "not satisfied,count" not in said
        assert str(full.in_year.due.before.journal.head.sha256) not in said  # type: ignore[union-attr]


class TestOneRow:
    def test_it_is_explained_without_the_answer(self, tmp_path: Path) -> None:
        full = settle(make(tmp_path, patients(30, 12, 9)))
        no, yes = (view(full).explain("spells", key).as_text() for key in ("S035", "S001"))
        assert no.replace("S035", "S001") == yes
        assert "£50.00 (retention)" in yes
        assert "the rest is shown only in groups of 10 or more: it rests on answers" in yes
        assert "not satisfied" in full.explain("spells", "S035").as_text()

    def test_an_answer_is_not_explained_at_all(self, tmp_path: Path) -> None:
        shown = view(settle(make(tmp_path, patients(30, 12, 9))))
        for key in ("reply-S001", "no such answer"):
            with pytest.raises(InputError, match="no row of answers is shown to the provider"):
                shown.explain("answers", key)

    def test_its_lines_are_those_that_may_be_seen(self, tmp_path: Path) -> None:
        full = settle(make(tmp_path, patients(30, 12, 9)))
        assert set(full.lines("answer")["kind"]) == {"retention", "release", "forfeit"}
        assert set(view(full).lines("answer")["kind"]) == {"retention"}


class TestTheCommandLine:
    def test_settle_and_explain_for_the_provider(self, tmp_path: Path) -> None:
        make(tmp_path, patients(30, 12, 9))
        settled = tallystick("settle", tmp_path, "--for", "provider", "--lines")
        assert settled.exit_code == 0
        (run,) = (tmp_path / "runs").iterdir()
        assert run.name.endswith("-for-provider")
        said = tallystick("explain", tmp_path, "spells:S035", "--for", "RXX")
        assert "rests on answers, confidential to the provider" in said.output
        assert "not satisfied" not in said.output
        refused = tallystick("explain", tmp_path, "answers:reply-S001", "--for", "provider")
        assert (refused.exit_code, "no row of answers is shown" in refused.output) == (2, True)

    def test_whoever_pays_is_told_that_the_payment_itself_tells(self, tmp_path: Path) -> None:
        make(tmp_path, patients(12, 1))
        assert "What is paid may still tell how many" in tallystick("settle", tmp_path, "--for", "provider").output
        assert "may still tell" not in tallystick("settle", tmp_path).output

    def test_posting_writes_the_whole_run_too(self, tmp_path: Path) -> None:
        make(tmp_path, patients(30, 12, 9, day="2025-04-10"))
        year = ("--months", "2025-04..2025-04", "--as-at", "2025-06-20")
        said = tallystick("settle", tmp_path, *year, "--for", "provider", "--post")
        assert said.exit_code == 0
        assert sorted("for-provider" in run.name for run in (tmp_path / "runs").iterdir()) == [False, True]
        assert len(list((tmp_path / "journal").iterdir())) == 1
        (payable,) = (tmp_path / "runs").glob("*-for-provider/payable.csv")
        assert ",5040000" in payable.read_text(encoding="utf-8")  # 51 × £1,000 less 12 × £50
        due = pl.read_csv(payable.with_name("due.csv"))
        assert sorted(due["pence"]) == [60_000, 5_100_000]

    def test_a_pack_holds_no_answer(self, tmp_path: Path) -> None:
        make(tmp_path, patients(30, 12, 9))
        pack = tmp_path / "pack.zip"
        said = tallystick("explain", tmp_path, "spells:S035", "--for", "provider", "--pack", pack)
        assert said.exit_code == 0
        with zipfile.ZipFile(io.BytesIO(pack.read_bytes())) as files:
            assert "rows/answers.csv" not in files.namelist()
            assert "rows/spells.csv" in files.namelist()
            assert not any(b"reply-" in files.read(name) for name in files.namelist())


answered = st.lists(st.sampled_from([SATISFIED, NOT_SATISFIED, "", None]), min_size=1, max_size=80)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(answered, st.integers(2, 10))
def test_whatever_patients_say_no_small_group_is_shown_and_every_sum_holds(
    tmp_path: Path, said: list[str | None], smallest: int
) -> None:
    scheme = SCHEME.replace('settles = "month"', f'settles = "month"\nsmallest_group = {smallest}')
    spells = {f"S{number:03}": (f"2025-06-{number % 28 + 1:02}", word) for number, word in enumerate(said)}
    full = settle(make(tmp_path, spells, scheme=scheme))
    shown = view(full)
    assert net(shown) == net(full)
    for reason, (units, _) in groups(shown).items():
        if reason not in (NETTED, "not shown apart (fewer than " + str(smallest) + ")"):
            assert units >= smallest
            assert len(said) - units >= smallest
    assert not {"satisfied", "not satisfied", "not answered"} & {line.name for line in shown.settlement.reading.figures}
    for section in shown.statement("ward").sections:
        assert section.rows or section.notes


WAYS = {
    "as it is": "",
    "stays held": 'no_answer = "stay held"\nlapses_after_days = 30\nunanswered_to = "commissioner"\n',
    "lapses on a day": 'no_answer = "lapse"\nlapses_on = 2026-05-30\nunanswered_to = { pot = "improvement" }\n',
    "at the rate": 'no_answer = "follow the provider\'s rate"\n',
    "small sample": 'smallest = 20\nbelow_smallest = "held"\n',
    "exempt": 'exempt_at_most = "10%"\nyoungest_asked_years = 16\n',
}


@pytest.mark.parametrize("way", sorted(WAYS))
@pytest.mark.parametrize("counts", [(31, 13, 26), (12, 1, 40), (24, 18, 4)])
def test_however_the_rule_is_set_the_net_holds_and_rows_look_alike(
    tmp_path: Path, way: str, counts: tuple[int, int, int]
) -> None:
    contract = CONTRACT.replace('unreleased_to = "commissioner"\n', 'unreleased_to = { pot = "improvement" }\n')
    contract = (contract if "improvement" in WAYS[way] else CONTRACT) + WAYS[way]
    contract = contract.replace('{ pot = "improvement" }', '{ pot = "improvement", at_end = "carry forward" }')
    full = settle(make(tmp_path, patients(*counts), contract=contract))
    shown = view(full)
    assert net(shown) == net(full)
    told = {shown.explain("spells", f"S{n:03}").as_text().replace(f"S{n:03}", "") for n in (0, 12, sum(counts) - 1)}
    assert len(told) == 1
    for line in shown.settlement.lines:
        if line.label == "answer" and line.kind != "retention" and line.units:
            assert line.units >= 10
            assert sum(counts) - line.units >= 10
    for figure in shown.settlement.reading.figures:
        assert figure.value >= 10
    assert {state.account for state in shown.settlement.pots} == set()
    content(shown.write(tmp_path / "out", lines=True))


def test_a_waiting_group_is_shown_where_it_is_large(tmp_path: Path) -> None:
    contract = CONTRACT + WAYS["stays held"].replace("30", "400")
    shown = view(settle(make(tmp_path, patients(31, 13, 26), contract=contract)))
    assert groups(shown) == {"satisfied": (31, 155_000), "not satisfied": (13, 65_000)}
    assert [(line.name, line.value) for line in shown.settlement.reading.figures] == [
        ("still held: not yet answered", 26)
    ]  # fmt: skip
    assert "still held: not yet answered" in shown.statement("ward").as_text()
