"""Gifts between members, and from the company: what came, what went out, what became of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from community import database
from community.access.policy import Actor
from community.entitlements import policy
from community.kernel.pages import Page, PageRequest, page_of


class Outcome(StrEnum):
    """What became of a gift."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class GiftView:
    """A gift. Without a sender it comes from the company; `points` is what a member paid, `answer_by` until when."""

    id: UUID
    feature: str
    days: int
    points: int | None
    sender_id: UUID | None
    recipient_id: UUID
    message: str
    sent_at: datetime
    answer_by: datetime | None
    outcome: Outcome | None
    settled_at: datetime | None

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "GiftView":
        """A gift from its row."""
        outcome = row["outcome"]
        return cls(**{**row, "outcome": Outcome(outcome) if outcome else None})


async def gifts_to(member_id: UUID, request: PageRequest) -> Page[GiftView]:
    """What a member was given, latest first."""
    return await _page("recipient_id", member_id, request)


async def gifts_from(member_id: UUID, request: PageRequest) -> Page[GiftView]:
    """What a member gave to others, latest first."""
    return await _page("sender_id", member_id, request)


async def gift(gift_id: UUID) -> GiftView:
    """A gift that exists."""
    row = await database.fetch_one("select * from entitlements_gift where id = $1", gift_id)
    assert row, "gifts are kept"
    return GiftView.of(row)


async def gifts_by_ids(actor: Actor, ids: Sequence[UUID]) -> dict[UUID, GiftView]:
    """The gifts with these ids that the actor sent, received or may know of."""
    rows = await database.fetch("select * from entitlements_gift where id = any($1)", list(ids))
    return {row["id"]: GiftView.of(row) for row in rows if _can_read(actor, row)}


def _can_read(actor: Actor, row: Mapping[str, Any]) -> bool:
    return any(member and policy.can_read(actor, member) for member in (row["sender_id"], row["recipient_id"]))


async def _page(side: str, member_id: UUID, request: PageRequest) -> Page[GiftView]:
    question = database.Question()
    question.require(f"{side} = {{}}", member_id)
    direction, limit = question.window("id", request, newest_first=True)
    rows = await database.fetch(
        f"select * from entitlements_gift where {question.met} order by id {direction} {limit}", *question.arguments
    )
    return page_of([GiftView.of(row) for row in rows], request, lambda gift: (gift.id,))
