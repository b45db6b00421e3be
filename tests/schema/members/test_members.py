"""Members in the graph: signing up, your own side, others' side, staff's side."""

from uuid import UUID

import pytest

from community.access.policy import Role
from community.kernel.errors import BadInput, Forbidden, InvalidId, NotFound, Unauthenticated
from community.kernel.ids import new_id
from community.members import service as members
from schema.nodes import encode_id
from tests.factories import PASSWORD, a_member
from tests.graph import ask, member_id

pytestmark = pytest.mark.usefixtures("database")

SIGN_UP = """
  mutation ($handle: String!, $email: String! = "mei@example.com", $zone: String! = "Asia/Taipei") {
    signUp(input: {
      email: $email, password: "a long enough one", handle: $handle, displayName: "美玲", timeZone: $zone
    }) {
      __typename
      ... on SignUpPayload { viewer { email locale timeZone roles abilities member { handle } } tokens { accessToken } }
      ... on HandleTaken { handle }
      ... on Problem { code message }
    }
  }
"""
PROFILE = """
  query ($handle: String!) {
    member(handle: $handle) {
      id displayName followerCount followingCount viewerFollows viewerBlocks
      followers { nodes { handle } }
      restrictions { ability reason endsAt }
    }
  }
"""


def on(verb: str, payload: str = "member { viewerFollows viewerBlocks }") -> str:
    """A mutation about another member."""
    kind = verb[0].upper() + verb[1:]
    return f"""
      mutation ($id: ID!) {{
        {verb}(input: {{ memberId: $id }}) {{
          __typename ... on {kind}Payload {{ {payload} }} ... on Problem {{ code }}
        }}
      }}
    """


async def test_a_stranger_signs_up_and_is_somebody() -> None:
    joined = (await ask(SIGN_UP, handle="Mei", locale="zh-Hant")).only
    assert joined["__typename"] == "SignUpPayload"
    assert joined["viewer"] == {
        "email": "mei@example.com",
        "locale": "zh-Hant",
        "timeZone": "Asia/Taipei",
        "roles": ["MEMBER"],
        "abilities": ["EARN", "SPEND", "POST"],
        "member": {"handle": "Mei"},
    }
    assert joined["tokens"]["accessToken"]


async def test_a_taken_handle_is_a_problem_in_the_callers_language() -> None:
    await a_member(handle="mei")
    refused = (await ask(SIGN_UP, handle="MEI", locale="zh-Hant")).only
    assert refused == {
        "__typename": "HandleTaken",
        "handle": "MEI",
        "code": "HANDLE_TAKEN",
        "message": "帳號名稱 MEI 已有人使用。請換一個。",
    }


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [({"handle": "m\u200bei"}, "InvalidHandle"), ({"handle": "mei", "zone": "+8"}, "UnknownTimeZone"),
     ({"handle": "mei", "email": "no"}, "InvalidEmail")],
)  # fmt: skip
async def test_a_sign_up_that_cannot_be_says_why(wrong: dict[str, str], problem: str) -> None:
    assert (await ask(SIGN_UP, **wrong)).only["__typename"] == problem


async def test_nobody_is_no_viewer() -> None:
    assert (await ask("{ viewer { email } }")).only is None


async def test_members_find_follow_and_block_each_other() -> None:
    mei, ann = await a_member(handle="mei"), await a_member(handle="ann")
    followed = (await ask(on("followMember"), actor=mei, id=member_id(ann))).only
    assert followed["member"] == {"viewerFollows": True, "viewerBlocks": False}
    profile = (await ask(PROFILE, actor=mei, handle="ANN")).only
    assert (profile["followerCount"], profile["viewerFollows"]) == (1, True)
    assert profile["followers"]["nodes"] == [{"handle": "mei"}]
    blocked = (await ask(on("blockMember"), actor=ann, id=member_id(mei))).only
    assert blocked["member"] == {"viewerFollows": False, "viewerBlocks": True}
    assert (await ask(on("followMember"), actor=mei, id=member_id(ann))).only["__typename"] == "MemberBlocksYou"
    assert (await ask(on("unblockMember"), actor=ann, id=member_id(mei))).only["member"]["viewerBlocks"] is False
    assert (await ask(on("unfollowMember"), actor=mei, id=member_id(ann))).only["member"]["viewerFollows"] is False


@pytest.mark.parametrize("verb", ["followMember", "unfollowMember", "blockMember", "unblockMember"])
async def test_ids_that_are_made_up_of_another_type_of_nobody_or_your_own_have_their_answers(verb: str) -> None:
    mei = await a_member()
    for strange in ("", "x", "TWVtYmVyOg", "é" * 50, encode_id("Post", new_id())):
        assert (await ask(on(verb), actor=mei, id=strange)).refusals == [InvalidId]
    assert (await ask(on(verb), actor=mei, id=encode_id("Member", new_id()))).refusals == [NotFound]
    assert (await ask(on(verb), actor=mei, id=member_id(mei))).only["code"] == "CANNOT_TARGET_SELF"
    assert (await ask(on(verb), id=member_id(mei))).refusals == [Unauthenticated]


async def test_a_profile_is_edited_in_part() -> None:
    mei = await a_member(display_name="Mei")
    edited = await ask(
        """mutation { editProfile(input: { bio: "茶與山", birthday: "1990-05-17" }) {
             ... on EditProfilePayload { viewer { birthday member { bio displayName } } } } }""",
        actor=mei,
    )
    assert edited.only == {"viewer": {"birthday": "1990-05-17", "member": {"bio": "茶與山", "displayName": "Mei"}}}


async def test_moving_twice_is_refused_with_the_day_it_becomes_possible() -> None:
    mei = await a_member()
    move = """mutation ($zone: String!) { changeTimeZone(input: { timeZone: $zone }) {
                ... on ChangeTimeZonePayload { viewer { timeZone timeZoneChangeableAt } }
                ... on TimeZoneChangedRecently { changeableAt } } }"""
    moved = (await ask(move, actor=mei, zone="Asia/Taipei")).only["viewer"]
    assert moved["timeZone"] == "Asia/Taipei"
    assert (await ask(move, actor=mei, zone="UTC")).only["changeableAt"] == moved["timeZoneChangeableAt"]


async def test_consents_are_answered_and_read_by_oneself() -> None:
    mei = await a_member()
    answered = await ask(
        """mutation { setConsent(input: { purpose: MARKETING, channel: EMAIL, granted: true, source: "form" }) {
             ... on SetConsentPayload { viewer { consents { purpose channel granted source } } } } }""",
        actor=mei,
    )
    assert answered.only["viewer"]["consents"] == [
        {"purpose": "MARKETING", "channel": "EMAIL", "granted": True, "source": "form"}
    ]


async def test_a_restriction_is_seen_by_its_member_and_by_staff_alone() -> None:
    mei, ann = await a_member(handle="mei"), await a_member()
    moderator = await a_member(roles=frozenset({Role.MODERATOR}))
    restrict = """mutation ($id: ID!) { restrictMember(input: { memberId: $id, ability: POST, reason: "spam" }) {
                    ... on RestrictMemberPayload { restriction { ability reason endsAt } } } }"""
    assert (await ask(restrict, actor=ann, id=member_id(mei))).refusals == [Forbidden]
    taken = {"ability": "POST", "reason": "spam", "endsAt": None}
    assert (await ask(restrict, actor=moderator, id=member_id(mei))).only["restriction"] == taken
    seen = [(await ask(PROFILE, actor=who, handle="mei")).only["restrictions"] for who in (mei, ann, moderator)]
    assert seen == [[taken], None, [taken]]
    restored = await ask(
        """mutation ($id: ID!) { restoreMember(input: { memberId: $id, ability: POST }) {
             ... on RestoreMemberPayload { member { restrictions { reason } } } } }""",
        actor=moderator,
        id=member_id(mei),
    )
    assert restored.only["member"]["restrictions"] == []


async def test_nodes_are_found_in_order_and_at_most_a_hundred() -> None:
    mei, ann = await a_member(handle="mei"), await a_member(handle="ann")
    ids = [member_id(ann), encode_id("Member", new_id()), member_id(mei), member_id(ann)]
    nodes = "query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on Member { handle } } }"
    found = (await ask(nodes, ids=ids)).only
    assert [node and node["handle"] for node in found] == ["ann", None, "mei", "ann"]
    assert (await ask(nodes, ids=[member_id(mei)] * 101)).refusals == [BadInput]


@pytest.mark.parametrize("forged", ["x", encode_id("Query", UUID(int=1))])
async def test_which_of_several_ids_is_none_is_told(forged: str) -> None:
    given = encode_id("Member", new_id())
    one = await ask("query ($id: ID!) { node(id: $id) { id } }", id=forged)
    several = await ask("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=[given, forged])
    assert (one.errors, several.errors) == ([InvalidId("id", "Node")], [InvalidId("ids[1]", "Node")])


async def test_pages_of_followers_reach_everybody_once_while_more_arrive() -> None:
    star = await a_member(handle="star")
    for _ in range(5):
        await members.follow(await a_member(), star.member_id)
    page = """query ($after: String) { member(handle: "star") { followers(first: 2, after: $after) {
                nodes { handle } pageInfo { hasNextPage endCursor } } } }"""
    seen: list[str] = []
    after = None
    while True:
        followers = (await ask(page, after=after)).only["followers"]
        seen += [node["handle"] for node in followers["nodes"]]
        await members.follow(await a_member(), star.member_id)
        after = followers["pageInfo"]["endCursor"]
        if not followers["pageInfo"]["hasNextPage"]:
            break
    assert len(seen) == len(set(seen)) == 5


async def test_who_has_just_signed_in_reads_all_that_is_theirs_in_the_same_answer() -> None:
    """The request was a stranger's when it came."""
    await a_member(handle="mei")
    signing_in = f"""
        mutation {{ signIn(input: {{ email: "mei@example.com", password: "{PASSWORD}" }}) {{
          ... on SignInPayload {{ viewer {{
            balance {{ points }} standing {{ tier {{ key }} }} consents {{ purpose }} abilities
            statement {{ nodes {{ id }} }} orders {{ nodes {{ id }} }} blocks {{ nodes {{ id }} }}
          }} }}
        }} }}
    """
    viewer = (await ask(signing_in)).only["viewer"]
    assert (viewer["consents"], viewer["statement"], viewer["orders"]) == ([], {"nodes": []}, {"nodes": []})
