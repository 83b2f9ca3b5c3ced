"""Expressions that Hypothesis draws: typed, at a stated grain, of every word of the language that fits there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs

from tallystick.kernel.language.nodes import Kind
from tests.properties import words_drawn
from tests.properties.chance import Chance
from tests.properties.places import COLUMNS, FOUND, MAYBES, NUMBERS, PARTS, A, C, D, F, K, M, P, Place, R
from tests.properties.rows_drawn import CODES, POOLS, WIDE_AMOUNTS
from tests.properties.sayings import Saying


class Drawing(Chance):
    """Draws sayings; each method gives one of a kind, no deeper than it is told."""

    def value(self, kind: Kind, at: Place, deep: int) -> Saying:
        """A value of the kind that is never missing."""
        options = self._leaves(kind, at)
        if deep > 0:
            options += words_drawn.DEEPER[kind](self, at, deep - 1) + self._any_kind(kind, at, deep - 1)
        made: Callable[[], Saying] = self.pick(*options)
        return made()

    def anchored(self, kind: Kind, at: Place, deep: int) -> Saying:
        """The same for a number, and certainly a value of the place's own grain."""
        return ("add", self.value(kind, at, deep), self._anchor(kind, at))

    def _anchor(self, kind: Kind, at: Place) -> Saying:
        if at.grain == "row":
            column = ("column", at.table, COLUMNS[at.table].get(kind, ("cost",))[0])
            return ("many", ("constant", "price", 1), ("column", at.table, "nights")) if kind is P else column
        if at.grain == "list":
            return ("part", PARTS[kind])
        if at.grain == "contract":
            return ("number", {A: "amount", P: "price", R: "rate", C: "count"}[kind])
        names = {A: ("column", "stays", "cost"), P: ("column", "stays", "price"), R: ("column", "stays", "rate")}
        return ("total", names.get(kind, ("rows", "visits")), at.grain)

    def _leaves(self, kind: Kind, at: Place) -> list[Callable[[], Saying]]:
        pool = WIDE_AMOUNTS if at.wide and kind is A else POOLS[kind]
        leaves: list[Callable[[], Saying]] = [lambda: ("constant", kind.value, self.pick(*pool))]
        if at.own:
            leaves += [lambda: ("number", kind.value)] * 2
            if kind is K:
                leaves.append(lambda: ("provider_code",))
        if not at.facts and kind is A:
            leaves.append(lambda: ("number", "pool"))
        if at.grain == "row":
            leaves += (
                [lambda: ("column", at.table, self.pick(*COLUMNS[at.table][kind]))] * 3
                if kind in COLUMNS[at.table]
                else []
            )
            if kind is C:
                leaves.append(lambda: ("rows", at.table))
        if at.grain == "list" and kind in PARTS:
            leaves += [lambda: ("part", PARTS[kind])] * 2
        if kind is D and at.own:
            a_month = lambda: ("month_begins", self.pick(0, 1, 5, 11, 12), self.pick(True, False))  # noqa: E731
            leaves += [lambda: ("first_day",), lambda: self.pick(lambda: ("last_day",), a_month)()]
        if kind is D:
            leaves.append(lambda: ("as_at",))
        return leaves

    def _any_kind(self, kind: Kind, at: Place, deep: int) -> list[Callable[[], Saying]]:
        """What there is of every kind: choices, resolved look-ups, names; of numbers sums, totals, limits."""
        value = self.value
        options: list[Callable[[], Saying]] = [
            lambda: ("when", value(F, at, deep), value(kind, at, deep), value(kind, at, deep)),
            lambda: ("named", value(kind, at, deep)),
        ]
        if self.has_maybe(kind, at):
            options += [lambda: ("or_else", self.maybe(kind, at, deep), value(kind, at, deep))] * 3
        if kind not in NUMBERS:
            return options
        options += [
            lambda: (self.pick("add", "sub"), value(kind, at, deep), value(kind, at, deep)),
            lambda: ("neg", value(kind, at, deep)),
            lambda: (self.pick("at_least", "at_most"), value(kind, at, deep), value(kind, at, deep)),
        ]
        if at.grain == "row" and not at.facts:
            options.append(lambda: ("running", self.anchored(kind, at, deep)))
        if at.own:
            contract = attrs.evolve(at, grain="contract", table="")
            options.append(lambda: ("so_far", self.anchored(kind, contract, deep)))
        if not at.facts and at.grain != "row":
            options += [lambda: self.total(kind, at, deep)] * 2
        elif not at.facts:
            options.append(lambda: self.total(kind, at, deep))
        return options

    def total(self, kind: Kind, at: Place, deep: int) -> Saying:
        """A total that can stand at the place."""
        where = [at.grain] if at.grain in ("provider", "commissioner", "scheme") else [at.party, "scheme"]
        options: list[Callable[[], Saying]] = [lambda: self._fact_total(kind, at, self.pick(*where), deep)]
        if at.own:
            options += [lambda: self._own_total(kind, at, deep)] * 2
        if at.scheme:
            inner = attrs.evolve(at, grain="contract", table="", facts=False)
            options.append(lambda: ("total", self.anchored(kind, inner, deep), self.pick(*where)))
        return self.pick(*options)()  # type: ignore[no-any-return]

    def _fact_total(self, kind: Kind, at: Place, to: str, deep: int) -> Saying:
        tables = ("stays", "visits", "results") if to == "scheme" else ("stays", "visits")
        inner = attrs.evolve(at, grain="row", table=self.pick(*tables), facts=True)
        if kind is C and self.pick(True, False):
            return ("count", self._row_flag(inner, deep), to)
        return ("total", self.anchored(kind, inner, deep), to)

    def _own_total(self, kind: Kind, at: Place, deep: int) -> Saying:
        inner = self.pick(
            *(attrs.evolve(at, grain="row", table=table, facts=False) for table in COLUMNS),
            attrs.evolve(at, grain="list", table=""),
        )
        if kind is C and self.pick(True, False):
            return (
                ("count", self._row_flag(inner, deep), "contract")
                if inner.grain == "row"
                else ("total", ("part", "nights"), "contract")
            )
        return ("total", self.anchored(kind, inner, deep), "contract")

    def _row_flag(self, at: Place, deep: int) -> Saying:
        return ("and", ("ge", ("rows", at.table), ("constant", "count", 1)), self.value(F, at, deep))

    def row_flag(self, at: Place, deep: int) -> Saying:
        """A condition that is certainly of each row."""
        return self._row_flag(at, deep)

    def has_maybe(self, kind: Kind, at: Place) -> bool:
        """True if something of the kind that may be missing can stand there."""
        return at.grain in ("row", "contract", "list")

    def maybe(self, kind: Kind, at: Place, deep: int) -> Saying:
        """A value that may be missing."""
        options: list[Callable[[], Saying]] = [
            lambda: ("find", "people", FOUND[kind], {"person": self.value(K, at, 0)}),
        ]
        if at.grain == "row" and kind in MAYBES[at.table]:
            options += [lambda: ("column", at.table, self.pick(*MAYBES[at.table][kind]))] * 4
        if kind in (A, R):
            options += [lambda: self._note(kind, at, deep), lambda: self._area(kind, at, deep)]
        if kind in (D, M):
            options.append(lambda: self._area(kind, at, deep))
        if not at.facts:
            options += self._own_maybes(kind, at, deep)
        elif at.grain == "row" and kind is D and at.table in ("stays", "visits"):
            options.append(lambda: ("earlier", at.table, self.row_flag(at, max(deep - 1, 0))))
        if deep > 0 and kind in words_drawn.MAPS:
            options += [lambda: self.pick(*words_drawn.MAPS[kind])(self, at, deep - 1)] * 3
        return self.pick(*options)()  # type: ignore[no-any-return]

    def _own_maybes(self, kind: Kind, at: Place, deep: int) -> list[Callable[[], Saying]]:
        """What a contract's own periods, price lists and lists may say."""
        options: list[Callable[[], Saying]] = []
        if deep > 0:
            contract = attrs.evolve(at, grain="contract", table="")
            options.append(lambda: ("previous", self.contract_value(kind, contract, deep - 1)))
        if kind in (P, C, R) and at.own:
            wanted = {P: ("price", "other"), C: ("nights",), R: ("rate",)}[kind]
            options.append(lambda: ("list_price", self.pick(*wanted), self.value(K, at, 0), self.value(D, at, 0)))
        if kind in (A, P, R, C) and at.own:
            wanted_part = {A: ("amount", "maybe_amount"), P: ("price",), R: ("rate",), C: ("nights",)}[kind]
            options.append(lambda: ("in_list", self.pick(*wanted_part), self._list_keys(at)))
        if at.grain == "list" and kind is A:
            options.append(lambda: ("part", "maybe_amount"))
        if at.grain == "row" and kind is D and at.table in ("stays", "visits"):
            facts = attrs.evolve(at, facts=True)
            options.append(lambda: ("earlier", at.table, self.row_flag(facts, max(deep - 1, 0))))
        return options

    def contract_value(self, kind: Kind, at: Place, deep: int) -> Saying:
        """A value that is certainly one of the contract's."""
        if kind in NUMBERS:
            return self.anchored(kind, at, deep)
        return ("when", ("le", ("first_day",), ("last_day",)), self.value(kind, at, deep), self.value(kind, at, 0))

    def _list_keys(self, at: Place) -> dict[str, Any]:
        code = {"code": self.value(K, at, 0)}
        return self.pick(
            code, {"code": self.pick(*CODES), "nights": self.value(C, at, 0)}, {**code, "nights": self.value(C, at, 0)}
        )  # type: ignore[no-any-return]

    def _note(self, kind: Kind, at: Place, deep: int) -> Saying:
        keys = {"code": self.value(K, at, 0), "nights": self.value(C, at, deep), "kind": self.pick("k", "l")}
        return ("find", "notes", FOUND[kind], keys)

    def _area(self, kind: Kind, at: Place, deep: int) -> Saying:
        return ("find", "areas", FOUND[kind], {"code": self.value(K, at, 0)}, self.value(D, at, deep))

    def limits(self, at: Place, deep: int) -> tuple[Saying, Saying]:
        """A floor and a cap."""
        low = self.pick(*[("constant", "amount", -(10**15))] * 2, ("constant", "amount", 0), self.value(A, at, deep))
        high = self.pick(*[("constant", "amount", 10**15)] * 2, ("constant", "amount", 40_000), self.value(A, at, deep))
        return low, high
