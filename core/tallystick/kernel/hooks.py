"""Every hook that Tallystick calls, with when it is called, how often, and what to return.

A *plugin* is a module or object that one distribution names in the entry-point group ``tallystick``; it
registers rule classes, tables, price steps, commands and report sections. A *rule* is a class that such a
plugin registers; it implements one or both of the two central hooks. Order never matters: pluggy calls
plugins in an order that depends on how they were installed, so nothing here may depend on it. Hook wrappers
are refused, because they could remove what others yield.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import pluggy

if TYPE_CHECKING:
    from tallystick.kernel.accounts import Contract
    from tallystick.kernel.flows import Carry, Figure, Flow, Law, Never, Units
    from tallystick.kernel.rules import PriceStep, Rule
    from tallystick.kernel.tables import Table
    from tallystick.kernel.trace import Activity, Paid, Value

PROJECT = "tallystick"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


class RuleHooks:
    """What a rule may implement. Both are generators; each is called once for each way a rule is composed."""

    @hookspec
    def payment_currency(  # type: ignore[empty-body]
        self, activity: Activity, value: Value, contract: Contract
    ) -> Iterator[Units | Flow | Figure | Law | Never]:
        """Claim payable units of one table, and say what they are worth.

        Called once for each way the rule is composed, never for each contract or row. Yield ``Priced``,
        ``Covered`` or ``Excluded``, and flows of fixed amounts. It alone counts for "priced exactly once".
        ``value.claims("label")`` gives what a currency that does not pay has valued, to be covered.
        """

    @hookspec
    def incentive(  # type: ignore[empty-body]
        self, activity: Activity, paid: Paid, value: Value, contract: Contract
    ) -> Iterator[Flow | Figure | Carry | Law | Never]:
        """Move money on top of what others pay.

        Called once for each way the rule is composed. ``paid("label")`` is what that rule's flows bring the
        provider less what they take, ``value("label")`` what its units are worth. Yield ``Flow``, ``Figure``,
        ``Carry`` or ``Law``.
        """


class PluginHooks:
    """What a plugin registers; each is called once, when an engine is made."""

    @hookspec
    def register_rules(self) -> Iterable[type[Rule]]:  # type: ignore[empty-body]
        """Return the rule classes that this plugin brings. Two rules that go by one name, or alias, are an error."""

    @hookspec
    def register_tables(self) -> Iterable[type[Table]]:  # type: ignore[empty-body]
        """Return the tables that this plugin declares, price lists included. Names are unique."""

    @hookspec
    def register_price_steps(self) -> Iterable[type[PriceStep]]:  # type: ignore[empty-body]
        """Return the steps by which price lists may be derived."""

    @hookspec
    def register_commands(self) -> Iterable[Any]:  # type: ignore[empty-body]
        """Return click commands, which are added to the command line under their own names."""

    @hookspec
    def register_report_sections(self) -> Iterable[Any]:  # type: ignore[empty-body]
        """Return callables that take a settlement and a contract's id, and return (title, text) for its statement.

        None if there is nothing to add. Called for each statement that is made; a statement goes to the two
        parties of its contract, so a section tells of no other.
        """


class PriceStepHooks:
    """What a price step implements."""

    @hookspec
    def price_step(self, price: Any, other: Any) -> Any:
        """Return the next price from ``price``, an expression for one row of the price list.

        Called once for each step of each derived list. ``other("benchmark")`` is the price of the same code
        in another list, which may be missing.
        """
