"""Webhooks through the graph: staff make endpoints, look at what became of each delivery, and tell again."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from community.access.policy import ANONYMOUS, Actor, Kind, Role, Scope
from community.kernel.errors import BadInput, Forbidden, InvalidId, NotFound, Unauthenticated
from community.webhooks import service as webhooks
from schema.nodes import encode_id
from tests.community.webhooks.telling import REFUSED, TAKEN, a_dispatcher, an_endpoint, it_happens, next_errands
from tests.graph import ask
from tests.receiver import Receiver, receiving

pytestmark = pytest.mark.usefixtures("database")

ADMIN = Actor(kind=Kind.MEMBER, member_id=uuid4(), roles=frozenset({Role.ADMIN}))
ANALYST = Actor(kind=Kind.MEMBER, member_id=uuid4(), roles=frozenset({Role.ANALYST}))
MEMBER = Actor(kind=Kind.MEMBER, member_id=uuid4(), roles=frozenset({Role.MEMBER}))
KEY = Actor(kind=Kind.PARTNER, key_id=uuid4(), scopes=frozenset(Scope))

CREATE = """
    mutation ($url: String!, $types: [String!]!) {
        createWebhookEndpoint(input: {url: $url, eventTypes: $types}) {
            ... on CreateWebhookEndpointPayload { secret endpoint { id url isEnabled } }
            ... on UnusableWebhookUrl { code flaw message }
            ... on UnknownEventTypes { code types message }
        }
    }
"""
DISABLE = """
    mutation ($id: ID!) {
        disableWebhookEndpoint(input: {endpointId: $id}) {
            ... on DisableWebhookEndpointPayload { endpoint { isEnabled disabledReason } }
        }
    }
"""
TEST = """
    mutation ($id: ID!) {
        testWebhookEndpoint(input: {endpointId: $id}) { ... on TestWebhookEndpointPayload { delivery { id state } } }
    }
"""
LOG = """
    query ($where: WebhookDeliveryFilter) {
        webhookDeliveries(where: $where) {
            nodes { id eventType state attemptCount attempts { status failure answer } event { type } endpoint { url } }
        }
    }
"""
DELIVERY = "query ($id: ID!) { node(id: $id) { ... on WebhookDelivery { state attempts { status failure } } } }"
ENDPOINT = "query ($id: ID!) { node(id: $id) { ... on WebhookEndpoint { url } } }"
REPLAY = """
    mutation ($endpointId: ID!, $eventId: UUID!) {
        replayWebhookEvent(input: {endpointId: $endpointId, eventId: $eventId}) {
            ... on ReplayWebhookEventPayload { delivery { eventId state } }
            ... on Problem { code }
        }
    }
"""
SINCE = """
    mutation ($endpointId: ID!, $since: DateTime!) {
        replayWebhooks(input: {endpointId: $endpointId, since: $since}) {
            ... on ReplayWebhooksPayload { endpoint { id } }
        }
    }
"""
TYPES = "{ webhookEventTypes { name area meaning } }"


async def test_an_endpoint_is_made_tested_and_looked_at():
    async with receiving(Receiver()) as receiver, a_dispatcher() as dispatcher:
        made = (await ask(CREATE, actor=ADMIN, url=receiver.url, types=["posts.*"])).only
        receiver.secret = made["secret"]
        sent = (await ask(TEST, actor=ADMIN, id=made["endpoint"]["id"])).only["delivery"]
        assert sent["state"] == "WAITING"
        await dispatcher.step()
        await dispatcher.finish()
    shown = (await ask(DELIVERY, actor=ANALYST, id=sent["id"])).only
    assert shown == {"state": "DELIVERED", "attempts": [{"status": 204, "failure": None}]}


async def test_the_log_tells_what_failed_and_how():
    endpoint = (await an_endpoint(types=["post.removed"])).endpoint
    await it_happens(uuid4(), uuid4())
    good, bad = await next_errands()
    await webhooks.settle(good, TAKEN)
    await webhooks.settle(bad, REFUSED)
    where = {"endpointId": encode_id("WebhookEndpoint", endpoint.id), "state": "WAITING"}
    (failed,) = (await ask(LOG, actor=ANALYST, where=where)).only["nodes"]
    assert failed["attempts"] == [{"status": 500, "failure": "REFUSED", "answer": "not today"}]
    assert failed["event"] == {"type": "post.removed"}
    both = (await ask(LOG, actor=ANALYST, where={"eventType": "post.removed"})).only["nodes"]
    assert [each["state"] for each in both] == ["WAITING", "DELIVERED"]
    (one,) = (await ask(LOG, actor=ANALYST, where={"eventId": str(good.message.event_id)})).only["nodes"]
    assert one["state"] == "DELIVERED"


@pytest.mark.parametrize(("locale", "message"), [("en", "Give an https address"), ("zh-Hant", "請提供 https 網址")])
async def test_a_bad_url_is_a_problem_in_the_callers_language(locale: str, message: str):
    refused = (await ask(CREATE, actor=ADMIN, locale=locale, url="https://169.254.169.254/", types=["*"])).only
    assert (refused["code"], refused["flaw"]) == ("UNUSABLE_WEBHOOK_URL", "ADDRESS")
    assert refused["message"].startswith(message)


async def test_types_that_do_not_exist_are_a_problem_that_names_them():
    refused = (await ask(CREATE, actor=ADMIN, url="https://example.com/", types=["post.wriiten"])).only
    assert refused["types"] == ["post.wriiten"]


async def test_the_catalogue_says_what_each_type_means():
    kinds = {kind["name"]: kind for kind in (await ask(TYPES)).only}
    assert kinds["post.written"] == {"name": "post.written", "area": "posts", "meaning": "A member wrote a post."}
    assert all(kind["meaning"].endswith(".") for kind in kinds.values())


async def test_an_event_that_the_feed_does_not_hold_is_a_problem():
    endpoint = (await an_endpoint()).endpoint
    replayed = await ask(
        REPLAY, actor=ADMIN, endpointId=encode_id("WebhookEndpoint", endpoint.id), eventId=str(uuid4())
    )
    assert replayed.only == {"code": "EVENT_NOT_IN_FEED"}


@pytest.mark.parametrize(
    ("actor", "refusal"), [(ANONYMOUS, Unauthenticated), (MEMBER, Forbidden), (ANALYST, Forbidden), (KEY, Forbidden)]
)
async def test_who_may_not_learns_nothing_and_changes_nothing(actor: Actor, refusal: type[Exception]):
    endpoint = (await an_endpoint()).endpoint
    id = encode_id("WebhookEndpoint", endpoint.id)
    for document in (DISABLE, TEST):
        assert (await ask(document, actor=actor, id=id)).refusals == [refusal]
    created = await ask(CREATE, actor=actor, url="https://example.com/", types=["*"])
    assert created.refusals == [refusal]
    if actor is not ANALYST:
        assert (await ask(LOG, actor=actor)).refusals == [refusal]
        assert (await ask(ENDPOINT, actor=actor, id=id)).only is None


@pytest.mark.parametrize(
    ("id", "refusal"),
    [
        (encode_id("WebhookEndpoint", UUID(int=7)), NotFound),
        (encode_id("WebhookDelivery", UUID(int=7)), InvalidId),
        ("nonsense", InvalidId),
    ],
)
async def test_an_id_of_nothing_or_something_else_is_refused(id: str, refusal: type[Exception]):
    assert (await ask(DISABLE, actor=ADMIN, id=id)).refusals == [refusal]


@pytest.mark.parametrize("since", ["2999-01-01T00:00:00Z"])
async def test_nobody_replays_the_future(since: str):
    endpoint = (await an_endpoint()).endpoint
    variables: dict[str, Any] = {"endpointId": encode_id("WebhookEndpoint", endpoint.id), "since": since}
    assert (await ask(SINCE, actor=ADMIN, **variables)).refusals == [BadInput]
