"""Places: where an expression stands, and which columns and parts it can read there."""

from __future__ import annotations

from attrs import frozen

from tallystick.kernel.language.nodes import Kind

A, P, R, C, F, D, M, K = (
    Kind.AMOUNT,
    Kind.PRICE,
    Kind.RATE,
    Kind.COUNT,
    Kind.FLAG,
    Kind.DAY,
    Kind.MOMENT,
    Kind.CODE,
)
NUMBERS = (A, P, R, C)
KEYS = {"stays": "stay", "visits": "visit", "results": "result"}
COLUMNS: dict[str, dict[Kind, tuple[str, ...]]] = {
    "stays": {
        A: ("cost",),
        P: ("price",),
        R: ("rate",),
        C: ("nights",),
        F: ("urgent",),
        D: ("ended", "came"),
        M: ("came_at",),
        K: ("code", "provider", "commissioner", "stay"),
    },
    "visits": {A: ("cost",), R: ("rate",), C: ("nights",), D: ("day",), K: ("code", "provider", "visit")},
    "results": {A: ("cost",), R: ("rate",), C: ("nights",), D: ("day",), K: ("code", "contract")},
}
MAYBES: dict[str, dict[Kind, tuple[str, ...]]] = {
    "stays": {
        A: ("maybe_cost",),
        P: ("maybe_price",),
        R: ("maybe_rate",),
        C: ("maybe_count",),
        F: ("maybe_flag",),
        D: ("maybe_day",),
        M: ("maybe_moment",),
        K: ("maybe_code", "person", "contract"),
    },
    "visits": {C: ("maybe_count",), K: ("maybe_code", "person", "commissioner")},
    "results": {R: ("maybe_rate",)},
}
FOUND = {A: "cost", P: "price", R: "rate", C: "nights", F: "flag", D: "day", M: "moment", K: "code"}
PARTS = {A: "amount", P: "price", R: "rate", C: "nights", K: "code"}
DATES = {"stays": "ended", "visits": "day", "results": "day"}


@frozen(kw_only=True)
class Place:
    """Where an expression stands: at which grain, and what may be said there."""

    grain: str = "contract"
    """``row``, ``list``, ``contract``, ``provider``, ``commissioner`` or ``scheme``."""
    table: str = ""
    facts: bool = False
    """True under a total of facts, where only columns and look-ups may stand."""
    scheme: bool = False
    """True in a rule of the scheme, which may total and share beyond the contract."""
    wide: bool = False
    party: str = "provider"
    """To which of the two parties anything is totalled: their values do not meet."""
    refers: str = ""
    """The table whose rows the rule that is referred to pays for; ``-`` if it pays otherwise; empty without one."""

    @property
    def own(self) -> bool:
        """True where a contract's numbers may be said."""
        return not self.facts and self.grain in ("row", "list", "contract")
