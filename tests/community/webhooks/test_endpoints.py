"""Keeping endpoints: who may, what is refused, what is announced, and their secrets."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from community import database
from community.access.policy import ANONYMOUS, SYSTEM, Actor, Kind, Role
from community.kernel import clock
from community.kernel.errors import BadInput, Forbidden, NotFound, Unauthenticated
from community.kernel.pages import PageRequest
from community.webhooks import queries
from community.webhooks import service as webhooks
from community.webhooks.errors import TooManyEndpoints, UnknownEventTypes, UnusableWebhookUrl, WebhookSecretLost
from community.webhooks.rules.owners import Owner, OwnerKind
from community.webhooks.rules.retries import Disabling, Failure
from community.webhooks.secrets import signatures
from community.webhooks.service.endpoints import MAX_ENDPOINTS
from tests.announcements import announced
from tests.community.webhooks.telling import (
    NOBODY,
    a_dispatcher,
    an_endpoint,
    everything_is_spread,
    it_happens,
    log_of,
)
from tests.receiver import Receiver, receiving

pytestmark = pytest.mark.usefixtures("database")

PARTNER = Owner(OwnerKind.PARTNER, uuid4())
ANALYST = Actor(kind=Kind.MEMBER, member_id=uuid4(), roles=frozenset({Role.ANALYST}))


async def test_an_endpoint_is_made_with_a_secret_that_nobody_is_shown_again():
    made = await webhooks.create(SYSTEM, NOBODY, ["posts.*", "member.joined", "posts.*"], description=" CRM ")
    assert made.secret.startswith("whsec_")
    assert made.endpoint.event_types == ("posts.*", "member.joined")
    assert made.endpoint.description == "CRM"
    (found,) = (await queries.endpoints(SYSTEM, PageRequest())).items
    assert found == made.endpoint
    row = await database.fetch_one("select * from webhooks_endpoint")
    assert made.secret not in str(row)
    assert [fact["type"] for fact in await announced(made.endpoint.id)] == ["webhook_endpoint.created"]


async def test_every_endpoint_has_a_secret_of_its_own():
    secrets = {(await an_endpoint()).secret for _ in range(3)}
    assert len(secrets) == 3


@pytest.mark.parametrize("url", ["http://example.com/", "https://10.0.0.1/", "https://user@example.com/"])
async def test_a_bad_url_is_refused_also_later(url: str):
    with pytest.raises(UnusableWebhookUrl):
        await webhooks.create(SYSTEM, url, ["*"])
    endpoint = (await an_endpoint()).endpoint
    with pytest.raises(UnusableWebhookUrl):
        await webhooks.edit(SYSTEM, endpoint.id, url=url)


async def test_types_that_do_not_exist_are_refused():
    with pytest.raises(UnknownEventTypes) as refused:
        await webhooks.create(SYSTEM, NOBODY, ["*", "post.wriiten", "posts.*"])
    assert refused.value.types == ["post.wriiten"]


async def test_a_partner_cannot_ask_for_what_it_is_never_told():
    with pytest.raises(UnknownEventTypes):
        await webhooks.create(SYSTEM, NOBODY, ["post.written"], owner=PARTNER)
    names = {kind.name for kind in queries.event_types(PARTNER)}
    assert "webhook_endpoint.disabled" in names
    assert not names & {"post.written", "member.joined"}
    assert (await webhooks.create(SYSTEM, NOBODY, ["webhooks.*"], owner=PARTNER)).endpoint.owner == PARTNER


@pytest.mark.parametrize(
    ("types", "description"),
    [([], ""), (["*"] * 101, ""), (["*"], "a" * 501), (["*"], "a\u202eb"), (["*"], "a\0b")],
)
async def test_input_that_cannot_be_used_is_refused(types: list[str], description: str):
    with pytest.raises(BadInput):
        await webhooks.create(SYSTEM, NOBODY, types, description=description)


async def test_one_owner_has_only_so_many_also_when_asked_at_once():
    made = await asyncio.gather(
        *(webhooks.create(SYSTEM, NOBODY, ["*"]) for _ in range(MAX_ENDPOINTS + 5)), return_exceptions=True
    )
    assert sum(isinstance(each, TooManyEndpoints) for each in made) == 5
    await webhooks.create(SYSTEM, NOBODY, ["webhooks.*"], owner=PARTNER)


async def test_only_staff_with_the_permission_may():
    endpoint = (await an_endpoint()).endpoint
    for actor, refusal in ((ANONYMOUS, Unauthenticated), (ANALYST, Forbidden)):
        with pytest.raises(refusal):
            await webhooks.create(actor, NOBODY, ["*"])
        for verb in (
            webhooks.edit,
            webhooks.rotate_secret,
            webhooks.disable,
            webhooks.enable,
            webhooks.delete,
            webhooks.send_test,
        ):
            with pytest.raises(refusal):
                await verb(actor, endpoint.id)
    assert len((await queries.endpoints(ANALYST, PageRequest())).items) == 1
    assert await queries.endpoints_by_ids(ANONYMOUS, [endpoint.id]) == [None]
    with pytest.raises(Unauthenticated):
        await queries.deliveries(ANONYMOUS, PageRequest())


async def test_what_is_not_there_is_not_found():
    endpoint = (await an_endpoint()).endpoint
    await webhooks.delete(SYSTEM, endpoint.id)
    for endpoint_id in (endpoint.id, uuid4()):
        with pytest.raises(NotFound):
            await webhooks.enable(SYSTEM, endpoint_id)


async def test_each_change_is_announced_once_however_often_it_is_asked_for():
    endpoint = (await an_endpoint()).endpoint
    for _ in range(2):
        await webhooks.edit(SYSTEM, endpoint.id, description="the CRM")
    for _ in range(2):
        await webhooks.disable(SYSTEM, endpoint.id)
    for _ in range(2):
        assert (await webhooks.enable(SYSTEM, endpoint.id)).disabled_at is None
    assert [fact["type"].partition(".")[2] for fact in await announced(endpoint.id)] == [
        "created",
        "edited",
        "disabled",
        "enabled",
    ]


async def test_while_a_secret_is_rotated_both_sign_and_then_only_the_new_one(frozen_clock: datetime):
    made = await an_endpoint(types=["post.removed"])
    rotated = await webhooks.rotate_secret(SYSTEM, made.endpoint.id, overlap=timedelta(hours=2))
    assert rotated.secret != made.secret
    await it_happens(uuid4())
    for now, good in ((frozen_clock, 2), (frozen_clock + timedelta(hours=2), 1)):
        with clock.frozen(now):
            await everything_is_spread()
            (errand,) = await webhooks.claim(webhooks.HEALTHY, 1)
        assert errand.secrets == (rotated.secret, made.secret)[:good]
        assert verifying(errand.secrets, (rotated.secret, made.secret)) == [True, good == 2]


async def test_a_leaked_secret_stops_at_once():
    made = await an_endpoint(types=["post.removed"])
    rotated = await webhooks.rotate_secret(SYSTEM, made.endpoint.id, overlap=timedelta(0))
    await it_happens(uuid4())
    await everything_is_spread()
    (errand,) = await webhooks.claim(webhooks.HEALTHY, 1)
    assert errand.secrets == (rotated.secret,)


@pytest.mark.parametrize("hours", [-1, 169])
async def test_an_overlap_has_bounds(hours: int):
    with pytest.raises(BadInput):
        await webhooks.rotate_secret(SYSTEM, uuid4(), overlap=timedelta(hours=hours))


async def test_a_secret_lost_with_the_server_s_key_sends_nothing_until_it_is_rotated():
    async with receiving(Receiver()) as receiver, a_dispatcher() as dispatcher:
        endpoint = (await an_endpoint(receiver=receiver, types=["post.removed"])).endpoint
        await the_key_changes()
        await it_happens(uuid4())
        await dispatcher.step()
        await dispatcher.finish()
        assert receiver.heard.total() == receiver.forged == 0
        (shown,) = await queries.endpoints_by_ids(SYSTEM, [endpoint.id])
        assert shown
        assert shown.disabled_reason is Disabling.SECRET_LOST
        with pytest.raises(WebhookSecretLost):
            await webhooks.enable(SYSTEM, endpoint.id)
        rotated = await webhooks.rotate_secret(SYSTEM, endpoint.id)
        assert rotated.endpoint.previous_until is None
        receiver.secret = rotated.secret
        await webhooks.enable(SYSTEM, endpoint.id)
        await dispatcher.step()
        await dispatcher.finish()
        assert receiver.heard.total() == 1
    (delivery,) = await log_of(endpoint.id)
    ((first, second),) = await queries.attempts_at([delivery.id])
    assert (first.failure, second.failure) == (Failure.UNSIGNED, None)


def verifying(signing: tuple[str, ...], secrets: tuple[str, ...]) -> list[bool]:
    """Whether what these sign is verified with each of the secrets."""
    at = datetime.now(UTC)
    headers = {
        "webhook-id": "an event",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": signatures(signing, "an event", at, "{}"),
    }

    def verifies(secret: str) -> bool:
        try:
            Webhook(secret).verify("{}", headers)
        except WebhookVerificationError:
            return False
        return True

    return [verifies(secret) for secret in secrets]


@database.transaction()
async def the_key_changes() -> None:
    """As far as the rows can tell."""
    await database.execute("update webhooks_endpoint set secret_digest = sha256('another key')")
