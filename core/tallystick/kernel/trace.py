"""Tracing: running each rule once, with columns for its numbers, to learn what it says.

A rule is traced once for each way it is composed, whatever the number of contracts. What two contracts'
rules say alike is one and the same trace: its *identity* is the rule's name, its shape, and the identities of
the rules that its labels refer to. Labels are names and no part of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pluggy
from attrs import frozen

from tallystick.kernel import hooks
from tallystick.kernel.accounts import Account, Contract
from tallystick.kernel.errors import PluginError, RuleError, TallystickError, did_you_mean
from tallystick.kernel.flows import Carry, Covered, Figure, Flow, Law, Never, Priced, Units
from tallystick.kernel.language import words
from tallystick.kernel.language.nodes import Kind, Node
from tallystick.kernel.language.profile import Profile
from tallystick.kernel.language.series import NUMBERS, Amount, Count, Flag, Maybe, literal, resolved, series, wrapped
from tallystick.kernel.language.words import each_contract, total, when
from tallystick.kernel.parameters import Label
from tallystick.kernel.tables import Table, TableSpec
from tallystick.kernel.traced import Traced, TracedCarry, TracedFigure, TracedFlow, TracedUnits


class Activity:
    """The tables by name, as a rule sees them: ``activity.spells.hrg``. Built once, so a table is one object."""

    def __init__(self, tables: Mapping[str, TableSpec]) -> None:
        self._tables = tables
        self._made: dict[str, Table] = {}

    def __getattr__(self, name: str) -> Any:
        return self[name]

    def __getitem__(self, name: str) -> Any:
        """The table of that name; RuleError if no plugin declares it."""
        if name not in self._tables:
            raise RuleError(f"there is no table {name!r}", about=name, write=did_you_mean(name, self._tables))
        if name not in self._made:
            self._made[name] = self._tables[name].cls()
        return self._made[name]


class Paid:
    """What other rules pay the provider: ``paid("price")``, for each row or contract that they pay for."""

    def __init__(self, traced: Mapping[str, Traced]) -> None:
        self._traced = traced

    def __call__(self, *labels: Label) -> Amount:
        """What those rules' flows bring the provider less what they take, at the grain of those flows."""
        parts = list(self._parts(labels))
        grains = {part.node.grain.name for part in parts}
        if len(grains - {"everywhere"}) > 1:
            raise RuleError(
                f"paid(…) of {len(labels)} rules is paid for each {' and for each '.join(sorted(grains))}: "
                "write paid.total(…), which adds them up for the contract"
            )
        return _sum(parts)

    def total(self, *labels: Label) -> Amount:
        """The same, added up for the contract and its period."""
        return _sum([_for_contract(part) for part in self._parts(labels)])

    def for_each(self, rows: Table, *labels: Label) -> Amount:
        """What those of their flows that are for each row of a table bring the provider; others are left out.

        Raises RuleError where a rule has no such flow, or none is named.
        """
        if not labels:
            raise RuleError("it names no rule")
        parts: list[Amount] = []
        for label in labels:
            found = [part for part in self._parts((label,)) if part.node.grain == rows.grain]
            if not found:
                raise RuleError(f"it pays nothing for each row of {rows.table.name}")
            parts += found
        return _sum(parts)

    def accounts(self, label: Label) -> tuple[Account, Account] | None:
        """Who pays whom, as the rule's first flow does, if all its cash moves between two accounts; None if not."""
        pairs = [(flow.payer, flow.payee) for flow in _named(self._traced, label).flows if flow.book == "cash"]
        if len({frozenset(pair) for pair in pairs}) != 1 or any(one.grain.table for one in pairs[0]):
            return None
        payer, payee = pairs[0]
        return Account(payer, "who pays by the other rule"), Account(payee, "who is paid by the other rule")

    def year(self, label: Label) -> tuple[Amount, Profile | None] | None:
        """What the rule pays in a year, and its profile, if all it pays is the instalments of one; None if not."""
        flows = [flow for flow in _named(self._traced, label).flows if flow.book == "cash"]
        if len(flows) != 1 or (node := flows[0].amount.bare).op != "instalment":
            return None
        return Amount(node.args[0]), Profile(node.data) if node.data else None  # type: ignore[arg-type]

    def _parts(self, labels: tuple[Label, ...]) -> Iterator[Amount]:
        for label in labels:
            for flow in _named(self._traced, label).flows:
                if flow.book == "cash":
                    yield from _brings(flow)


@frozen(eq=False)
class Claimed:
    """What a currency that does not pay claims and values: rows of a table, and what their units are worth."""

    rows: Table
    unit: str
    where: Flag
    units: Count
    worth: Amount
    amount: Amount | Maybe[Amount]
    """The same, and missing where a row has no price."""


class Value:
    """What the units of other rules are worth, paid or not: ``value("activity")``."""

    def __init__(self, traced: Mapping[str, Traced], activity: Activity) -> None:
        self._traced, self._activity = traced, activity

    def claims(self, *labels: Label) -> Iterator[Claimed]:
        """What those currencies claim, for a rule that covers it; RuleError for one that pays by itself."""
        for label in labels:
            for claim in _named(self._traced, label).units:
                if claim.state != "valued" or claim.worth is None or claim.amount is None:
                    raise RuleError(
                        "units that their own rule pays for, or does not value, cannot be covered: say pays = false"
                    )
                rows = self._activity[claim.table]
                where, units, worth = Flag(claim.where), Count(claim.units), Amount(claim.worth)
                yield Claimed(rows, claim.unit, where, units, worth, wrapped(claim.amount))

    def __call__(self, *labels: Label) -> Amount:
        """The worth of those currencies' units, for each row."""
        return _sum([series(node) for label in labels for node in self._worths(label)])

    def total(self, *labels: Label) -> Amount:
        """The same, added up for the contract and its period."""
        return _sum([_for_contract(series(node)) for label in labels for node in self._worths(label)])

    def _worths(self, label: Label) -> Iterator[Node]:
        for claim in _named(self._traced, label).units:
            if claim.worth is not None:
                yield claim.worth


def _named(traced: Mapping[str, Traced], label: Label) -> Traced:
    if not isinstance(label, Label):
        raise RuleError(f"{label!r} is written into the rule: take labels from a parameter, on: Label")
    return traced[label]


def _for_contract(amount: Amount) -> Amount:
    grain = amount.node.grain.name
    if grain in ("terms", "everywhere"):
        return each_contract(amount)
    return amount if grain == "contract" else total(amount)


def _brings(flow: TracedFlow) -> Iterator[Amount]:
    """What a flow brings the provider, for the accounts that can be the provider's at all."""
    provider = Contract.provider
    for account, sign in ((flow.payee, 1), (flow.payer, -1)):
        if account.op in ("pot", "fund") or account == Contract.commissioner.node:
            continue
        amount = Amount(flow.amount).as_line()
        if account != provider.node:
            code = series(account)
            is_provider: Any = (
                Maybe(code).map(lambda c: c == provider.code).is_yes() if account.optional else code == provider.code
            )
            amount = when(is_provider, amount)
        yield amount if sign == 1 else -amount


def _sum(parts: list[Amount]) -> Amount:
    added: Amount = literal(Kind.AMOUNT, 0)
    for number, part in enumerate(parts):
        added = part if number == 0 else added + part
    return added


def trace(
    rule: Any,
    identity: str,
    *,
    pays: bool,
    traced: Mapping[str, Traced],
    activity: Activity,
    manager: pluggy.PluginManager,
) -> Traced:
    """Run the rule's hooks, once, and return what it says.

    Raises RuleError where the rule is written wrongly and PluginError for anything else that it raises.
    """
    contract = Contract()
    known = {"activity": activity, "contract": contract, "paid": Paid(traced), "value": Value(traced, activity)}
    others = [plugin for plugin in manager.get_plugins() if plugin is not rule]
    collected = _Collected(identity, pays, contract)
    token = words.tracing.set(identity)
    try:
        for hook, wanted in (("payment_currency", ("activity", "value", "contract")), ("incentive", tuple(known))):
            caller = manager.subset_hook_caller(hook, remove_plugins=others)
            answers = caller(**{name: known[name] for name in wanted})
            if len(answers) < len(caller.get_hookimpls()):  # pluggy leaves None out
                answers = [None]
            for answer in answers:
                for one in _yielded(answer, type(rule).rule_name, hook):
                    collected.add(one, hook)
    except TallystickError:
        raise
    except (Exception, SystemExit) as error:  # a plugin may raise anything; its contract is stopped, with the words
        raise PluginError(f"rule {type(rule).rule_name} raised {type(error).__name__}: {error}") from error
    finally:
        words.tracing.reset(token)
    return collected.traced()


def _yielded(answer: Any, name: str, hook: str) -> Iterator[Any]:
    if not hasattr(answer, "__next__"):
        raise PluginError(f"rule {name}: {hook} gave back {answer!r}; it has to yield flows, figures and claims")
    yield from answer


class _Collected:
    """What a rule has yielded so far, turned into nodes."""

    def __init__(self, identity: str, pays: bool, contract: Contract) -> None:
        self.identity, self.pays, self.contract = identity, pays, contract
        self.flows: list[TracedFlow] = []
        self.units: list[TracedUnits] = []
        self.figures: list[TracedFigure] = []
        self.carries: list[TracedCarry] = []
        self.laws: list[tuple[str, Node, Node]] = []
        self.nevers: list[tuple[str, Node]] = []

    def add(self, one: Any, hook: str) -> None:
        if isinstance(one, Units):
            if hook != "payment_currency":
                raise RuleError("payable units are claimed in payment_currency, not in an incentive")
            self._claim(one)
        elif isinstance(one, Flow):
            self._flow(one)
        elif isinstance(one, Carry):
            self._carry(one)
        elif isinstance(one, Figure):
            value = one.value
            if isinstance(value, Flag):
                value = when(value, literal(Kind.COUNT, 1))
            if not isinstance(value, Maybe) and value.node.kind not in NUMBERS:
                raise RuleError(f"figure {one.name!r} is a number or a condition, not a {value.node.kind.value}")
            self.figures.append(TracedFigure(name=one.name, value=_settled(value), reason=one.reason))
        elif isinstance(one, Never):
            if not one.where.node.grain.table:
                raise RuleError(
                    f"Never(…) finds rows of a table, and this condition is one for each {one.where.node.grain}"
                )
            self.nevers.append((one.says, resolved(one.where).node))
        elif isinstance(one, Law):
            self.laws.append((one.says, _settled(_for_contract(one.left)), _settled(_for_contract(one.right))))
        else:
            name = self.identity.partition("#")[0].removeprefix("scheme:")
            raise PluginError(f"rule {name}: {hook} yielded {one!r}, which is no flow, figure, carry, law or claim")

    def _flow(self, flow: Flow) -> None:
        amount = _settled(flow.amount)
        if not amount.grain.reaches(each_contract(Amount(Contract.provider.node)).node.grain):
            raise RuleError(
                f"a flow of one amount for each {amount.grain} would be paid by every contract: allot it first"
            )
        for account in (flow.payer, flow.payee):
            if not amount.grain.reaches(account.node.grain):
                raise RuleError(
                    f"an account for each {account.node.grain} cannot take an amount for each {amount.grain}"
                )
        if flow.units is not None and not amount.grain.reaches(flow.units.node.grain):
            raise RuleError(
                f"units for each {flow.units.node.grain} cannot be counted on an amount for each {amount.grain}"
            )
        self.flows.append(
            TracedFlow(
                number=len(self.flows), payer=flow.payer.node, payee=flow.payee.node, amount=amount, kind=flow.kind,
                book=flow.book, reason=flow.reason, clause=flow.clause,
                units=None if flow.units is None else _settled(flow.units),
            )
        )  # fmt: skip

    def _carry(self, carry: Carry) -> None:
        lapsed = carry.until < self.contract.as_at
        gone = when(lapsed, carry.amount)
        self._flow(Flow(carry.pot, carry.then, gone, kind="forfeit", reason=f"{carry.reason}: lapsed"))
        kept = when(~lapsed, carry.amount)
        self.carries.append(TracedCarry(pot=carry.pot.node, amount=_settled(kept), reason=carry.reason))

    def _claim(self, claim: Units) -> None:
        state = "priced" if isinstance(claim, Priced) else "covered" if isinstance(claim, Covered) else "excluded"
        has_price = claim.where
        worth: Amount | None = None
        if isinstance(claim.amount, Maybe):
            has_price = claim.where & claim.amount.is_given()
            worth = when(claim.where, claim.amount.or_else(0))
        elif claim.amount is not None:
            worth = when(claim.where, claim.amount)
        if state == "priced" and worth is None:
            raise RuleError("Priced(…) says what its units are worth: amount=…")
        unnamed = None if claim.named is None else claim.where & ~claim.named
        if state == "priced" and not self.pays:
            state = "valued"
        counted = when(claim.where, claim.counted())
        self.units.append(
            TracedUnits(
                table=claim.rows.table.name, unit=claim.unit, state=state, where=claim.where.node, units=counted.node,
                worth=None if worth is None else worth.node, priced=has_price.node,
                unnamed=None if unnamed is None else unnamed.node, reason=claim.reason,
                amount=None if claim.amount is None else claim.amount.node,
                needs=() if claim.named is None else tuple(_needs(claim.where, claim.named)),
            )
        )  # fmt: skip
        if state == "priced" and worth is not None:
            units: Count = when(has_price, claim.counted())
            payer, payee = claim.payer or self.contract.commissioner, claim.payee or self.contract.provider
            self._flow(Flow(payer, payee, worth, kind="price", reason=claim.reason, units=units))

    def traced(self) -> Traced:
        return Traced(
            identity=self.identity, flows=tuple(self.flows), units=tuple(self.units), figures=tuple(self.figures),
            carries=tuple(self.carries), laws=tuple(self.laws), nevers=tuple(self.nevers),
            pots=dict(self.contract.pots),
        )  # fmt: skip


def _needs(where: Flag, named: Flag) -> Iterator[tuple[str, Node]]:
    """Each part of what a row needs: the name it was given, and the condition for rows that lack it."""
    node, name = named.node, ""
    if node.op == "named":
        node, name = node.args[0], str(node.data[0])
    if node.op == "and" and not name:
        for part in node.args:
            yield from _needs(where, Flag(part))
    else:
        yield name, (where & ~named).node


def _settled(value: Any) -> Node:
    """The node of a value that is ready to be read: not missing, and a contract's where it is a plain number."""
    if isinstance(value, Maybe) or value.node.optional:
        raise RuleError("what is paid or shown may be missing: resolve it with .or_else(…) first")
    return each_contract(value).node if value.node.grain.name in ("terms", "everywhere") else value.node  # type: ignore[no-any-return]


def new_manager() -> pluggy.PluginManager:
    """A short-lived manager that holds the rules of one program, each under its identity."""
    manager = pluggy.PluginManager(hooks.PROJECT)
    manager.add_hookspecs(hooks.RuleHooks)
    return manager


Watch = Callable[[pluggy.PluginManager], object]
"""Called with the manager of a program's rules before they are traced; for ``add_hookcall_monitoring``."""

__all__ = [
    "Activity", "Claimed", "Paid", "Traced", "TracedCarry", "TracedFigure", "TracedFlow", "TracedUnits", "Value",
    "Watch", "new_manager", "trace",
]  # fmt: skip
