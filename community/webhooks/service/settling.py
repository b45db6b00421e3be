"""Writing down what came of deliveries, and what follows from it."""

import random
from datetime import datetime, timedelta

from community import database
from community.database import transaction
from community.kernel import clock, ids
from community.outbox import service as outbox
from community.settings import settings
from community.webhooks.facts import WebhookEndpointDisabled
from community.webhooks.rules.retries import ATTEMPTS, Answer, Disabling, Failure, Health, State, Verdict, judge
from community.webhooks.rules.subscriptions import TEST
from community.webhooks.service.claiming import Errand


@transaction()
async def settle(errand: Errand, answer: Answer) -> Verdict:
    """Write down what came of an errand, and what follows from it for the delivery and the endpoint.

    Whoever has lost the lease meanwhile leaves the delivery to the other one; the log has both attempts.
    """
    now = clock.now()
    health = await _note_health(errand, answer, now)
    verdict = judge(
        answer,
        attempt=errand.attempt,
        attempts=1 if errand.message.type == TEST else ATTEMPTS,
        health=health,
        patience=timedelta(days=settings().webhook_failing_days),
        now=now,
        chance=random.random(),
    )
    await _write(errand, answer, verdict, now)
    if verdict.quiet_until:
        await database.execute(
            "update webhooks_endpoint set quiet_until = greatest(quiet_until, $2) where id = $1",
            errand.endpoint_id,
            verdict.quiet_until,
        )
    if verdict.disabling:
        await _give_up(errand, verdict.disabling)
    return verdict


async def _give_up(errand: Errand, reason: Disabling) -> None:
    """Tell an endpoint nothing any more, and its owner why. One that is switched off already stays as it is."""
    given_up = await database.fetch_value(
        "update webhooks_endpoint set disabled_at = $2, disabled_reason = $3"
        " where id = $1 and disabled_at is null and deleted_at is null returning true",
        errand.endpoint_id,
        clock.now(),
        reason.value,
    )
    if given_up:
        await outbox.record(
            WebhookEndpointDisabled(endpoint_id=errand.endpoint_id, partner_id=errand.partner_id, reason=reason.value)
        )


async def _note_health(errand: Errand, answer: Answer, now: datetime) -> Health:
    """How the endpoint was before this answer, which is added to it. A test says nothing about how events fare."""
    if answer.failure is None:
        await database.execute(
            "update webhooks_endpoint set failing_since = null, failures = 0"
            " where id = $1 and failing_since is not null",
            errand.endpoint_id,
        )
        return Health(None, 0)
    if errand.message.type == TEST or answer.failure is Failure.UNSIGNED:
        return Health(None, 0)
    row = await database.fetch_one(
        "update webhooks_endpoint endpoint"
        " set failing_since = coalesce(endpoint.failing_since, $2), failures = endpoint.failures + 1"
        " from (select id, failing_since, failures from webhooks_endpoint where id = $1 for no key update) before"
        " where endpoint.id = before.id returning before.failing_since, before.failures",
        errand.endpoint_id,
        now,
    )
    return Health(row["failing_since"], row["failures"]) if row else Health(None, 0)


async def _write(errand: Errand, answer: Answer, verdict: Verdict, now: datetime) -> None:
    await database.execute(
        """
        with attempt as (
            insert into webhooks_attempt (id, delivery_id, number, began_at, took_ms, status, failure, answer)
            values ($3, $1, $4, $5, $6, $7, $8, $9)
        )
        update webhooks_delivery
        set state = $10, attempts = $4, due_at = coalesce($11, due_at), lease = null, leased_until = null,
            settled_at = $12
        where id = $1 and lease = $2
        """,
        errand.message.delivery_id,
        errand.lease,
        ids.new_id(),
        errand.attempt,
        errand.taken_at,
        round(answer.took / timedelta(milliseconds=1)),
        answer.status,
        answer.failure.value if answer.failure else None,
        answer.body,
        verdict.state.value,
        verdict.due_at,
        None if verdict.state is State.WAITING else now,
    )
