"""`hourglass import`: what other systems know, from files."""

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from api.cli.console import complain, err, note
from api.cli.database import connected, located, require_migrated, run
from api.imports.csv_files import UnusableFile
from api.imports.orders import NEEDED, OPTIONAL, Layout, Outcome, Survey, bring_in, survey
from community.kernel import clock
from community.orders.rules.drafts import SOURCE
from community.settings import Settings
from community.settings import settings as read_settings

app = typer.Typer(name="import", help="Bring in what other systems know, from files.", no_args_is_help=True)


@app.callback()
def imports() -> None:
    """Bring in what other systems know, from files."""


@app.command()
def orders(
    file: Annotated[
        Path,
        typer.Argument(
            exists=True, dir_okay=False, readable=True, help="CSV in UTF-8, with commas, semicolons or tabs."
        ),
    ],
    shift: Annotated[bool, typer.Option("--shift", help="Move all dates so that the last order is of today.")] = False,
    currency: Annotated[str | None, typer.Option(help="The file's currency, to be sure: it has to be ours.")] = None,
    columns: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="WHAT=COLUMN", help=f"Where {', '.join([*NEEDED, *OPTIONAL])} are."),
    ] = None,
    source: Annotated[str, typer.Option(help="Where the orders come from: their ids are unique within it.")] = "import",
) -> None:
    """Record the orders of a CSV file. Customers become members. The same file again changes nothing.

    Each line is one order. A line that is none is told with its number, the others are recorded; it exits with 1 then.
    Orders are named by the column order_id, if there is one, else by customer, day, and their turn on that day.
    """
    settings = read_settings()
    if currency not in (None, settings.currency):
        raise typer.BadParameter(f"Orders are in {settings.currency}.", param_hint="--currency")
    if not SOURCE.fullmatch(source):
        raise typer.BadParameter("Write 1 to 24 of a-z, 0-9, - and _, a letter first.", param_hint="--source")
    layout, found = _look_into(file, settings, source, _columns(columns or []))
    days = found.days_to(clock.now(), layout.zone) if shift else 0
    with located(settings) as settings:
        outcome = run(_import(settings, file, layout, found, days))
    note(
        f"{outcome.imported:,} orders imported, {outcome.repeated:,} were there already,"
        f" {outcome.refused:,} lines refused."
    )
    if outcome.refused:
        raise SystemExit(1)


def _columns(given: list[str]) -> dict[str, str]:
    pairs = [each.partition("=") for each in given]
    known = {*NEEDED, *OPTIONAL}
    if wrong := [what for what, _, column in pairs if what not in known or not column]:
        raise typer.BadParameter(
            f"{wrong[0]}: write one of {', '.join(sorted(known))}, =, a column.", param_hint="--map"
        )
    return {what: column for what, _, column in pairs}


def _look_into(file: Path, settings: Settings, source: str, columns: dict[str, str]) -> tuple[Layout, Survey]:
    try:
        layout = Layout.of(file, settings, source=source, columns=columns)
        return layout, survey(file, layout, clock.now())
    except UnusableFile as error:
        raise typer.BadParameter(str(error), param_hint="FILE") from None


async def _import(settings: Settings, file: Path, layout: Layout, found: Survey, days: int) -> Outcome:
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    async with connected(settings):
        await require_migrated()
        with Progress(*columns, console=err, transient=True) as progress:
            task = progress.add_task("Importing orders", total=found.records)
            return await bring_in(
                file,
                layout,
                days=days,
                refuse=lambda number, reason: complain(f"line {number}: {reason}"),
                advance=lambda lines: progress.advance(task, lines),
            )
