"""Partners as they stand, how they stood, and their plans."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from community import database
from community.access.policy import Actor
from community.kernel.errors import NotFound
from community.kernel.pages import Page, PageRequest, page_of
from community.partners import policy
from community.partners.rules.plans import Plan
from community.partners.rules.words import Status


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerView:
    """A partner."""

    id: UUID
    name: str
    contact: str
    status: Status
    created_at: datetime


COLUMNS = "id, name, contact, status, created_at"


async def partner(actor: Actor) -> PartnerView:
    """The partner who is acting, whatever the key is for. Raises Unauthenticated and Forbidden."""
    (found,) = await partners_by_ids(actor, [policy.require_partner(actor)])
    if found is None:
        raise NotFound("Partner")
    return found


async def partners(actor: Actor, request: PageRequest, *, status: Status | None = None) -> Page[PartnerView]:
    """All partners, the newest first. For staff."""
    policy.require_reader(actor)
    question = database.Question()
    if status is not None:
        question.require("status = {}", status)
    direction, limit = question.window("id", request, newest_first=True)
    rows = await database.fetch(
        f"select {COLUMNS} from partners_partner where {question.met} order by id {direction} {limit}",
        *question.arguments,
    )
    return page_of(list(map(partner_of, rows)), request, lambda view: (view.id,))


async def partners_by_ids(actor: Actor, ids: Sequence[UUID]) -> list[PartnerView | None]:
    """The partners with these ids, in order; None where the actor may see none."""
    wanted = [each for each in ids if policy.can_read(actor, each)]
    if not wanted:
        return [None] * len(ids)
    rows = await database.fetch(f"select {COLUMNS} from partners_partner where id = any($1)", wanted)
    found = {row["id"]: partner_of(row) for row in rows}
    return [found.get(each) for each in ids]


async def plans_of(partner_ids: Sequence[UUID]) -> dict[UUID, list[Plan]]:
    """Every version of the plans of these partners, in the order in which they begin. One statement."""
    rows = await database.fetch(
        "select partner_id, version, starts_at, per_sign_up, basis_points, recurring_months, hold_days"
        " from partners_plan where partner_id = any($1) order by partner_id, version",
        list(set(partner_ids)),
    )
    found: dict[UUID, list[Plan]] = {each: [] for each in partner_ids}
    for row in rows:
        values = dict(row)
        found[values.pop("partner_id")].append(Plan(**values))
    return found


async def standings_of(partner_id: UUID) -> list[tuple[datetime, Status]]:
    """How a partner stood since when, the first one first."""
    rows = await database.fetch(
        "select since, status from partners_standing where partner_id = $1 order by since, id", partner_id
    )
    return [(row["since"], Status(row["status"])) for row in rows]


def partner_of(row: Mapping[str, Any]) -> PartnerView:
    """The partner in a row of COLUMNS."""
    return PartnerView(**{**row, "status": Status(row["status"])})
