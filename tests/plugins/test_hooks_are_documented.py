"""Every hook is on its page with its exact signature, is called by a test, and is used by something we ship."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tallystick.kernel import hooks
from tests.plugins.by_path import ROOT

PAGE = (ROOT / "docs" / "reference" / "hooks.md").read_text(encoding="utf-8")
SPECS = (hooks.RuleHooks, hooks.PluginHooks, hooks.PriceStepHooks)
HOOKS = {
    name: function
    for spec in SPECS
    for name, function in vars(spec).items()
    if hasattr(function, f"{hooks.PROJECT}_spec")
}
each_hook = pytest.mark.parametrize("hook", sorted(HOOKS))


def signature(hook: str) -> str:
    """The hook as its page shows it; annotations are text, since the module has them so."""
    said = inspect.signature(HOOKS[hook])
    parts = [p.name if p.annotation is p.empty else f"{p.name}: {p.annotation}" for p in said.parameters.values()]
    return f"{hook}({', '.join(parts)}) -> {said.return_annotation}"


def implemented(source: str) -> Iterator[str]:
    """The hooks that a module implements: functions marked with ``@hookimpl``, and methods of price steps."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef):
            marks = {ast.unparse(mark).partition("(")[0] for mark in node.decorator_list}
            if "hookimpl" in marks or node.name == "price_step":
                yield node.name


def implemented_in(*folders: str) -> set[str]:
    modules = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py")) if shipped(path)]
    return {hook for path in modules for hook in implemented(path.read_text(encoding="utf-8"))}


def shipped(path: Path) -> bool:
    return "tests" not in path.relative_to(ROOT).parts


def test_the_hooks_are_those_that_the_page_shows_and_no_others() -> None:
    shown = re.findall(r"^```text\n(\w+)\(self", PAGE, flags=re.MULTILINE)
    assert sorted(shown) == sorted(HOOKS)
    assert len(HOOKS) == 8


@each_hook
def test_a_hook_is_documented_with_its_exact_signature(hook: str) -> None:
    assert f"```text\n{signature(hook)}\n```\n" in PAGE


@each_hook
def test_a_hook_says_when_it_is_called_or_what_to_return(hook: str) -> None:
    said = inspect.getdoc(HOOKS[hook]) or ""
    assert re.search(r"\b(Called|Return|Yield)\b", said)


@each_hook
def test_a_hook_is_used_by_something_in_rules_or_plugins(hook: str) -> None:
    assert hook in implemented_in("rules", "plugins")


@each_hook
def test_a_hook_is_tested(hook: str) -> None:
    """Some test implements it, or asks for it by name."""
    tests = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "tests").rglob("test_*.py"))]
    of_this = Path(__file__).read_text(encoding="utf-8")
    assert any(re.search(rf"\b{hook}\b", text) for text in tests if text != of_this)


def test_what_is_no_mark_is_no_implementation() -> None:
    """A test of the test: only what pluggy would call counts."""
    assert set(implemented("@hookimpl\ndef incentive(self): ...")) == {"incentive"}
    assert set(implemented("@hookimpl(optionalhook=True)\ndef register_rules(): ...")) == {"register_rules"}
    assert not set(implemented("def incentive(self): ...\nincentives = 1"))
