"""Clicks: written down in batches, each batch once; announced by the minute; their traces forgotten."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from community import database
from community.database import transaction
from community.kernel import clock, ids
from community.outbox import service as outbox
from community.referrals import facts
from community.referrals.rules.clicks import ONCE_IN, Arrival, Click, Pair, counted

TRACES_KEPT = timedelta(days=30)
BATCHES_KEPT = timedelta(days=30)
ANNOUNCED_AT_ONCE = 500

Day = tuple[UUID, date]

COLUMN_OF = {
    Arrival.BOT: "bots",
    Arrival.HEAD: "heads",
    Arrival.PREFETCH: "prefetches",
    Arrival.UNTRACKED: "untracked",
}


@transaction()
async def keep_clicks(batch_id: UUID, clicks: Sequence[Click]) -> int:
    """Write a batch down and count it; how many of its clicks count. The same batch again changes nothing.

    Batches take turns, so that a visitor who comes through two processes counts once.
    """
    await database.hold("referrals:clicks")
    is_new = await database.fetch_value(
        "insert into referrals_batch (id, kept_at) values ($1, $2) on conflict (id) do nothing returning true",
        batch_id,
        clock.now(),
    )
    if not is_new or not clicks:
        return 0
    visits = [click for click in clicks if click.arrival is Arrival.VISIT]
    new = counted(visits, await _counted_before(visits)) if visits else []
    if new:
        await _insert(new)
    await _tally(clicks, new)
    return len(new)


@transaction()
async def announce_visitors() -> int:
    """Tell of the visitors that nobody was told of yet, one fact for each link and day; how many facts."""
    rows = await database.fetch(_NEWS, ANNOUNCED_AT_ONCE)
    await outbox.record_all(
        [
            facts.VisitorArrived(
                link_id=row["link_id"],
                owner_kind=row["owner_kind"],
                owner_id=row["owner_id"],
                source=row["sub_source"],
                campaign=row["campaign"],
                visitors=row["visitors"],
                day=row["day"].isoformat(),
            )
            for row in rows
        ]
    )
    return len(rows)


_NEWS = """
    with news as (
        select id, clicks, announced from referrals_tally where announced < clicks
        order by link_id limit $1 for update skip locked
    ), told as (
        update referrals_tally tally set announced = news.clicks from news where tally.id = news.id
        returning tally.link_id, tally.day, news.clicks - news.announced as visitors
    )
    select told.*, link.owner_kind, link.owner_id, link.sub_source, link.campaign
    from told join referrals_link link on link.id = told.link_id order by told.link_id, told.day
"""


@transaction()
async def forget_traces() -> None:
    """After a month nobody can tell any more which clicks came from one visitor."""
    now = clock.now()
    await database.execute(
        "update referrals_click set visitor = null, household = null where visitor is not null and clicked_at < $1",
        now - TRACES_KEPT,
    )
    await database.execute(
        "update referrals_referral set household = null where household is not null and bound_at < $1",
        now - TRACES_KEPT,
    )
    await database.execute("delete from referrals_batch where kept_at < $1", now - BATCHES_KEPT)


async def _counted_before(visits: Sequence[Click]) -> dict[Pair, list[Any]]:
    """When each link and visitor among these was counted, as near as it matters."""
    instants = [visit.at for visit in visits]
    pairs = sorted({(visit.link_id, visit.visitor) for visit in visits if visit.visitor is not None})
    rows = await database.fetch(
        "select link_id, visitor, clicked_at from referrals_click"
        " join unnest($1::uuid[], $2::bytea[]) as pair (link_id, visitor) using (link_id, visitor)"
        " where clicked_at between $3 and $4",
        [link_id for link_id, _ in pairs],
        [visitor for _, visitor in pairs],
        min(instants) - ONCE_IN,
        max(instants) + ONCE_IN,
    )
    found: dict[Pair, list[Any]] = {}
    for row in rows:
        found.setdefault((row["link_id"], row["visitor"]), []).append(row["clicked_at"])
    return found


async def _insert(clicks: Sequence[Click]) -> None:
    await database.execute(
        "insert into referrals_click (id, link_id, clicked_at, visitor, household)"
        " select * from unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::bytea[], $5::bytea[])"
        " on conflict (id) do nothing",
        [click.id for click in clicks],
        [click.link_id for click in clicks],
        [click.at for click in clicks],
        [click.visitor for click in clicks],
        [click.household for click in clicks],
    )


async def _tally(clicks: Sequence[Click], new: Sequence[Click]) -> None:
    counts: dict[Day, Counter[str]] = {}
    is_new = {click.id for click in new}
    for click in clicks:
        column = COLUMN_OF.get(click.arrival) or ("clicks" if click.id in is_new else "repeats")
        counts.setdefault((click.link_id, click.at.date()), Counter())[column] += 1
    days = sorted(counts)
    columns = ("clicks", "repeats", *COLUMN_OF.values())
    await database.execute(
        _COUNT,
        [ids.new_id() for _ in days],
        [link_id for link_id, _ in days],
        [day for _, day in days],
        *([counts[day][column] for day in days] for column in columns),
    )


_COUNT = """
    insert into referrals_tally as tally
      (id, link_id, day, clicks, repeats, bots, heads, prefetches, untracked, announced)
    select *, 0 from unnest($1::uuid[], $2::uuid[], $3::date[], $4::int[], $5::int[], $6::int[], $7::int[], $8::int[],
      $9::int[])
    on conflict (link_id, day) do update set
      clicks = tally.clicks + excluded.clicks, repeats = tally.repeats + excluded.repeats,
      bots = tally.bots + excluded.bots, heads = tally.heads + excluded.heads,
      prefetches = tally.prefetches + excluded.prefetches, untracked = tally.untracked + excluded.untracked
"""
