"""Links: made, the main one at the first ask, disabled. Every door hears of it at once."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from community import database
from community.access.policy import Actor, require_member
from community.database import transaction
from community.kernel import clock, ids
from community.kernel.errors import NotFound
from community.kernel.text import has_invisible
from community.outbox import service as outbox
from community.referrals import errors, facts, policy, queries
from community.referrals.queries import LinkView
from community.referrals.queries.links import COLUMNS, link_of
from community.referrals.rules import codes, targets
from community.referrals.rules.owners import Owner, OwnerKind
from community.referrals.service.places import places

CHANGED = "referrals_link"
"""The channel on which doors hear which code leads elsewhere now."""

MOST_LINKS: Mapping[OwnerKind, int] = {OwnerKind.MEMBER: 50, OwnerKind.PARTNER: 1_000}
"""How many open links an owner may have."""

ATTEMPTS = 5
"""So often a made code that is taken is made anew: two that meet are as rare as one in 10¹²."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkPlan:
    """What a new link shall be. Without a code one is made, without a target it leads home."""

    code: str | None = None
    target: str | None = None
    label: str = ""
    sub_source: str | None = None
    campaign: str | None = None
    ends_at: datetime | None = None
    shows_owner: bool = True


async def create_link(actor: Actor, plan: LinkPlan) -> LinkView:
    """A member makes a link. Raises what `create_link_for` raises, and Unauthenticated."""
    return await create_link_for(Owner.member(require_member(actor)), plan, actor=actor)


@transaction()
async def create_link_for(owner: Owner, plan: LinkPlan, *, actor: Actor | None = None) -> LinkView:
    """A link of this owner. Whoever calls this has asked whether the actor may.

    Raises InvalidReferralCode, ReferralCodeTaken, TargetNotAllowed, InvalidLink and TooManyLinks.
    """
    _check(plan)
    await database.hold(f"referrals:links:{owner.id}")
    most = MOST_LINKS[owner.kind]
    if await _open_links(owner) >= most:
        raise errors.TooManyLinks(most)
    link = await _insert(owner, plan, is_default=False)
    if link is None:
        raise errors.ReferralCodeTaken(plan.code or "")
    await _announce_made(link, actor)
    return link


async def default_link_of(owner: Owner, *, actor: Actor | None = None) -> LinkView:
    """The link under which an owner is known, made at the first ask. One statement from then on."""
    return await queries.default_link(owner) or await _make_default(owner, actor)


@transaction()
async def disable_link(actor: Actor, link_id: UUID) -> LinkView:
    """A member disables a link of theirs, or staff anybody's. Raises NotFound and DefaultLinkStays."""
    require_member(actor)
    link = (await queries.links_by_ids([link_id])).get(link_id)
    if link is None or not (policy.is_own(actor, link.owner) or policy.can_disable(actor)):
        raise NotFound("ReferralLink")
    if link.is_default and policy.is_own(actor, link.owner):
        raise errors.DefaultLinkStays
    return await disable_link_for(link_id, actor=actor)


@transaction()
async def disable_link_for(link_id: UUID, *, actor: Actor | None = None) -> LinkView:
    """A link leads nowhere from now on. Whoever calls this has asked whether the actor may."""
    row = await database.fetch_one(
        "update referrals_link set disabled_at = $2 where id = $1 and disabled_at is null"
        f" returning {COLUMNS}, code_key",
        link_id,
        clock.now(),
    )
    if row is None:
        return (await queries.links_by_ids([link_id]))[link_id]
    link = link_of(row)
    await database.execute("select pg_notify($1, $2)", CHANGED, row["code_key"])
    await outbox.record(
        facts.ReferralLinkDisabled(link_id=link.id, owner_kind=link.owner.kind, owner_id=link.owner.id), actor=actor
    )
    return link


@transaction()
async def _make_default(owner: Owner, actor: Actor | None) -> LinkView:
    await database.hold(f"referrals:links:{owner.id}")
    if found := await queries.default_link(owner):
        return found
    link = await _insert(owner, LinkPlan(), is_default=True)
    assert link is not None, "a made code is taken once in 10¹² times"
    await _announce_made(link, actor)
    return link


async def _insert(owner: Owner, plan: LinkPlan, *, is_default: bool) -> LinkView | None:
    """None when the code that was asked for is taken."""
    for _ in range(1 if plan.code else ATTEMPTS):
        code = plan.code or codes.make_code(secrets.choice)
        row = await database.fetch_one(_INSERT, *_values(owner, plan, code, is_default=is_default))
        if row is not None:
            return link_of(row)
    return None


_INSERT = f"""
    with link as (
        insert into referrals_link ({COLUMNS}, code_key)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, null, $13)
        on conflict (code_key) do nothing returning {COLUMNS}
    )
    select link.*, pg_notify('{CHANGED}', $13) from link
"""


def _values(owner: Owner, plan: LinkPlan, code: str, *, is_default: bool) -> list[Any]:
    """In the order of COLUMNS."""
    return [
        ids.new_id(),
        owner.kind,
        owner.id,
        code,
        is_default,
        plan.label.strip(),
        plan.sub_source,
        plan.campaign,
        plan.target,
        plan.shows_owner,
        clock.now(),
        plan.ends_at,
        codes.code_key(code),
    ]


async def _open_links(owner: Owner) -> int:
    found: int = await database.fetch_value(
        "select count(*) from referrals_link where owner_id = $1 and owner_kind = $2 and disabled_at is null",
        owner.id,
        owner.kind,
    )
    return found


async def _announce_made(link: LinkView, actor: Actor | None) -> None:
    await outbox.record(
        facts.ReferralLinkCreated(
            link_id=link.id,
            owner_kind=link.owner.kind,
            owner_id=link.owner.id,
            source=link.sub_source,
            campaign=link.campaign,
        ),
        actor=actor,
    )


def _check(plan: LinkPlan) -> None:
    if plan.code is not None and not codes.is_code(plan.code):
        raise errors.InvalidReferralCode(plan.code[: codes.LONGEST])
    if plan.target is not None and not targets.is_target(plan.target, places()):
        raise errors.TargetNotAllowed(plan.target[: targets.LONGEST])
    checks = {
        "label": len(plan.label) <= codes.LONGEST_LABEL and not has_invisible(plan.label),
        "subSource": plan.sub_source is None or codes.is_sub_source(plan.sub_source),
        "campaign": plan.campaign is None or codes.is_sub_source(plan.campaign),
        "endsAt": plan.ends_at is None or plan.ends_at > clock.now(),
    }
    for field, is_fine in checks.items():
        if not is_fine:
            raise errors.InvalidLink(field)
