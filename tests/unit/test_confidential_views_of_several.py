"""Views where there are several providers: each sees its own contracts, and what others answered only in a whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from tallystick.kernel.errors import InputError
from tests.unit.confidential_world import CONTRACT, SCHEME, make, net, patients, settle, view

SHARED = """
[[fund]]
name = "others"
held_by = "QYY"
at_end = "carry forward"

[[rule]]
use = "unit-price"
label = "spells"
table = "spells"
prices = "units"

[[rule]]
use = "patient-experience"
label = "answer"
on = ["spells"]
share = "5%"
question = "listened"
shared_through = { fund = "others" }
"""


class TestSeveralProviders:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        """Two wards of two providers; what one does not get, the other has."""
        ward = CONTRACT.partition("[[rule]]")[0]
        make(tmp_path, patients(31, 13, 26), scheme=SCHEME + SHARED, contract=ward)
        other = ward.replace('"ward"', '"clinic"').replace('"RXX"', '"RYY"')
        (tmp_path / "contracts/clinic.toml").write_text(other, encoding="utf-8")
        spells, answers = tmp_path / "spells.csv", tmp_path / "answers.csv"
        more = [line.replace("S0", "T0").replace("RXX", "RYY") for line in spells.read_text().splitlines()[1:]]
        spells.write_text(spells.read_text() + "\n".join(more) + "\n", encoding="utf-8")
        replies = [line.replace("S0", "T0") for line in answers.read_text().splitlines()[1:]]
        answers.write_text(answers.read_text() + "\n".join(replies) + "\n", encoding="utf-8")
        return tmp_path

    def test_each_sees_its_own_contract_and_gets_its_own_money(self, folder: Path) -> None:
        full = settle(folder)
        for code, contract in (("RXX", "ward"), ("RYY", "clinic")):
            shown = view(full, code)
            assert {line.contract for line in shown.settlement.lines} == {contract}
            assert net(shown, code) == net(full, code)
            assert set(shown.outcomes) == {contract}
            run = shown.write(folder / "out")
            others = {"RXX", "RYY"} - {code}
            assert not any(one in path.read_text(encoding="utf-8") for one in others for path in run.rglob("*.[ct]*"))
        both = view(full)
        assert [net(both, code) for code in ("RXX", "RYY")] == [net(full, code) for code in ("RXX", "RYY")]

    def test_what_came_of_others_answers_is_not_shown_apart(self, folder: Path) -> None:
        shown = view(settle(folder), "RXX")
        assert "share" not in {line.kind for line in shown.settlement.lines}
        assert all(line.units == 0 or line.units >= 10 for line in shown.settlement.lines)

    def test_a_row_of_another_provider_is_not_explained(self, folder: Path) -> None:
        with pytest.raises(InputError, match="spells T001 is under contract clinic"):
            view(settle(folder), "RXX").explain("spells", "T001")

    def test_a_body_with_both_roles_has_to_say_which(self, folder: Path) -> None:
        clinic = folder / "contracts/clinic.toml"
        clinic.write_text(clinic.read_text().replace('"QYY"', '"RXX"'), encoding="utf-8")
        spells = folder / "spells.csv"
        spells.write_text(spells.read_text().replace("RYY,QYY", "RYY,RXX"), encoding="utf-8")
        with pytest.raises(InputError, match="RXX is the provider of some contracts and the commissioner of others"):
            settle(folder).for_party("RXX")
