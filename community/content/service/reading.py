"""What readers do: unlock, read and finish, keep for later, choose whether something is recommended to them."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from community import database
from community.access.policy import Actor, require_member
from community.content import errors, facts, queries
from community.content.queries import ContentView, ProgressView
from community.content.queries.readers import progress_of
from community.content.rules.access import Visibility, decide, own_feature
from community.content.rules.activities import completed_cause, content_subject, unlock_cause
from community.content.rules.life import COMPLETE_PERCENT
from community.database import transaction
from community.engagement import service as engagement
from community.engagement.queries import Effects
from community.engagement.rules.activities import Activity, OwnKind
from community.entitlements import service as entitlements
from community.entitlements.rules.rights import Source, SourceKind
from community.kernel import clock, ids
from community.kernel.errors import BadInput
from community.ledger import service as ledger
from community.outbox import service as outbox
from community.tiers import queries as tiers

PURPOSE = "content"
"""For what the ledger says that points were spent."""

LARGEST_POSITION = 10_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How far the reader is, and what this report did for them."""

    item: ContentView
    progress: ProgressView
    effects: Effects


@transaction()
async def unlock(actor: Actor, item_id: UUID) -> ContentView:
    """A member pays points for an item, once and for good. Doing it again costs nothing.

    Nothing is taken for what would stay closed all the same: its time is over, or is only for other tiers.

    Raises Unauthenticated, NotFound, NothingToUnlock; the ledger's InsufficientPoints; members' MayNotSpend.
    """
    member_id = require_member(actor)
    await database.hold(f"content.unlock:{member_id}:{item_id}")
    item = await queries.item(actor, item_id)
    price = item.terms.requirement.points
    if item.terms.requirement.visibility is not Visibility.POINTS or price is None:
        raise errors.NothingToUnlock
    feature = own_feature(item_id)
    if item.access.granted or feature in item.viewer.rights:
        return item
    unlocked = decide(item_id, item.terms, replace(item.viewer, rights=item.viewer.rights | {feature}))
    if not unlocked.granted and unlocked.unlocks_at is None:
        raise errors.NothingToUnlock
    await ledger.spend(member_id, price, unlock_cause(item_id, member_id), purpose=PURPOSE, actor=actor)
    await entitlements.grant(member_id, feature, Source(SourceKind.POINTS, feature), actor=actor)
    await outbox.record(facts.ContentUnlocked(content_id=item_id, member_id=member_id, points=price), actor=actor)
    return await queries.item(actor, item_id)


@transaction()
async def report_progress(
    actor: Actor, item_id: UUID, *, percent: int, position: int, read_at: datetime, dwell_seconds: int
) -> Reading:
    """A device says how far its reader came and how long they stayed. Of two devices the later reading counts.

    Reading earns as a view does, finishing once. Raises Unauthenticated, NotFound, BadInput, ContentClosed.
    """
    member_id = require_member(actor)
    if not 0 <= percent <= 100:
        raise BadInput("percent", "Between 0 and {limit}.", 100)
    if not 0 <= position <= LARGEST_POSITION:
        raise BadInput("position", "Between 0 and {limit}.", LARGEST_POSITION)
    item = await queries.item(actor, item_id)
    if not item.access.granted:
        raise errors.ContentClosed
    is_finished = await _keep(member_id, item_id, percent, position, min(read_at, clock.now()))
    effects = await engagement.report_view(
        actor, content_subject(item_id), owner_id=item.created_by, dwell_seconds=dwell_seconds
    )
    if is_finished:
        await _complete(actor, member_id, item)
    return Reading(item=item, progress=(await progress_of(actor, [item_id]))[item_id], effects=effects)


@transaction()
async def bookmark(actor: Actor, item_id: UUID) -> tuple[ContentView, UUID]:
    """A member keeps an item for later; with the bookmark's id. Doing it again changes nothing.

    Raises Unauthenticated, NotFound.
    """
    member_id = require_member(actor)
    item = await queries.item(actor, item_id)
    made = ids.new_id()
    kept: UUID = await database.fetch_value(
        "insert into content_bookmark (id, member_id, item_id, kept_at) values ($1, $2, $3, $4)"
        " on conflict (member_id, item_id) do update set kept_at = content_bookmark.kept_at returning id",
        made,
        member_id,
        item_id,
        clock.now(),
    )
    if kept == made:
        await outbox.record(facts.ContentBookmarked(content_id=item_id, member_id=member_id), actor=actor)
    return item, kept


@transaction()
async def unbookmark(actor: Actor, item_id: UUID) -> ContentView:
    """A member keeps it no longer. Doing it again changes nothing. Raises Unauthenticated, NotFound."""
    member_id = require_member(actor)
    item = await queries.item(actor, item_id)
    was_there = await database.fetch_value(
        "delete from content_bookmark where member_id = $1 and item_id = $2 returning true", member_id, item_id
    )
    if was_there:
        await outbox.record(facts.ContentUnbookmarked(content_id=item_id, member_id=member_id), actor=actor)
    return item


@transaction()
async def choose_recommendations(actor: Actor, *, recommends: bool) -> None:
    """A member switches recommendations made for them on or off. Raises Unauthenticated."""
    member_id = require_member(actor)
    changed = await database.fetch_value(
        "insert into content_reader as reader (member_id, recommends, chosen_at) values ($1, $2, $3)"
        " on conflict (member_id) do update set recommends = excluded.recommends, chosen_at = excluded.chosen_at"
        " where reader.recommends <> excluded.recommends returning true",
        member_id,
        recommends,
        clock.now(),
    )
    if changed:
        await outbox.record(facts.RecommendationsChosen(member_id=member_id, recommends=recommends), actor=actor)


async def _keep(member_id: UUID, item_id: UUID, percent: int, position: int, read_at: datetime) -> bool:
    """Keep how far the reader is, unless a later reading is known. Whether this one finished it for the first time."""
    now = clock.now()
    tier = (await tiers.tiers_of([member_id], now))[member_id].key
    row = await database.fetch_one(
        "with before as (select completed_at from content_progress where member_id = $2 and item_id = $3)"
        " insert into content_progress as p (id, member_id, item_id, percent, position, tier, read_at, completed_at)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (member_id, item_id) do update set"
        " percent = case when excluded.read_at >= p.read_at then excluded.percent else p.percent end,"
        " position = case when excluded.read_at >= p.read_at then excluded.position else p.position end,"
        " tier = excluded.tier, read_at = greatest(p.read_at, excluded.read_at),"
        " completed_at = coalesce(p.completed_at, excluded.completed_at)"
        " returning completed_at, (select completed_at from before) as completed_before",
        ids.new_id(),
        member_id,
        item_id,
        percent,
        position,
        tier,
        read_at,
        now if percent >= COMPLETE_PERCENT else None,
    )
    assert row, "an upsert returns its row"
    return row["completed_at"] is not None and row["completed_before"] is None


async def _complete(actor: Actor, member_id: UUID, item: ContentView) -> None:
    """Finishing is recorded once, also when two devices report it at the same moment."""
    recorded = await engagement.record(
        Activity(
            kind=OwnKind.CONTENT_COMPLETED,
            member_id=member_id,
            occurred_at=clock.now(),
            subject=content_subject(item.id),
            other_id=item.created_by,
        ),
        cause=completed_cause(item.id, member_id),
        actor=actor,
    )
    if not recorded.is_repeat:
        await outbox.record(facts.ContentCompleted(content_id=item.id, member_id=member_id), actor=actor)
