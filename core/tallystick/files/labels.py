"""Labels: whether every rule that is referred to is there, and whether any rule waits for itself.

Checked for each composition, which is a tuple of drafts: ten thousand contracts with the same rules are
checked once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import field, frozen

from tallystick.files.rule_blocks import Draft, twice
from tallystick.kernel.errors import Fault, did_you_mean


@frozen(eq=False)
class LabelCheck:
    """Checks compositions, each once; what is wrong in scheme.toml is told once and not for each contract."""

    faults: list[Fault]
    _done: set[tuple[Draft, ...]] = field(factory=set)
    _told: set[tuple[str, ...]] = field(factory=set)

    def check(self, contract: str, drafts: Sequence[Draft]) -> None:
        """Add a fault for every label that comes twice, names nothing, or goes in a circle."""
        composition = tuple(drafts)
        if composition in self._done:
            return
        self._done.add(composition)
        held: dict[str, Draft] = {}
        for draft in drafts:
            if draft.label in held:
                self.faults.append(twice(draft.label, draft.spot))
            held.setdefault(draft.label, draft)
        self._unknown(contract, held)
        self._circles(held)

    def _unknown(self, contract: str, held: Mapping[str, Draft]) -> None:
        for draft in held.values():
            for label, spot in draft.parts.refers:
                if label in held or ("unknown", draft.label, label) in self._told:
                    continue
                if draft.of_scheme:
                    self._told.add(("unknown", draft.label, label))
                self.faults.append(spot.fault(
                    "label/unknown", f'"{draft.label}" refers to "{label}", and contract {contract} holds no such rule',
                    "a rule can only refer to rules of the same contract",
                    did_you_mean(label, set(held) - {draft.label}),
                ))  # fmt: skip

    def _circles(self, held: Mapping[str, Draft]) -> None:
        refers = {label: [to for to, _ in draft.parts.refers if to in held] for label, draft in held.items()}
        for circle in circles(refers):
            if ("circle", *circle) in self._told:
                continue
            self._told.add(("circle", *circle))
            spot = next(spot for to, spot in held[circle[0]].parts.refers if to == circle[1])
            self.faults.append(spot.fault(
                "label/cycle", f"rules refer to each other in a circle: {' → '.join(circle)}",
                "what a rule pays cannot depend on itself", "take one of the references out",
            ))  # fmt: skip


def circles(refers: Mapping[str, Sequence[str]]) -> list[tuple[str, ...]]:
    """Every circle that a walk finds, its first name repeated at the end: (a, b, a)."""
    found: list[tuple[str, ...]] = []
    done: set[str] = set()
    for start in refers:
        way: dict[str, None] = {}
        stack: list[tuple[str, bool]] = [(start, False)]
        while stack:
            name, leaving = stack.pop()
            if leaving:
                way.pop(name)
                done.add(name)
            elif name in way:
                on_it = list(way)
                found.append((*on_it[on_it.index(name) :], name))
            elif name not in done:
                way[name] = None
                stack.append((name, True))
                stack.extend((other, False) for other in reversed(refers.get(name, ())))
    return found
