"""`hourglass token`: an access token for trying things out."""

from typing import Annotated

import typer

from api.cli.database import connected, located, require_migrated, run
from community.access import service as access
from community.members import queries as members
from community.settings import Settings
from community.settings import settings as read_settings


def token(handle: Annotated[str, typer.Argument(help="Whose: a member's handle, with or without @.")]) -> None:
    """Print an access token of a member, without a password. Development only."""
    settings = read_settings()
    if settings.environment == "production":
        raise typer.BadParameter("In production nobody gets a token without signing in.")
    with located(settings) as settings:
        typer.echo(run(_token_of(settings, handle.removeprefix("@"))))


async def _token_of(settings: Settings, handle: str) -> str:
    async with connected(settings):
        await require_migrated()
        member = await members.by_handle(handle)
        if member is None:
            raise typer.BadParameter(f"No member has the handle @{handle}.", param_hint="handle")
        return (await access.issue_token_for(member.id)).access_token
