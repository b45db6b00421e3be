"""`hourglass permissions`: the table of what each role and scope may do."""

from rich.table import Table

from api.cli.console import out
from community.access.policy import Role, Scope, permission_matrix


def permissions() -> None:
    """Print what each role and each scope of an API key may do."""
    table = Table("Permission", *Role, *Scope)
    for permission, grants in permission_matrix():
        table.add_row(permission, *("✓" if grants[column] else "" for column in [*Role, *Scope]))
    out.print(table)
