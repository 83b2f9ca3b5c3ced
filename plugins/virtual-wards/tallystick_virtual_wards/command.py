"""The command ``virtual-ward-days``: a workspace's days by state, to compare with what a provider counted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from tallystick import Settlement

STATES = ("received", "priced", "covered", "excluded", "unpriced")


@click.command("virtual-ward-days")
@click.argument("workspace", type=click.Path(exists=True, file_okay=False, path_type=Path))
def virtual_ward_days(workspace: Path) -> None:
    """Count the virtual ward days of WORKSPACE, each in one state; nothing is written."""
    from tallystick import Engine  # here, so that a plugin that is only listed loads little
    from tallystick_virtual_wards import plugin

    result = Engine(plugins=[plugin]).settle(workspace)  # what is wrong with it is told by the command line, in words
    for line in days_by_state(result.settlement):
        click.echo(line)
    if not result.passed:
        raise SystemExit(1)


def days_by_state(settlement: Settlement) -> Iterator[str]:
    """A heading, and a line for each contract that received virtual ward days: ``received = priced + … + unpriced``."""
    yield ",".join(("contract", *STATES))
    for (contract, table, _), counted in sorted(settlement.unit_states().items()):
        if table == "virtual_ward_stays":
            yield ",".join([contract, *(str(counted[state]) for state in STATES)])
