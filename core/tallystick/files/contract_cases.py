"""Contracts from their heads and rules: every check that needs more than one of them, made once where it can be."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence

from attrs import field, frozen

from tallystick.assign.claims import Said
from tallystick.files.accounts import party_code
from tallystick.files.binding import Binder, Change
from tallystick.files.labels import LabelCheck
from tallystick.files.rule_blocks import Draft
from tallystick.files.spots import Spot
from tallystick.files.terms import Bearer
from tallystick.kernel.accounts import Pot
from tallystick.kernel.case import ContractCase, RuleEntry
from tallystick.kernel.errors import Fault, did_you_mean


@frozen(kw_only=True)
class Head:
    """What a contract says before its rules; ``holds`` names the scheme rules that it holds, None for all."""

    id: str
    title: str = ""
    provider: str
    commissioner: str
    first: datetime.date
    last: datetime.date
    settles: str
    holds: tuple[str, ...] | None = None
    clause: str = ""


@frozen(eq=False)
class ContractCases:
    """Gathers the contracts of a workspace; faults are added on the way."""

    scheme_rules: Mapping[str, Draft]
    faults: list[Fault]
    made: dict[str, ContractCase] = field(factory=dict)
    said: list[Said] = field(factory=list)
    """Claims on rows that were met on the way, in columns of contracts.csv."""
    _spots: dict[str, Spot] = field(factory=dict)
    _binder: Binder = field(init=False)
    _labels: LabelCheck = field(init=False)
    _held: dict[tuple[str, ...] | None, tuple[Draft, ...]] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "_binder", Binder(self.faults))
        object.__setattr__(self, "_labels", LabelCheck(self.faults))

    def add(
        self, head: Head, own: Sequence[Draft], changes: Mapping[str, Change], spot: Spot, holds_spot: Spot
    ) -> None:
        """Add one contract: its scheme rules as it changes them, then its own rules."""
        if head.id in self.made:
            where = self._spots[head.id].fault("", "").where
            found, why = f'there are two contracts "{head.id}"', f"the other is in {where}"
            self.faults.append(spot.fault("contract/twice", found, why, "an id of its own for each"))
            return
        if head.provider == head.commissioner:
            found = f'contract {head.id} would pay itself: provider and commissioner are both "{head.provider}"'
            why = "a payment has two halves, and both would be of one account"
            self.faults.append(spot.fault("contract/one-party", found, why, "the code of the other party"))
        self._spots[head.id] = spot
        held = self._holds(head, holds_spot)
        self._labels.check(head.id, (*held, *own))
        bearer = Bearer(id=head.id, provider=head.provider, commissioner=head.commissioner, first=head.first)
        rules = tuple(self._binder.bind(draft, bearer, changes.get(draft.label)) for draft in held)
        rules += tuple(self._binder.bind(draft, bearer) for draft in own)
        self._pots_alike(head.id, rules, spot)
        self.made[head.id] = ContractCase(
            id=head.id, title=head.title, provider=head.provider, commissioner=head.commissioner, first=head.first,
            last=head.last, settles=head.settles, rules=rules, clause=head.clause,
        )  # fmt: skip

    def spot_of(self, contract: str) -> Spot:
        """Where one of the contracts is written."""
        return self._spots[contract]

    def _holds(self, head: Head, spot: Spot) -> tuple[Draft, ...]:
        if head.holds in self._held:
            return self._held[head.holds]
        labels = tuple(self.scheme_rules) if head.holds is None else head.holds
        unknown = [label for label in labels if label not in self.scheme_rules]
        self.faults.extend(no_scheme_rule(label, self.scheme_rules, spot) for label in unknown)
        for label in {label for label in labels if labels.count(label) > 1}:
            found = f'scheme rule "{label}" is named twice'
            self.faults.append(spot.fault("label/twice", found, "", "each label once"))
        held = tuple(self.scheme_rules[label] for label in dict.fromkeys(labels) if label in self.scheme_rules)
        if not unknown:
            self._held[head.holds] = held
        return held

    def _pots_alike(self, contract: str, rules: Sequence[RuleEntry], spot: Spot) -> None:
        declared: dict[str, Pot] = {}
        for entry in rules:
            for pot in entry.pots:
                if declared.setdefault(pot.name, pot) != pot:
                    self.faults.append(spot.fault(
                        "account/two-pots", f'contract {contract} declares the pot "{pot.name}" twice, and not alike',
                        f'"{entry.label}" says other things of it than the rule before',
                        "the same words, or another name",
                    ))  # fmt: skip


def no_scheme_rule(label: str, scheme_rules: Mapping[str, Draft], spot: Spot) -> Fault:
    """The fault of a label that no rule of the scheme has."""
    found = f'scheme.toml has no rule with the label "{label}"'
    return spot.fault("label/unknown", found, "", did_you_mean(label, scheme_rules))


def contract_id(given: str) -> str:
    """Return a contract's id; raises Refusal for a stroke, or for the word that stands before a fund."""
    return party_code(given, "the id of a contract")
