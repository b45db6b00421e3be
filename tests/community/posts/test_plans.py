"""How much PostgreSQL reads for a page: as much as the page needs, whatever it takes to be usual."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import asyncpg
import orjson
import pytest

from community import database as db
from community.access.policy import ANONYMOUS, Actor, Kind
from community.kernel import search
from community.kernel.along import Along
from community.kernel.pages import PageRequest
from community.posts import queries
from community.posts.queries import Filter
from community.posts.rules.hashtags import hashtag_id

POSTS = 3_000
FEW = 5
BUSY, ALSO_BUSY, READER_ID = UUID(int=1), UUID(int=2), UUID(int=99)
READER = Actor(kind=Kind.MEMBER, member_id=READER_ID)


@pytest.fixture
async def connection(database: str) -> Any:
    """A connection to many posts by many authors. The oldest few say something else, under a rare hashtag, too."""
    # What was not flushed yet is not visible to everybody, and an index alone cannot tell that it is.
    settings = {"session_replication_role": "replica", "synchronous_commit": "on"}
    connected = await asyncpg.connect(database, server_settings=settings)
    await connected.execute(
        f"""
        insert into posts_post (id, author_id, source, html, renderer, words, hashtags, mention_handles, mention_ids,
                                written_at)
        select lpad(to_hex(n), 32, '0')::uuid,
               lpad(to_hex(case when n <= {FEW} then 0 else n % 50 + 1 end), 32, '0')::uuid, 'x', 'x', 1,
               (case when n <= {FEW} then $${search.words_of("南湖好")}$$
                else $${search.words_of("很好")}$$ end)::tsvector,
               '{{}}'::text[], '{{}}'::text[], '{{}}'::uuid[], now()
        from generate_series(1, {POSTS}) n
        """
    )
    for name, upto in (("frequent", POSTS), ("rare", FEW)):
        await connected.execute(
            "insert into posts_tagging select $1, id from posts_post order by id limit $2", hashtag_id(name), upto
        )
    await connected.execute("analyze posts_tagging; analyze members_block")
    await connected.execute("vacuum analyze posts_post")
    yield connected
    await connected.close()


async def read(connection: asyncpg.Connection, statement: str, *args: Any, mode: str) -> int:
    """How many rows of `posts_post` are looked at when the statement runs; what an index says by itself is no row."""
    await connection.execute(f"set plan_cache_mode = {mode}")
    explained = await connection.fetchval(f"explain (analyze, timing off, format json) {statement}", *args)
    plan = orjson.loads(explained)[0]["Plan"]
    return sum(
        node["Heap Fetches"]
        if node["Node Type"] == "Index Only Scan"
        else (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]
        for node in nodes(plan)
        if node.get("Relation Name") == "posts_post"
    )


async def parameters(connection: asyncpg.Connection, statement: str) -> list[tuple[str, UUID]]:
    """The type of each parameter, and an id for it."""
    prepared = await connection.prepare(statement)
    return [(kind.name, READER_ID) for kind in prepared.get_parameters()]


async def cost(connection: asyncpg.Connection, statement: str, *args: Any) -> float:
    """What PostgreSQL thinks that it costs to run the statement with these arguments."""
    await connection.execute("set plan_cache_mode = force_custom_plan")
    explained = await connection.fetchval(f"explain (format json) {statement}", *args)
    return float(orjson.loads(explained)[0]["Plan"]["Total Cost"])


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", []):
        yield from nodes(below)


@pytest.mark.parametrize("mode", ["force_generic_plan", "force_custom_plan"])
@pytest.mark.parametrize(("name", "shown"), [("frequent", 20), ("rare", FEW)])
async def test_a_hashtags_feed_reads_no_more_posts_than_it_shows(
    connection: asyncpg.Connection, name: str, shown: int, mode: str
) -> None:
    with db.counting_statements() as counted:
        page = await queries.feed(ANONYMOUS, PageRequest(), Filter(hashtag=name))
        pages = await queries.tagged(ANONYMOUS, [hashtag_id(name)], PageRequest())
    assert len(page.items) == len(pages[0].items) == shown
    feed, tagged = counted.statements
    assert await read(connection, feed, hashtag_id(name), mode=mode) <= shown + 1
    assert await read(connection, tagged, [hashtag_id(name)], mode=mode) <= shown + 1


@pytest.mark.parametrize("mode", ["force_generic_plan", "force_custom_plan"])
async def test_a_home_feed_reads_no_more_posts_than_it_shows_however_many_are_followed(
    connection: asyncpg.Connection, mode: str
) -> None:
    await connection.execute(
        "insert into members_follow (id, follower_id, followed_id, followed_at) values"
        " (gen_random_uuid(), $1, $2, now()), (gen_random_uuid(), $1, $3, now())",
        READER_ID,
        BUSY,
        ALSO_BUSY,
    )
    with db.counting_statements() as counted:
        page = await queries.home(READER, PageRequest())
    assert len(page.items) == 20
    (statement,) = counted.statements
    assert await read(connection, statement, *[READER_ID] * 3, mode=mode) <= 21


async def test_what_comes_along_is_planned_once_for_any_number_of_posts(connection: asyncpg.Connection) -> None:
    with db.counting_statements() as counted:
        await queries.posts(READER, [UUID(int=1)], Along(queries.with_posts(of_posts=[queries.TALLIES])))
        await queries.threads(READER, [UUID(int=1)], PageRequest())
        await queries.tagged(READER, [hashtag_id("rare")], PageRequest())
    for statement in counted.statements:
        one, many = [
            [each if kind == "uuid" else [each] * number for kind, each in await parameters(connection, statement)]
            for number in (1, 100)
        ]
        assert await cost(connection, statement, *one) == await cost(connection, statement, *many)


async def test_a_rare_word_is_found_through_the_index(connection: asyncpg.Connection) -> None:
    with db.counting_statements() as counted:
        page = await queries.matching(ANONYMOUS, "南湖", PageRequest())
    assert len(page.items) == FEW
    (statement,) = counted.statements
    for mode in ("force_generic_plan", "force_custom_plan"):
        assert await read(connection, statement, search.question_of("南湖"), mode=mode) <= FEW
