"""Every error that Tallystick raises on purpose, and the faults that they carry.

    TallystickError
    ├── InputError           what was handed in is wrong: a file, a table, a contract (exit code 2)
    ├── RuleError            a rule is written wrongly: money times money, grains that do not meet
    ├── PluginError          a plugin raised, or gave back something that is not a flow
    └── SettlementError      the run itself cannot go on: an amount too wide, halves that do not match

A fault is a value: it says what was found, where, why it is wrong and what to write instead.
Faults are collected and reported together, so that a file is mended once and not fault by fault.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

import attrs
from attrs import field, frozen


@frozen(kw_only=True)
class Fault:
    """One thing that is wrong with what was handed in.

    ``code`` is stable between versions and meant for other programs; the words may change.
    ``row`` counts data rows from 1, the heading not counted. ``times`` says how many rows have
    the same fault when only the first twenty are shown.
    """

    code: str
    found: str
    why: str = ""
    write: str = ""
    file: str = ""
    line: int | None = None
    column: int | str | None = None
    row: int | None = None
    source: str = ""
    times: int = 1

    @property
    def where(self) -> str:
        """The place, as a reader would say it: ``scheme.toml, line 4, column 9``."""
        parts = [self.file] if self.file else []
        if self.line is not None:
            parts.append(f"line {self.line}")
        if self.row is not None:
            parts.append(f"row {self.row}")
        if self.column is not None:
            parts.append(f"column {self.column}")
        return ", ".join(parts)

    def __str__(self) -> str:
        lines = [f"{self.where}: {self.found}" if self.where else self.found]
        if self.source:
            lines.append(f"    {self.source}")
        if self.why:
            lines.append(f"  why: {self.why}")
        if self.write:
            lines.append(f"  write: {self.write}")
        if self.times > 1:
            lines.append(f"  (and {self.times - 1:,} more like it)")
        return "\n".join(lines)


def in_words(faults: Iterable[Fault]) -> str:
    """All faults as text; why a fault is one and what to write is not said again where the fault before says it."""
    blocks: list[str] = []
    before = None
    for fault in faults:
        kind = (fault.code, fault.file, fault.why, fault.write)
        if kind == before:
            blocks[-1] += "\n" + str(attrs.evolve(fault, why="", write=""))
        else:
            blocks.append(str(fault))
        before = kind
    return "\n\n".join(blocks)


class TallystickError(Exception):
    """The root of the tree; catch this to catch all that Tallystick raises on purpose."""


class InputError(TallystickError):
    """What was handed in is wrong; ``faults`` lists everything that was found, in file order."""

    def __init__(self, faults: Iterable[Fault] | Fault) -> None:
        self.faults: Sequence[Fault] = (faults,) if isinstance(faults, Fault) else tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


class RuleError(TallystickError):
    """A rule says something that has no meaning; raised while the rule is being written down.

    ``about`` is what a rule's block chose and the rule cannot work with: the text itself, such as a table's name, or
    the name of a parameter. The fault is then told at that place of the file. ``write`` says what to write instead.
    """

    def __init__(self, says: str, *, about: str = "", write: str = "") -> None:
        super().__init__(f"{says}: {write}" if write else says)
        self.says, self.about, self.write = says, about, write


class PluginError(TallystickError):
    """A plugin raised an error, or gave back something that the engine cannot settle."""


class SettlementError(TallystickError):
    """The run cannot go on without risking a wrong penny, and says why."""


@frozen
class FaultList:
    """Faults gathered on the way through a file, to be raised together at the end."""

    faults: list[Fault] = field(factory=list)

    def add(self, fault: Fault) -> None:
        """Keep a fault and carry on reading."""
        self.faults.append(fault)

    def extend(self, faults: Iterable[Fault]) -> None:
        """Keep several faults."""
        self.faults.extend(faults)

    def raise_if_any(self) -> None:
        """Raise one :class:`InputError` with everything found so far, or do nothing."""
        if self.faults:
            raise InputError(self.faults)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return ``did you mean "price"?``, or the names there are when none is near."""
    names = sorted(set(known))
    near = difflib.get_close_matches(name, names, n=1)
    if near:
        return f'did you mean "{near[0]}"?'
    if not names:
        return "there are none to choose from"
    shown = ", ".join(f'"{known_name}"' for known_name in names[:12])
    return f"one of {shown}" + (", …" if len(names) > 12 else "")


def did_you_mean_or(name: str, known: Iterable[str], otherwise: str) -> str:
    """The same with a sentence after it: what else may have been meant."""
    advice = did_you_mean(name, known)
    return f"{advice}{'' if advice.endswith(('?', '…')) else '.'} {otherwise}"
