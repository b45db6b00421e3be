"""What `hourglass up` shows when it is ready: where to look, whom to sign in as, what to ask first."""

from rich.table import Table

from api.cli.console import out
from api.demo import PASSWORD, STAFF
from community.settings import Settings

FIRST_QUERY = '{ searchPosts(query: "早餐", first: 3) { edges { node { body author { displayName } } } } }'


def welcome(settings: Settings, *, with_demo: bool) -> None:
    """Print one short table."""
    address = f"http://{settings.host}:{settings.port}"
    table = Table(title="Hourglass is running. Ctrl-C stops it.", show_header=False, title_justify="left")
    table.add_row("Look", f"{address}/graphql")
    table.add_row("Watch", f"{address}/health/ready  {address}/metrics")
    if with_demo:
        table.add_section()
        for person in STAFF:
            table.add_row(f"Sign in: {person.role}", f"{person.email}   {PASSWORD}")
        table.add_section()
        table.add_row("Ask", FIRST_QUERY)
    out.print(table, soft_wrap=False)
