"""The files of a run folder but the record: ledgers, balances, figures, units, checks, outcomes and statements."""

from __future__ import annotations

import csv
import hashlib
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from urllib.parse import quote

from tallystick.in_year.postings import PostingKey, shown
from tallystick.kernel.errors import SettlementError
from tallystick.kernel.ledger import period_name
from tallystick.kernel.pay.lines import COLUMNS
from tallystick.report.grouped import grouped
from tallystick.report.statement import statement_from
from tallystick.result import NO_CONTRACT_TYPES, Result, plain_frame, polars_frame

LINES, STATEMENTS = "lines.parquet", "statements"
LONGEST_NAME = 100
_RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}


def write_files(result: Result, folder: Path, *, lines: bool, xlsx: bool = False) -> None:
    """Write every file but the record; ``lines`` adds what each row pays, ``xlsx`` the statements for Excel."""
    ledger = polars_frame(result.settlement)
    ledger.write_parquet(folder / "ledger.parquet")
    ledger.write_csv(folder / "ledger.csv")
    for name, (heading, rows) in _tables(result).items():
        _write_csv(folder / f"{name}.csv", heading, rows)
    _write_statements(result, folder, xlsx=xlsx)
    if lines:
        _write_lines(result, folder / LINES)


def _tables(result: Result) -> dict[str, tuple[tuple[str, ...], Iterator[Sequence[object]]]]:
    settled = result.settlement
    return {
        "balances": (
            ("account", "book", "opening_pence", "received_pence", "paid_pence", "closing_pence"),
            ((*line, line.closing) for line in settled.balances),
        ),
        "figures": (("contract", "period", "rule", "label", "figure", "kind", "value", "reason"), _figures(result)),
        "units": (
            ("contract", "table", "unit", "received", "priced", "covered", "excluded", "unpriced", "priced_pence",
             "covered_pence", "excluded_pence", "valued_pence"),
            ((*place, *states.values()) for place, states in sorted(settled.unit_states().items())),
        ),
        "no_contract": (tuple(NO_CONTRACT_TYPES), iter(result.no_contract_lines)),
        "unplaced": (("table", "why", "rows"), iter(settled.reading.unplaced)),
        "checks": (
            ("check", "passed", "detail", "contracts"),
            ((one.name, "yes" if one.passed else "NO", one.detail, "; ".join(one.contracts)) for one in result.checks),
        ),
        "outcomes": (("contract", "outcome", "why", "label", "clause", "because_of"), _outcomes(result)),
        **_in_year(result),
    }  # fmt: skip


def _in_year(result: Result) -> dict[str, tuple[tuple[str, ...], Iterator[Sequence[object]]]]:
    """What a reconciliation adds: what is due by line, what is payable, what moved, and which data counts."""
    of = result.in_year
    if of is None:
        return {}
    turned = (shown(key, one) for key, one in of.due.lines.items())
    return {
        "due": ((*PostingKey._fields, "pence", "units"), ((*key, *one) for key, one in turned)),
        "payable": (
            ("contract", "payer", "payee", "entitled_pence", "on_account_pence", "ordered_pence", "now_pence"),
            iter(of.due.payable),
        ),
        "moved": (
            ("contract", "reason", "label", "to_provider_pence"),
            ((one.contract, one.reason, one.label, one.pence) for one in of.moved),
        ),
        "submissions": (
            ("table", "provider", "month", "file", "received", "agreed_after_freeze", "not_counted"),
            (
                (one.table, one.provider, one.month, one.name, one.received or "", one.agreed, "; ".join(one.later))
                for one in of.choice.sources
            ),
        ),
    }  # fmt: skip


def _figures(result: Result) -> Iterator[Sequence[object]]:
    program = result.settlement.program
    periods = {c.id: {p.number: period_name(p) for p in c.periods()} for c in program.contracts}
    for line in sorted(result.settlement.reading.figures):
        entry, use = program.labels[line.contract, line.identity], program.uses[line.identity]
        reason = next((figure.reason for figure in use.traced.figures if figure.name == line.name), "")
        period = periods[line.contract][line.period]
        yield line.contract, period, entry.use, entry.label, line.name, line.kind, line.value, reason


def _outcomes(result: Result) -> Iterator[Sequence[object]]:
    for contract, outcome in result.outcomes.items():
        stop = result.settlement.stopped.get(contract)
        said = (stop.why, stop.label, stop.clause, stop.because) if stop else ("", "", "", "")
        yield contract, outcome, *said


def _write_csv(path: Path, heading: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(heading)
        writer.writerows(rows)


def statement_files(result: Result) -> dict[str, str]:
    """The file of each contract's statement in the run folder, without its ending."""
    names = safe_names(contract.id for contract in result.settlement.case.contracts)
    return {contract: f"{STATEMENTS}/{name}" for contract, name in names.items()}


def _write_statements(result: Result, folder: Path, *, xlsx: bool) -> None:
    (folder / STATEMENTS).mkdir()
    book = grouped(result.settlement, result.sections, result.no_contract_lines, result.in_year)
    for contract, name in statement_files(result).items():
        statement = statement_from(book, contract)
        if xlsx:
            statement.as_xlsx(folder / f"{name}.xlsx")
        (folder / f"{name}.txt").write_text(statement.as_text(), encoding="utf-8", newline="\n")
        _write_csv(folder / f"{name}.csv", ("section", "item"), statement.rows())


def safe_names(contracts: Iterable[str]) -> dict[str, str]:
    """A file name for each contract, good on any system: odd signs as ``%2F``, and a hash where two would be alike."""
    names = {contract: quote(contract, safe=" ()") for contract in contracts}
    names = {contract: f"%2E{name[1:]}" if name.startswith(".") else name for contract, name in names.items()}
    alike = Counter(name.lower() for name in names.values())
    return {
        contract: name if _is_safe(name) and alike[name.lower()] == 1 else f"{name[:LONGEST_NAME]}~{_short(contract)}"
        for contract, name in names.items()
    }


def _is_safe(name: str) -> bool:
    return len(name) <= LONGEST_NAME and name.lower().partition(".")[0] not in _RESERVED and name[-1:] not in (".", " ")


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def _write_lines(result: Result, path: Path) -> None:
    """What each row pays, streamed; then added up again and compared with the ledger, to the penny."""
    import polars as pl

    with tempfile.TemporaryDirectory(prefix="lines-", dir=path.parent) as folder:
        parts: list[Path] = []
        for number, frames in enumerate(result.line_parts()):
            parts.append(Path(folder, f"{number}.parquet"))
            pl.concat(frames).sink_parquet(parts[-1])
        if parts:
            pl.scan_parquet(parts).sink_parquet(path)
        else:
            types = dict.fromkeys(COLUMNS, "String") | {"pence": "Int64", "units": "Int64"}
            plain_frame(types, []).write_parquet(path)
    sums = pl.scan_parquet(path).group_by("contract", "period", "label", "payer", "payee").agg(pl.col("pence").sum())
    by_row: dict[tuple[str, ...], int] = {}
    for contract, period, label, payer, payee, pence in sums.collect(engine="streaming").iter_rows():
        _add(by_row, (contract, period, label), payer, payee, pence)
    paid = _paid_by_row(result)
    wrong = {key for key in {**by_row, **paid} if by_row.get(key, 0) != paid.get(key, 0)}
    if wrong:
        key = min(wrong)
        raise SettlementError(
            f"the lines of {key[2]!r} in contract {key[0]}, {key[1]}, add up to {by_row.get(key, 0)} pence between "
            f"{key[3]} and {key[4]}, and the ledger has {paid.get(key, 0)}: nothing is written"
        )


def _paid_by_row(result: Result) -> dict[tuple[str, ...], int]:
    """What the ledger holds of the flows that are paid row by row, net between two accounts."""
    program = result.settlement.program
    periods = {c.id: {p.number: period_name(p) for p in c.periods()} for c in program.contracts}
    found: dict[tuple[str, ...], int] = {}
    for line in result.settlement.reading.flows:
        if program.uses[line.identity].traced.flows[line.number].amount.grain.table and line.payer != line.payee:
            label = program.labels[line.contract, line.identity].label
            _add(found, (line.contract, periods[line.contract][line.period], label), line.payer, line.payee, line.pence)
    return found


def _add(sums: dict[tuple[str, ...], int], of: tuple[str, ...], payer: str, payee: str, pence: int) -> None:
    one, other = sorted((payer, payee))
    key = (*of, one, other)
    sums[key] = sums.get(key, 0) + (pence if payer == one else -pence)
