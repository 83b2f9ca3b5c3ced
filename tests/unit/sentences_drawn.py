"""Drawn sentences about rows, and what they say of one row under one contract, worked out in plain Python."""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import strategies as st

from tallystick.kernel.grains import EVERYWHERE, TERMS, row_grain
from tallystick.kernel.language.nodes import Kind, Node
from tallystick.kernel.pay.overlaid import CHOSEN, OWNED

TABLE = "visits"
ROW = row_grain(TABLE)
COLUMNS, FLAGS, TERMS_OF = ("a", "b"), ("urgent", "seen"), ("share", "limit")

_WORK: dict[str, Any] = {
    "add": operator.add, "sub": operator.sub, "mul": operator.mul, "max": max, "min": min, "neg": operator.neg,
    "eq": operator.eq, "ne": operator.ne, "lt": operator.lt, "not": operator.not_,
    "and": lambda a, b: a and b, "or": lambda a, b: a or b, "when": lambda c, a, b: a if c else b,
}  # fmt: skip


def literal(value: int | bool, kind: Kind = Kind.COUNT) -> Node:
    return Node("literal", (), (value,), kind=kind, grain=EVERYWHERE)


def column(name: str, kind: Kind = Kind.COUNT) -> Node:
    return Node("column", (), (TABLE, name), kind=kind, grain=ROW)


def term(name: str) -> Node:
    return Node("term", (), ("rule", name), kind=Kind.COUNT, grain=TERMS)


def made(op: str, *args: Node, kind: Kind = Kind.COUNT) -> Node:
    """An operation, of the grain that its parts have."""
    grain = next((arg.grain for arg in args if arg.grain == ROW), args[0].grain)
    return Node(op, args, (), kind=kind, grain=grain)


def _numbers(depth: int) -> st.SearchStrategy[Node]:
    leaf = st.sampled_from([*map(column, COLUMNS), *map(term, TERMS_OF), literal(0), literal(1), literal(7)])
    if not depth:
        return leaf
    less, condition = _numbers(depth - 1), _conditions(depth - 1)
    return st.one_of(
        leaf,
        st.builds(made, st.sampled_from(["add", "sub", "mul", "max", "min"]), less, less),
        st.builds(lambda c, a, b: made("when", c, a, b), condition, less, less),
        st.builds(lambda c, a: made("when", c, a, literal(0)), condition, less),
        st.builds(lambda a: made("neg", a), less),
    )


def _conditions(depth: int) -> st.SearchStrategy[Node]:
    leaf = st.sampled_from([column(name, Kind.FLAG) for name in FLAGS])
    if not depth:
        return leaf
    less, number = _conditions(depth - 1), _numbers(depth - 1)
    return st.one_of(
        leaf,
        st.builds(lambda op, a, b: made(op, a, b, kind=Kind.FLAG), st.sampled_from(["eq", "ne", "lt"]), number, number),
        st.builds(lambda a: made("ne", a, literal(0), kind=Kind.FLAG), number),
        st.builds(lambda op, a, b: made(op, a, b, kind=Kind.FLAG), st.sampled_from(["and", "or"]), less, less),
        st.builds(lambda a: made("not", a, kind=Kind.FLAG), less),
    )


numbers, conditions = _numbers(3), _conditions(3)


def says(node: Node, row: Mapping[str, Any], contract: int, owners: Sequence[int] = ()) -> Any:
    """What a sentence comes to in a row of a contract; ``owners`` are those of an overlay."""
    if node.op in ("column", "term"):
        return row[str(node.data[1])]
    if node.op == "literal":
        return node.data[0]
    if node.op == OWNED:
        return bool(owners[node.data[0]] >> contract & 1)  # type: ignore[call-overload]
    if node.op == CHOSEN:
        chosen = [arg for arg, n in zip(node.args, node.data, strict=True) if owners[n] >> contract & 1]  # type: ignore[call-overload]
        assert len(chosen) == 1, "one of those that are chosen among is the contract's"
        return says(chosen[0], row, contract, owners)
    return _WORK[node.op](*(says(arg, row, contract, owners) for arg in node.args))


values = st.integers(-9, 9)
rows = st.fixed_dictionaries(
    {**dict.fromkeys((*COLUMNS, *TERMS_OF), values), **dict.fromkeys(FLAGS, st.booleans())}
)  # fmt: skip
