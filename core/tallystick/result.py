"""A result: a settlement with its frames, statements and files, as people and other programs take it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from tallystick.files.workspace import Workspace
from tallystick.kernel.checks import Check
from tallystick.kernel.errors import Fault, InputError, SettlementError
from tallystick.kernel.ledger import LedgerLine
from tallystick.kernel.money import LARGEST_PENCE
from tallystick.kernel.plugins import Plugins
from tallystick.kernel.settlement import Settlement

if TYPE_CHECKING:
    from tallystick.assign.no_contract import NoContractLine
    from tallystick.in_year.reconcile import InYear
    from tallystick.kernel.explain import Explanation
    from tallystick.report.statement import Statement

LEDGER_TYPES = {name: "Int64" if name in ("pence", "units") else "String" for name in LedgerLine._fields}
BALANCE_TYPES = {"account": "String", "book": "String"} | dict.fromkeys(
    ("opening", "received", "paid", "closing"), "Int64"
)
NO_CONTRACT_TYPES = dict.fromkeys(("table", "unit", "provider", "commissioner"), "String") | dict.fromkeys(
    ("rows", "units", "units_valued", "worth_pence"), "Int64"
)


@frozen(eq=False, kw_only=True)
class Result:
    """What settling a workspace came to. Frames come in the library of the frame that was handed in, else Polars."""

    settlement: Settlement
    workspace: Workspace
    plugins: Plugins = field(repr=False)
    like: Any = field(default=None, repr=False)
    in_year: InYear | None = field(default=None, repr=False)
    """What a reconciliation adds: what is due and payable now, what moved. None for a settlement that is none."""

    @property
    def ledger(self) -> Any:
        """Every payment, a line each: contract, period, month, book, kind, rule, label, payer, payee, pence, …"""
        return self._native(polars_frame(self.settlement))

    @property
    def balances(self) -> Any:
        """What each account received and paid, by book, in pence."""
        return self._native(plain_frame(BALANCE_TYPES, ((*line, line.closing) for line in self.settlement.balances)))

    @property
    def no_contract(self) -> Any:
        """Rows of no contract, or of two: units and worth by table, unit, provider and responsible commissioner."""
        return self._native(plain_frame(NO_CONTRACT_TYPES, self.no_contract_lines))

    @cached_property
    def no_contract_lines(self) -> tuple[NoContractLine, ...]:
        """The same as plain values, worked out when they are first asked for."""
        from tallystick.assign.no_contract import no_contract

        return no_contract(self.settlement, self.workspace.scheme_rules)

    @cached_property
    def unseen_codes(self) -> tuple[Fault, ...]:
        """Codes that a contract claims and no row holds, each at its place in the files: nothing fails by them."""
        from tallystick.assign.unseen import unseen_codes

        return unseen_codes(self.workspace.assign, self.settlement.facts)

    @property
    def checks(self) -> tuple[Check, ...]:
        """Everything that was tested, failed ones first."""
        return tuple(sorted(self.settlement.checks, key=lambda one: one.passed))

    @property
    def outcomes(self) -> Mapping[str, str]:
        """``settled``, ``stopped`` or ``not run`` for each contract."""
        return self.settlement.outcomes

    @property
    def passed(self) -> bool:
        """True if every contract was settled, every check passed and no row was set aside."""
        return self.settlement.passed

    @property
    def sections(self) -> tuple[Any, ...]:
        """What each statement ends with, made by plugins."""
        return self.plugins.report_sections

    @property
    def name(self) -> tuple[str, ...]:
        """What the name of a run's folder ends with; nothing for a run that shows everything."""
        return ()

    def told(self, made: dict[str, Any]) -> dict[str, Any]:
        """What the record says that the run was made from."""
        return made

    def hidden_columns(self, _: str) -> frozenset[str]:
        """The columns of a table that are not shown."""
        return frozenset()

    def for_party(self, party: str) -> Result:
        """The same as a party may see it: ``"provider"``, ``"commissioner"`` or an organisation's code.

        What rests on tables and columns that are confidential to its role is shown in groups alone. Writing it
        remembers what was shown, so that no two runs tell more. Raises InputError for a party of no contract.
        """
        from tallystick.confidential.view import view_for

        staying = [name for name, one in sorted(self.settlement.facts.items()) if one.native is not None]
        if staying:
            raise InputError(Fault(
                code="engine/rows-stay", found=f"the rows of {', '.join(staying)} stay where they are",
                why="what a party may see is worked out on rows that are handed over",
                write='the same with engine="polars", or the table as Parquet files',
            ))  # fmt: skip
        return view_for(self, party)

    def statement(self, contract: str) -> Statement:
        """One contract's statement; KeyError for a contract that the workspace does not have."""
        from tallystick.report.statement import statement_of

        return statement_of(
            self.settlement, contract, sections=self.sections, no_contract=self.no_contract_lines,
            in_year=self.in_year,
        )  # fmt: skip

    def statements(self) -> Iterator[Statement]:
        """Every contract's statement in the order of the workspace, sorted out of the ledger only once."""
        from tallystick.report.grouped import grouped
        from tallystick.report.statement import statement_from

        book = grouped(self.settlement, self.sections, self.no_contract_lines, self.in_year)
        return (statement_from(book, contract) for contract in book.contracts)

    def explain(self, table: str, key: str, *, rule: str | None = None) -> Explanation:
        """How one row of activity came to be paid, derived again from the row and compared with what was paid."""
        from tallystick.report.explained import explained

        return explained(self.settlement, table, key, rule=rule)

    def lines(self, *rules: str) -> Any:
        """What each row of activity pays, for all rules or those of some labels, as one frame held in memory."""
        import polars as pl

        frames = self.line_frames(*rules)
        order = ["contract", "period", "label", "table", "key", "kind", "payer", "payee"]
        return self._native(pl.concat(frames).collect().sort(order) if frames else pl.DataFrame())

    def line_frames(self, *rules: str) -> list[Any]:
        """The same as lazy Polars frames, one for each flow that is paid row by row.

        Where rows stay in an engine of their own, its lines are brought over and held in memory.
        """
        from tallystick.kernel import pay

        made = self.settlement
        return pay.line_frames(made.program, made.facts, rules=rules or None, kept=made.kept)

    def line_parts(self) -> Iterator[list[Any]]:
        """The frames of ``line_frames``, part by part of the rows: each list is written before the next is taken."""
        from tallystick.kernel import pay

        return pay.line_parts(self.settlement.program, self.settlement.facts, kept=self.settlement.kept)

    def write(self, folder: str | Path | None = None, *, lines: bool = False, xlsx: bool = False) -> Path:
        """Write the run folder below ``folder``, whole or not at all, and return where it is.

        ``lines`` adds what each row of activity pays, ``xlsx`` each statement as an Excel workbook. Never over an
        existing one: the same inputs, scheme and code give the same folder, which is then returned.
        """
        from tallystick.report.run_folder import write_run

        return write_run(self, None if folder is None else Path(folder), lines=lines, xlsx=xlsx)

    def post(self) -> Path | None:
        """Post what is due to the workspace's journal: the new file, or None where nothing changed since the last.

        Raises InputError where it cannot be posted, and ValueError for a settlement that is no reconciliation.
        """
        from tallystick.in_year.reconcile import posted
        from tallystick.report.run_record import fingerprint, made_from

        if self.in_year is None:
            raise ValueError("only a reconciliation is posted: settle with months")
        if self.settlement.set_aside:
            raise InputError(Fault(
                code="journal/set-aside", found="rows were set aside, and what comes without them is not posted",
                why="what was posted for them before would go back, as though they had been withdrawn",
                write="the rows as they should be, or the file without them; then the same command without --set-aside",
            ))  # fmt: skip
        return posted(self.in_year, fingerprint(made_from(self)))

    def _native(self, frame: Any) -> Any:
        """The frame in the library of what was handed in."""
        library = type(self.like).__module__.partition(".")[0].lstrip("_")
        if library == "pandas":
            return frame.to_pandas(use_pyarrow_extension_array=True)
        if library == "pyarrow":
            return frame.to_arrow()
        if library == "pyspark":
            return self.like.sparkSession.createDataFrame(frame.to_arrow())
        if library == "duckdb":
            import duckdb

            return duckdb.from_arrow(frame.to_arrow())
        return frame


def polars_frame(settlement: Settlement) -> Any:
    """The ledger as a Polars frame."""
    return plain_frame(LEDGER_TYPES, settlement.lines)


def plain_frame(types: Mapping[str, str], rows: Iterable[tuple[object, ...]]) -> Any:
    """Rows as a Polars frame with columns of the named types; SettlementError for what 64 bits do not hold."""
    import polars as pl

    held = list(rows)
    for row in held:
        if any(isinstance(cell, int) and abs(cell) > LARGEST_PENCE for cell in row):
            raise SettlementError(
                f"an amount is wider than a ledger line can hold, which is {LARGEST_PENCE:,} pence: {row}"
            )
    return pl.DataFrame(held, schema={name: getattr(pl, kind) for name, kind in types.items()}, orient="row")
