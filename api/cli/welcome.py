"""What `hourglass up` shows when it is ready: where to look, whom to sign in as, what to ask first."""

from collections.abc import Iterator

from rich.table import Table

from api.cli.console import out
from api.demo import ON_TIERS, PASSWORD, STAFF, TIERS
from community.access.policy import Role
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
        for row, (email, what) in enumerate(_accounts()):
            table.add_row("" if row else "Sign in", f"{email:<25} {what}")
        table.add_row("", f"Everybody's password: {PASSWORD}")
        table.add_row("Ask first", FIRST_QUERY)
    out.print(table)


def _accounts() -> Iterator[tuple[str, str]]:
    """Somebody on each tier, then somebody with each role."""
    for person in ON_TIERS:
        yield person.email, TIERS[person.handle]
    for person in STAFF:
        if person.role is not Role.MEMBER:
            yield person.email, person.role
