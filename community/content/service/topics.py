"""Topics and series: make them, subscribe to a topic."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import orjson

from community import database
from community.access.policy import Actor, require_member
from community.content import errors, facts, policy, queries
from community.content.queries import SeriesView, TopicView
from community.content.rules import texts
from community.database import transaction
from community.kernel import clock, ids
from community.kernel.errors import NotFound
from community.kernel.messages import DEFAULT_LOCALE
from community.outbox import service as outbox

LONGEST_NAME = 60


@transaction()
async def create_topic(actor: Actor, slug: str, names: Mapping[str, str]) -> TopicView:
    """An editor makes a topic. `names` by locale, one in English at least.

    Raises Unauthenticated, Forbidden, SlugTaken, SlugUnusable, TextMissing, TextTooLong.
    """
    policy.require_editor(actor)
    return TopicView(**await _named("content_topic", slug, names))


@transaction()
async def create_series(actor: Actor, slug: str, names: Mapping[str, str]) -> SeriesView:
    """An editor makes a series. Raises as `create_topic` does."""
    policy.require_editor(actor)
    return SeriesView(**await _named("content_series", slug, names))


@transaction()
async def subscribe(actor: Actor, topic_id: UUID) -> TopicView:
    """A member wants to hear of a topic. Doing it again changes nothing. Raises Unauthenticated, NotFound."""
    member_id = require_member(actor)
    topic = await _topic(topic_id)
    is_new = await database.fetch_value(
        "insert into content_subscription (id, member_id, topic_id, subscribed_at) values ($1, $2, $3, $4)"
        " on conflict (member_id, topic_id) do nothing returning true",
        ids.new_id(),
        member_id,
        topic_id,
        clock.now(),
    )
    if is_new:
        await outbox.record(facts.TopicSubscribed(topic_id=topic_id, member_id=member_id), actor=actor)
    return topic


@transaction()
async def unsubscribe(actor: Actor, topic_id: UUID) -> TopicView:
    """A member does not want to hear of it any more. Doing it again changes nothing. Raises as `subscribe` does."""
    member_id = require_member(actor)
    topic = await _topic(topic_id)
    was_there = await database.fetch_value(
        "delete from content_subscription where member_id = $1 and topic_id = $2 returning true", member_id, topic_id
    )
    if was_there:
        await outbox.record(facts.TopicUnsubscribed(topic_id=topic_id, member_id=member_id), actor=actor)
    return topic


async def _topic(topic_id: UUID) -> TopicView:
    topic = (await queries.topics_by_ids([topic_id])).get(topic_id)
    if topic is None:
        raise NotFound("Topic")
    return topic


async def _named(table: str, slug: str, names: Mapping[str, str]) -> dict[str, Any]:
    wanted = texts.slug(slug)
    written = {locale: texts.line(name, "name", LONGEST_NAME) for locale, name in names.items()}
    if DEFAULT_LOCALE not in written:
        raise errors.TextMissing("name")
    made = ids.new_id()
    inserted = await database.fetch_value(
        f"insert into {table} (id, slug, names, created_at) values ($1, $2, $3::text::jsonb, $4)"
        " on conflict (slug) do nothing returning true",
        made,
        wanted,
        orjson.dumps(written).decode(),
        clock.now(),
    )
    if not inserted:
        raise errors.SlugTaken(wanted)
    return {"id": made, "slug": wanted, "names": written}
