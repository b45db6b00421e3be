"""Corrections by hand: who may, why, how much, once."""

from functools import partial
from uuid import UUID

import pytest

from community.access.policy import Actor, Role
from community.idempotency.errors import IdempotencyKeyReused
from community.kernel.errors import Forbidden, InvalidReason, NotFound
from community.kernel.pages import PageRequest
from community.ledger import queries
from community.ledger import service as ledger
from community.ledger.errors import InsufficientPoints, InvalidAmount
from community.ledger.queries import TransferView
from community.ledger.rules.transfers import LARGEST, Currency
from community.members.errors import CannotTargetSelf
from tests.community.ledger.awards import announced, balance, broken, crowd, somebody
from tests.factories import a_member

pytestmark = pytest.mark.usefixtures("database")


async def correct(
    staff: Actor, member_id: UUID, amount: int, *, reason: str = "goodwill", key: str = "1"
) -> TransferView:
    return await ledger.adjust(staff, member_id, Currency.POINTS, amount, reason=reason, idempotency_key=key)


async def a_pair() -> tuple[Actor, Actor, UUID]:
    """An administrator, and a member with their id."""
    staff, member = await a_member(roles=frozenset({Role.ADMIN})), await a_member()
    assert member.member_id
    return staff, member, member.member_id


async def test_staff_give_and_take() -> None:
    staff, _, member_id = await a_pair()
    await correct(staff, member_id, 100, key="1")
    await correct(staff, member_id, -30, key="2")
    assert (await balance(member_id)).points == 70
    assert [fact["amount"] for fact in await announced("points.adjusted")] == [100, -30]
    assert await broken() == {}


async def test_the_member_reads_why() -> None:
    staff, member, member_id = await a_pair()
    await correct(staff, member_id, 100, reason="  parcel lost ")
    (line,) = (await queries.statements_of(member, [member_id], PageRequest()))[member_id].items
    assert (line.reason, line.amount) == ("parcel lost", 100)


async def test_credits_taken_are_those_earned_last() -> None:
    staff, _, member_id = await a_pair()
    for key, amount in (("1", 10), ("2", 5), ("3", -8)):
        await ledger.adjust(staff, member_id, Currency.CREDITS, amount, reason="count", idempotency_key=key)
    lots = [line.amount for line in (await queries.statements_of(staff, [member_id], PageRequest()))[member_id].items]
    assert (lots, (await balance(member_id)).credits) == ([-8, 5, 10], 7)
    assert await broken() == {}


async def test_the_same_key_again_corrects_nothing_more() -> None:
    staff, _, member_id = await a_pair()
    transfers = await crowd([partial(correct, staff, member_id, 100)] * 8)
    assert len({transfer.id for transfer in transfers}) == 1
    assert (await balance(member_id)).points == 100
    with pytest.raises(IdempotencyKeyReused):
        await correct(staff, member_id, 101)


async def test_a_key_belongs_to_who_uses_it() -> None:
    staff, _, member_id = await a_pair()
    colleague = await a_member(roles=frozenset({Role.ADMIN}))
    await correct(staff, member_id, 100)
    await correct(colleague, member_id, 50)
    assert (await balance(member_id)).points == 150


async def test_no_more_can_be_taken_than_there_is() -> None:
    staff, _, member_id = await a_pair()
    await correct(staff, member_id, 100, key="1")
    with pytest.raises(InsufficientPoints) as refused:
        await correct(staff, member_id, -101, key="2")
    assert refused.value.data == {"balance": 100, "needed": 101}
    assert (await balance(member_id)).points == 100


@pytest.mark.parametrize("amount", [0, LARGEST + 1, -LARGEST - 1])
async def test_an_amount_is_needed(amount: int) -> None:
    staff, _, member_id = await a_pair()
    with pytest.raises(InvalidAmount):
        await correct(staff, member_id, amount)


async def test_a_reason_is_needed() -> None:
    staff, _, member_id = await a_pair()
    with pytest.raises(InvalidReason):
        await correct(staff, member_id, 1, reason=" ")


async def test_only_those_who_may_correct_others() -> None:
    staff, member, member_id = await a_pair()
    with pytest.raises(Forbidden):
        await correct(member, member_id, 1)
    assert staff.member_id
    with pytest.raises(CannotTargetSelf):
        await correct(staff, staff.member_id, 1)
    with pytest.raises(NotFound):
        await correct(staff, somebody(), 1)
