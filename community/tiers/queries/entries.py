"""The entries behind each number: purchases, earnings, plans."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from community import database
from community.kernel.pages import Page, PageRequest, page_of
from community.ledger import queries as ledger
from community.tiers.queries.numbers import Span, columns
from community.tiers.queries.standings import TrackView
from community.tiers.rules.programme import Track

ENTRY_SHAPE = (datetime, UUID)
"""What the cursors of entries carry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryView:
    """What counted for a track, and what caused it. A plan has no amount; what was withdrawn is below zero."""

    id: UUID
    at: datetime
    amount: int | None
    cause_kind: str
    cause_key: str


async def entries_behind(tracks: Sequence[TrackView], request: PageRequest) -> list[Page[EntryView]]:
    """A page of entries for each track of a standing, latest first. One statement for each kind of track among them."""
    readers = {Track.PLAN: _grants, Track.SPEND: _contributions, Track.ENGAGEMENT: _earnings}
    found: dict[int, Page[EntryView]] = {}
    for track, read in readers.items():
        places = [place for place, view in enumerate(tracks) if view.track is track]
        if places:
            pages = await read([(tracks[place].member_id, tracks[place].window) for place in places], request)
            found.update(zip(places, pages, strict=True))
    return [found[place] for place in range(len(tracks))]


async def _earnings(spans: Sequence[Span], request: PageRequest) -> list[Page[EntryView]]:
    pages = await ledger.earnings_in([(each, window.since, window.until) for each, window in spans], request)
    return [
        page.map(
            lambda earned: EntryView(
                id=earned.id,
                at=earned.at,
                amount=earned.amount,
                cause_kind=earned.cause_kind,
                cause_key=earned.cause_key,
            )
        )
        for page in pages
    ]


async def _contributions(spans: Sequence[Span], request: PageRequest) -> list[Page[EntryView]]:
    return await _entries(
        "select id, counts_at as at, amount, cause_kind, cause_key from tiers_contribution"
        " where member_id = span.member_id and counts_at >= span.since and counts_at < span.until",
        spans,
        request,
    )


async def _grants(spans: Sequence[Span], request: PageRequest) -> list[Page[EntryView]]:
    """Only the latest grant holds a plan's tier up."""
    return await _entries(
        "select * from (select id, granted_at as at, null::bigint as amount, cause_kind, cause_key, tier"
        " from tiers_grant where member_id = span.member_id order by id desc limit 1) held where tier is not null",
        spans,
        request,
    )


async def _entries(source: str, spans: Sequence[Span], request: PageRequest) -> list[Page[EntryView]]:
    direction = "asc" if request.backward else "desc"
    rows = await database.fetch(
        "select span.place, entry.id, entry.at, entry.amount, entry.cause_kind, entry.cause_key"
        " from unnest($1::uuid[], $2::timestamptz[], $3::timestamptz[])"
        " with ordinality as span(member_id, since, until, place)"
        f" cross join lateral (select * from ({source}) entry"
        "   where ($4::timestamptz is null or (at, id) < ($4, $5::uuid))"
        "   and ($6::timestamptz is null or (at, id) > ($6, $7::uuid))"
        f"  order by at {direction}, id {direction} limit $8) entry"
        f" order by span.place, entry.at {direction}, entry.id {direction}",
        *columns(spans),
        *(request.after or (None, None)),
        *(request.before or (None, None)),
        request.size + 1,
    )
    found: list[list[EntryView]] = [[] for _ in spans]
    for row in rows:
        found[row["place"] - 1].append(EntryView(**{name: row[name] for name in EntryView.__slots__}))
    return [page_of(entries, request, lambda entry: (entry.at, entry.id)) for entries in found]
