"""What one contract says otherwise of a scheme rule: other values, and never other choices.

A choice (a label that is referred to, a filter, a flag of the rule) decides how rules are composed. A contract
that needs another one writes a rule of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tallystick.files.binding import Change
from tallystick.files.nested import by_path, flat
from tallystick.files.rule_blocks import Draft
from tallystick.files.spots import Refusal, Spot
from tallystick.files.structure import Known, is_shape, records_of, term_of
from tallystick.files.terms import Term
from tallystick.kernel.errors import Fault, did_you_mean
from tallystick.kernel.parameters import Parameter

REFERENCES = ("clause", "source")
"""What a contract may cite of its own for a scheme rule, beside the rule's values."""

_FIXED = ("use", "pays", "plugin")


def changeable(draft: Draft, name: str) -> Parameter:
    """The parameter of that name, if a contract may give it another value; raises Refusal otherwise."""
    parameters = by_path(draft.cls.parameters)
    spec: Parameter | None = parameters.get(name)
    if spec is None:
        if name in _FIXED:
            raise _own_rule(draft, name)
        known = [n for n, one in parameters.items() if not one.scheme and not is_shape(one)]
        found = f'rule "{draft.label}" ({draft.said.use}) has no "{name}"'
        raise Refusal("key/unknown", found, "nothing would read it", did_you_mean(name, [*known, *REFERENCES]))
    if spec.scheme:
        raise Refusal(
            "value/of-scheme", f'{name} of "{draft.label}" is a number of the scheme',
            "all contracts that hold the rule have the same one", f"{name} = … in the [[rule]] of scheme.toml",
        )  # fmt: skip
    if is_shape(spec):
        raise _own_rule(draft, name)
    return spec


def takes(draft: Draft, name: str) -> bool:
    """True if the rule has a parameter of its own under a key that every rule has."""
    return any(spec.place[0] == name for spec in draft.cls.parameters.values())


def _own_rule(draft: Draft, name: str) -> Refusal:
    return Refusal(
        "value/choice-of-scheme", f'{name} of "{draft.label}" cannot be another one in one contract',
        "it decides how the rule is composed, and a scheme rule is composed alike wherever it is held",
        f'a [[rule]] of its own with use = "{draft.said.use}", and "{draft.label}" left out of its scheme_rules',
    )  # fmt: skip


def read_change(draft: Draft, given: Mapping[str, Any], spot: Spot, known: Known, faults: list[Fault]) -> Change:
    """Read the keys of one ``[[scheme_rule]]`` but its label."""
    terms: dict[str, Term] = {}
    rows: dict[str, tuple[Mapping[str, Term], ...]] = {}
    cited: dict[str, str] = {}
    for name, value, there in flat(draft.cls.parameters, given, spot) if not draft.missing else ():
        if name in REFERENCES and not takes(draft, name):
            if isinstance(value, str):
                cited[name] = value
            else:
                faults.append(there.fault("value/kind", f"{name} is not a text", "", f'{name} = "…"'))
            continue
        try:
            spec = changeable(draft, name)
        except Refusal as refusal:
            fault = there.fault(refusal.code, refusal.found, refusal.why, refusal.write, key=True)
            faults.append(fault)
            continue
        if spec.role == "rows":
            rows[spec.name] = records_of(spec, value, there, known, faults)
        elif (term := term_of(spec, value, there, known, faults)) is not None:
            terms[spec.name] = term
    return Change(terms=terms, rows=rows, **cited)
