"""The journal of a crowd held against the database: what was promised must be there, once and whole."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from schema.nodes import decode_id
from tests.stories.crowd import Journal

KEPT_POSTS = "select id, split_part(source, ' ', 1) as name from posts_post"
KEPT_COMMENTS = "select id, split_part(source, ' ', 1) as name from posts_comment"
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

    @property
    def balance(self) -> bool:
        """Whether everything promised is there, once and whole."""
        return not (self.lost or self.doubled or self.contradictions or self.halved)

    def __str__(self) -> str:
        return (
            f"{self.posts:,} posts, {self.comments:,} comments and {self.reactions:,} reactions acknowledged:"
            f" {self.lost} lost, {self.doubled} doubled, {sum(self.halved.values())} halved,"
            f" {self.contradictions} answered in two ways"
        )

    @classmethod
    async def of(cls, journal: Journal, database_url: str) -> "Books":
        """Compare."""
        connection = await asyncpg.connect(database_url)
        try:
            posts = await _kept(connection, KEPT_POSTS)
            comments = await _kept(connection, KEPT_COMMENTS)
            reactions = await _kept(connection, KEPT_REACTIONS)
            halved = {what: found for what, query in HALVES.items() if (found := await connection.fetchval(query))}
        finally:
            await connection.close()
        return cls(
            posts=len(journal.posts),
            comments=len(journal.comments),
            reactions=len(journal.reactions),
            lost=len({(decode_id(id, "Post"), name) for name, id in journal.posts.items()} - set(posts))
            + len({(decode_id(id, "Comment"), name) for name, id in journal.comments.items()} - set(comments))
            + len({(decode_id(id, "Post"), handle) for (handle, _), id in journal.reactions.items()} - set(reactions)),
            doubled=_repeats(name for _, name in posts) + _repeats(name for _, name in comments) + _repeats(reactions),
            contradictions=journal.contradictions,
            halved=halved,
        )


async def _kept(connection: asyncpg.Connection, query: str) -> list[tuple[UUID, str]]:
    return [(row["id"], row["name"]) for row in await connection.fetch(query)]


def _repeats(things: Iterable[object]) -> int:
    return sum(times - 1 for times in Counter(things).values())
