"""`hourglass schema`: the graph in the schema language, and the file that keeps it."""

from difflib import unified_diff
from pathlib import Path
from typing import Annotated

import typer

import schema as package
from api.cli.console import complain, note
from schema.root import sdl

FILE = Path(package.__file__ or "").with_name("schema.graphql")


def schema(
    write: Annotated[bool, typer.Option("--write", help="Write it to schema/schema.graphql instead.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Only compare it with schema/schema.graphql.")] = False,
) -> None:
    """Print the graph in the schema language."""
    current = sdl()
    if write:
        FILE.write_text(current, encoding="utf-8")
        note("Wrote schema/schema.graphql.")
    elif check:
        _compare(FILE.read_text(encoding="utf-8") if FILE.exists() else "", current)
    else:
        typer.echo(current, nl=False)


def _compare(committed: str, current: str) -> None:
    if committed == current:
        note("schema/schema.graphql is what the code says.")
        return
    changes = unified_diff(committed.splitlines(), current.splitlines(), "committed", "current", lineterm="", n=1)
    complain("\n".join([*changes, "If this change of the contract is meant: make schema"]))
    raise SystemExit(1)
