"""What the plugin adds to a statement: how days are counted, in the words that a provider may hold us to."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tallystick import Settlement

TITLE = "How virtual ward days are counted"
TEXT = """\
A stay counts in the period of its last day, and is paid at the price of that day.
The first and the last day both count. Days over the cap of a stay are excluded, as are days outside the stay's dates.
What is earned above the year's limit is given back in the period in which the limit is passed."""


def days_are_counted(settlement: Settlement, contract: str) -> tuple[str, str] | None:
    """Say how days are counted, in the statement of a contract that is paid by them."""
    used = {entry.use for entry in settlement.contract(contract).rules}
    return (TITLE, TEXT) if "virtual-ward-day" in used else None
