"""What a member could read next, each with the reason: only what is open to them now, and nothing they know.

Three reasons to recommend: it is new in a topic they subscribed to; it shares a topic with what they read lately;
members of their tier read it. Who does not want that gets the latest, for that reason.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from community import database
from community.access.policy import Actor, require_member
from community.content import policy
from community.content.queries.items import COLUMNS, LISTED, ContentView
from community.content.queries.viewers import known
from community.content.rules.access import Viewer
from community.database import Question
from community.kernel import clock
from community.kernel.pages import Page, PageRequest, page_of
from community.kernel.words import Word
from community.tiers import queries as tiers

SHAPE = (int, UUID)
"""What the cursors of recommendations carry."""

POPULAR_FOR = timedelta(days=30)
CANDIDATES = 200
"""How many of the newest are looked at for each reason."""


class Because(Word):
    """Why something is recommended."""

    TOPIC_YOU_FOLLOW = "topic_you_follow", "It is new in a topic that you subscribed to."
    LIKE_WHAT_YOU_READ = "like_what_you_read", "It shares a topic with what you read lately."
    POPULAR_ON_YOUR_TIER = "popular_on_your_tier", "Members of your tier read it lately."
    LATEST = "latest", "It is among the latest."


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommendation:
    """An item with the reason: the topic, the item that was read, or the tier."""

    item: ContentView
    because: Because
    topic_id: UUID | None
    read_id: UUID | None
    tier: str | None
    score: int


async def recommended(actor: Actor, page: PageRequest) -> Page[Recommendation]:
    """A page for the member who asks, the best reasons first. Five statements, whatever is on the page."""
    member_id = require_member(actor)
    viewer = await known(Viewer(now=clock.now(), member_id=member_id, is_editor=policy.is_editor(actor)))
    tier = (await tiers.tiers_of([member_id], viewer.now))[member_id].key
    question = Question()
    question.require(LISTED)
    open_to(question, viewer)
    named = {
        "open": question.met,
        "me": question.argument(member_id),
        "tier": question.argument(tier),
        "since": question.argument(viewer.now - POPULAR_FOR),
    }
    place = [
        f"(score, id) {comparison} ({question.argument(bound[0])}, {question.argument(bound[1])})"
        for bound, comparison in ((page.after, "<"), (page.before, ">"))
        if bound
    ]
    direction = "asc" if page.backward else "desc"
    rows = await database.fetch(
        f"with {_SCORED.format(**named)} select {COLUMNS}, score, because, about_id from best join content_item i"
        f" using (id) where {' and '.join(place) or 'true'}"
        f" order by score {direction}, id {direction} limit {page.size + 1}",
        *question.arguments,
    )
    return page_of([_view(row, viewer, tier) for row in rows], page, lambda found: (found.score, found.item.id))


def open_to(question: Question, viewer: Viewer) -> None:
    """Ask for items that are open to this viewer, as `rules.access.decide` would say. A test compares the two."""
    if viewer.is_editor:
        return
    now, tiers, rights = (question.argument(each) for each in (viewer.now, list(viewer.tiers), list(viewer.rights)))
    asked = "i.terms->'requirement'"
    ways = [
        f"{asked}->>'visibility' = 'public'",
        f"({asked}->>'visibility' = 'tier' and {asked}->>'tier' = any({tiers}))",
        f"({asked}->>'visibility' = 'feature' and {asked}->>'feature' = any({rights}))",
        f"({asked}->>'visibility' = 'points' and 'content.' || replace(i.id::text, '-', '') = any({rights}))",
    ]
    if viewer.member_id is not None:
        ways.append(f"{asked}->>'visibility' = 'members'")
    question.conditions.append(f"({' or '.join(ways)})")
    question.conditions.append(
        "(not exists (select from content_window w where w.item_id = i.id) or exists ("
        f"select from content_window w where w.item_id = i.id and w.opens_at <= {now}"
        f" and (w.closes_at is null or w.closes_at > {now}) and (w.tier is null or w.tier = any({tiers}))))"
    )


def _view(row: Mapping[str, Any], viewer: Viewer, tier: str) -> Recommendation:
    because, about_id = Because(row["because"]), row["about_id"]
    return Recommendation(
        item=ContentView.of(row, viewer),
        because=because,
        topic_id=about_id if because is Because.TOPIC_YOU_FOLLOW else None,
        read_id=about_id if because is Because.LIKE_WHAT_YOU_READ else None,
        tier=tier if because is Because.POPULAR_ON_YOUR_TIER else None,
        score=row["score"],
    )


# A score says the reason first, then how much of it: the day of publishing, or how many read it.
_SCORED = f"""
    wish as (
        select coalesce((select recommends from content_reader where member_id = {{me}}), true) as recommends
    ), lately as (
        select read.item_id, read.read_at, source.topic_ids from content_progress read
        join content_item source on source.id = read.item_id
        where read.member_id = {{me}} and (select recommends from wish) order by read.read_at desc limit 20
    ), unread as not materialized (
        select i.* from content_item i
        where {{open}} and not exists (select from content_progress p where p.member_id = {{me}} and p.item_id = i.id)
    ), newest as (
        select id, topic_ids, published_at from unread order by published_at desc, id desc limit {CANDIDATES}
    ), subscribed as (
        select near.id, near.published_at, mine.topic_id from content_subscription mine
        cross join lateral (
            select id, published_at from unread where topic_ids @> array[mine.topic_id]
            order by published_at desc, id desc limit {CANDIDATES}
        ) near
        where mine.member_id = {{me}} and (select recommends from wish)
    ), popular as (
        select item_id as id, count(*) as readers from content_progress
        where tier = {{tier}} and read_at >= {{since}} and member_id <> {{me}} and (select recommends from wish)
        group by item_id order by readers desc, item_id limit {CANDIDATES}
    ), found as (
        select id, 'topic_you_follow' as because, topic_id as about_id,
            300000 + extract(epoch from published_at)::int / 86400 as score
        from subscribed
        union all
        select newest.id, 'like_what_you_read', lately.item_id,
            200000 + extract(epoch from newest.published_at)::int / 86400
        from newest join lately on newest.topic_ids && lately.topic_ids
        union all
        select unread.id, 'popular_on_your_tier', null, 100000 + least(readers, 99999)
        from popular join unread using (id)
        union all
        select id, 'latest', null, extract(epoch from published_at)::int / 86400
        from newest where not (select recommends from wish)
            or not exists (select from subscribed union all select from lately union all select from popular)
    ), best as (
        select distinct on (id) id, because, about_id, score::int as score from found order by id, score desc, about_id
    )
"""
