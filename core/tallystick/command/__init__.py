"""The command line: reads a workspace, settles it, and says what happened in words and by its exit code.

0: every contract was settled and every check passed. 1: a check failed, a contract stopped, or rows were set
aside. 2: what was handed in is wrong, and nothing was written. 3: a fault of ours.
"""

from __future__ import annotations

import sys
from typing import Any

import click

from tallystick import __version__
from tallystick.command.group import Commands, Session


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="tallystick")
@click.option("--debug", is_flag=True, help="Show where a fault of ours happened.")
@click.pass_context
def cli(context: click.Context, debug: bool) -> None:
    """Settle NHS payment schemes: every payment has two halves, and the halves always match."""
    context.obj = context.obj or Session()
    context.obj.debug = debug


def main(*args: Any, **options: Any) -> Any:
    """What the installed command runs."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")  # a terminal that cannot show a sign shows another, and is not a fault
    return cli(*args, **options)
