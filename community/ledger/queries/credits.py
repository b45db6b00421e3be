"""Credits by the time they were earned in, and the earnings behind each sum: what tiers are decided on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from community import database
from community.kernel.pages import Page, PageRequest, page_of


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditView:
    """What one earning of credits still counts for, and what caused it."""

    id: UUID
    at: datetime
    amount: int
    cause_kind: str
    cause_key: str


Span = tuple[UUID, datetime, datetime]
"""A member, since when, and before when."""


_EARNED = (
    "lot.member_id = span.member_id and lot.currency = 'credits' and lot.activated_at is not null"
    " and lot.earned_at >= span.since and lot.earned_at < span.until"
)

CREDITS_IN_SPAN = f"(select coalesce(sum(lot.remaining), 0)::bigint from ledger_lot lot where {_EARNED})"
"""The credits earned in a `span(member_id, since, until)`, without what was taken back of them: for the statement of
another area that has such rows."""


async def earnings_in(spans: Sequence[Span], request: PageRequest) -> list[Page[CreditView]]:
    """For each span a page of what was earned in it, latest first. The cursors carry the time and the id."""
    direction = "asc" if request.backward else "desc"
    rows = await database.fetch(
        "select span.place, lot.*, transfer.cause_kind, transfer.cause_key"
        " from unnest($1::uuid[], $2::timestamptz[], $3::timestamptz[])"
        " with ordinality as span(member_id, since, until, place)"
        " cross join lateral (select id, earned_at as at, remaining as amount, transfer_id from ledger_lot lot"
        f"  where {_EARNED} and remaining > 0"
        "   and ($4::timestamptz is null or (earned_at, id) < ($4, $5::uuid))"
        "   and ($6::timestamptz is null or (earned_at, id) > ($6, $7::uuid))"
        f"  order by earned_at {direction}, id {direction} limit $8) lot"
        " join ledger_transfer transfer on transfer.id = lot.transfer_id"
        f" order by span.place, lot.at {direction}, lot.id {direction}",
        *_columns(spans),
        *(request.after or (None, None)),
        *(request.before or (None, None)),
        request.size + 1,
    )
    found: list[list[CreditView]] = [[] for _ in spans]
    for row in rows:
        values = {name: value for name, value in row.items() if name not in ("place", "transfer_id")}
        found[row["place"] - 1].append(CreditView(**values))
    return [page_of(earnings, request, lambda each: (each.at, each.id)) for earnings in found]


def _columns(spans: Sequence[Span]) -> tuple[list[UUID], list[datetime], list[datetime]]:
    return [span[0] for span in spans], [span[1] for span in spans], [span[2] for span in spans]
