"""Taste, where a machine can check it: first the checkers themselves on made-up input, then the whole tree."""

from functools import cache
from pathlib import Path, PurePosixPath

import pytest

from tests import tidy

ROOT = Path(__file__).parent.parent
FILES = tidy.project_files(ROOT)
PYTHON = [path for path in FILES if path.suffix == ".py" and path.parts[0] in tidy.HOUSE]
KERNEL = [path for path in PYTHON if path.is_relative_to("core/tallystick/kernel")]
RULES = [path for path in PYTHON if path.is_relative_to("rules/tallystick_rules")]
FRAGMENTS = [path for path in FILES if path.parts[0] == "changelog.d" and path.name != "README.md"]

MOST_LINES = 400
MOST_LINES_OF_A_RULE = 200
LONGER_RULES: dict[str, str] = {}
"""Modules of rules/ that may be longer than a rule should be, each with the reason."""


@cache
def text(path: PurePosixPath) -> str:
    return (ROOT / path).read_text(encoding="utf-8", errors="replace")


def paths(*names: str) -> list[PurePosixPath]:
    return [PurePosixPath(name) for name in names]


class TestTheCheckers:
    def test_a_file_of_the_most_lines_is_too_long_and_one_under_is_not(self) -> None:
        assert tidy.lengthy_file("x.py", "a\n" * 400, 400)
        assert not tidy.lengthy_file("x.py", "a\n" * 399, 400)

    @pytest.mark.parametrize("define", ["def f():\n", "async def f():\n", "class A:\n  def f():\n"])
    def test_a_function_over_sixty_lines_is_found_wherever_it_stands(self, define: str) -> None:
        indent = "    "
        assert tidy.lengthy_functions("x.py", define + f"{indent}x = 1\n" * 60)
        assert not tidy.lengthy_functions("x.py", define + f"{indent}x = 1\n" * 59)

    @pytest.mark.parametrize("source", ["", "x = 1", '"""  """'])
    def test_a_module_without_words_has_no_docstring(self, source: str) -> None:
        assert tidy.missing_docstring("x.py", source)

    def test_a_module_with_words_has_a_docstring(self) -> None:
        assert not tidy.missing_docstring("x.py", '"""What it is for."""\nx = 1')

    def test_a_folder_that_says_nothing_is_found(self) -> None:
        assert tidy.undescribed_folders(paths("core/new/x.py"), []) == [
            "core/new/ does not say what lives there: give it a README.md, or an __init__.py with a docstring"
        ]

    def test_a_folder_says_what_it_is_by_readme_init_or_the_manuals_index(self) -> None:
        files = paths("core/a/README.md", "core/b/__init__.py", "docs/c/index.md", "x.py", "elsewhere/x.py")
        assert not tidy.undescribed_folders(files, paths("core/b/__init__.py"))
        assert tidy.undescribed_folders(files, [])
        assert tidy.undescribed_folders(paths("core/c/index.md"), [])

    def test_a_workspace_describes_its_folders_of_data_but_not_itself(self) -> None:
        workspace = paths("docs/a/scheme.toml", "docs/a/contracts/one.toml")
        assert [fault.split()[0] for fault in tidy.undescribed_folders(workspace, [])] == ["docs/a/"]
        assert not tidy.undescribed_folders([*workspace, *paths("docs/a/README.md")], [])

    @pytest.mark.parametrize(
        "words",
        ["see /{}/main", "'/{}/x'", "https://{}"],
    )
    def test_a_place_of_one_machine_is_found(self, words: str) -> None:
        # Put together here, so that this file does not hold what is looked for.
        found = words.format("pypi" + ".org" if "https" in words else "work")
        assert tidy.machine_words("x.md", f"first\n{found}\n")[0].startswith("x.md:2 ")

    @pytest.mark.parametrize("words", ["community/work/care", "a path / work / rest", "https://example.org/home/page"])
    def test_an_ordinary_slash_is_no_place_of_a_machine(self, words: str) -> None:
        assert not tidy.machine_words("x.md", words)

    @pytest.mark.parametrize("source", ["x = 0.5", "y = 1e3", "z = 2j", "float(x)", "def f(x: float): ...", "{float}"])
    def test_a_float_is_found(self, source: str) -> None:
        assert tidy.floats("x.py", source)

    @pytest.mark.parametrize(
        "source",
        [
            "x = 5 // 2",
            "isinstance(x, float)",
            "isinstance(x, (int, float))",
            "isinstance(x, int | float)",
            "type(x) is float",
            "match x:\n    case float():\n        pass",
            "x = 'float(0.5)'",
        ],
    )
    def test_telling_a_float_apart_is_no_use_of_it(self, source: str) -> None:
        assert not tidy.floats("x.py", source)

    @pytest.mark.parametrize(
        "source",
        [
            "import tallystick",
            "import tallystick.files",
            "from tallystick import Flow",
            "def f():\n    from tallystick.kernels import x",
            "from ..files import x",
            "from .. import x",
        ],
    )
    def test_an_import_out_of_the_kernel_is_found(self, source: str) -> None:
        assert self.out_of_kernel(source)

    @pytest.mark.parametrize(
        "source", ["import polars", "from tallystick.kernel import x", "from . import x", "from .words import x"]
    )
    def test_an_import_inside_the_kernel_or_from_elsewhere_is_fine(self, source: str) -> None:
        assert not self.out_of_kernel(source)

    @staticmethod
    def out_of_kernel(source: str) -> list[str]:
        module = "tallystick.kernel.words"
        return tidy.imports_beyond("x.py", source, module, of="tallystick", within="tallystick.kernel")

    def test_a_rule_needs_every_heading_in_order(self) -> None:
        assert not tidy.rule_headings("x.py", self.rule(*tidy.HEADINGS))
        assert not tidy.rule_headings("x.py", self.rule(*(f"## {heading}:" for heading in tidy.HEADINGS)))
        assert "lacks the heading 'Source'" in tidy.rule_headings("x.py", self.rule(*tidy.HEADINGS[:-1]))[0]
        assert "in this order" in tidy.rule_headings("x.py", self.rule(*reversed(tidy.HEADINGS)))[0]
        assert "holds no class" in tidy.rule_headings("x.py", "class A: ...")[0]

    @staticmethod
    def rule(*headings: str) -> str:
        return (
            "class Price(words.Rule):\n    '''Pays.\n\n"
            + "".join(f"    {h}\n        …\n" for h in headings)
            + "    '''"
        )

    def test_a_rule_without_its_spec_test_is_found(self) -> None:
        rule = "rules/tallystick_rules/rules/block.py"
        assert tidy.rules_without_spec(paths(rule)) == [f"{rule} has no spec test: write tests/spec/test_block.py"]
        assert not tidy.rules_without_spec(paths(rule, "tests/spec/test_block.py"))
        assert not tidy.rules_without_spec(paths("rules/tallystick_rules/rules/_shared.py"))

    def test_a_fragment_says_whom_it_touches_and_what_changed(self) -> None:
        whole = "Rules: block\nYears: all\nAreas: acute\n\nIt pays.\n"
        assert not tidy.fragment("x.md", whole)
        assert len(tidy.fragment("x.md", "")) == 4
        assert len(tidy.fragment("x.md", whole.replace("all", ""))) == 1
        assert len(tidy.fragment("x.md", whole.replace("It pays.", ""))) == 1


class TestTheTree:
    def test_there_is_something_to_check(self) -> None:
        assert PurePosixPath("core/tallystick/__init__.py") in PYTHON
        assert RULES
        assert FRAGMENTS

    def test_no_file_is_too_long_to_read_in_one_sitting(self) -> None:
        assert not [fault for path in PYTHON for fault in tidy.lengthy_file(str(path), text(path), MOST_LINES)]

    def test_no_rule_is_longer_than_a_screen_or_two(self) -> None:
        short = [path for path in RULES if str(path) not in LONGER_RULES]
        assert not [fault for path in short for fault in tidy.lengthy_file(str(path), text(path), MOST_LINES_OF_A_RULE)]

    def test_every_longer_rule_on_the_list_is_there_and_is_longer(self) -> None:
        assert all(len(text(PurePosixPath(name)).splitlines()) >= MOST_LINES_OF_A_RULE for name in LONGER_RULES)

    def test_every_function_is_seen_whole(self) -> None:
        assert not [fault for path in PYTHON for fault in tidy.lengthy_functions(str(path), text(path))]

    def test_every_module_says_what_it_is_for(self) -> None:
        assert not [fault for path in PYTHON for fault in tidy.missing_docstring(str(path), text(path))]

    def test_every_folder_says_what_lives_there(self) -> None:
        inits = [path for path in PYTHON if path.name == "__init__.py" and not tidy.missing_docstring("", text(path))]
        assert not tidy.undescribed_folders(FILES, inits)

    def test_no_file_names_a_machine_or_a_registry(self) -> None:
        assert not [fault for path in FILES for fault in tidy.machine_words(str(path), text(path))]

    def test_no_float_comes_near_money(self) -> None:
        assert not [fault for path in KERNEL + RULES for fault in tidy.floats(str(path), text(path))]

    def test_the_kernel_imports_nothing_else_of_ours(self) -> None:
        inside = {"of": "tallystick", "within": "tallystick.kernel"}
        modules = {path: ".".join(path.with_suffix("").parts[1:]) for path in KERNEL}
        assert not [
            fault
            for path, module in modules.items()
            for fault in tidy.imports_beyond(str(path), text(path), module, **inside)
        ]

    def test_every_rule_has_the_fixed_headings(self) -> None:
        rules = tidy.rule_modules(FILES)
        assert not [fault for path in rules for fault in tidy.rule_headings(str(path), text(path))]

    def test_every_rule_has_a_spec_test_of_the_same_name(self) -> None:
        assert not tidy.rules_without_spec(FILES)

    def test_every_changelog_fragment_says_whom_it_touches(self) -> None:
        assert not [fault for path in FRAGMENTS for fault in tidy.fragment(str(path), text(path))]
