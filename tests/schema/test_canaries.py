"""Hidden text stays hidden on every path: whoever may not read it walks the whole graph and never meets a word of it.

The walk starts at every root field that lists something and at every id there is, as somebody who had noted them all.
From each object it goes on to whatever that object shows, until nothing new is found.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson
import pytest
import pytest_asyncio
from graphql import (
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLOutputType,
    get_named_type,
    is_leaf_type,
    is_required_argument,
)

from community.access.policy import ANONYMOUS, Actor, Kind, Role, Scope
from community.kernel.errors import Refusal
from community.kernel.ids import new_id
from community.members import service as members
from community.outbox import service as outbox
from community.posts import service as posts
from schema.nodes import encode_id
from schema.root import schema
from tests.factories import a_comment, a_member, a_post
from tests.graph import ask

BLOCKED = "blockedcanary"
REMOVED = "removedcanary"
REASON = "reasoncanary"
TAG = "金絲雀"

LISTS = """
query ($tag: String!, $word: String!, $author: ID!) {
    posts(first: 100) { nodes { ...post } edges { node { ...post } } }
    last: posts(last: 100, orderBy: OLDEST_FIRST) { nodes { ...post } }
    byAuthor: posts(where: {authorId: $author}) { nodes { ...post } }
    byTag: posts(where: {hashtag: $tag}) { nodes { ...post } }
    searchPosts(query: $word) { nodes { ...post } }
    hashtag(name: $tag) { id posts(first: 100) { nodes { ...post } } }
    hashtags(first: 100) { nodes { id posts(first: 100) { nodes { ...post } } } }
    viewer { member { id } blocks { nodes { id } } }
}
fragment post on Post { id body bodyHtml removalReason }
"""


@dataclass(frozen=True, slots=True)
class Cage:
    """Who looks, and the ids of everything there is."""

    viewers: dict[str, Actor]
    ids: list[str]
    author: str


@pytest_asyncio.fixture
async def cage(database: str) -> Cage:
    author, sharp, stranger, blocker, shunned = [await a_member() for _ in range(5)]
    moderator = await a_member(roles=frozenset({Role.MODERATOR}))
    await members.follow(blocker, author.member_id)
    for member in (stranger, blocker, shunned):
        await members.follow(member, sharp.member_id)
    open_post = await a_post(sharp, f"聊天 #{TAG}")
    own = await a_post(author, f"{BLOCKED} #{TAG}")
    said = await a_comment(author, open_post, f"{BLOCKED} 留言")
    below = await a_comment(sharp, own, "回覆")
    answers = [await a_comment(sharp, said, "再說"), await a_comment(author, below, f"{BLOCKED} 又說")]
    gone = await a_post(sharp, f"{REMOVED} #{TAG}")
    last_words = await a_comment(sharp, gone, f"{REMOVED} 留言")
    taken_back = await a_comment(sharp, open_post, f"{REMOVED} 收回")
    answers.append(await a_comment(stranger, taken_back, "為什麼？"))
    edited = await a_post(sharp, f"{REMOVED} 第一版 #{TAG}")
    await posts.edit(sharp, edited.id, "第二版")
    await posts.remove(moderator, gone.id, REASON)
    await posts.remove_comment(moderator, taken_back.id, REASON)
    await members.block(blocker, author.member_id)
    await members.block(author, shunned.member_id)
    while await outbox.sequence():
        pass
    people = [author, sharp, stranger, blocker, shunned, moderator]
    return Cage(
        viewers={
            "anonymous": ANONYMOUS,
            "stranger": stranger,
            "blocker": blocker,
            "shunned": shunned,
            "moderator": moderator,
            "author": author,
            "key": Actor(kind=Kind.PARTNER, key_id=new_id(), scopes=frozenset(Scope)),
        },
        ids=[
            *(encode_id("Post", post.id) for post in (open_post, own, gone, edited)),
            *(encode_id("Comment", comment.id) for comment in (said, below, last_words, taken_back, *answers)),
            *(encode_id("Member", person.member_id) for person in people if person.member_id),
        ],
        author=encode_id("Member", author.member_id),
    )


@pytest.mark.parametrize(
    ("viewer", "reads"),
    [
        ("anonymous", {BLOCKED}),
        ("stranger", {BLOCKED}),
        ("key", {BLOCKED}),
        ("blocker", set()),
        ("shunned", set()),
        ("author", {BLOCKED}),
        ("moderator", {BLOCKED, REMOVED, REASON}),
    ],
)
async def test_who_walks_the_whole_graph_reads_what_they_may_and_no_word_more(
    cage: Cage, viewer: str, reads: set[str]
) -> None:
    met, visited = await walk(cage, cage.viewers[viewer])
    assert {canary for canary in (BLOCKED, REMOVED, REASON) if canary in met} == reads
    assert visited >= len(cage.viewers), "the walk went somewhere"


async def walk(cage: Cage, actor: Actor) -> tuple[str, int]:
    """All that an actor can be shown, as one text, and how many objects showed it."""
    met: list[str] = []
    found: list[str] = []

    async def look(document: str, **variables: Any) -> None:
        answer = await ask(document, actor=actor, **variables)
        assert all(isinstance(error, Refusal) for error in answer.errors), answer.errors
        found.extend(ids_in(answer.data))
        met.append(orjson.dumps(answer.data).decode() + "".join(map(str, answer.errors)))

    for word in (BLOCKED, REMOVED, TAG):
        await look(LISTS, tag=TAG, word=word, author=cage.author)
    await look("{ homeFeed(first: 100) { nodes { id body bodyHtml removalReason } } }")
    await look("{ events(first: 100) { nodes { id payload } } }")
    await look("query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }", ids=cage.ids)
    visited: set[str] = set()
    while ahead := [id for id in dict.fromkeys([*cage.ids, *found]) if id not in visited]:
        for id in ahead:
            await look(EVERYTHING, id=id)
        visited.update(ahead)
    return "".join(met), len(set(found))


def ids_in(value: Any) -> Iterator[str]:
    """The ids of all objects in an answer."""
    if isinstance(value, dict):
        if isinstance(value.get("id"), str):
            yield value["id"]
        for each in value.values():
            yield from ids_in(each)
    elif isinstance(value, list):
        for each in value:
            yield from ids_in(each)


def everything() -> str:
    """A document that asks a node of any type for all of its fields, and for the leaves of what these lead to."""
    graph = schema()._schema
    node = graph.type_map["Node"]
    assert isinstance(node, GraphQLInterfaceType)
    parts = [f"... on {kind.name} {{ {fields_of(kind, deeper=2)} }}" for kind in graph.get_possible_types(node)]
    return f"query ($id: ID!) {{ node(id: $id) {{ {' '.join(parts)} }} }}"


def fields_of(kind: GraphQLObjectType | GraphQLInterfaceType, *, deeper: int) -> str:
    """All fields that need no argument; each under a name of its type, so that two types never disagree about one."""
    shown = []
    for name, field in kind.fields.items():
        if any(is_required_argument(argument) for argument in field.args.values()):
            continue
        below = below_of(field.type, deeper=deeper)
        alias = name if name == "id" else f"{kind.name}_{name}: {name}"
        shown += [alias] if below == "" else [f"{alias} {{ {below} }}"] if below else []
    return " ".join(shown)


def below_of(returned: GraphQLOutputType, *, deeper: int) -> str | None:
    """The selection below a field: empty for a leaf, None where the walk does not go on."""
    named = get_named_type(returned)
    if is_leaf_type(named):
        return ""
    if not isinstance(named, GraphQLObjectType | GraphQLInterfaceType) or not deeper:
        return None
    return fields_of(named, deeper=deeper if named.name.endswith(("Connection", "Edge")) else deeper - 1) or None


EVERYTHING = everything()
