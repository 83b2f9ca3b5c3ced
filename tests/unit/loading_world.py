"""A small world to load: a few rules, tables and steps of a made-up plugin, and a workspace that has no faults."""

from __future__ import annotations

import enum
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest

from tallystick.files.workspace import Workspace, load_workspace
from tallystick.kernel.accounts import Account
from tallystick.kernel.errors import Fault, InputError
from tallystick.kernel.hooks import hookimpl
from tallystick.kernel.language.series import Amount, Code, Count, Day, Flag, Maybe, Price, Rate
from tallystick.kernel.parameters import Label, PriceList, Rows
from tallystick.kernel.plugins import Plugins, load_plugins
from tallystick.kernel.rules import PriceStep, Rule, parameter, price_step, rule
from tallystick.kernel.tables import Table, column, table


@table("visits", key="visit", date="day")
class Visits(Table):
    """Visits."""

    visit: Code = column("What names the row.")
    day: Day = column("When.")


@table("visit_prices", unique=(("list", "code", "from_day"),), prices=True)
class VisitPrices(Table):
    """Prices of visits."""

    list: Code = column("The list.")
    code: Code = column("The visit's kind.")
    from_day: Maybe[Day] = column("First day.", aliases=("from",))
    to_day: Maybe[Day] = column("Last day.", aliases=("to",))
    price: Maybe[Price] = column("The price.", at_least=0, at_most=1_000_000_000)
    not_priced: Maybe[Code] = column("Why it has none.")


class Pace(enum.Enum):
    """A choice."""

    SLOW = "slow"
    FAST = "fast"


@attrs.frozen(kw_only=True)
class Band:
    """A record."""

    name: str = parameter("Its name.")
    share: Rate = parameter("Its share.", at_least="0%", at_most="100%")
    people: Count | None = parameter("How many.", default=None)


@hookimpl
def nothing(self: Any) -> Iterator[Any]:
    """Pay nothing: what a rule says does not matter to how it is loaded."""
    yield from ()


@rule("visit-price")
class VisitPrice(Rule):
    """Claims visits."""

    incentive = nothing
    prices: PriceList[VisitPrices] = parameter("Which prices.")
    where: dict[str, tuple[str, ...]] | None = parameter("Which visits.", default=None)
    pace: Pace = parameter("How fast.", default=Pace.SLOW)


@rule("hold")
class Hold(Rule):
    """Holds back a part."""

    incentive = nothing
    on: tuple[Label, ...] = parameter("The rules whose payment is held.")
    share: Rate = parameter("The share held.", at_least="0%", at_most="100%")
    bonus: Amount | None = parameter("Money on top.", default=None, at_least="£0")
    unreleased_to: Account = parameter("Where it goes.", default="commissioner")


@rule("bands")
class Bands(Rule):
    """Pays by bands."""

    incentive = nothing
    band: Rows[Band] = parameter("The bands.")
    each: Price = parameter("What each is paid.", default="£1.185")
    most: Count = parameter("How many are paid.", at_least=1)
    strict: bool = parameter("A flag of the rule.", default=False)
    counts: Flag = parameter("A flag that differs.", default=True)
    until: Day | None = parameter("Until when.", default=None)
    after: Label | None = parameter("What it follows.", default=None)


@rule("share-out")
class ShareOut(Rule):
    """Shares a fund among all contracts."""

    incentive = nothing
    fund: Amount = parameter("The fund's money.", scheme=True)
    weight: Rate = parameter("The contract's weight.", default="100%")
    out_of: Account = parameter("Where it stands.", scheme=True, default=attrs.Factory(lambda: {"party": "NHSE"}))


@price_step("uplift")
class Uplift(PriceStep):
    """Raises."""

    uplift: Rate = parameter("By how much.", at_least=-1, at_most=1)
    efficiency: Rate = parameter("Less how much.", default="0%")


@price_step("towards")
class Towards(PriceStep):
    """Moves."""

    towards: str = parameter("To which list.")
    step: Rate = parameter("How far.")


class Clinic:
    """The plugin that brings them."""

    __version__ = "1.2"

    @hookimpl
    def register_rules(self) -> list[type[Rule]]:
        return [VisitPrice, Hold, Bands, ShareOut]

    @hookimpl
    def register_tables(self) -> list[type[Table]]:
        return [Visits, VisitPrices]

    @hookimpl
    def register_price_steps(self) -> list[type[PriceStep]]:
        return [Uplift, Towards]


def clinic(*more: object) -> Plugins:
    """The plugins of the world: the clinic's, and what is handed in."""
    return load_plugins(extra=[Clinic(), *more], discover=False)


SCHEME = """
    [scheme]
    id = "demo"
    title = "A demonstration"
    as_at = 2026-05-20
    settles = "month"

    [activity]
    visits = "data/*.csv"

    [[price_list]]
    name = "visits 2025/26"
    table = "visit_prices"
    file = "prices.csv"
    source = "A letter."

    [[fund]]
    name = "deprivation"
    opening = "£100,000"
    held_by = "NHSE"
    at_end = "carry forward"

    [[rule]]
    use = "visit-price"
    label = "visits"
    prices = "visits 2025/26"

    [[rule]]
    use = "hold"
    label = "answers"
    on = "visits"
    share = "5%"
    clause = "4.2"
"""
CONTRACT = """
    [contract]
    id = "north"
    title = "The north"
    provider = "RXX"
    commissioner = "QXX"
    period = { from = 2025-04-01, years = 1 }
"""
PRICES = "code,from,to,price_pounds\nA,2025-04-01,2026-03-31,118.50\n"


def files(tmp_path: Path, **texts: str | None) -> Path:
    """Write a workspace: the one without faults, with other texts for ``scheme``, ``contract``, ``prices``, ``csv``."""
    names = {
        "scheme": "scheme.toml",
        "contract": "contracts/north.toml",
        "prices": "prices.csv",
        "csv": "contracts.csv",
    }
    given = {"scheme": SCHEME, "contract": CONTRACT, "prices": PRICES, **texts}
    for name, text in given.items():
        path = tmp_path / names.get(name, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        if text is not None:
            path.write_text(textwrap.dedent(text).lstrip("\n"), encoding="utf-8")
    (tmp_path / "data").mkdir(exist_ok=True)
    (tmp_path / "data" / "visits.csv").write_text("visit,day\n1,2025-04-02\n", encoding="utf-8")
    return tmp_path


def load(tmp_path: Path, plugins: Plugins | None = None, **texts: str | None) -> Workspace:
    """Load the workspace that the texts make."""
    return load_workspace(files(tmp_path, **texts), plugins or clinic())


Refused = Callable[..., list[Fault]]


def refused(tmp_path: Path, plugins: Plugins | None = None, **texts: str | None) -> list[Fault]:
    """The faults with which the workspace is refused."""
    with pytest.raises(InputError) as caught:
        load(tmp_path, plugins, **texts)
    return list(caught.value.faults)


def one_fault(tmp_path: Path, plugins: Plugins | None = None, **texts: str | None) -> Fault:
    """The only fault with which the workspace is refused."""
    faults = refused(tmp_path, plugins, **texts)
    assert len(faults) == 1, "\n".join(map(str, faults))
    return faults[0]


def scheme_with(extra: str) -> str:
    """The scheme with more at its end."""
    return textwrap.dedent(SCHEME) + textwrap.dedent(extra)


def contract_with(extra: str) -> str:
    """The contract with more at its end."""
    return textwrap.dedent(CONTRACT) + textwrap.dedent(extra)
