"""The Sphinx extension: every page that can be made from the code, written before Sphinx looks for its sources.

The pages are written into ``reference/`` beside the others, are ignored by git, and are the same for the same code.
A page of something that is no longer there is removed.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tallystick.kernel.plugins import Plugins, load_plugins
from tallystick_rules import plugin as national

from . import rule_page, step_page, table_page
from .examples import Examples, open_examples
from .markdown import index_page

FOLDERS = ("rules", "tables", "price-steps")
EXAMPLES = Path(__file__).parent.parent / "reference" / "examples"


def national_plugins() -> Plugins:
    """What the national plugin brings, whatever else is installed where the manual is built."""
    return load_plugins([national], discover=False)


def pages() -> dict[str, str]:
    """Every generated page, by its path below ``reference/``."""
    plugins = national_plugins()
    return dict(_pages(plugins, open_examples(EXAMPLES, plugins)))


def _pages(plugins: Plugins, examples: Examples) -> Iterator[tuple[str, str]]:
    rules = {name: brought.what for name, brought in sorted(plugins.rules.items())}
    tables = {name: brought.what.table for name, brought in plugins.tables.items()}
    steps = {name: brought.what for name, brought in sorted(plugins.steps.items())}
    for name, rule in rules.items():
        yield f"rules/{name}.md", rule_page.page(name, rule, examples)
    yield "rules/index.md", rule_page.index(rules)
    for name, spec in tables.items():
        yield f"tables/{name}.md", table_page.page(spec, table_page.read_by(name, rules, examples))
    yield "tables/index.md", table_page.index(tables)
    for name, step in steps.items():
        yield f"price-steps/{name}.md", step_page.page(name, step, examples)
    yield "price-steps/index.md", index_page("Price steps", step_page.ABOUT, step_page.entries(steps))


def write_pages(folder: Path) -> None:
    """Bring the generated pages below ``folder`` up to date, and touch none that has not changed."""
    wanted = pages()
    for name in FOLDERS:
        (folder / name).mkdir(exist_ok=True)
    for path, text in wanted.items():
        target = folder / path
        if not target.exists() or target.read_text(encoding="utf-8") != text:
            target.write_text(text, encoding="utf-8")
    for old in [path for name in FOLDERS for path in (folder / name).glob("*.md")]:
        if old.relative_to(folder).as_posix() not in wanted:
            old.unlink()


def setup(app: Any) -> dict[str, bool]:
    """What Sphinx calls: write the pages before it reads any."""
    app.connect("builder-inited", lambda built: write_pages(Path(built.srcdir) / "reference"))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
