"""What `hourglass up` shows when it is ready: where to look, whom to sign in as, what to ask first."""

from rich.table import Table

from api.cli.console import out
from api.demo import PASSWORD, STAFF
from community.settings import Settings

FIRST_QUERY = """\
{ searchPosts(query: "早餐", first: 3) {
    edges { node { body author { displayName } } } } }"""


def welcome(settings: Settings, *, with_demo: bool) -> None:
    """Print one short table. It has no frame, so that what it shows can be copied."""
    address = f"http://{settings.host}:{settings.port}"
    table = Table(title="Hourglass is running. Ctrl-C stops it.", title_justify="left", box=None, show_header=False)
    table.add_row("Look", f"{address}/graphql")
    if with_demo:
        for row, person in enumerate(STAFF):
            table.add_row("" if row else "Sign in", f"{person.email:<20} {person.role}")
        table.add_row("", f"Everybody's password: {PASSWORD}")
        table.add_row("Ask first", FIRST_QUERY)
    out.print(table)
