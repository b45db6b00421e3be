"""Campaigns in the graph: what members see, what staff do, and what nobody else gets to know."""

from typing import Any

import orjson
import pytest

from api.verifiers import draw as verifier
from community.access.policy import ANONYMOUS, SYSTEM, Role
from community.campaigns import service as campaigns
from community.campaigns.rules.plan import Limits, Prize, Review
from community.kernel import clock
from community.kernel.errors import Forbidden, Unauthenticated
from schema.nodes import encode_id
from tests.community.campaigns.contests import TAG, a_draft, an_open_campaign, both, enter, later, write
from tests.factories import a_member
from tests.graph import ask

pytestmark = pytest.mark.usefixtures("database")

CREATE = """
mutation ($slug: String!, $plan: CampaignPlanInput!) {
  createCampaign(input: { slug: $slug, plan: $plan }) {
    __typename
    ... on CreateCampaignPayload { campaign { id slug state name briefHtml hashtags { name } draw { commitment } } }
    ... on InvalidCampaign { flaw }
    ... on Problem { message }
  }
}
"""


def a_plan(**parts: Any) -> dict[str, Any]:
    usual = {
        "name": {"en": "Breakfast", "zhHant": "早餐"},
        "brief": {"en": "Show us **breakfast** <script>alert(1)</script>"},
        "terms": {"en": "Be fair."},
        "opensAt": "2100-01-01T00:00:00Z",
        "closesAt": "2100-02-01T00:00:00Z",
        "hashtags": ["#早餐"],
    }
    return {**usual, **parts}


async def an_editor() -> Any:
    return await a_member(roles=frozenset({Role.EDITOR}))


async def test_an_editor_drafts_a_campaign_and_nobody_else_sees_it() -> None:
    editor = await an_editor()
    created = (await ask(CREATE, actor=editor, slug="tea", plan=a_plan())).only
    campaign = created["campaign"]
    assert (campaign["state"], campaign["draw"]) == ("DRAFT", None)
    assert "<script" not in campaign["briefHtml"]
    assert "<strong>breakfast</strong>" in campaign["briefHtml"]
    question = "query ($slug: String!, $id: ID!) { campaign(slug: $slug) { id } node(id: $id) { id } }"
    assert (await ask(question, slug="tea", id=campaign["id"])).data == {"campaign": None, "node": None}
    assert (await ask(question, actor=editor, slug="tea", id=campaign["id"])).data is not None


async def test_members_and_strangers_change_nothing() -> None:
    for actor, refusal in ((ANONYMOUS, Unauthenticated), (await a_member(), Forbidden)):
        assert (await ask(CREATE, actor=actor, slug="tea", plan=a_plan())).refusals == [refusal]
        draft = encode_id("Campaign", (await a_draft()).id)
        for verb in ("scheduleCampaign", "openCampaign", "closeCampaign", "drawPrizes"):
            document = f"mutation ($id: ID!) {{ {verb}(input: {{ campaignId: $id }}) {{ __typename }} }}"
            assert (await ask(document, actor=actor, id=draft)).refusals == [refusal]


async def test_a_plan_that_cannot_be_is_told_in_the_callers_language() -> None:
    editor = await an_editor()
    flawed = a_plan(closesAt="2099-01-01T00:00:00Z")
    answer = (await ask(CREATE, actor=editor, locale="zh-Hant", slug="tea", plan=flawed)).only
    assert (answer["__typename"], answer["flaw"]) == ("InvalidCampaign", "WINDOW")
    assert "活動" in answer["message"]


async def test_a_member_knows_before_and_after_whether_a_post_enters() -> None:
    await an_open_campaign(slug="tea", limits=Limits(per_day=1))
    mei = await a_member()
    question = """query { campaign(slug: "tea") {
        viewerCanEnter viewerRefusal { reason message until } viewerEntry { state points refusal { reason } }
    } }"""
    before = (await ask(question, actor=mei)).only
    assert (before["viewerCanEnter"], before["viewerRefusal"], before["viewerEntry"]) == (True, None, None)
    await enter(mei)
    after = (await ask(question, actor=mei, locale="zh-Hant")).only
    assert after["viewerCanEnter"] is False
    assert after["viewerRefusal"]["reason"] == "DAILY_LIMIT"
    assert after["viewerRefusal"]["message"] == "您今天的參加次數已達上限。"
    assert after["viewerRefusal"]["until"] is not None
    assert after["viewerEntry"] == {"state": "ACCEPTED", "points": 10, "refusal": None}
    assert (await ask(question)).only["viewerCanEnter"] is False


async def test_why_something_is_no_entry_and_what_it_earned_are_for_its_author_and_reviewers() -> None:
    await an_open_campaign(limits=Limits(in_all=1))
    mei, lin = await a_member(), await a_member()
    shown, hidden = await enter(mei), await enter(mei)
    document = """query ($ids: [ID!]!) { nodes(ids: $ids) { ... on CampaignEntry {
        state points reward refusal { reason } post { entries { id } } campaign { slug } member { id }
    } } }"""
    ids = [encode_id("CampaignEntry", each.id) for each in (shown, hidden)]
    own, refused = (await ask(document, actor=mei, ids=ids)).only
    assert (own["points"], own["reward"], refused["refusal"]["reason"]) == (10, "GIVEN", "ENTRY_LIMIT")
    seen, unseen = (await ask(document, actor=lin, ids=ids)).only
    assert (seen["points"], seen["reward"], unseen) == (None, None, None)
    moderator = await a_member(roles=frozenset({Role.MODERATOR}))
    assert None not in (await ask(document, actor=moderator, ids=ids)).only
    assert (await ask("{ viewer { campaignEntries { nodes { state } } } }", actor=mei)).data == {
        "viewer": {"campaignEntries": {"nodes": [{"state": "REFUSED"}, {"state": "ACCEPTED"}]}}
    }


async def test_results_versions_and_labels_are_for_staff() -> None:
    await an_open_campaign(slug="tea")
    mei = await a_member()
    await enter(mei)
    question = """{ campaign(slug: "tea") { results { members points entries { state count } } versions { version }
        entries { nodes { member { labels } } } } }"""
    for actor in (ANONYMOUS, mei):
        answer = (await ask(question, actor=actor)).only
        assert (answer["results"], answer["versions"]) == (None, None)
        assert answer["entries"]["nodes"] == [{"member": {"labels": None}}]
    answer = (await ask(question, actor=await an_editor())).only
    assert answer["results"]["points"] == 10
    assert [version["version"] for version in answer["versions"]] == [2, 1]
    assert answer["entries"]["nodes"] == [{"member": {"labels": []}}]


async def test_reviewers_decide_in_bulk_and_back() -> None:
    await an_open_campaign(review=Review.STAFF)
    moderator = await a_member(roles=frozenset({Role.MODERATOR}))
    ids = [encode_id("CampaignEntry", (await enter(await a_member())).id) for _ in range(3)]
    accept = """mutation ($ids: [ID!]!) { acceptEntries(input: { entryIds: $ids }) {
        ... on AcceptEntriesPayload { entries { state } } } }"""
    refuse = """mutation ($ids: [ID!]!) { refuseEntries(input: { entryIds: $ids, reason: "Blurred" }) {
        ... on RefuseEntriesPayload { entries { state note refusal { reason } } } } }"""
    undo = """mutation ($id: ID!) { undoEntryReview(input: { entryId: $id }) {
        ... on UndoEntryReviewPayload { entry { state } } ... on Problem { code } } }"""
    accepted = (await ask(accept, actor=moderator, ids=ids[:2])).only["entries"]
    assert [entry["state"] for entry in accepted] == ["ACCEPTED"] * 2
    (refused,) = (await ask(refuse, actor=moderator, ids=ids[2:])).only["entries"]
    assert refused == {"state": "REFUSED", "note": "Blurred", "refusal": {"reason": "BY_STAFF"}}
    assert (await ask(undo, actor=moderator, id=ids[0])).only == {"entry": {"state": "PENDING"}}
    assert (await ask(undo, actor=moderator, id=ids[0])).only == {"code": "ENTRY_NOT_REVIEWABLE"}


async def test_the_proof_in_the_graph_is_all_that_the_verifier_needs() -> None:
    campaign = await an_open_campaign(slug="tea", prizes=(Prize(name=both("A teapot")), Prize(name=both("Tea"))))
    for _ in range(3):
        await enter(await a_member())
    closed = await campaigns.close(SYSTEM, campaign.id)
    question = '{ campaign(slug: "tea") { draw { seed proof winners { prize { name } entry { member { id } } } } } }'
    before = (await ask(question)).only["draw"]
    assert (before["seed"], before["winners"]) == (None, [])
    with later(hours=1):
        assert clock.now() > closed.plan.closes_at
        await campaigns.seal_due()
    await campaigns.draw_prizes(SYSTEM, campaign.id)
    draw = (await ask(question)).only["draw"]
    assert [winner["prize"]["name"] for winner in draw["winners"]] == ["A teapot", "Tea"]
    assert list(verifier.flaws_in(verifier.read(draw["proof"]))) == []
    assert orjson.loads(draw["proof"])["seed"] == draw["seed"]


async def test_the_page_of_a_hashtag_shows_its_campaigns() -> None:
    await an_open_campaign(slug="tea")
    await write(await a_member())
    answer = await ask("query ($tag: String!) { hashtag(name: $tag) { campaigns { slug } } }", tag=TAG)
    assert answer.only == {"campaigns": [{"slug": "tea"}]}
