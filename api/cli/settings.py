"""`hourglass settings`: every variable that a server reads."""

import typer

from community.settings import settings_table


def settings() -> None:
    """Print every setting with its default and what it does, as a Markdown table."""
    typer.echo(settings_table())
