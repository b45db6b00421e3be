"""`hourglass permissions`: the table of what each role and scope may do."""

from rich.console import Console
from rich.table import Table

from community.access.policy import Role, Scope, permission_matrix

WIDTH = 1_000
"""Wider than any terminal: nothing is cut, long lines go on below."""


def permissions() -> None:
    """Print what each role and each scope of an API key may do."""
    table = Table("permission", *Role, *Scope, box=None)
    for permission, grants in permission_matrix():
        table.add_row(permission, *("yes" if grants[column] else "-" for column in [*Role, *Scope]))
    Console(width=WIDTH).print(table)
