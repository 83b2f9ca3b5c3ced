"""What of a program rests on tables and columns that are confidential to a role, read off the rules themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from attrs import evolve, field, frozen

from tallystick.kernel.language.nodes import Node, walk
from tallystick.kernel.program import Program, Use
from tallystick.kernel.tables import TableSpec
from tallystick.kernel.traced import Traced

_NAMING = ("column", "find", "exists", "one", "running", "first", "earlier")
"""The operations whose first part of data is a table."""


@frozen(eq=False)
class Hidden:
    """The tables, and columns of other tables, that are confidential to a role."""

    role: str
    tables: frozenset[str] = frozenset()
    columns: Mapping[str, frozenset[str]] = field(factory=dict)

    def named_in(self, node: Node) -> str | None:
        """The confidential table, or table and column, that the operation itself reads; None if it reads none."""
        if node.grain.table in self.tables:
            return str(node.grain.table)
        if node.op not in _NAMING or not node.data:
            return None
        table = str(node.data[0])
        if table in self.tables:
            return table
        hidden = self.columns.get(table, frozenset())
        if node.op in ("running", "first", "earlier"):
            return f"{table}.{min(hidden)}" if hidden else None
        read = sorted(hidden & set(_texts(node.data[1:])))
        return f"{table}.{read[0]}" if read else None


def hidden_from(role: str, tables: Mapping[str, TableSpec]) -> Hidden:
    """Everything declared as confidential to the role."""
    columns = {
        name: frozenset(n for n, column in spec.columns.items() if role in column.confidential_to)
        for name, spec in tables.items()
        if role not in spec.confidential_to
    }
    whole = frozenset(name for name, spec in tables.items() if role in spec.confidential_to)
    return Hidden(role, whole, {name: found for name, found in columns.items() if found})


def _texts(data: object) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, tuple):
        for one in data:
            yield from _texts(one)


@frozen(eq=False, kw_only=True)
class Rests:
    """Which parts of one rule rest on something confidential, by their places; ``on`` says on what."""

    flows: frozenset[int]
    figures: frozenset[int]
    carries: frozenset[int]
    claims: frozenset[int]
    laws: frozenset[int]
    nevers: frozenset[int]
    on: tuple[str, ...]

    @property
    def money(self) -> bool:
        """True if money depends on it, and not only figures."""
        return bool(self.flows or self.carries or self.claims)


def resting(program: Program, hidden: Hidden) -> dict[str, Rests]:
    """By identity, the rules of which some part rests on what is hidden; those of which none does are left out.

    A pot's balance is taken to rest on it wherever any money does: what is in a pot tells what went out of it.
    """
    if not (hidden.tables or hidden.columns):
        return {}
    found = _resting(program, hidden, balances=False)
    return _resting(program, hidden, balances=True) if any(one.money for one in found.values()) else found


def _resting(program: Program, hidden: Hidden, *, balances: bool) -> dict[str, Rests]:
    found = {}
    memo: dict[Node, frozenset[str]] = {}
    for identity, use in program.uses.items():
        one = _of_rule(use.traced, hidden, memo, balances=balances)
        if one is not None:
            found[identity] = one
    return found


def _of_rule(traced: Traced, hidden: Hidden, memo: dict[Node, frozenset[str]], *, balances: bool) -> Rests | None:
    on: set[str] = set()

    def rests(*nodes: Node | None) -> bool:
        read = frozenset[str]().union(*(_reads(n, hidden, memo, balances=balances) for n in nodes if n is not None))
        on.update(read)
        return bool(read)

    flows = frozenset(f.number for f in traced.flows if rests(f.payer, f.payee, f.amount, f.units))
    figures = frozenset(n for n, one in enumerate(traced.figures) if rests(one.value))
    carries = frozenset(n for n, one in enumerate(traced.carries) if rests(one.pot, one.amount))
    claims = frozenset(
        n for n, one in enumerate(traced.units)
        if one.table in hidden.tables or rests(one.where, one.units, one.worth, one.priced, one.unnamed)
    )  # fmt: skip
    laws = frozenset(n for n, (_, left, right) in enumerate(traced.laws) if rests(left, right))
    nevers = frozenset(n for n, (_, where) in enumerate(traced.nevers) if rests(where))
    if not (flows or figures or carries or claims or laws or nevers):
        return None
    return Rests(
        flows=flows, figures=figures, carries=carries, claims=claims, laws=laws, nevers=nevers, on=tuple(sorted(on))
    )


def _reads(root: Node, hidden: Hidden, memo: dict[Node, frozenset[str]], *, balances: bool) -> frozenset[str]:
    """What a node reads of what is hidden, itself and through everything below it."""
    if root not in memo:
        for node in walk(root):
            if node not in memo:
                own = hidden.named_in(node)
                below = frozenset[str]().union(*(memo[arg] for arg in node.args))
                if own is None and balances and node.op == "balance":
                    own = "what a pot holds"
                memo[node] = below if own is None else below | {own.replace("_", " ")}
    return memo[root]


def without(program: Program, rests: Mapping[str, Rests]) -> Program:
    """The program with all that rests on something confidential left out, and its flows numbered anew."""
    uses = {identity: _without(use, rests.get(identity)) for identity, use in program.uses.items()}
    return evolve(program, uses=uses)


def _without(use: Use, rests: Rests | None) -> Use:
    if rests is None:
        return use
    of = use.traced
    flows = [flow for flow in of.flows if flow.number not in rests.flows]
    return evolve(use, traced=evolve(
        of,
        flows=tuple(evolve(flow, number=number) for number, flow in enumerate(flows)),
        figures=tuple(one for n, one in enumerate(of.figures) if n not in rests.figures),
        carries=tuple(one for n, one in enumerate(of.carries) if n not in rests.carries),
        units=tuple(one for n, one in enumerate(of.units) if n not in rests.claims),
        laws=tuple(one for n, one in enumerate(of.laws) if n not in rests.laws),
        nevers=tuple(one for n, one in enumerate(of.nevers) if n not in rests.nevers),
    ))  # fmt: skip
