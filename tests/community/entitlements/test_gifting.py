"""Gifts: paid by one member, accepted by another, or given back; and presented by staff."""

import asyncio
from datetime import datetime
from uuid import UUID

import pytest

from community.access.policy import ANONYMOUS, SYSTEM, Actor
from community.entitlements import errors, jobs, queries
from community.entitlements import service as entitlements
from community.entitlements.queries import GiftView, Outcome
from community.entitlements.rules.rights import SourceKind
from community.idempotency.errors import IdempotencyKeyReused
from community.kernel import clock
from community.kernel.errors import Forbidden, NotFound, Unauthenticated
from community.kernel.ids import new_id
from community.kernel.pages import PageRequest
from community.ledger import errors as ledger_errors
from community.members import errors as members_errors
from community.members import service as members
from tests.announcements import announced
from tests.community.entitlements.holders import DAY, LOUNGE, PREMIUM, buys, holds, right, story, until
from tests.community.entitlements.test_unlocking import PRICE, a_member_with, points_of
from tests.factories import a_member

pytestmark = pytest.mark.usefixtures("database")


async def a_gift(message: str = "生日快樂！") -> tuple[Actor, Actor, GiftView]:
    """A sender with no points left, a recipient, and what is between them."""
    sender, _ = await a_member_with(PRICE)
    recipient = await a_member()
    gift = await entitlements.give(sender, of(recipient), PREMIUM, message=message, idempotency_key="gift")
    return sender, recipient, gift


def of(actor: Actor) -> UUID:
    assert actor.member_id
    return actor.member_id


async def test_a_gift_is_paid_when_it_is_sent_and_opens_when_it_is_accepted(frozen_clock: datetime) -> None:
    sender, recipient, gift = await a_gift()
    assert (gift.days, gift.points, gift.message, gift.outcome) == (7, PRICE, "生日快樂！", None)
    assert gift.answer_by == frozen_clock + 14 * DAY
    assert await points_of(of(sender)) == 0
    assert not await holds(of(recipient))
    with clock.frozen(frozen_clock + DAY):
        accepted = await entitlements.accept(recipient, gift.id)
        assert accepted.outcome is Outcome.ACCEPTED
        held = await right(of(recipient))
        assert held
        assert [(each.source.kind, each.source.key) for each in held.sources] == [(SourceKind.GIFT, str(gift.id))]
        assert held.ends_at == frozen_clock + 8 * DAY
        assert await entitlements.accept(recipient, gift.id) == accepted
    told = [fact["type"] for fact in await announced(of(recipient)) if fact["type"].startswith(("gift", "entitl"))]
    assert told == ["gift.sent", "entitlement.granted", "gift.accepted"]


async def test_what_is_declined_comes_back() -> None:
    sender, recipient, gift = await a_gift()
    for _ in range(2):
        assert (await entitlements.decline(recipient, gift.id)).outcome is Outcome.DECLINED
    assert await points_of(of(sender)) == PRICE
    with pytest.raises(errors.GiftSettled) as refused:
        await entitlements.accept(recipient, gift.id)
    assert refused.value.outcome == "declined"
    assert not await holds(of(recipient))


async def test_what_is_accepted_cannot_be_declined() -> None:
    sender, recipient, gift = await a_gift()
    await entitlements.accept(recipient, gift.id)
    with pytest.raises(errors.GiftSettled):
        await entitlements.decline(recipient, gift.id)
    assert await points_of(of(sender)) == 0


async def test_what_nobody_answers_in_time_comes_back_once(frozen_clock: datetime) -> None:
    sender, recipient, gift = await a_gift()
    with clock.frozen(frozen_clock + 14 * DAY):
        with pytest.raises(errors.GiftSettled):
            await entitlements.accept(recipient, gift.id)
        for _ in range(2):
            await jobs.settle_due.work()
        assert await points_of(of(sender)) == PRICE
    assert (await queries.gift(gift.id)).outcome is Outcome.EXPIRED
    told = [fact for fact in await announced(of(recipient)) if fact["type"] == "gift.returned"]
    assert [fact["outcome"] for fact in told] == ["expired"]


async def test_a_gift_begins_when_a_pass_is_used_up(frozen_clock: datetime) -> None:
    _, recipient, gift = await a_gift()
    await buys(of(recipient))
    await entitlements.accept(recipient, gift.id)
    assert await until(of(recipient)) == frozen_clock + 37 * DAY


async def test_the_same_key_sends_one_gift() -> None:
    sender, _ = await a_member_with(10 * PRICE)
    recipient = of(await a_member())
    sent = await asyncio.gather(
        *(entitlements.give(sender, recipient, PREMIUM, message="給你", idempotency_key="one") for _ in range(20))
    )
    assert len({gift.id for gift in sent}) == 1
    assert await points_of(of(sender)) == 9 * PRICE
    with pytest.raises(IdempotencyKeyReused):
        await entitlements.give(sender, recipient, PREMIUM, message="other", idempotency_key="one")


async def test_accepting_and_declining_at_once_does_one_of_them() -> None:
    sender, recipient, gift = await a_gift()
    results = await asyncio.gather(
        *(verb(recipient, gift.id) for verb in [entitlements.accept, entitlements.decline] * 10),
        return_exceptions=True,
    )
    outcomes = {result.outcome for result in results if isinstance(result, GiftView)}
    assert len(outcomes) == 1
    is_accepted = outcomes == {Outcome.ACCEPTED}
    assert await holds(of(recipient)) is is_accepted
    assert await points_of(of(sender)) == (0 if is_accepted else PRICE)


async def test_only_the_recipient_answers() -> None:
    sender, _, gift = await a_gift()
    for stranger in (sender, await a_member()):
        with pytest.raises(NotFound):
            await entitlements.accept(stranger, gift.id)
        with pytest.raises(NotFound):
            await entitlements.decline(stranger, gift.id)
    with pytest.raises(Unauthenticated):
        await entitlements.accept(ANONYMOUS, gift.id)


async def test_only_the_two_of_them_see_it() -> None:
    sender, recipient, gift = await a_gift()
    for actor, seen in ((sender, 1), (recipient, 1), (await a_member(), 0), (ANONYMOUS, 0), (SYSTEM, 1)):
        assert len(await queries.gifts_by_ids(actor, [gift.id])) == seen
    page = PageRequest.of(first=5)
    assert [each.id for each in (await queries.gifts_to(of(recipient), page)).items] == [gift.id]
    assert [each.id for each in (await queries.gifts_from(of(sender), page)).items] == [gift.id]
    assert list((await queries.gifts_to(of(sender), page)).items) == []


async def test_what_cannot_be_given() -> None:
    sender, sender_id = await a_member_with(100)
    recipient = await a_member()

    async def give(feature: str = PREMIUM, to: UUID = of(recipient), message: str = "hi") -> None:  # noqa: B008
        await entitlements.give(sender, to, feature, message=message, idempotency_key="gift")

    for feature, refusal in (("sauna", errors.UnknownFeature), (LOUNGE, errors.NotForPoints)):
        with pytest.raises(refusal):
            await give(feature)
    for message in ("", " \u200b ", "x" * 281):
        with pytest.raises(errors.InvalidGift):
            await give(message=message)
    with pytest.raises(members_errors.CannotTargetSelf):
        await give(to=sender_id)
    with pytest.raises(NotFound):
        await give(to=new_id())
    with pytest.raises(ledger_errors.InsufficientPoints):
        await give()
    await members.block(recipient, sender_id)
    with pytest.raises(members_errors.MemberBlocksYou):
        await give()
    assert await points_of(sender_id) == 100


class TestStaff:
    async def test_staff_present_and_it_is_theirs_at_once(self, frozen_clock: datetime) -> None:
        recipient = await a_member()
        for _ in range(2):
            gift = await entitlements.present(
                SYSTEM, of(recipient), LOUNGE, days=3, message="Thank you!", idempotency_key="thanks"
            )
        assert (gift.sender_id, gift.points, gift.answer_by, gift.outcome) == (None, None, None, Outcome.ACCEPTED)
        assert await until(of(recipient), LOUNGE) == frozen_clock + 3 * DAY
        assert await story(of(recipient)) == ["granted"]

    async def test_only_who_may_present(self) -> None:
        recipient = of(await a_member())
        for actor, refusal in ((ANONYMOUS, Unauthenticated), (await a_member(), Forbidden)):
            with pytest.raises(refusal):
                await entitlements.present(actor, recipient, LOUNGE, days=3, message="hi", idempotency_key="k")

    async def test_a_gift_lasts_for_some_days(self) -> None:
        recipient = of(await a_member())
        for days in (0, -1, 3_661):
            with pytest.raises(errors.InvalidGift):
                await entitlements.present(SYSTEM, recipient, LOUNGE, days=days, message="hi", idempotency_key="k")
        with pytest.raises(errors.UnknownFeature):
            await entitlements.present(SYSTEM, recipient, "sauna", days=1, message="hi", idempotency_key="k")
