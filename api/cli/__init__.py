"""The command line, `hourglass`: one file per command. Bad input exits with 2, what cannot be done with 1."""

import gc
import sys
from importlib import import_module

import typer

from api.cli.console import complain
from api.cli.failures import Unmigrated, Unreachable
from api.postgres.errors import PostgresUnavailable
from api.process import CannotListen
from community.kernel.errors import HourglassError
from community.settings import InvalidSettings

MISUSED = (InvalidSettings, CannotListen)
IMPOSSIBLE = (HourglassError, PostgresUnavailable, Unmigrated, Unreachable)

PANELS = {
    "Run": ("up", "serve", "worker", "migrate", "demo", "import"),
    "Look": ("token", "schema", "explain", "permissions", "settings"),
    "Prove": ("reconcile", "verify"),
}
FILES = {"import": "imports"}
"""Where a command is, if not in the file of its name."""


def main() -> None:
    """Run the command that the arguments name."""
    try:
        command_line = commands(*sys.argv[1:2])
        gc.enable()
        command_line()
    except MISUSED as error:
        complain(str(error))
        raise SystemExit(2) from None
    except IMPOSSIBLE as error:
        complain(str(error))
        raise SystemExit(1) from None


def commands(asked: str | None = None) -> typer.Typer:
    """The command line with the one command that is asked for, so that none waits for what only others need.

    With all of them, where there is none of that name: for help, and for mistakes.
    """
    app = typer.Typer(
        name="hourglass",
        help="A company's membership and its community behind one GraphQL API.",
        callback=_no_matter_which,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    known = {name: panel for panel, names in PANELS.items() for name in names}
    for name in [asked] if asked in known else known:
        module = import_module(f"{__name__}.{FILES.get(name, name)}")
        if hasattr(module, "app"):
            app.add_typer(module.app, rich_help_panel=known[name])
        else:
            app.command(rich_help_panel=known[name])(getattr(module, name))
    return app


def _no_matter_which() -> None:
    """A command line of one command is still one of commands."""
