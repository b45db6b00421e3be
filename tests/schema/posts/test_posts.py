"""Posts in the graph: reading them level by level, finding them by id, by feed, by word."""

import pytest

from community import database
from community.access.policy import ANONYMOUS, Actor, Kind, Role
from community.kernel.errors import BadInput, InvalidId, Unauthenticated
from community.kernel.ids import new_id
from community.members import service as members
from community.posts import service as posts
from community.posts.queries import CommentView, PostView
from community.posts.rules.reactions import Reaction
from schema.nodes import encode_id
from tests.factories import a_comment, a_member, a_post
from tests.graph import ask, member_id

pytestmark = pytest.mark.usefixtures("database")

MODERATOR = Actor(kind=Kind.MEMBER, member_id=new_id(), roles=frozenset({Role.MEMBER, Role.MODERATOR}))

EVERYTHING = """
  query ($first: Int) {
    posts(first: $first) {
      edges { cursor node { ...Text } }
      pageInfo { hasNextPage endCursor }
    }
  }
  fragment Text on Post {
    id body bodyHtml writtenAt editedAt removedAt
    author { handle }
    hashtags { name postCount }
    mentions { handle }
    commentCount
    reactionCounts { kind count }
    viewerReactions viewerHasReacted viewerCanEdit viewerCanRemove
    comments(first: 2) {
      nodes {
        body depth author { handle } replyCount reactionCounts { kind count } viewerHasReacted viewerCanEdit
        replies(first: 1) { nodes { body author { handle } } pageInfo { hasNextPage } }
      }
      pageInfo { hasNextPage }
    }
  }
"""
POSTS = """
  query ($where: PostFilter, $orderBy: PostOrder! = NEWEST_FIRST, $first: Int, $after: String) {
    posts(where: $where, orderBy: $orderBy, first: $first, after: $after) {
      nodes { body } pageInfo { hasNextPage endCursor }
    }
  }
"""
SEARCH = "query ($query: String!) { searchPosts(query: $query) { nodes { body } } }"
NODE = """
  query ($id: ID!) {
    node(id: $id) {
      __typename
      ... on Post { text: body removalReason viewerCanEdit viewerCanRemove }
      ... on Comment { body author { handle } removalReason post { body } parent { body } mentions { handle } }
      ... on Hashtag { name }
    }
  }
"""


def node_id(found: PostView | CommentView) -> str:
    return encode_id("Post" if isinstance(found, PostView) else "Comment", found.id)


async def test_a_page_of_posts_with_all_around_it_costs_a_statement_a_level() -> None:
    mei, tom = await a_member(handle="mei"), await a_member(handle="tom")
    for n in range(5):
        post = await a_post(mei, f"{n} 謝謝@tom #台北")
        comment = await a_comment(tom, post, f"{n}")
        for _ in range(2):
            await a_comment(mei, comment, "對")
        await posts.react(tom, post.id, Reaction.LOVE)
        await posts.react(tom, comment.id, Reaction.LIKE)
    with database.counting_statements() as counted:
        found = (await ask(EVERYTHING, actor=tom, first=4)).only
    # Posts, comments, replies: each with all that comes along.
    assert counted.count == 3
    assert found["pageInfo"]["hasNextPage"]
    newest = found["edges"][0]["node"]
    assert newest["body"] == "4 謝謝@tom #台北"
    assert newest["author"] == {"handle": "mei"}
    assert newest["hashtags"] == [{"name": "台北", "postCount": 0}]
    assert newest["mentions"] == [{"handle": "tom"}]
    assert newest["commentCount"] == 3
    assert newest["reactionCounts"] == [{"kind": "LOVE", "count": 1}]
    assert newest["viewerReactions"] == ["LOVE"]
    assert (newest["viewerHasReacted"], newest["viewerCanEdit"], newest["viewerCanRemove"]) == (True, False, False)
    assert newest["comments"]["nodes"] == [
        {
            "body": "4",
            "depth": 1,
            "author": {"handle": "tom"},
            "replyCount": 2,
            "reactionCounts": [{"kind": "LIKE", "count": 1}],
            "viewerHasReacted": True,
            "viewerCanEdit": True,
            "replies": {"nodes": [{"body": "對", "author": {"handle": "mei"}}], "pageInfo": {"hasNextPage": True}},
        }
    ]


async def test_the_number_of_statements_does_not_grow_with_the_page() -> None:
    mei = await a_member()
    for n in range(6):
        await a_comment(mei, await a_post(mei, f"{n} #tag"))
    counts = []
    for first in (1, 6):
        with database.counting_statements() as counted:
            await ask(EVERYTHING, actor=mei, first=first)
        counts.append(counted.count)
    assert counts[0] == counts[1]


async def test_feeds_are_chosen_ordered_and_paged() -> None:
    mei, tom = await a_member(), await a_member()
    for actor, source in ((mei, "1 #台北"), (tom, "2 #台北"), (mei, "3")):
        await a_post(actor, source)

    async def bodies(**variables: object) -> list[str]:
        return [node["body"] for node in (await ask(POSTS, **variables)).only["nodes"]]

    assert await bodies() == ["3", "2 #台北", "1 #台北"]
    assert await bodies(orderBy="OLDEST_FIRST") == ["1 #台北", "2 #台北", "3"]
    assert await bodies(where={"authorId": member_id(mei)}) == ["3", "1 #台北"]
    assert await bodies(where={"hashtag": "＃台北"}) == ["2 #台北", "1 #台北"]
    assert await bodies(where={"hashtag": "台北", "authorId": member_id(mei)}) == ["1 #台北"]
    page = (await ask(POSTS, first=2)).only["pageInfo"]
    assert await bodies(after=page["endCursor"]) == ["1 #台北"]


async def test_bad_filters_and_cursors_are_bad_input() -> None:
    post = await a_post(await a_member())
    assert (await ask(POSTS, where={"hashtag": "!"})).refusals == [BadInput]
    assert (await ask(POSTS, where={"authorId": node_id(post)})).refusals == [InvalidId]
    assert (await ask(POSTS, after="xx")).refusals == [BadInput]
    assert (await ask(POSTS, first=101)).refusals == [BadInput]
    assert (await ask(SEARCH, query="🍜")).refusals == [BadInput]
    assert (await ask(SEARCH, query="x" * 101)).refusals == [BadInput]


async def test_home_is_for_members() -> None:
    mei, tom, eva = await a_member(), await a_member(), await a_member()
    for actor, source in ((tom, "tom"), (eva, "eva"), (mei, "mei")):
        await a_post(actor, source)
    await members.follow(mei, tom.member_id)
    home = "{ homeFeed { nodes { body } } }"
    assert (await ask(home, actor=mei)).only["nodes"] == [{"body": "mei"}, {"body": "tom"}]
    assert (await ask(home)).refusals == [Unauthenticated]


async def test_two_characters_find_a_post() -> None:
    await a_post(await a_member(), "地理位置很好，在南湖旁邊")
    assert (await ask(SEARCH, query="南湖")).only["nodes"] == [{"body": "地理位置很好，在南湖旁邊"}]
    assert (await ask(SEARCH, query="湖南")).only["nodes"] == []


async def test_a_hashtag_is_found_in_any_spelling_with_its_posts() -> None:
    mei = await a_member()
    for source in ("1 #Book", "2 #ＢＯＯＫ"):
        await a_post(mei, source)
    document = "query ($name: String!) { hashtag(name: $name) { id name lastUsedAt posts { nodes { body } } } }"
    with database.counting_statements() as counted:
        found = (await ask(document, name="＃book")).only
    assert counted.count == 2
    assert found["name"] == "book"
    assert found["posts"]["nodes"] == [{"body": "2 #ＢＯＯＫ"}, {"body": "1 #Book"}]
    assert (await ask(document, name="magazine")).only is None
    assert (await ask(document, name="")).refusals == [BadInput]
    assert (await ask(NODE, id=found["id"])).only == {"__typename": "Hashtag", "name": "book"}


async def test_many_hashtags_with_their_posts_cost_a_statement_a_level() -> None:
    mei = await a_member()
    await posts.write(mei, "#a #b #c")
    document = "{ posts { nodes { hashtags { name posts(first: 1) { nodes { body } } } } } }"
    with database.counting_statements() as counted:
        (post,) = (await ask(document)).only["nodes"]
    assert counted.count == 2
    assert [tag["posts"]["nodes"] for tag in post["hashtags"]] == [[{"body": "#a #b #c"}]] * 3


async def test_an_id_finds_only_what_its_finder_may_see() -> None:
    mei, tom = await a_member(handle="mei"), await a_member()
    post = await a_post(mei, "x")
    comment = await a_comment(mei, post, "y @mei")
    reply = await a_comment(tom, comment, "z")
    assert (await ask(NODE, id=node_id(reply), actor=tom)).only["parent"] == {"body": "y @mei"}
    assert (await ask(NODE, id=node_id(comment))).only == {
        "__typename": "Comment",
        "body": "y @mei",
        "author": {"handle": "mei"},
        "removalReason": None,
        "post": {"body": "x"},
        "parent": None,
        "mentions": [{"handle": "mei"}],
    }
    await posts.remove_comment(mei, comment.id)
    hidden = (await ask(NODE, id=node_id(comment), actor=tom)).only
    assert (hidden["body"], hidden["author"], hidden["mentions"]) == (None, None, [])
    assert (await ask(NODE, id=node_id(comment), actor=mei)).only["body"] == "y @mei"
    await posts.remove(MODERATOR, post.id, "廣告")
    for found in (post, comment):
        assert (await ask(NODE, id=node_id(found), actor=tom)).only is None
        assert (await ask(NODE, id=node_id(found))).only is None
    assert (await ask(NODE, id=node_id(post), actor=mei)).only == {
        "__typename": "Post",
        "text": "x",
        "removalReason": "廣告",
        "viewerCanEdit": False,
        "viewerCanRemove": False,
    }
    assert (await ask(NODE, id=encode_id("Post", new_id()))).only is None


async def test_who_is_blocked_is_not_found_by_id() -> None:
    mei, tom = await a_member(), await a_member()
    post = await a_post(mei)
    await members.block(tom, mei.member_id)
    assert (await ask(NODE, id=node_id(post), actor=tom)).only is None
    assert (await ask(NODE, id=node_id(post), actor=ANONYMOUS)).only["text"] == post.source
