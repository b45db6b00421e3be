"""Keeping endpoints: make, change, rotate the secret, switch off and on, delete."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from community import database
from community.access.policy import Actor
from community.database import transaction
from community.kernel import clock, ids
from community.kernel.errors import BadInput, NotFound
from community.kernel.facts import REGISTRY
from community.kernel.text import has_invisible
from community.outbox import queries as feed
from community.outbox import service as outbox
from community.settings import settings
from community.webhooks import policy, secrets
from community.webhooks.errors import TooManyEndpoints, UnknownEventTypes, UnusableWebhookUrl, WebhookSecretLost
from community.webhooks.facts import (
    WebhookEndpointCreated,
    WebhookEndpointDeleted,
    WebhookEndpointDisabled,
    WebhookEndpointEdited,
    WebhookEndpointEnabled,
    WebhookSecretRotated,
)
from community.webhooks.queries import EndpointView, areas_of_types
from community.webhooks.queries.endpoints import ENDPOINT
from community.webhooks.rules.destinations import flaw_in
from community.webhooks.rules.messages import API_VERSION
from community.webhooks.rules.owners import Owner, may_be_told
from community.webhooks.rules.retries import Disabling
from community.webhooks.rules.subscriptions import MAX_WANTED, strangers

MAX_ENDPOINTS = 100
MAX_DESCRIPTION = 500
OVERLAP = timedelta(hours=24)
MAX_OVERLAP_HOURS = 7 * 24


@dataclass(frozen=True, slots=True)
class NewEndpoint:
    """An endpoint with a fresh secret, which nobody is shown again."""

    endpoint: EndpointView
    secret: str


@transaction()
async def create(
    actor: Actor, url: str, event_types: Sequence[str], *, description: str = "", owner: Owner | None = None
) -> NewEndpoint:
    """Tell this URL, from now on, what happens. Without an owner it is for whoever makes it.

    Raises UnusableWebhookUrl, UnknownEventTypes, TooManyEndpoints or BadInput.
    """
    policy.require_manage(actor)
    owner = owner or policy.owner_for(actor)
    _check(url, event_types, description, owner)
    await database.hold(f"webhooks:{owner.kind}:{owner.id}")
    if await _count_of(owner) >= MAX_ENDPOINTS:
        raise TooManyEndpoints(MAX_ENDPOINTS)
    endpoint_id = ids.new_id()
    secret = secrets.secret_of(endpoint_id, 1)
    row = await database.fetch_one(
        "insert into webhooks_endpoint (id, owner_kind, owner_id, url, description, event_types, api_version,"
        " generation, secret_digest, position, failures, created_by_id, created_at)"
        f" values ($1, $2, $3, $4, $5, $6, $7, 1, $8, $9, 0, $10, $11) returning {ENDPOINT}",
        endpoint_id,
        owner.kind,
        owner.id,
        url,
        description.strip(),
        list(dict.fromkeys(event_types)),
        API_VERSION,
        secrets.digest(secret),
        await feed.head(),
        actor.member_id,
        clock.now(),
    )
    assert row is not None
    await outbox.record(WebhookEndpointCreated(endpoint_id=endpoint_id, partner_id=owner.id), actor=actor)
    return NewEndpoint(EndpointView.of(row), secret)


@transaction()
async def edit(
    actor: Actor,
    endpoint_id: UUID,
    *,
    url: str | None = None,
    event_types: Sequence[str] | None = None,
    description: str | None = None,
) -> EndpointView:
    """Move an endpoint, or have it hear something else from now on. None leaves a thing as it is. As `create`."""
    endpoint = await _locked(actor, endpoint_id)
    url = endpoint.url if url is None else url
    event_types = endpoint.event_types if event_types is None else event_types
    description = endpoint.description if description is None else description
    _check(url, event_types, description, endpoint.owner)
    edited = await _update(
        endpoint_id,
        "url = $2, event_types = $3, description = $4",
        url,
        list(dict.fromkeys(event_types)),
        description.strip(),
    )
    if edited != endpoint:
        await outbox.record(WebhookEndpointEdited(endpoint_id=endpoint_id, partner_id=endpoint.owner.id), actor=actor)
    return edited


@transaction()
async def rotate_secret(actor: Actor, endpoint_id: UUID, *, overlap: timedelta = OVERLAP) -> NewEndpoint:
    """Make a new secret. For `overlap` the one before signs as well; one from before that stops at once."""
    if not timedelta(0) <= overlap <= timedelta(hours=MAX_OVERLAP_HOURS):
        raise BadInput("overlapHours", "The old secret goes on for 0 to {limit} hours.", MAX_OVERLAP_HOURS)
    endpoint = await _locked(actor, endpoint_id)
    generation: int = await database.fetch_value(
        "update webhooks_endpoint set generation = generation + 1 where id = $1 returning generation", endpoint_id
    )
    secret = secrets.secret_of(endpoint_id, generation)
    is_lost = endpoint.disabled_reason is Disabling.SECRET_LOST
    rotated = await _update(
        endpoint_id,
        "secret_digest = $2, previous_until = $3",
        secrets.digest(secret),
        clock.now() + overlap if overlap and not is_lost else None,
    )
    await outbox.record(WebhookSecretRotated(endpoint_id=endpoint_id, partner_id=endpoint.owner.id), actor=actor)
    return NewEndpoint(rotated, secret)


@transaction()
async def disable(actor: Actor, endpoint_id: UUID) -> EndpointView:
    """Tell an endpoint nothing for now. What happens meanwhile waits in the feed. Doing it again changes nothing."""
    endpoint = await _locked(actor, endpoint_id)
    if endpoint.disabled_at is not None:
        return endpoint
    disabled = await _update(
        endpoint_id, "disabled_at = $2, disabled_reason = $3", clock.now(), Disabling.BY_HAND.value
    )
    await outbox.record(
        WebhookEndpointDisabled(endpoint_id=endpoint_id, partner_id=endpoint.owner.id, reason=Disabling.BY_HAND.value),
        actor=actor,
    )
    return disabled


@transaction()
async def enable(actor: Actor, endpoint_id: UUID, *, skips_backlog: bool = False) -> EndpointView:
    """Tell an endpoint again, beginning where it was switched off; or, with `skips_backlog`, from now on.

    Raises WebhookSecretLost while its secret does not follow from the server's key. Doing it again changes nothing.
    """
    endpoint = await _locked(actor, endpoint_id)
    if endpoint.disabled_at is None:
        return endpoint
    if not await _has_its_secret(endpoint_id):
        raise WebhookSecretLost
    if skips_backlog:
        await _skip_what_waits(endpoint_id)
    enabled = await _update(
        endpoint_id,
        "disabled_at = null, disabled_reason = null, failing_since = null, failures = 0, quiet_until = null,"
        " position = coalesce($2, position)",
        await feed.head() if skips_backlog else None,
    )
    await outbox.record(WebhookEndpointEnabled(endpoint_id=endpoint_id, partner_id=endpoint.owner.id), actor=actor)
    return enabled


@transaction()
async def delete(actor: Actor, endpoint_id: UUID) -> EndpointView:
    """Tell an endpoint nothing ever again. Its log stays for as long as any."""
    endpoint = await _locked(actor, endpoint_id)
    await _skip_what_waits(endpoint_id)
    await _update(endpoint_id, "deleted_at = $2", clock.now())
    await outbox.record(WebhookEndpointDeleted(endpoint_id=endpoint_id, partner_id=endpoint.owner.id), actor=actor)
    return endpoint


async def _locked(actor: Actor, endpoint_id: UUID) -> EndpointView:
    """The endpoint, which nobody else changes until the end of the transaction. Raises NotFound."""
    policy.require_manage(actor)
    row = await database.fetch_one(
        f"select {ENDPOINT} from webhooks_endpoint where id = $1 and deleted_at is null for no key update", endpoint_id
    )
    endpoint = EndpointView.of(row) if row else None
    if endpoint is None or not policy.reaches(actor, endpoint.owner):
        raise NotFound("WebhookEndpoint")
    return endpoint


async def _update(endpoint_id: UUID, assignments: str, *values: object) -> EndpointView:
    row = await database.fetch_one(
        f"update webhooks_endpoint set {assignments} where id = $1 returning {ENDPOINT}", endpoint_id, *values
    )
    assert row is not None
    return EndpointView.of(row)


async def _skip_what_waits(endpoint_id: UUID) -> None:
    await database.execute(
        "update webhooks_delivery set state = 'skipped', settled_at = $2, lease = null, leased_until = null"
        " where endpoint_id = $1 and state = 'waiting'",
        endpoint_id,
        clock.now(),
    )


async def _has_its_secret(endpoint_id: UUID) -> bool:
    row = await database.fetch_one("select generation, secret_digest from webhooks_endpoint where id = $1", endpoint_id)
    assert row is not None
    digest: bytes = row["secret_digest"]
    return secrets.digest(secrets.secret_of(endpoint_id, row["generation"])) == digest


async def _count_of(owner: Owner) -> int:
    count: int = await database.fetch_value(
        "select count(*) from webhooks_endpoint"
        " where owner_kind = $1 and owner_id is not distinct from $2 and deleted_at is null",
        owner.kind,
        owner.id,
    )
    return count


def _check(url: str, event_types: Sequence[str], description: str, owner: Owner) -> None:
    if flaw := flaw_in(url, loopback=settings().webhook_loopback):
        raise UnusableWebhookUrl(flaw)
    if not 1 <= len(event_types) <= MAX_WANTED:
        raise BadInput("eventTypes", "Name 1 to {limit} types of events.", MAX_WANTED)
    known = {name: area for name, area in areas_of_types().items() if may_be_told(owner, REGISTRY[name])}
    if unknown := strangers(event_types, known):
        raise UnknownEventTypes(unknown)
    if len(description.strip()) > MAX_DESCRIPTION or has_invisible(description):
        raise BadInput(
            "description", "Tell in at most {limit} visible characters what the endpoint is for.", MAX_DESCRIPTION
        )
