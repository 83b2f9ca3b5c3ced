"""Rule blocks: one ``[[rule]]`` of a scheme or contract, as it is written and before it is bound to a contract.

The keys that every rule has are declared by :class:`CommonKeys`; all others are the rule's own parameters. A
parameter that a rule calls by one of the common names, ``use`` and ``label`` aside, is the rule's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from attrs import field, frozen

from tallystick.files.spots import Refusal, Spot
from tallystick.files.strict import key, keys, structured
from tallystick.files.structure import Known, Structured, structure
from tallystick.kernel.errors import Fault, did_you_mean
from tallystick.kernel.plugins import Plugins


@keys
class CommonKeys:
    """The keys that every ``[[rule]]`` has beside its own parameters."""

    use: str = key("The rule's name, as a plugin brings it.", example='"best-practice-tariff"')
    label: str = key("What other rules and statements call it; the rule's name if it is not said.", default="")
    clause: str = key("The clause of the contract that it carries out, printed on every line.", default="")
    source: str = key("Where its numbers come from: document, paragraph, date.", default="")
    pays: bool = key("false: it claims and values units, and another rule pays on that value.", default=True)
    plugin: str = key("The distribution that brings the rule.", default="")


COMMON = tuple(CommonKeys.__annotations__)


@frozen(eq=False, kw_only=True)
class Draft:
    """One rule block after reading; ``missing`` says why it cannot be run, and then nothing else of it is read."""

    said: CommonKeys
    label: str
    spot: Spot
    cls: Any = None
    plugin: str = ""
    missing: str = ""
    of_scheme: bool = False
    parts: Structured = field(factory=Structured)


@frozen(eq=False)
class Catalogue:
    """The rules that may be used, and the plugins that the scheme says it needs."""

    plugins: Plugins
    wanted: tuple[str, ...] = ()

    def absent(self, plugin: str) -> str:
        """Why a distribution cannot bring anything, or an empty text if it is loaded."""
        for name, why in self.plugins.broken.items():
            if _loosely(name) == _loosely(plugin):
                return f"plugin {plugin} could not be loaded ({why})"
        if any(_loosely(name) == _loosely(plugin) for name in self.plugins.versions):
            return ""
        return f"plugin {plugin} is not installed"

    @property
    def shortage(self) -> str:
        """Why something that nobody brings may yet exist: a plugin of the scheme is not there, or one is broken."""
        whys = [why for plugin in self.wanted if (why := self.absent(plugin))]
        named = {_loosely(plugin) for plugin in self.wanted}
        for name, why in sorted(self.plugins.broken.items()):
            if _loosely(name) not in named:
                whys.append(f"plugin {name} could not be loaded ({why})")
        return "; ".join(whys)

    def find(self, use: str, plugin: str) -> tuple[Any, str, str]:
        """Return (class, plugin, why it is missing); raises Refusal for a name that nobody could bring."""
        brought = self.plugins.rules.get(use)
        if brought is not None and (not plugin or _loosely(brought.plugin) == _loosely(plugin)):
            return brought.what, brought.plugin, ""
        why = self.absent(plugin) if plugin else self.shortage
        if why:
            near = did_you_mean(use, self.plugins.rules)
            hint = f"; {near}" if near.startswith("did") else ""
            return None, plugin, f'rule "{use}" cannot be run: {why}{hint}'
        if brought is not None:
            found, write = f'rule "{use}" is not brought by {plugin}', f'plugin = "{brought.plugin}", or none'
            raise Refusal("rule/other-plugin", found, f"{brought.plugin} brings it", write)
        bringers = [n for n, b in self.plugins.rules.items() if not plugin or _loosely(b.plugin) == _loosely(plugin)]
        who = f"{plugin} brings no such rule" if plugin else "no installed plugin brings one"
        raise Refusal("rule/unknown", f'there is no rule "{use}"', who, did_you_mean(use, bringers))


def _loosely(name: str) -> str:
    """A distribution, its entry point and its module by one name: case, dots, dashes and our own name aside."""
    plain = re.sub(r"[-_.]+", "-", name.lower())
    return plain.removesuffix("-plugin").removeprefix("tallystick-")


def read_rules(
    blocks: Any, spot: Spot, catalogue: Catalogue, known: Known, faults: list[Fault], *, of_scheme: bool
) -> list[Draft]:
    """Read every ``[[rule]]`` of a file; a label that comes twice is a fault at the second."""
    if not isinstance(blocks, Sequence) or not all(isinstance(block, Mapping) for block in blocks):
        write = "[[rule]], in double brackets"
        faults.append(spot.fault("value/kind", "rule is not a list of rules", "", write, key=True))
        return []
    drafts: dict[str, Draft] = {}
    for index, block in enumerate(blocks):
        draft = _read_rule(block, spot.at(index), catalogue, known, faults, of_scheme=of_scheme)
        if draft.label in drafts:
            faults.append(twice(draft.label, draft.spot))
        drafts.setdefault(draft.label, draft)
    return list(drafts.values())


def twice(label: str, spot: Spot) -> Fault:
    """The fault of a label that another rule of the same contract has."""
    found = f'two rules have the label "{label}"'
    return spot.at("label").fault("label/twice", found, "a label names one rule", 'label = "…", another name')


def _read_rule(
    block: Mapping[str, Any], spot: Spot, catalogue: Catalogue, known: Known, faults: list[Fault], *, of_scheme: bool
) -> Draft:
    if isinstance(block.get("use"), str):
        block = {**block, "use": catalogue.plugins.rule_called(block["use"])}
    brought = catalogue.plugins.rules.get(str(block.get("use")))
    parameters = brought.what.parameters if brought else {}
    taken = {spec.place[0] for spec in parameters.values()}
    own = [name for name in COMMON if name in taken and name not in ("use", "label")]
    given = {name: value for name, value in block.items() if name in COMMON and name not in own}
    said = structured(CommonKeys, given, spot, faults)
    if said is None:  # the label is kept, so that those who refer to it are not blamed too
        use = str(block.get("use", ""))
        said = CommonKeys(use=use, label=str(block.get("label", use)))
        return _faulty(said, spot, of_scheme)
    try:
        cls, plugin, missing = catalogue.find(said.use, said.plugin)
    except Refusal as refusal:
        faults.append(refusal.at(spot.at("use")))
        return _faulty(said, spot, of_scheme)
    label = said.label or said.use
    parts = Structured()
    if not missing:
        _only_in_scheme(cls, spot, of_scheme, faults)
        whose = f'"{label}"' if label == said.use else f'"{label}" ({said.use})'
        its_own = {name: value for name, value in block.items() if name not in given}
        parts = structure(cls.parameters, its_own, spot, known, faults, whose=whose, common=COMMON)
        _sourced(cls, parts, said, spot, faults)
    return Draft(
        said=said, label=label, spot=spot, cls=cls, plugin=plugin, missing=missing, of_scheme=of_scheme, parts=parts
    )  # fmt: skip


def _sourced(cls: Any, parts: Structured, said: CommonKeys, spot: Spot, faults: list[Fault]) -> None:
    """What has to rest on a source does not go without one."""
    for spec in cls.parameters.values():
        if spec.sourced and not said.source.strip() and (spec.name in parts.terms or parts.shape.get(spec.name)):
            found = f"{spec.written} is said, and nothing says where it comes from"
            write = 'source = "…", the document, paragraph and date'
            faults.append(spot.at(*spec.place).fault("key/missing", found, spec.meaning, write, key=True))


def _faulty(said: CommonKeys, spot: Spot, of_scheme: bool) -> Draft:
    return Draft(said=said, label=said.label or said.use, spot=spot, missing="it has faults", of_scheme=of_scheme)


def _only_in_scheme(cls: Any, spot: Spot, of_scheme: bool, faults: list[Fault]) -> None:
    of_all = [spec.name for spec in cls.parameters.values() if spec.scheme]
    if of_all and not of_scheme:
        faults.append(spot.at("use").fault(
            "rule/scheme-only", f"rule {cls.rule_name} belongs to the scheme and not to one contract",
            f"its {of_all[0]} is one number for all contracts", "the [[rule]] in scheme.toml",
        ))  # fmt: skip
