"""`hourglass reconcile`: the proof that the ledger is whole, and that leaderboards add up."""

from rich.markup import escape

from api.cli.console import complain, out
from api.cli.database import connected, located, require_migrated, run
from community.engagement import service as engagement
from community.ledger import service as ledger
from community.ledger.service import Report
from community.settings import Settings
from community.settings import settings as read_settings


def reconcile() -> None:
    """Prove that the books are whole, and name the first row that breaks each promise. Changes nothing."""
    with located(read_settings()) as settings:
        report, scores = run(_reconcile(settings))
    size = f"{report.accounts:,} accounts, {report.transfers:,} transfers, {report.entries:,} entries"
    out.print(f"{size}, {report.lots:,} lots")
    promises = report.broken | scores
    for promise, broken in promises.items():
        out.print(
            f"[red]✗[/red] {promise}: {escape(broken)}" if broken else f"[green]✓[/green] {promise}", soft_wrap=True
        )
    if any(promises.values()):
        complain("The books are not whole. Nothing was changed.")
        raise SystemExit(1)


async def _reconcile(settings: Settings) -> tuple[Report, dict[str, str | None]]:
    async with connected(settings):
        await require_migrated()
        return await ledger.reconcile(), await engagement.reconcile()
