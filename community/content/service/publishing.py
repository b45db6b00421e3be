"""What readers see, and from when on: publish, schedule, archive, and the opening of windows."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import orjson

from community import database
from community.access.policy import SYSTEM, Actor
from community.content import errors, facts, policy, queries
from community.content.queries import ContentView
from community.content.queries.revisions import revision
from community.content.rules.access import Terms, Window
from community.content.rules.life import Status
from community.content.service.editing import SAY, locked
from community.database import transaction
from community.kernel import clock, ids
from community.kernel.errors import NotFound
from community.kernel.facts import Fact
from community.outbox import service as outbox

BATCH = 100


@transaction()
async def publish(actor: Actor, item_id: UUID, *, expected_revision: int, number: int | None = None) -> ContentView:
    """Readers see this revision from now on, the last one if none is named. The same again changes nothing.

    Raises Unauthenticated, Forbidden, NotFound, RevisionConflict, ContentArchived.
    """
    policy.require_publisher(actor)
    item = await locked(actor, item_id, expected_revision)
    if item.status is Status.ARCHIVED:
        raise errors.ContentArchived
    wanted = number or item.revision
    if item.published_revision != wanted or item.publish_at:
        await _publish(actor, item_id, wanted)
    return await queries.item(actor, item_id)


@transaction()
async def schedule(
    actor: Actor, item_id: UUID, publish_at: datetime, *, expected_revision: int, number: int | None = None
) -> ContentView:
    """This revision will be published by itself. Until then readers go on seeing what they see.

    Raises Unauthenticated, Forbidden, NotFound, RevisionConflict, ContentArchived, ScheduleInPast.
    """
    policy.require_publisher(actor)
    item = await locked(actor, item_id, expected_revision)
    if item.status is Status.ARCHIVED:
        raise errors.ContentArchived
    if publish_at <= clock.now():
        raise errors.ScheduleInPast(publish_at)
    wanted = (await revision(item_id, number or item.revision)).number
    await _schedule(actor, item, wanted, publish_at)
    return await queries.item(actor, item_id)


@transaction()
async def unschedule(actor: Actor, item_id: UUID, *, expected_revision: int) -> ContentView:
    """Nothing will be published by itself. Where nothing would have been nothing changes.

    Raises Unauthenticated, Forbidden, NotFound, RevisionConflict.
    """
    policy.require_publisher(actor)
    item = await locked(actor, item_id, expected_revision)
    if item.publish_at is not None:
        await _schedule(actor, item, item.revision, None)
    return await queries.item(actor, item_id)


@transaction()
async def archive(actor: Actor, item_id: UUID, *, expected_revision: int) -> ContentView:
    """Readers see nothing of it any more. Doing it again changes nothing.

    Raises Unauthenticated, Forbidden, NotFound, RevisionConflict.
    """
    policy.require_publisher(actor)
    item = await locked(actor, item_id, expected_revision)
    if item.status is not Status.ARCHIVED:
        await database.execute(
            "with gone as (delete from content_window where item_id = $1)"
            " update content_item set status = 'archived', archived_at = $2, publish_at = null,"
            " scheduled_revision = null where id = $1",
            item_id,
            clock.now(),
        )
        await outbox.record(facts.ContentArchived(content_id=item_id), actor=actor)
    return await queries.item(actor, item_id)


@transaction()
async def publish_due() -> int:
    """Publish up to BATCH items whose time has come; how many there were. Several may run: each takes its own."""
    due = await database.fetch(
        "select id, scheduled_revision from content_item where publish_at <= $1 order by publish_at limit $2"
        " for no key update skip locked",
        clock.now(),
        BATCH,
    )
    for row in due:
        await _publish(SYSTEM, row["id"], row["scheduled_revision"])
    return len(due)


@transaction()
async def announce_windows() -> int:
    """Announce up to BATCH windows that have opened; how many there were. They opened by themselves."""
    opened = await database.fetch(
        "update content_window w set announced_at = $1 where w.id in (select due.id from content_window due"
        " where due.announced_at is null and due.opens_at <= $1 order by due.opens_at limit $2 for update skip locked)"
        " returning w.item_id, w.tier, w.opens_at, w.closes_at",
        clock.now(),
        BATCH,
    )
    announced: list[Fact] = [
        facts.ContentWindowOpened(
            content_id=row["item_id"], tier=row["tier"], opens_at=row["opens_at"], closes_at=row["closes_at"]
        )
        for row in sorted(opened, key=lambda row: (row["opens_at"], row["item_id"]))
    ]
    await outbox.record_all(announced)
    return len(opened)


async def _publish(actor: Actor, item_id: UUID, number: int) -> None:
    now = clock.now()
    shown = await database.fetch_one(
        f"update content_item i set {SAY}, status = 'published', published_revision = r.number,"
        " published_at = coalesce(i.published_at, $3), publish_at = null, scheduled_revision = null"
        " from content_revision r where i.id = $1 and r.item_id = $1 and r.number = $2"
        " returning i.kind, i.published_at, i.topic_ids, i.terms::text as terms,"
        " (select before.published_at is null from content_item before where before.id = i.id) as is_first",
        item_id,
        number,
        now,
    )
    if shown is None:
        raise NotFound("ContentRevision")
    await _set_windows(item_id, Terms.of_json(orjson.loads(shown["terms"])).windows, now)
    await outbox.record(
        facts.ContentPublished(
            content_id=item_id,
            revision=number,
            kind=shown["kind"],
            topic_ids=shown["topic_ids"],
            is_first=shown["is_first"],
            published_at=shown["published_at"],
        ),
        actor=actor,
    )


async def _set_windows(item_id: UUID, windows: Sequence[Window], now: datetime) -> None:
    """Keep the windows whose opening is to be announced; one that is open by now opens with the publishing."""
    await database.execute(
        "with gone as (delete from content_window where item_id = $1)"
        " insert into content_window (id, item_id, tier, opens_at, closes_at, announced_at)"
        " select w.id, $1, w.tier, w.opens_at, w.closes_at, case when w.opens_at <= $6 then $6 end"
        " from unnest($2::uuid[], $3::text[], $4::timestamptz[], $5::timestamptz[]) w(id, tier, opens_at, closes_at)",
        item_id,
        [ids.new_id() for _ in windows],
        [window.tier for window in windows],
        [window.opens_at for window in windows],
        [window.closes_at for window in windows],
        now,
    )


async def _schedule(actor: Actor, item: ContentView, number: int, publish_at: datetime | None) -> None:
    hidden = Status.SCHEDULED if publish_at else Status.DRAFT
    await database.execute(
        "update content_item set publish_at = $2, scheduled_revision = case when $2::timestamptz is null then null"
        " else $3::int end, status = case when status = 'published' then status else $4 end where id = $1",
        item.id,
        publish_at,
        number,
        hidden.value,
    )
    await outbox.record(facts.ContentScheduled(content_id=item.id, revision=number, publish_at=publish_at), actor=actor)
