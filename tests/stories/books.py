"""The journal of a crowd held against the database: what was promised must be there, once and whole."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from schema.nodes import decode_id
from tests.api.commands import hourglass
from tests.stories.crowd import Journal

KEPT_POSTS = "select id, split_part(source, ' ', 1) as name from posts_post"
KEPT_COMMENTS = "select id, split_part(source, ' ', 1) as name from posts_comment"
KEPT_EARNINGS = """
    select a.cause_key::uuid as id, g.rule, g.amount
    from engagement_grant g join engagement_activity a on a.id = g.activity_id
    where a.cause_kind in ('post.written', 'comment.written')
"""
KEPT_REACTIONS = """
    select r.subject_id as id, m.handle as name from posts_reaction r join members_member m on m.id = r.member_id
"""

HALVES = {
    "posts without their one fact": """
        select count(*) from posts_post p
        full join (select subject_id, count(*) as facts from outbox_fact where type = 'post.written' group by 1) f
            on f.subject_id = p.id
        where p.id is null or f.facts is distinct from 1
    """,
    "posts without their one hashtag": """
        select count(*) from posts_post p
        full join (select post_id, count(*) as tags from posts_tagging group by 1) t on t.post_id = p.id
        where p.id is null or t.tags is distinct from 1
    """,
    "comments without their one fact": """
        select count(*) from posts_comment c
        full join (
            select (payload ->> 'comment_id')::uuid as id, count(*) as facts
            from outbox_fact where type = 'comment.written' group by 1
        ) f on f.id = c.id
        where c.id is null or f.facts is distinct from 1
    """,
    "reactions without their one fact": """
        select count(*) from posts_reaction r
        full join (
            select subject_id, (payload ->> 'member_id')::uuid as member_id, count(*) as facts
            from outbox_fact where type = 'reaction.added' group by 1, 2
        ) f using (subject_id, member_id)
        where r.id is null or f.facts is distinct from 1
    """,
    "subjects whose comments or reactions are miscounted": """
        select count(*) from (
            select post_id as subject_id, 'comments' as measure, count(*) as rows from posts_comment group by 1
            union all
            select subject_id, kind, count(*) from posts_reaction group by 1, 2
        ) kept
        full join (
            select subject_id, measure, sum(value) as counted from (
                select subject_id, measure, value from posts_tally
                union all
                select subject_id, measure, delta from posts_tally_delta
            ) tallies group by 1, 2
        ) tally using (subject_id, measure)
        where kept.rows is distinct from tally.counted
    """,
    "writings that are no activity, or several": """
        select count(*) from (
            select 'post.written' as kind, id from posts_post
            union all
            select 'comment.written', id from posts_comment
        ) written
        full join (
            select cause_kind as kind, cause_key::uuid as id, count(*) as activities
            from engagement_activity where cause_kind in ('post.written', 'comment.written') group by 1, 2
        ) done using (kind, id)
        where done.activities is distinct from 1
    """,
    "grants that the ledger does not know, or other ones than these": """
        select count(*) from (
            select g.currency, a.cause_kind, a.cause_key || ':' || g.rule as cause_key, g.member_id, g.amount
            from engagement_grant g join engagement_activity a on a.id = g.activity_id
        ) granted
        full join (
            select currency, cause_kind, cause_key, member_id, amount from ledger_transfer where kind = 'award'
        ) paid using (currency, cause_kind, cause_key)
        where granted.amount is distinct from paid.amount or granted.member_id is distinct from paid.member_id
    """,
    "keys without their result": "select count(*) from idempotency_key where result is null",
    "gaps in the feed": "select coalesce(max(sequence), 0) - count(sequence) from outbox_fact",
}
"""What only a write that happened in part can leave, and how many of it there are."""


@dataclass(frozen=True, slots=True)
class Books:
    """What is wrong: of everything acknowledged, and of everything kept."""

    posts: int
    comments: int
    reactions: int
    """How many were acknowledged."""
    lost: int
    doubled: int
    contradictions: int
    halved: dict[str, int]
    earnings: int
    """How much of what was earned, in points and credits, was acknowledged."""
    misjudged: int
    """For how many posts and comments something else was earned than acknowledged."""
    broken: list[str]
    """The promises of the ledger that `hourglass reconcile` finds broken."""

    @property
    def balance(self) -> bool:
        """Whether everything promised is there, once and whole."""
        return not (self.lost or self.doubled or self.contradictions or self.halved or self.misjudged or self.broken)

    def __str__(self) -> str:
        return (
            f"{self.posts:,} posts, {self.comments:,} comments and {self.reactions:,} reactions acknowledged:"
            f" {self.lost} lost, {self.doubled} doubled, {sum(self.halved.values())} halved,"
            f" {self.contradictions} answered in two ways; {self.earnings:,} points and credits acknowledged for them:"
            f" {self.misjudged} otherwise than said; ledger {' and '.join(self.broken) or 'reconciles'}"
        )

    @classmethod
    async def of(cls, journal: Journal, database_url: str) -> "Books":
        """Compare."""
        connection = await asyncpg.connect(database_url)
        try:
            posts = await _kept(connection, KEPT_POSTS)
            comments = await _kept(connection, KEPT_COMMENTS)
            reactions = await _kept(connection, KEPT_REACTIONS)
            earned = await _earned(connection)
            halved = {what: found for what, query in HALVES.items() if (found := await connection.fetchval(query))}
        finally:
            await connection.close()
        written = {decode_id(told.id, "Post"): told.earned for told in journal.posts.values()}
        written |= {decode_id(told.id, "Comment"): told.earned for told in journal.comments.values()}
        return cls(
            posts=len(journal.posts),
            comments=len(journal.comments),
            reactions=len(journal.reactions),
            lost=len({(decode_id(told.id, "Post"), name) for name, told in journal.posts.items()} - set(posts))
            + len({(decode_id(told.id, "Comment"), name) for name, told in journal.comments.items()} - set(comments))
            + len(
                {(decode_id(told.id, "Post"), handle) for (handle, _), told in journal.reactions.items()}
                - set(reactions)
            ),
            doubled=_repeats(name for _, name in posts) + _repeats(name for _, name in comments) + _repeats(reactions),
            contradictions=journal.contradictions,
            halved=halved,
            earnings=sum(amount for each in written.values() for _, amount in each),
            misjudged=sum(earned[id] != each for id, each in written.items()),
            broken=await _broken(database_url),
        )


async def _kept(connection: asyncpg.Connection, query: str) -> list[tuple[UUID, str]]:
    return [(row["id"], row["name"]) for row in await connection.fetch(query)]


async def _earned(connection: asyncpg.Connection) -> dict[UUID, set[tuple[str, int]]]:
    """What each post and comment earned whoever wrote it."""
    earned: dict[UUID, set[tuple[str, int]]] = defaultdict(set)
    for row in await connection.fetch(KEPT_EARNINGS):
        earned[row["id"]].add((row["rule"], row["amount"]))
    return earned


async def _broken(database_url: str) -> list[str]:
    """What the command line finds broken in the ledger."""
    said = await hourglass("reconcile", DATABASE_URL=database_url)
    return [] if said.code == 0 else [*said.out.splitlines(), *said.err.splitlines()]


def _repeats(things: Iterable[object]) -> int:
    return sum(times - 1 for times in Counter(things).values())
