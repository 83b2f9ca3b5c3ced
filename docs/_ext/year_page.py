"""The page of the contract's year: every reconciliation made again, with what was payable and what moved.

``python -m docs._ext.year_page > docs/tutorial/contract-year.md`` writes it; a test holds the page to it.
"""

from __future__ import annotations

import importlib.resources
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import tallystick_rules.plugin
from tallystick import Engine
from tallystick.command.copying import copy_workspace
from tallystick.in_year.rehearsal import Run, rehearse
from tallystick.report.statement import Statement

WORKSPACE = "contract_year"
CONTRACT = "millbrook"
HEADING = """\
# A contract's year, month by month

One made-up contract is reconciled twelve times, each time for the months to date as facts were known on that day, and
each time posted. The workspace comes with the package:

```bash
tallystick demo contract-year
```

It holds the contract (a fixed element, outpatients at unit price, a virtual ward up to a limit, and a rule for what is
contested), the files that the provider sent (`submissions.csv`), the days of flex and freeze (`reconciliation.csv`),
the instalments that were paid on account (`payments.csv`), the plan (`plan.csv`), and who succeeds whom
(`successors.csv`). `runs.csv` lists the twelve runs. Each is what this command does:

```bash
tallystick settle contract-year --months 2025-04..2025-06 --as-at 2025-07-20 --post
```

Below is what each statement says is payable, and what moved since the one before. No sum is lost between two months:
what the reasons come to is what is due since then, to the penny, and all postings together are what one settling of the
whole year comes to.
"""
SHOWN = ("Payable now", "What moved since", "contested", "Contested")
"""How the titles begin of the sections that are shown of every statement."""


def page() -> str:
    """The whole page as Markdown."""
    engine = Engine(plugins=[tallystick_rules.plugin], discover=False)
    parts = [HEADING]
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch, "contract-year")
        copy_workspace(importlib.resources.files("tallystick_examples").joinpath(WORKSPACE), folder)
        for run, result, _ in rehearse(engine, folder):
            last = result.statement(CONTRACT)
            parts.append(_month(run, last))
    parts.append(f"## The last statement, whole\n\n```text\n{last.as_text()}```\n")
    return "\n".join(parts)


def _month(run: Run, statement: Statement) -> str:
    month = f"{run.months.last:%B %Y}"
    change = f" The files of `{run.change}` replace the workspace's own first." if run.change else ""
    said = "\n".join(_lines(statement))
    return f"## {month}, as at {run.as_at.day} {run.as_at:%B %Y}\n\n{run.says}{change}\n\n```text\n{said}\n```\n"


def _lines(statement: Statement) -> Iterator[str]:
    yield f"Months          {dict(statement.head)['Months']}"
    yield f"Reconciliation  {dict(statement.head)['Reconciliation'].partition(' (')[0]}"
    for section in statement.sections:
        if section.title.startswith(SHOWN) or section.title.startswith("pot "):
            yield ""
            yield from section.as_text(statement.money)


if __name__ == "__main__":
    sys.stdout.write(page())
