"""The command line, `hourglass`: one file per command. Bad input exits with 2, what cannot be done with 1."""

from collections.abc import Callable

import typer

from api.cli import (
    demo,
    explain,
    imports,
    migrate,
    permissions,
    reconcile,
    schema,
    serve,
    settings,
    token,
    up,
    verify,
    worker,
)
from api.cli.console import complain
from api.cli.database import Unmigrated, Unreachable
from api.postgres.errors import PostgresUnavailable
from api.server import CannotListen
from community.kernel.errors import HourglassError
from community.settings import InvalidSettings

MISUSED = (InvalidSettings, CannotListen)
IMPOSSIBLE = (HourglassError, PostgresUnavailable, Unmigrated, Unreachable)

app = typer.Typer(
    name="hourglass",
    help="A company's membership and its community behind one GraphQL API.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
PANELS: dict[str, tuple[Callable[..., None], ...]] = {
    "Run": (up.up, serve.serve, worker.worker, migrate.migrate, demo.demo),
    "Look": (token.token, schema.schema, explain.explain, permissions.permissions, settings.settings),
    "Prove": (reconcile.reconcile,),
}
for panel, commands in PANELS.items():
    for command in commands:
        app.command(rich_help_panel=panel)(command)
app.add_typer(imports.app, rich_help_panel="Run")
app.add_typer(verify.app, rich_help_panel="Prove")


def main() -> None:
    """Run the command that the arguments name."""
    try:
        app()
    except MISUSED as error:
        complain(str(error))
        raise SystemExit(2) from None
    except IMPOSSIBLE as error:
        complain(str(error))
        raise SystemExit(1) from None
