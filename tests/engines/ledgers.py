"""What a run writes of money, as bytes."""

from __future__ import annotations

from pathlib import Path

import tallystick
from tallystick import Engine

STARTER = Path(tallystick.__file__).parent / "command" / "starter"
FILES = ("ledger.csv", "ledger.parquet", "balances.csv", "checks.csv")


def ledger_bytes(engine: str, folder: Path) -> dict[str, bytes]:
    """The files of the ledger, the balances and the checks of the starting workspace, settled on an engine."""
    result = Engine().settle(STARTER, engine=engine)
    assert result.passed
    assert result.settlement.engine.name == engine
    run = result.write(folder)
    return {name: (run / name).read_bytes() for name in FILES}
