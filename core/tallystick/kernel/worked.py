"""Worked formulas: a formula with the values that one row or contract puts in it, step by step."""

from __future__ import annotations

from attrs import frozen

from tallystick.kernel.check.evaluate import Evaluator
from tallystick.kernel.check.members import Member, Value
from tallystick.kernel.describe import (
    ATOM,
    COMPARED,
    INFIX,
    LOOSE,
    OR,
    Said,
    Wording,
    always,
    codes_text,
    plain_name,
    value_text,
)  # fmt: skip
from tallystick.kernel.language.nodes import Kind, Node

OPPOSITE = {"eq": "≠", "ne": "=", "lt": "≥", "le": ">", "gt": "≤", "ge": "<"}
WITH_VALUE = ("column", "term", "first_day", "last_day", "month_begins", "earlier", "running", "balance", "other")
"""What is shown by its description and its value."""
IN_STEPS = ("total", "previous", "so_far", "instalment", "allot", "fit", "find")
"""What is a step of its own, and shown by a short name and its value where it is used."""
SHORT = {
    "total": "the sum", "previous": "the period before", "so_far": "the year so far",
    "instalment": "this period’s part", "allot": "the part", "fit": "the part",
}  # fmt: skip


@frozen
class Step:
    """One step: what it is called, what it comes to, and how."""

    name: str
    value: str
    how: str

    def __str__(self) -> str:
        return f"{self.name}: {self.value} = {self.how}" if self.value else f"{self.name}: {self.how}"


class Worked(Wording):
    """A wording that shows values, takes only the branches that were taken, and gathers the steps on the way."""

    def __init__(self, values: Evaluator, member: Member, own: str = "") -> None:
        program = values.program
        held = program.identities[member.contract].items()
        super().__init__({label: program.uses[identity].traced for label, identity in held if label != own})
        self.values, self.member = values, member
        self.unit = values.program.case.money
        self.steps: list[Step] = []
        self._told: set[tuple[Node, Member]] = set()
        self._plain = Wording()

    def value(self, node: Node) -> Value:
        """What the node is worth for this row or contract."""
        return self.values.value(node, self.member)

    def shown(self, node: Node) -> str:
        """That value as text."""
        return value_text(node.kind, self.value(node), self.unit)

    def work(self, name: str, node: Node) -> None:
        """Add a step for the node, after those for what it is made of; named values go under their own names."""
        how, value = self.text(node), self.shown(node)
        if name == "amount" and any(how == f"{step.name} {value}" for step in self.steps):
            return  # it is one of the steps already
        if how == f"{name} {value}" and any(step.name == name and step.value == value for step in self.steps):
            return  # the step before says the same under the same name
        self.steps.append(Step(name, value, how))

    def say(self, node: Node) -> Said:
        """As the plain wording says it, with values."""
        inner = node.args[0] if node.op == "line" else node
        if node.kind is Kind.AMOUNT and inner.bare in self.others:
            return f"{self.others[inner.bare]} {self.shown(node)}", ATOM
        if node.op == "named":
            self._once(node, str(node.data[0]), node.args[0])
            return f"{node.data[0]} {self.shown(node)}", ATOM
        if node.op == "line" and node.args[0].op != "named":
            self._once(node, "a line", node.args[0])
            return f"a line {self.shown(node)}", ATOM
        if node.op in WITH_VALUE:
            return f"{self._plain.text(node)} {self.shown(node)}", ATOM
        if node.op in IN_STEPS:
            return self._in_steps(node)
        if node.op == "when":
            return self._branch(node)
        if node.op == "or_else":
            first, second = node.args
            return self.say(second if self.value(first) is None else first)
        return super().say(node)

    def _once(self, node: Node, name: str, of: Node) -> None:
        here = (node, self.member)
        if here not in self._told:
            self._told.add(here)
            self.work(name, of)

    def _branch(self, node: Node) -> Said:
        condition, value, otherwise = node.args
        here = (condition, self.member)
        if here not in self._told:
            self._told.add(here)
            because = self.decided(condition)
            if because:
                self.steps.append(Step("as", "", because))
        return self.say(value if self.value(condition) else otherwise)

    def _in_steps(self, node: Node) -> Said:
        name = plain_name(node.data[1]) if node.op == "find" else SHORT[node.op]
        here = (node, self.member)
        if here not in self._told:
            self._told.add(here)
            self.steps += self._found(node, name) if node.op == "find" else [self._gathered(node, name)]
        return f"{name} {self.shown(node)}", ATOM

    def _gathered(self, node: Node, name: str) -> Step:
        how = self._plain.text(node)
        if node.op in ("previous", "so_far", "total"):
            return Step(name, self.shown(node), how)
        given = [f"{self._plain.inside(arg, OR)} {self.shown(arg)}" for arg in node.args]
        if node.op in ("allot", "fit"):
            among = self.values.among(node, self.values.at(node.grain, self.member))
            weights = value_text(node.args[1].kind, self.values.sum(node.args[1], among), self.unit)
            given.append(f"all weights {weights}, shared among {len(among)}")
        return Step(name, self.shown(node), f"{how}, with {', '.join(given)}")

    def matched(self, node: Node, keys: object, fixed: object, on: object) -> str:
        """The columns that a lookup matches, each with the value that it was looked up by."""
        parts = [f"{plain_name(k)} {self.shown(a)}" for k, a in zip(keys, node.args, strict=False)]  # type: ignore[call-overload]
        parts += [f"{plain_name(name)} {value}" for name, value in fixed]  # type: ignore[attr-defined]
        return ", ".join(parts) + (f", on {self.shown(node.args[-1])}" if on else "")

    def _found(self, node: Node, name: str) -> list[Step]:
        """Where a lookup found its value, and how a derived price list came to it."""
        table, column, keys, fixed, on, _ = node.data
        matched = self.matched(node, keys, fixed, on)
        row = self.values.found(node, self.values.at(node.grain, self.member))
        of = plain_name(str(table).rpartition(":")[2])
        if row is None:
            return [Step(name, "missing", f"no row in {of} for {matched}")]
        days = [f"{word} {row[end]}" for word, end in (("from", "from_day"), ("to", "to_day")) if row.get(end)]
        version = f"; version {' '.join(days)}" if days else ""
        steps = [Step(name, self.shown(node), f"found in {of} for {matched}{version}")]
        listed = (str(table), str(row.get("list", "")))
        rows = self.values.book.rows(*listed) if listed in self.values.program.case.prices else []
        place = next((place for place, one in enumerate(rows) if one is row), -1)
        stages = self.values.book.stages.get((*listed, place, str(column)), [])
        return [*(Step(f"  {name}", value_text(node.kind, s.price, self.unit), s.says) for s in stages), *steps]

    def why_nothing(self, node: Node) -> str:
        """Why an amount is nothing: the condition that was not met, or the formula that comes to nothing."""
        while node.op in ("named", "line", "at_period") and node.bare not in self.others:
            node = node.args[0]
        if node.bare in self.others:
            return f"{self.others[node.bare]} comes to {self.shown(node)}"
        if node.op == "when":
            taken = node.args[1 if self.value(node.args[0]) else 2]
            because = self.decided(node.args[0])
            if because and taken.op == "literal":
                return because
            return f"{because}, and {self.why_nothing(taken)}" if because else self.why_nothing(taken)
        if node.op == "or_else" and self.value(node.args[0]) is None:
            return self._why_missing(node.args[0])
        if (
            node.op in ("scale", "mul")
            and (zero := next((a for a in node.args if not self.value(a)), None)) is not None
        ):
            return self.why_nothing(zero)
        return f"{self.text(node)} comes to {self.shown(node)}"

    def decided(self, node: Node) -> str:
        """What is so, in those parts of a condition that decided it; nothing where it holds for every row."""
        holds = bool(self.value(node))
        if node.op in ("and", "or"):
            deciding = [arg for arg in node.args if bool(self.value(arg)) == holds]
            if holds == (node.op == "or"):
                deciding = deciding[:1]  # one is enough
            return " and ".join(part for part in map(self.decided, deciding) if part)
        if node.op == "not":
            return self.decided(node.args[0])
        if node.op == "named":
            return f"{node.data[0]}: {'yes' if holds else 'no'} ({self.decided(node.args[0])})"
        if always(node):
            return ""
        if node.op in OPPOSITE:
            left, right = (self.inside(arg, COMPARED) for arg in node.args)
            return f"{left} {INFIX[node.op][0] if holds else OPPOSITE[node.op]} {right}"
        return self._decided_by_word(node, holds)

    def _decided_by_word(self, node: Node, holds: bool) -> str:
        negation = "" if holds else "not "
        if node.op == "is_missing":
            return f"{self._plain.text(node.args[0])} is {'missing' if holds else 'given'}"
        if node.op == "or_else":
            first = node.args[0]
            if self.value(first) is None:
                return self._why_missing(first)
            return self.decided(first)
        if node.op == "is_in":
            return f"{self.text(node.args[0])} is {negation}one of {codes_text(node.data)}"
        if node.op == "starts_with":
            begins = "begins" if holds else "does not begin"
            return f"{self.text(node.args[0])} {begins} with {' or '.join(map(str, node.data))}"
        if node.op == "exists":
            table, keys, fixed, on = node.data
            return f"{plain_name(table)} has {'a' if holds else 'no'} row for {self.matched(node, keys, fixed, on)}"
        if node.op == "first":
            return f"it is {negation}the person’s first row in the period"
        return f"{self._plain.inside(node, LOOSE)} is {'yes' if holds else 'no'}"

    def _why_missing(self, node: Node) -> str:
        part = self._missing_in(node)
        if part.op != "find":
            return f"{self._plain.text(part)} is missing"
        self.say(part)
        step = next(step for step in reversed(self.steps) if step.name == plain_name(part.data[1]))
        return f"{step.name} is missing: {step.how}"

    def _missing_in(self, node: Node) -> Node:
        """The part that makes a value missing."""
        part = next((arg for arg in node.args if self.value(arg) is None), None)
        return node if part is None or node.op == "find" else self._missing_in(part)
