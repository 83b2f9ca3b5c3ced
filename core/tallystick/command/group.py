"""The group of commands: ours and those of plugins, and what becomes of an error on its way out."""

from __future__ import annotations

import difflib
import importlib
import traceback
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click
from attrs import define, field

from tallystick.kernel.errors import InputError, TallystickError, in_words

if TYPE_CHECKING:
    from tallystick.engine import Engine

WRONG_INPUT, OUR_FAULT = 2, 3

OURS = {
    "check": "check_workspace",
    "demo": "demo",
    "explain": "explain",
    "new-workspace": "new_workspace",
    "parameters": "parameters",
    "plugins": "plugins",
    "rules": "rules",
    "settle": "settle",
}
"""Our commands, each with the module that holds it as ``command``."""


def _engine() -> Engine:
    from tallystick.engine import Engine

    return Engine()


@define
class Session:
    """What the commands of one call share: how an engine is made, and whether faults of ours are shown whole."""

    make_engine: Callable[[], Engine] = _engine
    debug: bool = False
    _made: Any = field(default=None)

    @property
    def engine(self) -> Engine:
        """The engine, made when it is first needed."""
        if self._made is None:
            self._made = self.make_engine()
        return self._made  # type: ignore[no-any-return]

    @property
    def commands(self) -> tuple[Any, ...]:
        """The commands that plugins bring; of those that are installed without loading what else they bring."""
        if self._made is None and self.make_engine is _engine:
            from tallystick.kernel.plugins import load_commands

            return load_commands()
        return self.engine.plugins.commands


class Commands(click.Group):
    """Loads a command when it is called for, adds those of plugins, and turns errors into words and exit codes."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Our commands, and those that plugins register under other names."""
        return sorted({*OURS, *self._of_plugins(ctx)})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name; a plugin cannot replace one of ours."""
        if cmd_name in OURS:
            module = importlib.import_module(f"tallystick.command.{OURS[cmd_name]}")
            return module.command  # type: ignore[no-any-return]
        return self._of_plugins(ctx).get(cmd_name)

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        """Find the command, or say which one may have been meant."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            near = difflib.get_close_matches(args[0], self.list_commands(ctx), n=1)
            if not near or "did you mean" in error.message.lower():
                raise
            raise click.UsageError(f"{error.message} Did you mean {near[0]!r}?", ctx) from None

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; whatever it raises ends in words for a person and an exit code for a program."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except InputError as error:
            _say_faults(error)
            ctx.exit(WRONG_INPUT)
        except TallystickError as error:
            click.echo(f"Stopped: {error}", err=True)
            ctx.exit(1 if type(error).__name__ == "SettlementError" else WRONG_INPUT)
        except OSError as error:
            click.echo(f"Cannot go on: {error.strerror or error}: {error.filename or ''}".rstrip(": "), err=True)
            ctx.exit(WRONG_INPUT)
        except (
            BaseException
        ) as error:  # anything else is a mistake of ours, and no user should have to read a traceback
            if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
                raise  # a library's panic is no Exception, and neither is an interrupt
            _say_our_fault(error, whole=bool(getattr(ctx.obj, "debug", False)))
            ctx.exit(OUR_FAULT)

    def _of_plugins(self, ctx: click.Context) -> dict[str, click.Command]:
        session = ctx.obj or Session()
        try:
            commands = session.commands
        except Exception:
            return {}  # whatever is wrong with a plugin, the command that needs the engine says it
        return {str(one.name): one for one in commands if isinstance(one, click.Command) and one.name not in OURS}


def _say_faults(error: InputError) -> None:
    many = sum(fault.times for fault in error.faults)
    click.echo(in_words(error.faults), err=True)
    click.echo(f"\n{many:,} fault{'s' if many != 1 else ''} in what was handed in. Nothing was written.", err=True)


def _say_our_fault(error: BaseException, *, whole: bool) -> None:
    if whole:
        click.echo("".join(traceback.format_exception(error)), err=True)
    click.echo(f"This is a fault of ours and not yours: {type(error).__name__}: {error}", err=True)
    if not whole:
        click.echo(
            "Run it again as `tallystick --debug …` and send us what it says. Look first whether it shows data.",
            err=True,
        )
