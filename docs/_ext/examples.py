"""The examples of the rule pages: a workspace with a contract for each rule, so that each loads and can be traced."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from attrs import frozen

from tallystick.files.workspace import load_workspace
from tallystick.kernel.describe import describe
from tallystick.kernel.language.nodes import walk
from tallystick.kernel.plugins import Plugins
from tallystick.kernel.program import Use, compose, references
from tallystick.kernel.trace import Traced


@frozen(eq=False)
class Examples:
    """What the workspace of examples says: its text by file, and its rules as they were traced."""

    texts: Mapping[str, str]
    uses: tuple[Use, ...]
    traced: Mapping[str, Mapping[str, Traced]]
    """By contract, then by label."""

    def toml(self, rule: str) -> str:
        """The blocks that use the rule, as they stand in the contract of its name or in the scheme."""
        uses = rf'(?m)^use = "{re.escape(rule)}"'
        chosen = [block for name in (f"contracts/{rule}.toml", "scheme.toml") for block in self._blocks(name, uses)]
        if not chosen:
            raise LookupError(
                f"docs/reference/examples/contracts/{rule}.toml has no [[rule]] that uses {rule!r}: write one"
            )
        return "\n\n".join(chosen)

    def price_list(self, step: str) -> str:
        """The first derived price list that takes the step."""
        found = self._blocks("scheme.toml", rf"(?m)^steps = .*{{ {re.escape(step)} = ")
        if not found:
            raise LookupError(
                f"docs/reference/examples/scheme.toml has no price list with the step {step!r}: write one"
            )
        return found[0]

    def formulas(self, rule: str) -> list[tuple[str, list[str]]]:
        """For each example of the rule, its label and what it says, a line each."""
        found: dict[str, list[str]] = {}
        for use in self.uses:
            for contract, entry in sorted(use.holders.items()):
                if entry.use == rule and contract == rule and entry.label not in found:
                    others = {label: self.traced[contract][label] for label in references(entry)}
                    found[entry.label] = describe(use.traced, others)
        return sorted(found.items(), key=lambda one: self.toml(rule).find(f'label = "{one[0]}"'))

    def tables(self, rule: str) -> set[str]:
        """The tables that the rule's examples read, price lists among them."""
        read = ("column", "find", "exists", "one", "running", "first", "earlier")
        return {
            str(node.data[0])
            for use in self.uses
            if use.cls.rule_name == rule
            for node in walk(*use.traced.nodes())
            if node.op in read
        }  # fmt: skip

    def _blocks(self, file: str, pattern: str) -> list[str]:
        """The tables of a file that the pattern is found in, each with the comment that stands above it."""
        parts = re.split(r"(?<=\n\n)(?=(?:#[^\n]*\n)*\[)", self.texts.get(file, ""))
        return [part.strip() for part in parts if re.search(pattern, part)]


def open_examples(folder: Path, plugins: Plugins) -> Examples:
    """Load and trace the workspace; whatever is wrong with an example stops the manual, in words."""
    case = load_workspace(folder, plugins).case
    program = compose(case)
    if program.stopped:
        raise LookupError("; ".join(f"example {name}: {stop.why}" for name, stop in sorted(program.stopped.items())))
    traced = {
        contract: {label: program.uses[identity].traced for label, identity in labels.items()}
        for contract, labels in program.identities.items()
    }
    texts = {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in folder.rglob("*.toml")}
    return Examples(texts, tuple(program.uses.values()), traced)
