"""Conversions. What is real and what is of the sandbox are never told together."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from community import database
from community.access.policy import Actor, Scope
from community.kernel.pages import Page, PageRequest, page_of
from community.partners import policy


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversionView:
    """What a partner reported, and the commission it earned; amounts in minor units."""

    id: UUID
    partner_id: UUID
    is_sandbox: bool
    external_id: str
    digest: bytes
    link_id: UUID
    amount: int
    currency: str
    occurred_at: datetime
    reported_at: datetime
    commission: int
    due_at: datetime
    rejected_at: datetime | None
    reject_reason: str | None


COLUMNS = (
    "id, partner_id, is_sandbox, external_id, digest, link_id, amount, currency, occurred_at, reported_at, commission,"
    " due_at, rejected_at, reject_reason"
)

READERS = (Scope.CONVERSIONS_WRITE, Scope.REFERRALS_READ)
"""Either of these lets a key read conversions."""


async def conversions_of(actor: Actor, partner_id: UUID, request: PageRequest) -> Page[ConversionView]:
    """What a partner reported, the latest first; to a key of the sandbox, what was tried there. Raises Forbidden."""
    policy.require_read(actor, partner_id, *READERS)
    question = database.Question()
    question.require("partner_id = {} and is_sandbox = {}", partner_id, actor.is_sandbox)
    direction, limit = question.window("id", request, newest_first=True)
    rows = await database.fetch(
        f"select {COLUMNS} from partners_conversion where {question.met} order by id {direction} {limit}",
        *question.arguments,
    )
    return page_of([ConversionView(**row) for row in rows], request, lambda view: (view.id,))


async def conversions_by_ids(actor: Actor, ids: Sequence[UUID]) -> list[ConversionView | None]:
    """The conversions with these ids, in order; None where the actor may see none."""
    rows = await database.fetch(f"select {COLUMNS} from partners_conversion where id = any($1)", list(ids))
    found = {row["id"]: ConversionView(**row) for row in rows if _can_read(actor, row["partner_id"], row["is_sandbox"])}
    return [found.get(each) for each in ids]


async def conversions_by_external_ids(
    partner_id: UUID, external_ids: Collection[str], *, is_sandbox: bool
) -> dict[str, ConversionView]:
    """What a partner reported before under these ids."""
    rows = await database.fetch(
        f"select {COLUMNS} from partners_conversion"
        " where partner_id = $1 and is_sandbox = $2 and external_id = any($3)",
        partner_id,
        is_sandbox,
        list(external_ids),
    )
    return {row["external_id"]: ConversionView(**row) for row in rows}


async def converted_clicks(click_ids: Collection[UUID]) -> set[UUID]:
    """Those of these clicks of which a partner reported what they led to."""
    rows = await database.fetch(
        "select distinct click_id from partners_conversion"
        " where click_id = any($1) and not is_sandbox and rejected_at is null",
        list(click_ids),
    )
    return {row["click_id"] for row in rows}


def _can_read(actor: Actor, partner_id: UUID, is_sandbox: bool) -> bool:
    is_ones_world = actor.partner_id is None or actor.is_sandbox == is_sandbox
    return is_ones_world and policy.can_read(actor, partner_id, *READERS)
