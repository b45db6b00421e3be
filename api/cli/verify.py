"""`hourglass verify`: check what was published, without trusting who published it."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.console import complain, out
from api.cli.database import connected, located, require_migrated, run
from api.verifiers import draw as verifier
from community.access.policy import ANONYMOUS
from community.campaigns import queries as campaigns
from community.settings import Settings
from community.settings import settings as read_settings

app = typer.Typer(name="verify", help="Check what was published, without trusting who published it.")


@app.callback()
def verify() -> None:
    """Check what was published, without trusting who published it."""


@app.command()
def draw(
    source: Annotated[
        str,
        typer.Argument(
            metavar="FILE|SLUG",
            help="What `Campaign.draw.proof` gives, in a file or - for the input; or a campaign of this server.",
        ),
    ],
) -> None:
    """Recompute who won a campaign's prizes. Changes nothing, and needs no database for a file."""
    try:
        document = _published(source)
        flaws = list(verifier.flaws_in(document))
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    for flaw in flaws:
        out.print(f"[red]✗[/red] {flaw}", soft_wrap=True)
    if flaws:
        complain("This draw is not what was committed to.")
        raise SystemExit(1)
    entries, winners = document["entries"], document["winners"]
    out.print(f"[green]✓[/green] {len(entries)} entries, {len(winners)} winners: as committed to")


def _published(source: str) -> dict[str, Any]:
    if source == "-":
        return verifier.read(sys.stdin.buffer.read())
    if Path(source).is_file():
        return verifier.read(Path(source).read_bytes())
    with located(read_settings()) as settings:
        found = run(_draw_of(settings, source))
    if found is None:
        raise ValueError(f"There is no file and no campaign called {source}.")
    if "seed" not in found:
        raise ValueError("The prizes of this campaign are not drawn yet.")
    return found


async def _draw_of(settings: Settings, slug: str) -> dict[str, Any] | None:
    async with connected(settings):
        await require_migrated()
        campaign = await campaigns.campaign_by_slug(ANONYMOUS, slug)
        draws = await campaigns.draws_of([campaign]) if campaign else {}
        return draws[campaign.id].published() if campaign and campaign.id in draws else None
