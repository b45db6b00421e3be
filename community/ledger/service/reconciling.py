"""The proof that the ledger is whole: every invariant, on one snapshot, with the first row that breaks it."""

from dataclasses import dataclass

from community import database
from community.database import transaction
from community.ledger.service.checks import CHECKS, CONTENTS
from community.settings import settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """How large the ledger is, and for each promise the first row that breaks it, or None."""

    accounts: int
    transfers: int
    entries: int
    lots: int
    broken: dict[str, str | None]

    @property
    def is_clean(self) -> bool:
        """Whether every promise is kept."""
        return not any(self.broken.values())


@transaction()
async def reconcile() -> Report:
    """Check everything, while others go on writing. Takes time in proportion to the ledger, and no locks."""
    await database.execute("set transaction isolation level repeatable read, read only")
    await database.execute("set local statement_timeout = 0")
    await database.execute("select set_config('hourglass.time_zone', $1, true)", settings().time_zone)
    broken = {promise: await database.fetch_value(f"{sql} limit 1") for promise, sql in CHECKS.items()}
    contents = await database.fetch_one(CONTENTS)
    assert contents is not None, "a count is always one row"
    return Report(**contents, broken=broken)
