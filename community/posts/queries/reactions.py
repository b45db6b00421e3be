"""Counters and reactions, for many posts and comments at a time."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

import orjson

from community import database
from community.access.policy import Actor
from community.database import Question, Statement
from community.kernel.along import NOTHING, REMEMBERED, VIEWER, Along, Companion, Company
from community.kernel.errors import NotFound
from community.posts.queries.sight import ME, Sight, sight_of
from community.posts.rules.reactions import Reaction
from community.posts.rules.tallies import COMMENTS


@dataclass(frozen=True, slots=True)
class Subject:
    """A post or a comment, as far as reacting to it needs to know."""

    type: str
    id: UUID
    author_id: UUID
    is_removed: bool


ACTOR = "actor.id"
"""What is read along with a subject may belong to whoever asks for it."""


async def subject(actor: Actor, subject_id: UUID, along: Along = NOTHING) -> Subject:
    """The post or comment with this id. Raises NotFound where there is none that the actor may see."""
    statement = _subject(sight_of(actor), along.company)
    values = {THIS: subject_id, ME: actor.member_id}
    row = await database.fetch_one(statement.sql, *statement.given(values, along))
    if row is None:
        raise NotFound("Post/Comment")
    along.keep([row])
    return Subject(row["type"], row["id"], row["author_id"], row["is_removed"])


THIS = "this"


@lru_cache(REMEMBERED)
def _subject(sight: Sight, company: Company) -> Statement:
    question = Question()
    this = question.argument(THIS)
    sight.posts(question)
    sees_post = question.met
    sight.comments(question)
    sees_comment = question.met
    asking = question.argument(ME)
    columns, joined = company.beside(len(question.arguments))
    return question.statement(
        f"select subject.*{columns} from ("
        "select 'post' as type, p.id, p.author_id, p.removed_at is not null as is_removed"
        f" from posts_post p where p.id = {this} and {sees_post}"
        " union all select 'comment', c.id, c.author_id, c.removed_at is not null"
        f" from posts_comment c join posts_post p on p.id = c.post_id where c.id = {this} and {sees_comment}"
        f") subject, (select {asking}::uuid as id) actor{joined}"
    )


class Tallies(NamedTuple):
    """How many comments stand below a subject, and how many members gave each kind of reaction that anybody gave."""

    comments: int
    reactions: tuple[tuple[Reaction, int], ...]


async def tallies_of(ids: Sequence[UUID]) -> list[Tallies]:
    """What is counted of each subject, in order. Exact at this moment: what was rolled up and what came since."""
    rows = await database.fetch(
        "select subject_id, measure, sum(value)::bigint as value from ("
        " select subject_id, measure, value from posts_tally where subject_id = any($1)"
        " union all select subject_id, measure, delta from posts_tally_delta where subject_id = any($1)"
        ") counted group by subject_id, measure",
        list(set(ids)),
    )
    found: defaultdict[UUID, dict[str, int]] = defaultdict(dict)
    for row in rows:
        found[row["subject_id"]][row["measure"]] = row["value"]
    return [_tallies(found[each]) for each in ids]


def _counted(key: str) -> str:
    return (
        "(select json_object_agg(measure, value)::text from (select measure, sum(value) as value from ("
        f" select measure, value from posts_tally where subject_id = {key}"
        f" union all select measure, delta from posts_tally_delta where subject_id = {key}"
        ") counted group by measure) tally)"
    )


@lru_cache(10_000)
def _tallies_in(found: str | None) -> Tallies:
    """What is counted, from JSON: much is counted alike."""
    return _tallies(orjson.loads(found)) if found else NO_TALLIES


def _tallies(found: Mapping[str, int]) -> Tallies:
    return Tallies(found.get(COMMENTS, 0), tuple((kind, count) for kind in KINDS if (count := found.get(kind))))


@lru_cache(1_000)
def _kinds_in(found: str | None) -> tuple[Reaction, ...]:
    """Some of the five, each once."""
    return _in_order(found.split(" ")) if found else ()


def _in_order(kinds: Collection[str]) -> tuple[Reaction, ...]:
    return tuple(kind for kind in KINDS if kind in kinds)


KINDS = tuple(Reaction)
NO_TALLIES = Tallies(0, ())

TALLIES = Companion(_counted, _tallies_in)
"""What is counted of a post or a comment, for the statement that reads it."""

OWN_REACTIONS: Companion[tuple[Reaction, ...]] = Companion(
    "(select string_agg(kind, ' ') from posts_reaction where subject_id = {} and member_id = {}::uuid)".format,
    _kinds_in,
    arguments=(VIEWER,),
)
"""How who asks reacted to a post or a comment, for the statement that reads it."""


async def reactions_of(actor: Actor, ids: Sequence[UUID]) -> list[tuple[Reaction, ...]]:
    """The actor's own reactions to each subject, in order; none for somebody who is not signed in."""
    if actor.member_id is None:
        return [() for _ in ids]
    # A look-up per subject: a join could start from all that a busy member ever reacted to.
    rows = await database.fetch(
        "select subject.id, own.kind from unnest($2::uuid[]) subject(id) cross join lateral ("
        " select kind from posts_reaction where subject_id = subject.id and member_id = $1 offset 0) own",
        actor.member_id,
        list(set(ids)),
    )
    own: defaultdict[UUID, set[str]] = defaultdict(set)
    for row in rows:
        own[row["id"]].add(row["kind"])
    return [_in_order(own[each]) for each in ids]


async def reactor_counts(moments: Sequence[tuple[UUID, datetime]]) -> list[int]:
    """For each post and instant, in order: how many others had reacted by then and have not taken it back."""
    rows = await database.fetch(
        "select count(distinct r.member_id) as others"
        " from unnest($1::uuid[], $2::timestamptz[]) with ordinality as wanted(post_id, until, place)"
        " left join posts_post p on p.id = wanted.post_id"
        " left join posts_reaction r"
        " on r.subject_id = p.id and r.member_id <> p.author_id and r.reacted_at < wanted.until"
        " group by wanted.place order by wanted.place",
        [post_id for post_id, _ in moments],
        [until for _, until in moments],
    )
    return [row["others"] for row in rows]
