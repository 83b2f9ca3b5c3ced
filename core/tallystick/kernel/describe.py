"""Describing: what a rule says, in words and symbols, read from its nodes; for its page of the manual."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction

from tallystick.kernel.language.nodes import Kind, Node, walk
from tallystick.kernel.language.profile import percent
from tallystick.kernel.money import money_text, rate_text
from tallystick.kernel.trace import Traced, TracedFlow

Said = tuple[str, int]
"""A text and how tightly it binds: brackets are put round what binds less than its place asks for."""

LOOSE, OR, AND, COMPARED, ADDED, TIMES, MINUS, ATOM = range(8)
INFIX = {
    "or": ("or", OR), "and": ("and", AND), "eq": ("=", COMPARED), "ne": ("≠", COMPARED), "lt": ("<", COMPARED),
    "le": ("≤", COMPARED), "gt": (">", COMPARED), "ge": ("≥", COMPARED), "add": ("+", ADDED), "sub": ("−", ADDED),
    "mul": ("×", TIMES), "scale": ("×", TIMES),
}  # fmt: skip
PHRASES = {
    "min": "the smaller of {} and {}", "max": "the larger of {} and {}", "days_between": "the days from {} to {}",
    "minutes_between": "the minutes from {} to {}", "completed_years": "the whole years from {} to {}",
    "add_days": "{} and {} days", "weekday": "the weekday of {}", "day_of": "the day of {}",
    "minute_of_day": "the minute of the day of {}", "previous": "last period’s {}",
    "so_far": "{} in the year’s periods before", "is_missing": "{} is missing",
    "balance": "what {} holds when the period opens",
    "running": "{}, added up to this row by date and key", "allot": "a part of {} by {}",
    "fit": "a part of {} by {}, at least {} and at most {}",
    "earlier": "the date of the person’s latest row before this one where {}",
}  # fmt: skip
ENDS = {"contract": "the contract", "provider": "the provider", "commissioner": "the commissioner", "scheme": "all"}


NOTHING = "“”"
"""How a text with nothing in it is shown, so that it is seen."""


def value_text(kind: Kind, value: object, unit: str = "GBP") -> str:
    """A value as people write it: £1,234.56, 0.05, yes, 2025-04-01; ``missing`` where there is none."""
    if value is None:
        return "missing"
    if kind in (Kind.AMOUNT, Kind.PRICE) and isinstance(value, (int, Fraction)):
        return money_text(value, unit)
    if kind is Kind.RATE and isinstance(value, (int, Fraction)):
        return rate_text(Fraction(value))
    if kind is Kind.FLAG:
        return "yes" if value else "no"
    if isinstance(value, datetime.datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    return f"{value:,}" if kind is Kind.COUNT else str(value) or NOTHING


def codes_text(codes: Iterable[object]) -> str:
    """Codes in a row, as ``11, 12, 13``."""
    return ", ".join(str(code) or NOTHING for code in codes)


def profile_text(months: Iterable[object]) -> str:
    """The twelve rates of a profile, as ``8%, 8%, 9%, …``."""
    return ", ".join(percent(month) for month in months if isinstance(month, Fraction))


def plain_name(name: object) -> str:
    """A name of the code as words."""
    return str(name).replace("_", " ")


def always(node: Node) -> bool:
    """True for the condition that holds for every row, which goes without saying."""
    return node.op == "eq" and node.args[0].op == "one" and node.args[1].op == "literal"


def amounts_of(rules: Mapping[str, Traced]) -> dict[Node, str]:
    """What the flows and claims of rules come to, by the labels of those rules: they are explained there."""
    named: dict[Node, str] = {}
    for label, traced in rules.items():
        named.update({claim.worth.bare: f"the worth of “{label}”" for claim in traced.units if claim.worth is not None})
        named.update({flow.amount.bare: f"“{label}”" for flow in traced.flows})
    return {amount: name for amount, name in named.items() if amount.args}


class Wording:
    """Turns a node into a formula; ``others`` names the amounts that other rules explain."""

    unit = "GBP"

    def __init__(self, others: Mapping[str, Traced] | None = None) -> None:
        self.others = amounts_of(others or {})

    def text(self, node: Node) -> str:
        """The formula on one line."""
        return self.say(node)[0]

    def inside(self, node: Node, binds: int) -> str:
        """The formula as a part of a larger one, in brackets where it would be misread."""
        text, own = self.say(node)
        return text if own >= binds else f"({text})"

    def say(self, node: Node) -> Said:
        """The text and how tightly it binds."""
        if node.kind is Kind.AMOUNT and node.bare in self.others:
            return self.others[node.bare], ATOM
        if node.op in INFIX:
            return self._infix(node)
        own: Callable[[Node], Said] | None = getattr(self, f"_{node.op}", None)
        if own is not None:
            return own(node)
        if node.op in PHRASES:
            return PHRASES[node.op].format(*(self.inside(arg, OR) for arg in node.args)), LOOSE
        return plain_name(node.op), ATOM

    def _infix(self, node: Node) -> Said:
        sign, binds = INFIX[node.op]
        left, right = node.args
        if node.op == "mul" and "one" in (left.op, right.op):
            return self.say(left if right.op == "one" else right)
        if node.op == "and" and (always(left) or always(right)):
            return self.say(right if always(left) else left)
        if always(node):
            return "it is a row", COMPARED
        text = f"{self.inside(left, binds)} {sign} {self.inside(right, binds + (1 if node.op == 'sub' else 0))}"
        return (f"{text}, rounded half up", LOOSE) if node.op == "scale" else (text, binds)

    def _literal(self, node: Node) -> Said:
        return value_text(node.kind, node.data[0], self.unit), ATOM

    def _column(self, node: Node) -> Said:
        return plain_name(node.data[1]), ATOM

    def _one(self, node: Node) -> Said:
        return f"one for each row of {plain_name(node.data[0])}", ATOM

    def _term(self, node: Node) -> Said:
        identity, name = (str(part) for part in node.data)
        if identity == "scheme":
            return "the day up to which facts are known", ATOM
        parameter, _, part = name.partition(".")
        if part:
            place, _, of_part = part.partition(".")
            return f"{plain_name(of_part)} ({plain_name(parameter)} {int(place) + 1})", ATOM
        return f"the {name}" if identity == "contract" else plain_name(name), ATOM

    def _pot(self, node: Node) -> Said:
        return f"the pot “{node.data[0]}”", ATOM

    def _fund(self, node: Node) -> Said:
        return f"the fund “{node.data[0]}”", ATOM

    def _first_day(self, node: Node) -> Said:
        return "the period’s first day", ATOM

    def _last_day(self, node: Node) -> Said:
        return "the period’s last day", ATOM

    def _month_begins(self, node: Node) -> Said:
        month, cut = node.data
        says = f"the first day of month {int(month) + 1} of the contract’s year"  # type: ignore[call-overload]
        return f"{says}, or of what is not settled if that is earlier" if cut else says, ATOM

    def _named(self, node: Node) -> Said:
        return str(node.data[0]), ATOM

    def _through(self, node: Node) -> Said:
        return self.say(node.args[0])

    _line = _as_rate = _at_period = _through

    def _neg(self, node: Node) -> Said:
        return f"−{self.inside(node.args[0], MINUS)}", MINUS

    def _instalment(self, node: Node) -> Said:
        of = self.inside(node.args[0], OR)
        if not node.data:
            return f"this period’s twelfths of {of}", LOOSE
        return f"this period’s part of {of} by the profile {profile_text(node.data)}", LOOSE

    def _round(self, node: Node) -> Said:
        return f"{self.inside(node.args[0], OR)}, rounded half up", LOOSE

    def _round_to(self, node: Node) -> Said:
        to = value_text(Kind.PRICE, node.data[0], self.unit)
        return f"{self.inside(node.args[0], OR)}, rounded half up to {to}", LOOSE

    def _ratio(self, node: Node) -> Said:
        above, below, otherwise = node.args
        over = f"{self.inside(above, TIMES)} ÷ {self.inside(below, MINUS)}"
        return f"{over} ({self.text(otherwise)} where nothing is below the line)", TIMES

    def _not(self, node: Node) -> Said:
        (arg,) = node.args
        if arg.op == "is_missing":
            return f"{self.inside(arg.args[0], OR)} is given", COMPARED
        if arg.op == "or_else" and arg.args[1].op == "literal" and arg.args[1].data[0] is True:
            return f"{self.inside(arg.args[0], OR)} is no", COMPARED
        return f"not {self.inside(arg, MINUS)}", COMPARED

    def _when(self, node: Node) -> Said:
        condition, value, otherwise = node.args
        if always(condition):
            return self.say(value)
        text = f"{self.inside(value, OR)} where {self.text(condition)}"
        nothing = otherwise.op == "literal" and otherwise.data[0] == 0
        return text if nothing else f"{text}, else {self.inside(otherwise, OR)}", LOOSE

    def _or_else(self, node: Node) -> Said:
        value, otherwise = node.args
        if node.kind is Kind.FLAG and otherwise.op == "literal" and otherwise.data[0] is False:
            return f"{self.inside(value, OR)} is yes" if value.op in ("column", "find") else self.text(value), COMPARED
        return f"{self.inside(value, OR)}, or {self.inside(otherwise, OR)} where that is missing", LOOSE

    def _is_in(self, node: Node) -> Said:
        return f"{self.inside(node.args[0], OR)} is one of {codes_text(node.data)}", COMPARED

    def _starts_with(self, node: Node) -> Said:
        return f"{self.inside(node.args[0], OR)} begins with {' or '.join(map(str, node.data))}", COMPARED

    def _first(self, node: Node) -> Said:
        return "it is the person’s first row in the period", COMPARED

    def _total(self, node: Node) -> Said:
        return f"the sum of {self.inside(node.args[0], OR)} for {ENDS[str(node.data[0])]}", LOOSE

    def matched(self, node: Node, keys: object, fixed: object, on: object) -> str:
        """The columns that a lookup matches, each with what it has to be."""
        parts = [f"{plain_name(k)} {self.inside(a, TIMES)}" for k, a in zip(keys, node.args, strict=False)]  # type: ignore[call-overload]
        parts += [f"{plain_name(name)} {value}" for name, value in fixed]  # type: ignore[attr-defined]
        return ", ".join(parts) + (f", on {self.inside(node.args[-1], TIMES)}" if on else "")

    def _find(self, node: Node) -> Said:
        table, column, keys, fixed, on, _ = node.data
        of = plain_name(str(table).rpartition(":")[2])
        return f"{plain_name(column)} ({of}: {self.matched(node, keys, fixed, on)})", ATOM

    def _exists(self, node: Node) -> Said:
        table, keys, fixed, on = node.data
        return f"{plain_name(table)} has a row for {self.matched(node, keys, fixed, on)}", COMPARED

    def _other(self, node: Node) -> Said:
        return f"the price in {node.data[1]}", ATOM


def describe(traced: Traced, others: Mapping[str, Traced] | None = None) -> list[str]:
    """What a rule says, a line each: its flows and claims, then what its named values are.

    ``others`` are the rules that it refers to, by label: what they pay is then named and not written out.
    """
    words = Wording(others)
    lines = [_flow(words, flow) for flow in traced.flows]
    for claim in traced.units:
        worth = "" if claim.worth is None else f", worth {words.text(claim.worth)}"
        where = "" if always(claim.where) else f" where {words.text(claim.where)}"
        lines.append(f"{claim.state}: each {claim.unit} of {claim.table}{where}{worth}")
    lines += [f"figure “{figure.name}”: {words.text(figure.value)}" for figure in traced.figures]
    lines += [
        f"kept in {words.text(carry.pot)}: {words.text(carry.amount)} ({carry.reason})" for carry in traced.carries
    ]
    lines += [f"law: {says}: {words.text(left)} = {words.text(right)}" for says, left, right in traced.laws]
    return [*lines, *_definitions(words, traced)]


def _flow(words: Wording, flow: TracedFlow) -> str:
    accounts = f"{words.text(flow.payer)} → {words.text(flow.payee)}"
    book = "" if flow.book == "cash" else f", in the book “{flow.book}”"
    return f"{accounts}: {words.text(flow.amount)} ({flow.kind}{book}: {flow.reason})"


def _definitions(words: Wording, traced: Traced) -> Iterator[str]:
    """Each named value once, before what is made of it."""
    said: set[str] = set()
    for node in walk(*traced.nodes()):
        if node.op == "named":
            line = f"{node.data[0]} = {words.text(node.args[0])}"
            if line not in said:
                said.add(line)
                yield line
