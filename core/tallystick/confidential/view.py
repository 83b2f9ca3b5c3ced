"""A result as one party may see it: what rests on tables or columns that are confidential to it, in groups alone."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import evolve, field, fields, frozen

from tallystick.confidential.lines import Seen, seen
from tallystick.confidential.resting import Hidden, Rests, hidden_from, resting, without
from tallystick.confidential.rows import counted
from tallystick.confidential.seen_in_year import seen_in_year
from tallystick.confidential.seen_settlement import open_program, seen_settlement
from tallystick.confidential.shown import FOLDER, ShownTo, read_shown, with_shown, write_shown
from tallystick.kernel.case import ContractCase
from tallystick.kernel.errors import Fault, InputError, did_you_mean
from tallystick.kernel.tables import PARTIES
from tallystick.result import Result

if TYPE_CHECKING:
    from tallystick.assign.no_contract import NoContractLine
    from tallystick.kernel.explain import Explanation, RuleSaid
    from tallystick.kernel.program import Program


@frozen(eq=False, kw_only=True)
class View(Result):
    """What :meth:`~tallystick.result.Result.for_party` returns: a result in every way, but for what it shows.

    ``full`` is what it was made from, and ``open`` its program without what is confidential, for all contracts.
    """

    made_for: str
    hidden: Hidden
    full: Result = field(repr=False)
    open: Program = field(repr=False)
    rests: Mapping[str, Rests] = field(repr=False)
    seen: Seen = field(repr=False)
    parties: Mapping[str, str]
    smallest: int
    before: ShownTo = field(repr=False)
    """What had been shown when the view was made."""

    @property
    def sections(self) -> tuple[Any, ...]:
        """What plugins add, and what is not shown line by line."""
        return (*self.full.sections, self._not_shown)

    @property
    def name(self) -> tuple[str, ...]:
        """The party, in the name of a run's folder."""
        return ("for", "".join(sign if sign.isalnum() else "_" for sign in self.made_for))

    @cached_property
    def no_contract_lines(self) -> tuple[NoContractLine, ...]:
        """Rows of no contract; an organisation is shown its own alone."""
        lines = self.full.no_contract_lines
        return lines if self.made_for in PARTIES else tuple(
            one for one in lines if self.made_for in (one.provider, one.commissioner)
        )  # fmt: skip

    @property
    def netted(self) -> tuple[tuple[str, str], ...]:
        """Contracts and rules of which only the net is shown, because too few people are in all groups together."""
        return self.seen.netted

    def told(self, made: dict[str, Any]) -> dict[str, Any]:
        """What the record says: for whom, and no hash that confidential rows could be tried against."""
        activity = {
            name: one if name in self.full.settlement.facts and not self.hidden.columns.get(name) else {}
            for name, one in made["activity"].items()
        }
        said = {**made, "made_for": self.made_for, "smallest_group": self.smallest, "activity": activity}
        said.pop("derived_again")
        if "reconciled" in said:
            journal = said["reconciled"]["journal"]
            said["reconciled"] = {**said["reconciled"], "journal": {k: v for k, v in journal.items() if k == "number"}}
        return {**said, "shown": hashlib.sha256(repr(self._all_that_is_shown()).encode()).hexdigest()}

    def _all_that_is_shown(self) -> list[Any]:
        of, due = self.settlement, self.in_year
        reading = [sorted(map(tuple, of.reading.figures)), sorted(of.unit_states().items()), list(of.reading.unplaced)]
        said = [
            list(of.lines),
            list(of.balances),
            reading,
            sorted(of.outcomes.items()),
            sorted(self.seen.notes.items()),
        ]
        return said if due is None else [*said, sorted(due.due.lines.items()), due.due.payable, due.moved]

    def hidden_columns(self, table: str) -> frozenset[str]:
        """The columns of a table that are confidential to the party."""
        return self.hidden.columns.get(table, frozenset())

    def explain(self, table: str, key: str, *, rule: str | None = None) -> Explanation:
        """The same as ever, without what is shown in groups alone; it says what that is. InputError if all of it is."""
        from tallystick.report.explained import explained

        if table in self.hidden.tables:
            raise InputError(Fault(
                code="explain/confidential", found=f"no row of {table} is shown to the {self.hidden.role}",
                why=f"{table} are confidential to the {self.hidden.role}, who is shown groups of "
                f"{self.smallest} or more", write="a row of another table",
            ))  # fmt: skip
        told = explained(evolve(self.full.settlement, program=self.open), table, key, rule=rule)
        if told.contract and told.contract not in self.parties:
            raise InputError(Fault(
                code="explain/other-contract", found=f"{table} {key} is under contract {told.contract}",
                why=f"{self.made_for} is not its {self.hidden.role}", write="a row of one of its own contracts",
            ))  # fmt: skip
        return evolve(told, rules=tuple(self._noted(told, table, rule))) if told.contract else told

    def _noted(self, told: Explanation, table: str, rule: str | None) -> Iterator[RuleSaid]:
        """Each rule's part, with a sentence where something of it is left out."""
        from tallystick.kernel.explain import RuleSaid

        said = {one.label: one for one in told.rules}
        for label, identity in self.full.settlement.program.identities.get(told.contract, {}).items():
            if rule in (None, label) and self._leaves_out(identity, table):
                note = (
                    f"the rest is shown only in groups of {self.smallest} or more: it rests on "
                    f"{' and '.join(self.rests[identity].on)}, confidential to the {self.hidden.role}"
                )
                name = self.full.settlement.program.uses[identity].cls.rule_name
                one = said.get(label, RuleSaid(label, name, (), ()))
                ends = [end for end in one.ends if not end.startswith("nothing is paid, because the rule only counts")]
                said[label] = RuleSaid(label, one.rule, one.steps, (*ends, note))
        yield from said.values()

    def _leaves_out(self, identity: str, table: str) -> bool:
        rests = self.rests.get(identity)
        if rests is None:
            return False
        traced = self.full.settlement.program.uses[identity].traced
        return any(traced.flows[n].amount.grain.table == table for n in rests.flows) or any(
            traced.units[n].table == table for n in rests.claims
        )

    def line_frames(self, *rules: str) -> list[Any]:
        """What each row pays, without what is shown in groups alone."""
        import polars as pl

        from tallystick.kernel import pay

        frames = pay.line_frames(self.open, self.full.settlement.facts, rules=rules or None)
        order = ("contract", "period", "table", "key", "payer", "payee")  # so that no order of rows tells anything
        return [frame.filter(pl.col("contract").is_in(list(self.parties))).sort(order) for frame in frames]

    def line_parts(self) -> Iterator[list[Any]]:
        """The same in one part, since parts of the rows would tell of their order."""
        frames = self.line_frames()
        return iter([frames] if frames else [])

    def for_party(self, party: str) -> Result:
        """A view of the full result for another party."""
        return self.full.for_party(party)

    def write(self, folder: str | Path | None = None, *, lines: bool = False, xlsx: bool = False) -> Path:
        """Remember what is shown, in ``views/`` of the workspace, and write the run folder as ever.

        Raises InputError where another view was written since this one was made.
        """
        where, role = self.workspace.folder, self.hidden.role
        if self.seen.shown:
            there, after = read_shown(where, role), with_shown(self.before, self.seen.shown)
            if there not in (self.before, after):
                raise InputError(Fault(
                    code="views/moved-on", found="something else was shown since this view was made", file=FOLDER,
                    why="the two together could tell more than either", write="the same command again",
                ))  # fmt: skip
            write_shown(where, role, after)
        return super().write(folder, lines=lines, xlsx=xlsx)

    def post(self) -> Path | None:
        """A view is nothing to post: raises ValueError."""
        raise ValueError("what one party sees is not posted: post the result that it was made from")

    def _not_shown(self, _: object, contract: str) -> tuple[str, str] | None:
        said = self.seen.notes.get(contract)
        return ("Not shown line by line", "\n".join(said)) if said else None


def view_for(result: Result, party: str) -> Result:
    """A result as a party may see it; the result itself where a role may see everything. Raises InputError."""
    role, parties = _parties(result, party)
    settlement = result.settlement
    hidden = hidden_from(role, settlement.case.tables)
    if party in PARTIES and not (hidden.tables or hidden.columns):
        return result
    rests = resting(settlement.program, hidden)
    smallest = result.workspace.smallest_group
    before: ShownTo = read_shown(result.workspace.folder, role) if rests else {}
    found = seen(settlement, rests, parties, counted(settlement, rests, parties), before, smallest, role)
    program = open_program(settlement, hidden, without(settlement.program, rests))
    known = {one.name: getattr(result, one.name) for one in fields(Result)}
    in_year = result.in_year
    known |= {
        "settlement": seen_settlement(settlement, hidden, rests, program, found, parties, whole=party in PARTIES),
        "in_year": None if in_year is None else seen_in_year(in_year, settlement, hidden, rests, parties),
    }
    return View(
        **known, made_for=party, hidden=hidden, full=result, open=program, rests=rests, seen=found,
        parties=parties, smallest=smallest, before=before,
    )  # fmt: skip


def _parties(result: Result, party: str) -> tuple[str, Mapping[str, str]]:
    """The role that a word or a code stands for, and the party of each contract that plays it."""
    contracts = result.settlement.case.contracts
    if party in PARTIES:
        return party, {one.id: str(getattr(one, party)) for one in contracts}
    played = {role: {one.id: party for one in contracts if getattr(one, role) == party} for role in PARTIES}
    roles = [role for role in PARTIES if played[role]]
    if len(roles) == 1:
        return roles[0], played[roles[0]]
    if roles:
        raise InputError(Fault(
            code="party/two-roles", found=f"{party} is the provider of some contracts and the commissioner of others",
            why="what it may see differs", write='"provider" or "commissioner", for all contracts',
        ))  # fmt: skip
    raise InputError(Fault(
        code="party/unknown", found=f"{party!r} is no party of any contract",
        write=did_you_mean(party, [*PARTIES, *_codes(contracts)]),
    ))  # fmt: skip


def _codes(contracts: tuple[ContractCase, ...]) -> list[str]:
    return sorted({code for one in contracts for code in (one.provider, one.commissioner)})
