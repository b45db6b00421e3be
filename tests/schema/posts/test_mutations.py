"""Writing, answering and reacting through the graph, and what can go wrong with it."""

import pytest

from community.access.policy import ANONYMOUS, Role
from community.kernel.errors import Forbidden, InvalidId, NotFound, Unauthenticated
from community.kernel.ids import new_id
from community.members import service as members
from community.members.rules import Ability
from community.posts import errors
from schema.nodes import encode_id
from tests.factories import a_comment, a_member, a_post
from tests.graph import ask, member_id

pytestmark = pytest.mark.usefixtures("database")

PROBLEM = "... on Problem { code message }"
WRITE = f"""
  mutation ($input: WritePostInput!) {{
    writePost(input: $input) {{
      __typename
      ... on WritePostPayload {{ post {{ id body bodyHtml }} postEdge {{ cursor node {{ id }} }} }}
      ... on HashtagTooLong {{ hashtag length maxLength }}
      ... on MayNotPost {{ reason until }}
      {PROBLEM}
    }}
  }}
"""
EDIT = f"""
  mutation ($input: EditPostInput!) {{
    editPost(input: $input) {{ __typename ... on EditPostPayload {{ post {{ body editedAt }} }} {PROBLEM} }}
  }}
"""
REMOVE = f"""
  mutation ($input: RemovePostInput!) {{
    removePost(input: $input) {{
      __typename ... on RemovePostPayload {{ removedPostId post {{ removedAt removalReason }} }} {PROBLEM}
    }}
  }}
"""
COMMENT = f"""
  mutation ($input: WriteCommentInput!) {{
    writeComment(input: $input) {{
      __typename
      ... on WriteCommentPayload {{ comment {{ id body depth post {{ id commentCount }} }} commentEdge {{ cursor }} }}
      ... on ThreadTooDeep {{ maxDepth }}
      {PROBLEM}
    }}
  }}
"""
EDIT_COMMENT = f"""
  mutation ($input: EditCommentInput!) {{
    editComment(input: $input) {{ __typename ... on EditCommentPayload {{ comment {{ body }} }} {PROBLEM} }}
  }}
"""
REMOVE_COMMENT = f"""
  mutation ($input: RemoveCommentInput!) {{
    removeComment(input: $input) {{
      __typename ... on RemoveCommentPayload {{ removedCommentId comment {{ body removedAt }} }} {PROBLEM}
    }}
  }}
"""
REACT = f"""
  mutation ($input: ReactInput!) {{
    react(input: $input) {{
      __typename
      ... on ReactPayload {{ subject {{ __typename id reactionCounts {{ kind count }} viewerReactions }} }}
      {PROBLEM}
    }}
  }}
"""
UNREACT = f"""
  mutation ($input: UnreactInput!) {{
    unreact(input: $input) {{
      __typename ... on UnreactPayload {{ subject {{ reactionCounts {{ kind count }} viewerHasReacted }} }} {PROBLEM}
    }}
  }}
"""


async def test_a_member_writes_a_post_and_gets_its_edge() -> None:
    mei = await a_member()
    written = (await ask(WRITE, actor=mei, input={"body": "今天#台北美食**好吃**"})).only
    assert written["__typename"] == "WritePostPayload"
    assert written["post"]["body"] == "今天#台北美食**好吃**"
    assert "<strong>好吃</strong>" in written["post"]["bodyHtml"]
    assert written["postEdge"]["node"]["id"] == written["post"]["id"]
    after = written["postEdge"]["cursor"]
    assert (await ask("query ($a: String) { posts(after: $a) { nodes { id } } }", a=after)).only == {"nodes": []}


async def test_the_same_key_gives_the_first_post_and_another_text_a_problem() -> None:
    mei = await a_member()
    first, again = [(await ask(WRITE, actor=mei, input={"body": "x", "idempotencyKey": "k"})).only for _ in range(2)]
    assert first == again
    other = (await ask(WRITE, actor=mei, input={"body": "y", "idempotencyKey": "k"})).only
    assert other["__typename"] == "IdempotencyKeyReused"
    bad = (await ask(WRITE, actor=mei, input={"body": "y", "idempotencyKey": ""})).only
    assert bad["__typename"] == "IdempotencyKeyMalformed"


async def test_a_hashtag_of_1000_characters_is_a_problem_in_the_callers_language() -> None:
    refused = await ask(WRITE, actor=await a_member(), locale="zh-Hant", input={"body": "#" + "好" * 1_000})
    assert refused.only == {
        "__typename": "HashtagTooLong",
        "hashtag": "好" * 20,
        "length": 1_000,
        "maxLength": 50,
        "code": "HASHTAG_TOO_LONG",
        "message": f"主題標籤 #{'好' * 20}… 有 1000 個字，上限為 50 個字。",
    }


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("", "EmptyText"),
        ("\u200b\u2060\ufeff", "EmptyText"),
        ("x" * 10_001, "TextTooLong"),
        (" ".join(f"#x{n}" for n in range(31)), "TooManyHashtags"),
        (" ".join(f"@abc{n}" for n in range(31)), "TooManyMentions"),
    ],
)
async def test_a_text_that_cannot_be_says_why(body: str, problem: str) -> None:
    assert (await ask(WRITE, actor=await a_member(), input={"body": body})).only["__typename"] == problem


@pytest.mark.parametrize(
    "body", ["🍜", "a\u0000b", "\ud800x", "🏳️‍🌈" * 100, "'; drop table posts_post; --", "{message} %s"]
)
async def test_odd_texts_are_written(body: str) -> None:
    assert (await ask(WRITE, actor=await a_member(), input={"body": body})).only["__typename"] == "WritePostPayload"


async def test_a_restricted_member_reads_why() -> None:
    mei, moderator = await a_member(), await a_member(roles=frozenset({Role.MODERATOR}))
    await members.restrict(moderator, mei.member_id, Ability.POST, reason="洗版")
    refused = (await ask(WRITE, actor=mei, input={"body": "x"})).only
    assert (refused["__typename"], refused["reason"], refused["until"]) == ("MayNotPost", "洗版", None)


async def test_an_author_edits_and_removes() -> None:
    mei = await a_member()
    post_id = encode_id("Post", (await a_post(mei, "old")).id)
    edited = (await ask(EDIT, actor=mei, input={"postId": post_id, "body": "new"})).only
    assert edited["post"]["body"] == "new"
    assert edited["post"]["editedAt"]
    removed = (await ask(REMOVE, actor=mei, input={"postId": post_id})).only
    assert removed["removedPostId"] == post_id
    assert removed["post"]["removedAt"]
    again = (await ask(EDIT, actor=mei, input={"postId": post_id, "body": "newer"})).only
    assert again["__typename"] == "AlreadyRemoved"


async def test_a_moderator_removes_with_a_reason() -> None:
    post_id = encode_id("Post", (await a_post(await a_member())).id)
    moderator = await a_member(roles=frozenset({Role.MODERATOR}))
    refused = (await ask(REMOVE, actor=moderator, input={"postId": post_id})).only
    assert refused["__typename"] == "InvalidReason"
    removed = (await ask(REMOVE, actor=moderator, input={"postId": post_id, "reason": "廣告"})).only
    assert removed["post"]["removalReason"] == "廣告"


async def test_someone_elses_post_unknown_ids_and_ids_of_other_things_are_refused() -> None:
    mei, tom = await a_member(), await a_member()
    post = await a_post(mei)
    own, unknown, foreign = encode_id("Post", post.id), encode_id("Post", new_id()), member_id(mei)
    for actor, post_id, refusal in (
        (tom, own, errors.NotTheAuthor),
        (mei, unknown, NotFound),
        (mei, foreign, InvalidId),
        (mei, "nonsense", InvalidId),
        (mei, str(post.id), InvalidId),
        (ANONYMOUS, own, Unauthenticated),
    ):
        assert (await ask(EDIT, actor=actor, input={"postId": post_id, "body": "x"})).refusals == [refusal]
    assert (await ask(REMOVE, actor=tom, input={"postId": own, "reason": "no"})).refusals == [Forbidden]
    assert (await ask(COMMENT, actor=tom, input={"subjectId": foreign, "body": "x"})).refusals == [InvalidId]
    assert (await ask(COMMENT, actor=tom, input={"subjectId": unknown, "body": "x"})).refusals == [NotFound]
    assert (await ask(REACT, actor=tom, input={"subjectId": unknown, "kind": "LIKE"})).refusals == [NotFound]
    assert (await ask(WRITE, input={"body": "x"})).refusals == [Unauthenticated]


async def test_a_thread_grows_from_a_post_through_comments() -> None:
    mei = await a_member()
    subject = post_id = encode_id("Post", (await a_post(mei)).id)
    for depth in range(1, 9):
        written = (await ask(COMMENT, actor=mei, input={"subjectId": subject, "body": f"第{depth}層"})).only
        assert written["comment"]["depth"] == depth
        assert written["comment"]["post"] == {"id": post_id, "commentCount": depth}
        subject = written["comment"]["id"]
    refused = (await ask(COMMENT, actor=mei, input={"subjectId": subject, "body": "x"})).only
    assert (refused["__typename"], refused["maxDepth"]) == ("ThreadTooDeep", 8)


async def test_a_comment_is_edited_and_removed() -> None:
    mei = await a_member()
    comment = await a_comment(mei, await a_post(mei))
    comment_id = encode_id("Comment", comment.id)
    edited = (await ask(EDIT_COMMENT, actor=mei, input={"commentId": comment_id, "body": "new"})).only
    assert edited["comment"] == {"body": "new"}
    removed = (await ask(REMOVE_COMMENT, actor=mei, input={"commentId": comment_id})).only
    assert removed["removedCommentId"] == comment_id
    assert removed["comment"]["removedAt"]


async def test_members_react_to_posts_and_comments_alike() -> None:
    mei = await a_member()
    post = await a_post(mei)
    comment = await a_comment(mei, post)
    for kind, subject_id in (("Post", post.id), ("Comment", comment.id)):
        asked = {"subjectId": encode_id(kind, subject_id), "kind": "WOW"}
        for _ in range(2):
            reacted = (await ask(REACT, actor=mei, input=asked)).only
        assert reacted["subject"] == {
            "__typename": kind,
            "id": asked["subjectId"],
            "reactionCounts": [{"kind": "WOW", "count": 1}],
            "viewerReactions": ["WOW"],
        }
        for _ in range(2):
            taken_back = (await ask(UNREACT, actor=mei, input=asked)).only
        assert taken_back["subject"] == {"reactionCounts": [], "viewerHasReacted": False}


async def test_writing_tells_what_it_earned_and_the_same_key_tells_it_again() -> None:
    mei = await a_member()
    document = """
      mutation ($input: WritePostInput!) {
        writePost(input: $input) {
          ... on WritePostPayload { post { id } effects { isRepeat earned { currency amount rule } refused { code } } }
        }
      }
    """
    written = [(await ask(document, actor=mei, input={"body": "早安", "idempotencyKey": "k"})).only for _ in range(2)]
    earned = [{"currency": "CREDITS", "amount": 10, "rule": "post"}]
    assert written[0] == written[1]
    assert written[0]["effects"] == {"isRepeat": False, "earned": earned, "refused": []}
