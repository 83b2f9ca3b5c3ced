"""Composing: many contracts' rules become few traced rules, each with the contracts that hold it.

This is the one part that the pay path and the reference share besides the nodes themselves, so its faults
cannot show as a difference between them. It has laws of its own instead: ten thousand contracts together are
settled as each alone, and renaming a label changes nothing.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any

import pluggy
from attrs import field, frozen

from tallystick.kernel import choices
from tallystick.kernel.case import Case, ContractCase, RuleEntry
from tallystick.kernel.errors import Fault, InputError, TallystickError
from tallystick.kernel.language.nodes import Kind, walk
from tallystick.kernel.parameters import Label, Parameter
from tallystick.kernel.rules import twin
from tallystick.kernel.trace import Activity, Traced, Watch, new_manager, trace

Digests = dict[tuple[Any, ...], list[tuple[Mapping[str, Any], Mapping[str, str], str]]]
"""Digests by the rule, each with the shape and the references that it is of."""
MOST_ALIKE = 64
"""So many shapes of a rule are looked through for the same one."""


@frozen(eq=False, kw_only=True)
class Use:
    """One way a rule is composed: what it says, and the contracts that hold it, by contract id."""

    identity: str
    cls: Any
    holders: Mapping[str, RuleEntry]
    traced: Traced
    shares: frozenset[str] = frozenset()
    """What ties its contracts together: ``rule <label>`` if it reaches beyond the contract, ``fund <name>``."""


@frozen
class Stop:
    """Why a contract was not settled. ``because`` names the contract that stopped first, for those not run."""

    why: str
    label: str = ""
    clause: str = ""
    because: str = ""

    @property
    def outcome(self) -> str:
        """``stopped``, or ``not run`` for a contract that shares something with a stopped one."""
        return "not run" if self.because else "stopped"


@frozen(eq=False, kw_only=True)
class Program:
    """What is read: the contracts that can be settled, and their rules in an order in which each can be."""

    case: Case
    contracts: tuple[ContractCase, ...]
    uses: Mapping[str, Use]
    stopped: Mapping[str, Stop]
    identities: Mapping[str, Mapping[str, str]]
    """For each contract, label to identity."""
    labels: Mapping[tuple[str, str], RuleEntry] = field(repr=False)
    """(contract, identity) to the contract's own entry."""


def compose(case: Case, *, watch: Watch | None = None) -> Program:
    """Give every rule of every contract its identity, trace each identity once, and stop what cannot run.

    ``watch`` is handed the pluggy manager before anything is traced. Raises InputError for labels that go in
    a circle or name nothing, and for choices that a rule cannot work with; a rule that fails to trace for any
    other reason stops the contracts that hold it, and no others.
    """
    stops = {c.id: stop for c in case.contracts if (stop := _missing(c)) is not None}
    digests: Digests = {}
    identities = {c.id: _identities(c, digests) for c in case.contracts if c.id not in stops}
    holders: dict[str, dict[str, RuleEntry]] = {}
    for contract in case.contracts:
        for entry in contract.rules if contract.id in identities else ():
            holders.setdefault(identities[contract.id][entry.label], {})[contract.id] = entry
    uses, failed = _trace_all(case, holders, identities, watch)
    _one_meaning_of_each_label(uses)
    _same_periods(case, uses)
    for contract in case.contracts:
        for entry in contract.rules if contract.id in identities else ():
            error = failed.get(identities[contract.id][entry.label])
            if error is not None and contract.id not in stops:
                stops[contract.id] = Stop(str(error), entry.label, entry.clause)
    return _without(case, uses, identities, stops)


def stop_more(program: Program, stops: Mapping[str, Stop]) -> Program:
    """The same program without some contracts, and without those that share a fund or a scheme rule with them."""
    uses = dict(program.uses)
    return _without(program.case, uses, program.identities, {**program.stopped, **stops})


def _missing(contract: ContractCase) -> Stop | None:
    for entry in contract.rules:
        if entry.missing:
            return Stop(entry.missing, entry.label, entry.clause)
    return None


def _identities(contract: ContractCase, digests: Digests) -> dict[str, str]:
    """Label to identity. Rules that say exactly the same are told apart by their place among their labels."""
    entries = {entry.label: entry for entry in contract.rules}
    plain: dict[str, str] = {}
    numbered: dict[str, str] = {}
    taken: dict[str, int] = {}
    for label in sorted(entries):
        said = _said(entries[label], entries, plain, digests)
        taken[said] = taken.get(said, 0) + 1
        numbered[label] = f"{said}.{taken[said]}"
    if all(number.endswith(".1") for number in numbered.values()):
        return numbered
    return _with_numbered_references(entries, numbered)


def _said(
    entry: RuleEntry, entries: Mapping[str, RuleEntry], known: dict[str, str], digests: Digests,
    above: tuple[str, ...] = (),
) -> str:  # fmt: skip
    if entry.label in above:
        circle = " → ".join([*above[above.index(entry.label) :], entry.label])
        raise InputError(
            Fault(
                code="label/cycle",
                found=f"rules refer to each other in a circle: {circle}",
                why="what a rule pays cannot depend on itself",
                write="take one of the references out",
            )
        )
    if entry.label not in known:
        refer = {
            label: _said(_entry(entries, label, entry), entries, known, digests, (*above, entry.label))
            for label in references(entry)
        }
        known[entry.label] = _digest_once(entry, refer, digests)
    return known[entry.label]


def _with_numbered_references(entries: Mapping[str, RuleEntry], numbered: dict[str, str]) -> dict[str, str]:
    """Once two rules are alike, which of them a third refers to matters: number the references too."""
    done: dict[str, str] = {}

    def settle(label: str) -> str:
        if label not in done:
            refer = {other: settle(other) for other in references(entries[label])}
            done[label] = f"{_digest(entries[label], refer)}.{numbered[label].rpartition('.')[2]}"
        return done[label]

    return {label: settle(label) for label in sorted(entries)}


def _entry(entries: Mapping[str, RuleEntry], label: str, asked_by: RuleEntry) -> RuleEntry:
    if label not in entries:
        raise InputError(
            Fault(
                code="label/unknown",
                found=f"rule {asked_by.label!r} refers to {label!r}, which the contract does not have",
            )
        )
    return entries[label]


def references(entry: RuleEntry) -> list[str]:
    """The labels that the rule refers to, in order of their names."""
    found: set[str] = set()
    for spec in _referring_specs(entry.cls):
        found.update(_labels(spec, entry.shape.get(spec.name)))
    return sorted(found)


@functools.cache
def _referring_specs(cls: Any) -> tuple[Parameter, ...]:
    """The parameters of a rule in which labels may stand."""
    return tuple(spec for spec in cls.parameters.values() if spec.role in ("label", "labels", "parts"))


def _labels(spec: Parameter, given: Any) -> Iterator[str]:
    """The labels in what is given for a parameter, those in its parts too."""
    if given is None:
        return
    if spec.role == "parts":
        for record in given:
            for name, part in spec.fields.items():
                yield from _labels(part, record.get(name))
    elif spec.role in ("label", "labels"):
        yield from [given] if spec.role == "label" else given


def _referring(spec: Parameter, given: Any, meant: Mapping[str, str]) -> Any:
    """What is given for a parameter, with what is meant in the place of each label; several labels in order of that."""
    if given is None or spec.role not in ("label", "labels", "parts"):
        return given
    if spec.role == "parts":
        return tuple(
            {name: _referring(part, record.get(name), meant) for name, part in spec.fields.items()} for record in given
        )
    if spec.role == "label":
        return Label(meant[given])
    return tuple(Label(name) for name in sorted(meant[label] for label in dict.fromkeys(given)))


def _digest_once(entry: RuleEntry, refer: Mapping[str, str], digests: Digests) -> str:
    """The digest, worked out once for the many entries that are composed alike."""
    given = frozenset(entry.values), frozenset(entry.rows)
    alike = digests.setdefault((entry.cls, entry.use, entry.scheme, entry.pays, *given), [])
    for shape, referred, digest in alike:
        if shape == entry.shape and referred == refer:
            return digest
    made = _digest(entry, refer)
    if len(alike) < MOST_ALIKE:
        alike.append((entry.shape, refer, made))
    return made


def _digest(entry: RuleEntry, refer: Mapping[str, str]) -> str:
    shape: list[tuple[str, Any]] = [("pays", entry.pays)]
    for spec in entry.cls.parameters.values():
        given = entry.shape.get(spec.name)
        if spec.is_column or spec.role == "rows":
            shape.append((spec.name, spec.name in entry.values or spec.name in entry.rows))
        else:
            shape.append((spec.name, _referring(spec, given, refer)))
    base = f"scheme:{entry.scheme}" if entry.scheme else entry.use
    return f"{base}#{hashlib.blake2b(repr((entry.use, shape)).encode(), digest_size=6).hexdigest()}"


def _one_meaning_of_each_label(uses: Mapping[str, Use]) -> None:
    """A scheme rule that reaches beyond the contract has to be composed alike wherever it is held."""
    meant: dict[str, Use] = {}
    for use in uses.values():
        for tie in use.shares:
            if tie.startswith("rule ") and meant.setdefault(tie, use).identity != use.identity:
                one, other = min(meant[tie].holders), min(use.holders)
                raise InputError(Fault(
                    code="scheme-rule/two-meanings",
                    found=f"the scheme's {tie} means one thing in contract {one} and another in contract {other}",
                    why="it shares something out among contracts, and they refer to different rules by the same label",
                    write="let its labels refer to rules of the scheme in both",
                ))  # fmt: skip


def _same_periods(case: Case, uses: Mapping[str, Use]) -> None:
    """What is shared out among contracts is shared in periods that are alike, or the same days would count twice."""
    contracts = {contract.id: contract for contract in case.contracts}
    for use in uses.values():
        if not any(tie.startswith("rule ") for tie in use.shares):
            continue
        windows = {(p.first, p.last): held for held in sorted(use.holders) for p in contracts[held].periods()}
        for one, other in pairwise(sorted(windows)):
            if other[0] <= one[1]:
                raise InputError(Fault(
                    code="scheme-rule/unlike-periods",
                    found=f"the scheme's rule {next(iter(use.holders.values())).scheme!r} is shared by contracts whose "
                    f"periods overlap and are not alike: {windows[one]} settles {one[0]} to {one[1]}, and "
                    f"{windows[other]} {other[0]} to {other[1]}",
                    why="what it adds up or shares out among contracts would be added up or given out twice",
                    write="the same settles, and years that begin alike, in all contracts that hold the rule",
                ))  # fmt: skip


def _trace_all(
    case: Case,
    holders: Mapping[str, Mapping[str, RuleEntry]],
    identities: Mapping[str, Mapping[str, str]],
    watch: Watch | None,
) -> tuple[dict[str, Use], dict[str, TallystickError]]:
    manager, activity = new_manager(), Activity(case.tables)
    twins: dict[str, Any] = {}
    needs: dict[str, list[str]] = {}
    for identity, held in sorted(holders.items()):
        contract, entry = next(iter(sorted(held.items())))
        of = identities[contract]
        twins[identity] = twin(entry.cls, identity, _shape(entry, of))
        needs[identity] = [of[label] for label in references(entry)]
        manager.register(twins[identity], name=identity)
    manager.check_pending()
    if watch is not None:
        watch(manager)
    traced: dict[str, Traced] = {}
    failed: dict[str, TallystickError] = {}
    faults: list[Fault] = []
    uses: dict[str, Use] = {}
    for identity in _in_order(needs):
        held = holders[identity]
        entry = next(iter(held.values()))
        if (broken := next((need for need in needs[identity] if need in failed), None)) is not None:
            failed[identity] = failed[broken]
            continue
        try:
            traced[identity] = trace(
                twins[identity], identity, pays=entry.pays, traced=traced, activity=activity, manager=manager
            )
        except TallystickError as error:
            failed[identity] = error
            faults += choices.faults_of(error, held.values())
            continue
        uses[identity] = Use(
            identity=identity,
            cls=entry.cls,
            holders=held,
            traced=traced[identity],
            shares=_shares(traced[identity], held),
        )
    if faults:
        raise InputError(dict.fromkeys(faults))
    return uses, failed


def _shape(entry: RuleEntry, identities: Mapping[str, str]) -> dict[str, Any]:
    """The rule's choices, with each label replaced by the identity that it stands for."""
    shape: dict[str, Any] = {}
    for spec in entry.cls.parameters.values():
        given = entry.shape.get(spec.name)
        if spec.is_column or spec.role == "rows":
            present = spec.name in entry.values or spec.name in entry.rows
            shape[spec.name] = () if present else None
        else:
            shape[spec.name] = _referring(spec, given, identities)
    return shape


def _in_order(needs: Mapping[str, Iterable[str]]) -> list[str]:
    done: dict[str, None] = {}

    def visit(identity: str) -> None:
        if identity not in done:
            for need in needs[identity]:
                visit(need)
            done[identity] = None

    for identity in sorted(needs):
        visit(identity)
    return list(done)


def _shares(traced: Traced, held: Mapping[str, RuleEntry]) -> frozenset[str]:
    found: set[str] = set()
    for node in walk(*traced.nodes()):
        if node.op in ("total", "allot", "fit") and len(node.data) > 1 and node.data[1]:
            found.add(f"rule {next(iter(held.values())).scheme}")
        elif node.op == "fund":
            found.add(f"fund {node.data[0]}")
    cls = next(iter(held.values())).cls
    numbers = {name for name, spec in cls.parameters.items() if spec.role == "number" and spec.kind is not Kind.CODE}
    for entry in held.values():
        for timeline in (timeline for name, timeline in entry.values.items() if name not in numbers):
            for _, value in timeline.steps:
                if isinstance(value, str) and value.startswith("scheme/"):
                    found.add(f"fund {value.removeprefix('scheme/')}")
    return frozenset(found)


def _without(
    case: Case, uses: Mapping[str, Use], identities: Mapping[str, Mapping[str, str]], stops: Mapping[str, Stop]
) -> Program:
    stopped = dict(stops)
    tied: dict[str, set[str]] = {}
    for use in uses.values():
        for tie in use.shares:
            tied.setdefault(tie, set()).update(use.holders)
            if tie.startswith("rule "):
                tied[tie].update(
                    c.id for c in case.contracts if any(f"rule {entry.scheme}" == tie for entry in c.rules)
                )
    waiting = sorted(stopped)
    while waiting:
        first = waiting.pop(0)
        for tie, members in sorted(tied.items()):
            for other in sorted(members - set(stopped)) if first in members else ():
                cause = stopped[first].because or first
                stopped[other] = Stop(f"it shares the {tie} with contract {cause}, which stopped", because=cause)
                waiting.append(other)
    left = tuple(contract for contract in case.contracts if contract.id not in stopped)
    kept: dict[str, Use] = {}
    for identity, use in uses.items():
        held = {contract: entry for contract, entry in use.holders.items() if contract not in stopped}
        if held:
            kept[identity] = Use(identity=identity, cls=use.cls, holders=held, traced=use.traced, shares=use.shares)
    labels = {(contract, identity): entry for identity, use in kept.items() for contract, entry in use.holders.items()}
    return Program(case=case, contracts=left, uses=kept, stopped=stopped, identities=identities, labels=labels)


Manager = pluggy.PluginManager
"""The kind of manager that ``watch`` is handed."""
