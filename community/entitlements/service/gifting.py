"""Gifts: a member pays with points for another one, who may accept; staff present in the company's name."""

from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from community import database
from community.access.policy import Actor, Permission, require, require_member
from community.database import transaction
from community.entitlements import errors, facts, queries
from community.entitlements.queries import GiftView, Outcome, catalogue
from community.entitlements.rules.catalogue import LONGEST_DAYS
from community.entitlements.rules.rights import Grant, Source, SourceKind, begins_at
from community.entitlements.service.holdings import locked
from community.idempotency import service as idempotency
from community.kernel import clock, ids
from community.kernel.errors import NotFound
from community.kernel.text import is_blank, strip_controls
from community.ledger import service as ledger
from community.ledger.rules.transfers import Cause
from community.members import errors as members_errors
from community.members import queries as members
from community.outbox import service as outbox

CAUSE = "gift"
"""The kind of cause of what the ledger takes for a gift, and gives back."""

ANSWER_WITHIN = timedelta(days=14)
LONGEST_MESSAGE = 280


@transaction()
async def give(actor: Actor, recipient_id: UUID, feature: str, *, message: str, idempotency_key: str) -> GiftView:
    """A member pays a feature's price in points for another one, who has 14 days to accept it.

    Raises NotFound, InvalidGift, UnknownFeature, NotForPoints; the ledger's InsufficientPoints; members' MayNotSpend,
    CannotTargetSelf and MemberBlocksYou; IdempotencyKeyReused and IdempotencyKeyMalformed.
    """
    sender_id = require_member(actor)
    message = _checked(message)
    await _check_recipient(sender_id, recipient_id)
    if await members.blocked_among(sender_id, [recipient_id]):
        raise members_errors.MemberBlocksYou

    async def pay() -> dict[str, Any]:
        known = await catalogue()
        found = known.features.get(feature)
        if found is None:
            raise errors.UnknownFeature(feature=feature, known=sorted(known.features))
        if found.points is None:
            raise errors.NotForPoints(feature)
        gift = _gift(feature, found.points.days, recipient_id, message, sender_id=sender_id, points=found.points.points)
        cause = Cause(CAUSE, str(gift.id), rule_version=str(known.version))
        await ledger.spend(sender_id, found.points.points, cause, purpose=feature, actor=actor)
        return await _send(actor, gift)

    asked = {"recipient": recipient_id, "feature": feature, "message": message}
    sent = await idempotency.once(f"entitlements.give:{sender_id}", idempotency_key, asked, pay)
    return await queries.gift(UUID(sent["gift"]))


@transaction()
async def present(
    actor: Actor, recipient_id: UUID, feature: str, *, days: int, message: str, idempotency_key: str
) -> GiftView:
    """Staff present a feature in the company's name: it begins when what was given before is used up.

    Raises NotFound, InvalidGift, UnknownFeature, members' CannotTargetSelf, IdempotencyKeyReused and
    IdempotencyKeyMalformed.
    """
    require(actor, Permission.ENTITLEMENTS_GRANT)
    message = _checked(message, days)
    await _check_recipient(actor.member_id, recipient_id)

    async def send() -> dict[str, Any]:
        gift = _gift(feature, days, recipient_id, message)
        await _open(actor, gift)
        return await _send(actor, replace(gift, outcome=Outcome.ACCEPTED, settled_at=gift.sent_at))

    asked = {"recipient": recipient_id, "feature": feature, "days": days, "message": message}
    sent = await idempotency.once(f"entitlements.present:{actor.member_id}", idempotency_key, asked, send)
    return await queries.gift(UUID(sent["gift"]))


@transaction()
async def accept(actor: Actor, gift_id: UUID) -> GiftView:
    """The recipient takes a gift: it begins when what was given before is used up. Again, it changes nothing.

    Raises NotFound and GiftSettled.
    """
    gift = await _received(actor, gift_id)
    if gift.outcome is Outcome.ACCEPTED:
        return gift
    _check_open(gift)
    await _open(actor, gift)
    accepted = await _settle(gift, Outcome.ACCEPTED)
    await outbox.record(facts.GiftAccepted(**_said(gift)), actor=actor)
    return accepted


@transaction()
async def decline(actor: Actor, gift_id: UUID) -> GiftView:
    """The recipient does not want a gift: the sender has the points again. Again, it changes nothing.

    Raises NotFound and GiftSettled.
    """
    gift = await _received(actor, gift_id)
    if gift.outcome is Outcome.DECLINED:
        return gift
    _check_open(gift)
    return await _give_back(gift, Outcome.DECLINED, actor)


@transaction()
async def return_unanswered(now: datetime, limit: int = 50) -> int:
    """Give back up to `limit` gifts that nobody answered in time; how many."""
    rows = await database.fetch(
        "select * from entitlements_gift where outcome is null and answer_by <= $1"
        " order by answer_by, id limit $2 for no key update skip locked",
        now,
        limit,
    )
    for row in rows:
        await _give_back(GiftView.of(row), Outcome.EXPIRED, None)
    return len(rows)


def _checked(message: str, days: int = 1) -> str:
    """The message as it is kept."""
    message = strip_controls(message).strip()
    if is_blank(message) or len(message) > LONGEST_MESSAGE or not 1 <= days <= LONGEST_DAYS:
        raise errors.InvalidGift(max_length=LONGEST_MESSAGE, max_days=LONGEST_DAYS)
    return message


async def _check_recipient(sender_id: UUID | None, recipient_id: UUID) -> None:
    if recipient_id == sender_id:
        raise members_errors.CannotTargetSelf
    if await members.one(recipient_id) is None:
        raise NotFound("Member")


def _gift(
    feature: str,
    days: int,
    recipient_id: UUID,
    message: str,
    *,
    sender_id: UUID | None = None,
    points: int | None = None,
) -> GiftView:
    now = clock.now()
    return GiftView(
        id=ids.new_id(),
        feature=feature,
        days=days,
        points=points,
        sender_id=sender_id,
        recipient_id=recipient_id,
        message=message,
        sent_at=now,
        answer_by=now + ANSWER_WITHIN if sender_id else None,
        outcome=None,
        settled_at=None,
    )


async def _send(actor: Actor, gift: GiftView) -> dict[str, Any]:
    """Keep a gift and announce it. What idempotency keeps of it."""
    await database.execute(
        "insert into entitlements_gift select * from jsonb_populate_recordset(null::entitlements_gift, $1::jsonb)",
        database.as_json([asdict(gift)]),
    )
    await outbox.record(facts.GiftSent(answer_by=gift.answer_by, **_said(gift)), actor=actor)
    return {"gift": gift.id}


async def _received(actor: Actor, gift_id: UUID) -> GiftView:
    """A gift to the acting member, theirs alone until the transaction ends. Raises NotFound."""
    row = await database.fetch_one(
        "select * from entitlements_gift where id = $1 and recipient_id = $2 for no key update",
        gift_id,
        require_member(actor),
    )
    if row is None:
        raise NotFound("Gift")
    return GiftView.of(row)


def _check_open(gift: GiftView) -> None:
    if gift.outcome:
        raise errors.GiftSettled(gift.outcome)
    if gift.answer_by and gift.answer_by <= clock.now():
        raise errors.GiftSettled(Outcome.EXPIRED)


async def _open(actor: Actor, gift: GiftView) -> None:
    """Give the recipient what the gift is."""
    holdings = await locked([(gift.recipient_id, gift.feature)])
    begins = begins_at(holdings.of(gift.recipient_id, gift.feature).all(), holdings.now)
    source = Source(SourceKind.GIFT, str(gift.id))
    given = Grant(source=source, starts_at=begins, ends_at=begins + timedelta(days=gift.days))
    holdings.open(gift.recipient_id, gift.feature, given, by=actor)
    await holdings.write(actor)


async def _give_back(gift: GiftView, outcome: Outcome, actor: Actor | None) -> GiftView:
    await ledger.reverse(Cause(CAUSE, str(gift.id)), reason=f"gift {outcome}", actor=actor)
    returned = await _settle(gift, outcome)
    await outbox.record(facts.GiftReturned(outcome=outcome, **_said(gift)), actor=actor)
    return returned


async def _settle(gift: GiftView, outcome: Outcome) -> GiftView:
    now = clock.now()
    await database.execute(
        "update entitlements_gift set outcome = $2, settled_at = $3 where id = $1", gift.id, outcome, now
    )
    return replace(gift, outcome=outcome, settled_at=now)


def _said(gift: GiftView) -> dict[str, Any]:
    """What every fact about a gift says."""
    return {
        "recipient_id": gift.recipient_id,
        "gift_id": gift.id,
        "sender_id": gift.sender_id,
        "feature": gift.feature,
        "days": gift.days,
    }
