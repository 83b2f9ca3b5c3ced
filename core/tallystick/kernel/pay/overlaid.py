"""Overlaid: rules that are composed differently in different contracts are one sentence, which differs where they do.

Fifty ways to compose the same rules would be fifty sums for every row, though a row has one contract. What is asked
in the same role of contracts of which none asks both is laid one over the other: what they say alike is said once,
and where they differ the row's contract chooses. A number that differs is a column of numbers; other words that
differ stay side by side. What a contract reads is what it alone would say: the others' words are never looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from attrs import define, evolve, frozen

from tallystick.kernel.grains import EVERYWHERE, TERMS, Grain
from tallystick.kernel.language.nodes import Kind, Node

EVERYONE = -1
"""Whose a sum is that no contract may be left out of: every bit is set."""

CHOSEN, OWNED = "chosen by contract", "is one of"
"""Nodes that only an overlay has: a value that a contract chooses among some, and whether it is one of some."""

_APART = ("earlier", "column", "one", "literal")
"""What is not taken to pieces: ``earlier`` looks at the rows of other contracts."""


@frozen
class Asked:
    """Who looks at a sum, as a set of bits by the number of the contract, and in which role."""

    whose: int = EVERYONE
    role: tuple[object, ...] = ()

    def too(self, other: Asked) -> Asked:
        """Asked for by others too, in whichever role was first."""
        return evolve(self, whose=self.whose | other.whose)


@define
class _Slot:
    whose: int
    says: list[tuple[Node, int]]


_NOTHING_MORE = {op: Node("literal", (), (op == "and",), kind=Kind.FLAG, grain=EVERYWHERE) for op in ("and", "or")}
"""What changes nothing in a chain of conditions."""


class Overlay:
    """Lays the sentences of one table's rows over each other."""

    def __init__(self, table: str, asked: Mapping[Node, Asked]) -> None:
        self._table = table
        self.owners: list[int] = []
        """The contracts that are meant by each number in the nodes that only an overlay has."""
        self._numbers: dict[int, int] = {}
        self._laid: dict[tuple[tuple[Node, int], ...], Node] = {}
        self._under: dict[Node, list[tuple[int, Node]]] = {}
        """For each sentence what it is a part of by now, and for whom."""
        self._renewed: dict[tuple[Node, int], Node] = {}
        self._done: dict[Node, Node] = {}
        for slot in _slots(asked):
            says = [(self._again(node, whose), whose) for node, whose in slot.says]
            laid = self._over(says)
            self._renewed.clear()
            for (node, whose), (renewed, _) in zip(slot.says, says, strict=True):
                self._done[node] = laid
                for one in dict.fromkeys((node, renewed)):
                    self._remember(one, whose, laid)

    def of(self, node: Node) -> Node:
        """What stands for a sentence that was asked for; others stand for themselves."""
        return self._done.get(node, node)

    def is_one_of(self, whose: int) -> Node:
        """Whether the row's contract is one of these."""
        return Node(OWNED, (), (self._number(whose),), kind=Kind.FLAG, grain=TERMS)

    def _remember(self, node: Node, whose: int, laid: Node) -> None:
        if node != laid and node.grain.name == self._table and node.op not in _APART:
            self._under.setdefault(node, []).append((whose, laid))

    def _again(self, node: Node, whose: int) -> Node:
        """The sentence with what was laid over others in the place of it, if that holds for all whose it is."""
        if node.grain.name != self._table or node.op in _APART:
            return node
        key = (node, whose)
        if key not in self._renewed:
            known = next((laid for among, laid in self._under.get(node, ()) if not whose & ~among), None)
            if known is None:
                known = _with_args(node, [self._again(arg, whose) for arg in node.args])
            self._renewed[key] = known
        return self._renewed[key]

    def _over(self, says: Sequence[tuple[Node, int]]) -> Node:
        """One sentence for all of these, none of which a contract reads beside another."""
        alike: dict[Node, int] = {}
        for node, whose in says:
            alike[node] = alike.get(node, 0) | whose
        if len(alike) == 1:
            return next(iter(alike))
        key = tuple(alike.items())
        if key not in self._laid:
            assert len({node.kind for node in alike}) == 1, "an amount is never laid over a count"
            less = [(self._less(node, whose), whose) for node, whose in key]
            self._laid[key] = laid = self._differing(key) if less == list(key) else self._over(less)
            for node, whose in key:
                self._remember(node, whose, laid)
        return self._laid[key]

    def _less(self, node: Node, whose: int) -> Node:
        """What these contracts choose, where they all choose the same."""
        while node.op == "when" and node.args[0].op == OWNED:
            among = self.owners[node.args[0].data[0]]  # type: ignore[call-overload]
            if whose & among and whose & ~among:
                break
            node = node.args[1] if whose & among else node.args[2]
        return node

    def _differing(self, says: Sequence[tuple[Node, int]]) -> Node:
        if all(node.grain.name != self._table for node, _ in says):
            return self._chosen(says)
        ops = {node.op for node, _ in says if node.grain.name == self._table}
        chained = next((op for op in _NOTHING_MORE if op in ops), "")
        forms: dict[object, list[tuple[Node, int]]] = {}
        for node, whose in says:
            forms.setdefault(self._form(node, chained), []).append((node, whose))
        found = [(self._in_one_form(alike, chained), _all(alike)) for alike in forms.values()]
        laid = found[-1][0]
        for node, whose in reversed(found[:-1]):
            flag = self.is_one_of(whose)
            whole = node if node.grain.name == self._table else laid
            laid = Node(
                "when", (flag, node, laid), (), kind=node.kind, grain=whole.grain,
                optional=node.optional or laid.optional,
            )  # fmt: skip
        return laid

    def _in_one_form(self, says: Sequence[tuple[Node, int]], chained: str) -> Node:
        first = says[0][0]
        if len(says) == 1:
            return first
        if first.grain.name != self._table:
            return self._chosen(says)
        owners = [whose for _, whose in says]
        if chained and first.kind is Kind.FLAG:
            chains = [(_links(node, chained), whose) for node, whose in says]
            if len({len(links) for links, _ in chains}) > 1 or len({node.op for node, _ in says}) > 1:
                return self._chain(chained, chains, first.grain)
        args = [
            self._over(list(zip(place, owners, strict=True)))
            for place in zip(*(node.args for node, _ in says), strict=True)
        ]
        return _with_args(first, args)

    def _chain(self, op: str, says: Sequence[tuple[Sequence[Node], int]], grain: Grain) -> Node:
        """Conditions of which all, or one, must hold: those that are said by several stand beside each other."""
        longest = max((links for links, _ in says), key=len)
        places: list[list[tuple[Node, int]]] = [[] for _ in longest]
        for links, whose in says:
            for link, at in zip(links, _matched(links, longest), strict=True):
                places[at].append((link, whose))
            for links_here in places:
                if not links_here or links_here[-1][1] != whose:
                    links_here.append((_NOTHING_MORE[op], whose))
        made = self._over(places[0])
        for place in places[1:]:
            other = self._over(place)
            # The rows', also where both parts are the contract's: what chooses among contracts is known to rows alone.
            made = Node(op, (made, other), (), kind=Kind.FLAG, grain=grain, optional=made.optional or other.optional)
        return made

    def _form(self, node: Node, chained: str) -> object:
        """What two sentences must have in common to be taken to pieces together."""
        if node.grain.name != self._table:
            return "chosen"
        if chained and node.kind is Kind.FLAG:
            return chained
        if node.op in _APART:
            return node
        return node.op, node.data, node.kind, tuple(arg.kind for arg in node.args)

    def _chosen(self, says: Sequence[tuple[Node, int]]) -> Node:
        numbers = tuple(self._number(whose) for _, whose in says)
        args = tuple(node for node, _ in says)
        return Node(
            CHOSEN, args, numbers, kind=args[0].kind, grain=TERMS, optional=any(arg.optional for arg in args)
        )  # fmt: skip

    def _number(self, whose: int) -> int:
        if whose not in self._numbers:
            self._numbers[whose] = len(self.owners)
            self.owners.append(whose)
        return self._numbers[whose]


def _slots(asked: Mapping[Node, Asked]) -> Iterable[_Slot]:
    """The sentences that may be laid over each other: of one role and kind, and of no contract twice."""
    slots: dict[tuple[object, ...], list[_Slot]] = {}
    for node, one in asked.items():
        if one.whose == EVERYONE or not one.whose:
            continue
        alike = slots.setdefault((*one.role, node.kind), [])
        for slot in alike:
            if not slot.whose & one.whose:
                slot.whose |= one.whose
                slot.says.append((node, one.whose))
                break
        else:
            alike.append(_Slot(one.whose, [(node, one.whose)]))
    for alike in slots.values():
        yield from alike


def _links(node: Node, op: str) -> list[Node]:
    """The conditions of a chain, in the order in which they are said; another condition is a chain of one."""
    return [link for arg in node.args for link in _links(arg, op)] if node.op == op else [node]


def _matched(links: Sequence[Node], longest: Sequence[Node]) -> list[int]:
    """For each link its place in the longest chain: at the same link, if that leaves room for the others in order."""
    found: list[int] = []
    for number, link in enumerate(links):
        first = found[-1] + 1 if found else 0
        last = len(longest) - (len(links) - number)
        same = next((at for at in range(first, last + 1) if longest[at] == link), None)
        found.append(first if same is None else same)
    return found


def _all(says: Iterable[tuple[Node, int]]) -> int:
    whose = 0
    for _, one in says:
        whose |= one
    return whose


def _with_args(node: Node, args: Sequence[Node]) -> Node:
    if all(new is old for new, old in zip(args, node.args, strict=True)):
        return node
    return Node(node.op, tuple(args), node.data, kind=node.kind, grain=node.grain, optional=node.optional)
