"""Binding: a rule block becomes a rule of one contract, with what that contract says otherwise.

What a bound rule depends on is known: the contract's provider, its commissioner, its first day, or (a pot's
name) its id. Contracts that are alike in these share one bound rule, which is what makes thousands quick.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from typing import Any

from attrs import field, frozen

from tallystick.files.rule_blocks import Draft
from tallystick.files.terms import Bearer, Term
from tallystick.kernel.accounts import Pot
from tallystick.kernel.case import RuleEntry
from tallystick.kernel.errors import Fault


@frozen(eq=False, kw_only=True)
class Change:
    """What one contract says otherwise of a scheme rule: whole values, never choices."""

    terms: Mapping[str, Term] = field(factory=dict)
    rows: Mapping[str, tuple[Mapping[str, Term], ...]] = field(factory=dict)
    clause: str = ""
    source: str = ""


@frozen(eq=False)
class Binder:
    """Binds drafts to contracts; faults are added."""

    faults: list[Fault]
    # Keyed by the objects and not by their ids, which a later object may be given again.
    _depends: dict[Draft, tuple[str, ...]] = field(factory=dict)
    _shared: dict[tuple[Any, ...], RuleEntry] = field(factory=dict)
    _checked: set[tuple[Term, datetime.date]] = field(factory=set)

    def bind(self, draft: Draft, bearer: Bearer, change: Change | None = None) -> RuleEntry:
        """The rule in one contract. A number with no value on the contract's first day is a fault."""
        if change is not None:
            for term in _terms(draft, change):
                self._check(term, bearer)
            return _entry(draft, bearer, change)
        if draft not in self._depends:
            needs = {need for term in _terms(draft, None) for need in term.depends}
            dated = any(term.begins for term in _terms(draft, None))
            self._depends[draft] = tuple(sorted(needs | ({"first"} if dated else set())))
        place = (draft, *(getattr(bearer, name) for name in self._depends[draft]))
        if place not in self._shared:
            for term in _terms(draft, None):
                self._check(term, bearer)
            self._shared[place] = _entry(draft, bearer, None)
        return self._shared[place]

    def _check(self, term: Term, bearer: Bearer) -> None:
        if term.begins is None or term.begins <= bearer.first or (term, bearer.first) in self._checked:
            return
        self._checked.add((term, bearer.first))
        self.faults.append(term.spot.fault(
            "value/not-in-force", f"{term.name} has no value on {bearer.first}, the first day of contract {bearer.id}",
            f"its first value is in force from {term.begins}",
            f"{{ from = {bearer.first}, value = … }} before the others",
        ))  # fmt: skip


def _terms(draft: Draft, change: Change | None) -> Iterable[Term]:
    terms, rows = _said(draft, change)
    yield from terms.values()
    for records in rows.values():
        for record in records:
            yield from record.values()


def _said(
    draft: Draft, change: Change | None
) -> tuple[Mapping[str, Term], Mapping[str, tuple[Mapping[str, Term], ...]]]:
    """The draft's terms and records, with the contract's own in their place."""
    if change is None:
        return draft.parts.terms, draft.parts.rows
    return {**draft.parts.terms, **change.terms}, {**draft.parts.rows, **change.rows}


def _entry(draft: Draft, bearer: Bearer, change: Change | None) -> RuleEntry:
    terms, rows = _said(draft, change)
    shape = draft.parts.shape
    if change is not None and any(name in shape for name in change.terms):  # it was absent, and no longer is
        shape = {name: value for name, value in shape.items() if name not in change.terms}
    bound_rows = {
        name: tuple({n: term.bound(bearer) for n, term in record.items()} for record in records)
        for name, records in rows.items()
    }
    return RuleEntry(
        label=draft.label,
        use=draft.said.use,
        cls=draft.cls,
        values={name: term.bound(bearer) for name, term in terms.items()},
        rows=bound_rows,
        shape=shape,
        pots=_pots(draft, change),
        scheme=draft.label if draft.of_scheme else "",
        pays=draft.said.pays,
        clause=(change and change.clause) or draft.said.clause,
        source=(change and change.source) or draft.said.source,
        plugin=draft.plugin,
        missing=draft.missing,
        place=draft.spot,
    )


def _pots(draft: Draft, change: Change | None) -> tuple[Pot, ...]:
    return tuple(dict.fromkeys(pot for term in _terms(draft, change) for pot in term.pots))
