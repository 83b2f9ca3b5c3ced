"""What the tests of settling in the year have in common: contracts, ledger lines, and a posting of them."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tallystick.in_year.due import already_posted, due_now, post
from tallystick.in_year.journal import Journal
from tallystick.kernel.case import ContractCase
from tallystick.kernel.ledger import LedgerLine

YEAR = {"first": datetime.date(2025, 4, 1), "last": datetime.date(2026, 3, 31)}
CONTRACTS = (
    ContractCase(id="acute", provider="ZH1", commissioner="QXX", **YEAR),
    ContractCase(id="community", provider="ZH2", commissioner="QXX", **YEAR),
)
AS_AT = datetime.date(2025, 11, 19)
MONTHS = ("2025-04", "2025-05")
SETTLED = {"acute": ("2025-04", "2026-03"), "community": ("2025-04", "2026-03")}
HOLDERS = {"acute/quality": "QXX", "acute/care": "ZH1"}


def line(pence: int, *, contract: str = "acute", period: str = "2025-04", units: int = 1, **more: Any) -> LedgerLine:
    """A ledger line from QXX to ZH1, turned round where pence are below zero."""
    said: dict[str, Any] = {
        "book": "cash", "kind": "price", "rule": "unit-price", "label": "elective", "payer": "QXX", "payee": "ZH1",
        "clause": "4.2", "reason": "", **more,
    }  # fmt: skip
    if pence < 0:
        said["payer"], said["payee"] = said["payee"], said["payer"]
    return LedgerLine(
        contract=contract, period=period, month=period[-7:], pence=abs(pence), units=units, **said
    )  # fmt: skip


def posted(
    workspace: Path, lines: Sequence[LedgerLine], *, as_at: datetime.date = AS_AT, months: Sequence[str] = MONTHS,
    settled: Mapping[str, tuple[str, str]] = SETTLED, **more: Any,
) -> Journal:  # fmt: skip
    """The journal after the lines were settled to date and posted."""
    before = already_posted(workspace, "journal", contracts=CONTRACTS, as_at=as_at)
    now = due_now(lines, before, settled=settled, holders=HOLDERS, as_at=as_at)
    return post(now, **{"run": "0123456789abcdef", "months": months, "submissions": {"ZH1": "m2.csv"}, **more})


FIRST = [line(100_000), line(2_500, label="held", kind="retention", payee="acute/quality", units=0)]
SECOND = [line(101_250, units=2), line(2_500, label="held", kind="retention", payee="acute/quality", units=0)]
THIRD = [*SECOND, line(40, contract="community", payee="ZH2")]


def three_postings(workspace: Path) -> Path:
    """The folder of a journal of three postings, one after another."""
    for lines in (FIRST, SECOND, THIRD):
        posted(workspace, lines)
    return workspace / "journal"
