"""`hourglass settings`: every variable that a server reads."""

from pathlib import Path
from typing import Annotated

import typer

import api
from api.cli.console import note
from community.settings import settings_table

README = Path(api.__file__).with_name("README.md")
MARK = "<!-- settings -->\n"


def settings(
    write: Annotated[bool, typer.Option("--write", help="Write them into api/README.md instead.")] = False,
) -> None:
    """Print every setting with its default and what it does, as a Markdown table."""
    if not write:
        typer.echo(settings_table())
        return
    before, mark, _ = README.read_text(encoding="utf-8").partition(MARK)
    README.write_text(f"{before}{mark}{settings_table()}\n", encoding="utf-8")
    note("Wrote the table in api/README.md.")
