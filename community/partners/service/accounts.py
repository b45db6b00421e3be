"""Accounts: made, edited, suspended and reinstated, closed; plans published; keys made."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from community import database
from community.access import service as access
from community.access.policy import Actor, Scope
from community.access.service import NewApiKey
from community.database import transaction
from community.kernel import clock, ids
from community.kernel.facts import Fact
from community.kernel.text import reason_in
from community.outbox import service as outbox
from community.partners import errors, facts, policy, queries
from community.partners.queries import PartnerView
from community.partners.queries.accounts import COLUMNS, partner_of
from community.partners.rules.names import check_texts
from community.partners.rules.plans import Plan, Terms, next_version
from community.partners.rules.words import Status
from community.partners.service.holding import held, held_open


@transaction()
async def create(actor: Actor, name: str, *, contact: str, terms: Terms) -> PartnerView:
    """Make a partner with its first plan, in force at once. Raises InvalidPartner and PlanStartsInThePast."""
    policy.require_manager(actor)
    check_texts(name, contact)
    now = clock.now()
    row = await database.fetch_one(
        f"insert into partners_partner ({COLUMNS}) values ($1, $2, $3, 'active', $4) returning {COLUMNS}",
        ids.new_id(),
        name.strip(),
        contact.strip(),
        now,
    )
    assert row is not None
    made = partner_of(row)
    await _stand(made.id, Status.ACTIVE, "created", now, actor)
    await _publish(actor, made.id, terms, now)
    await outbox.record(facts.PartnerCreated(partner_id=made.id), actor=actor)
    return made


@transaction()
async def edit(actor: Actor, partner_id: UUID, *, name: str | None = None, contact: str | None = None) -> PartnerView:
    """Change what is said about a partner; None leaves it. Raises NotFound and InvalidPartner."""
    policy.require_manager(actor)
    partner = await held(partner_id)
    name, contact = partner.name if name is None else name, partner.contact if contact is None else contact
    check_texts(name, contact)
    row = await database.fetch_one(
        f"update partners_partner set name = $2, contact = $3 where id = $1 returning {COLUMNS}",
        partner_id,
        name.strip(),
        contact.strip(),
    )
    assert row is not None
    edited = partner_of(row)
    if edited != partner:
        await outbox.record(facts.PartnerEdited(partner_id=partner_id), actor=actor)
    return edited


@transaction()
async def publish_plan(actor: Actor, partner_id: UUID, terms: Terms) -> Plan:
    """Give a partner another plan from now on, or later. Friends keep the plan under which they joined.

    Raises NotFound, InvalidPartner and PlanStartsInThePast.
    """
    policy.require_manager(actor)
    await held(partner_id)
    plan = await _publish(actor, partner_id, terms, clock.now())
    await outbox.record(facts.PartnerEdited(partner_id=partner_id), actor=actor)
    return plan


async def suspend(actor: Actor, partner_id: UUID, *, reason: str) -> PartnerView:
    """A partner earns and changes nothing for now; it still reads. Raises as `close`."""
    return await _change(actor, partner_id, Status.SUSPENDED, reason, facts.PartnerSuspended(partner_id=partner_id))


async def reinstate(actor: Actor, partner_id: UUID, *, reason: str) -> PartnerView:
    """A suspended partner earns again, from now on. Raises as `close`."""
    return await _change(actor, partner_id, Status.ACTIVE, reason, facts.PartnerReinstated(partner_id=partner_id))


@transaction()
async def close(actor: Actor, partner_id: UUID, *, reason: str) -> PartnerView:
    """A partner leaves for good: its keys open nothing any more. What it is owed can still be paid.

    Raises NotFound, InvalidReason, and PartnerNotActive for one that was closed before.
    """
    closed = await _change(actor, partner_id, Status.CLOSED, reason, facts.PartnerClosed(partner_id=partner_id))
    await access.revoke_partner_keys(actor, partner_id)
    return closed


@transaction()
async def create_key(
    actor: Actor,
    partner_id: UUID,
    name: str,
    *,
    scopes: Collection[Scope],
    is_sandbox: bool = False,
    expires_at: datetime | None = None,
) -> NewApiKey:
    """Make a key that acts as this partner.

    Raises NotFound, PartnerNotActive, ScopeNotForPartners, and what access's `create_api_key` raises.
    """
    policy.require_manager(actor)
    await held_open(partner_id)
    if not policy.PARTNER_SCOPES.issuperset(scopes):
        raise errors.ScopeNotForPartners
    return await access.create_partner_key(
        actor, name, partner_id, scopes=scopes, is_sandbox=is_sandbox, expires_at=expires_at
    )


@transaction()
async def _change(actor: Actor, partner_id: UUID, status: Status, reason: str, fact: Fact) -> PartnerView:
    policy.require_manager(actor)
    reason = reason_in(reason)
    partner = await held_open(partner_id)
    if partner.status is status:
        return partner
    row = await database.fetch_one(
        f"update partners_partner set status = $2 where id = $1 returning {COLUMNS}", partner_id, status
    )
    assert row is not None
    await _stand(partner_id, status, reason, clock.now(), actor)
    await outbox.record(fact, actor=actor)
    return partner_of(row)


async def _stand(partner_id: UUID, status: Status, reason: str, since: datetime, actor: Actor) -> None:
    await database.execute(
        "insert into partners_standing (id, partner_id, status, reason, since, decided_by_id)"
        " values ($1, $2, $3, $4, $5, $6)",
        ids.new_id(),
        partner_id,
        status,
        reason,
        since,
        actor.member_id,
    )


async def _publish(actor: Actor, partner_id: UUID, terms: Terms, now: datetime) -> Plan:
    before = (await queries.plans_of([partner_id]))[partner_id]
    plan = next_version(terms, before, now=now)
    await database.execute(
        "insert into partners_plan (id, partner_id, version, starts_at, per_sign_up, basis_points, recurring_months,"
        " hold_days, published_by_id) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        ids.new_id(),
        partner_id,
        plan.version,
        plan.starts_at,
        plan.per_sign_up,
        plan.basis_points,
        plan.recurring_months,
        plan.hold_days,
        actor.member_id,
    )
    return plan
