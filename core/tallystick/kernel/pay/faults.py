"""Faults: what stops a contract on the pay path, written down once for each reason."""

from __future__ import annotations

from typing import Any

from tallystick.kernel.errors import InputError
from tallystick.kernel.pay.operations import MISSING, Stopped
from tallystick.kernel.reading import Reading


def stop_in(value: Any) -> Stopped | None:
    """Why nothing can be paid on a value: what it says, or that it is missing; None if all is well."""
    return MISSING if value is None else value if isinstance(value, Stopped) else None


def stop_contract(reading: Reading, contract: str, why: Stopped) -> None:
    """Write the reason down, once; InputError where it is the input that is at fault."""
    if why.fault is not None:
        raise InputError(why.fault)
    if (contract, why.why) not in reading.faults:
        reading.faults.append((contract, why.why))
