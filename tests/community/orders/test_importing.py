"""Orders from another system: its customers become members, whole or not at all."""

import asyncio
from datetime import datetime, timedelta

import pytest

from community import database
from community.access.policy import SYSTEM
from community.kernel.errors import Forbidden
from community.members import queries as members_queries
from community.members import service as members
from community.members.errors import ExternalIdTaken, InvalidExternalId
from community.orders import errors
from community.orders import service as orders
from tests.announcements import announced
from tests.community.engagement.happenings import id_of
from tests.community.orders.purchases import a_customers, orders_of
from tests.factories import a_member

pytestmark = pytest.mark.usefixtures("database")


async def test_customers_become_members_who_joined_with_their_first_order(frozen_clock: datetime) -> None:
    days = [frozen_clock - timedelta(days=ago) for ago in (5, 90, 7)]
    answers = await orders.import_batch(SYSTEM, [a_customers("0042", placed_at=day) for day in days])
    ids = await members_queries.by_external_ids(["0042"])
    member = await members_queries.one(ids["0042"])
    assert member
    assert {answer.recorded.order.member_id for answer in answers if answer.recorded} == {member.id}
    assert member.joined_at == days[1]
    assert "member.joined" in [fact["type"] for fact in await announced(member.id)]
    assert "0042" not in member.handle + member.display_name


async def test_the_same_batch_again_changes_nothing() -> None:
    batch = [a_customers(customer) for customer in ("1", "2", "1")]
    first, again = [await orders.import_batch(SYSTEM, batch) for _ in range(2)]
    assert [answer.is_repeat for answer in first + again] == [False] * 3 + [True] * 3
    assert await database.fetch_value("select count(*) from members_member") == 2


async def test_the_same_batch_at_once_is_one_set_of_orders_and_members() -> None:
    batch = [a_customers(str(number)) for number in range(20)]
    done = await asyncio.gather(*(orders.import_batch(SYSTEM, batch) for _ in range(4)))
    assert sorted(sum(not answer.is_repeat for answer in answers) for answers in done) == [0, 0, 0, 20]
    assert await database.fetch_value("select count(*) from members_member") == 20


async def test_an_order_that_is_refused_makes_nobody_a_member() -> None:
    batch = [a_customers("1", 10**13), a_customers("2"), a_customers("\u200b"), a_customers("c" * 65)]
    answers = await orders.import_batch(SYSTEM, batch)
    assert [type(answer.problem) for answer in answers] == [
        errors.InvalidOrder,
        type(None),
        errors.InvalidOrder,
        errors.InvalidOrder,
    ]
    assert list(await members_queries.by_external_ids(["1", "2"])) == ["2"]


async def test_whom_the_shop_knows_already_gets_their_orders() -> None:
    mei = await a_member()
    await members.recognise(SYSTEM, id_of(mei), "0042")
    (answer,) = await orders.import_batch(SYSTEM, [a_customers("0042")])
    assert answer.recorded
    assert await orders_of(mei) == [answer.recorded.order]


async def test_two_members_are_never_the_same_customer() -> None:
    mei, tom = await a_member(), await a_member()
    for _ in range(2):
        await members.recognise(SYSTEM, id_of(mei), "0042")
    with pytest.raises(ExternalIdTaken):
        await members.recognise(SYSTEM, id_of(tom), "0042")
    with pytest.raises(InvalidExternalId):
        await members.recognise(SYSTEM, id_of(tom), " ")
    with pytest.raises(Forbidden):
        await members.recognise(tom, id_of(tom), "0043")


async def test_recognising_two_at_once_recognises_one() -> None:
    people = [await a_member() for _ in range(4)]
    done = await asyncio.gather(
        *(members.recognise(SYSTEM, id_of(actor), "0042") for actor in people), return_exceptions=True
    )
    assert sum(isinstance(each, ExternalIdTaken) for each in done) == 3


async def test_a_member_is_not_introduced_by_a_name_that_cannot_be_one() -> None:
    with pytest.raises(InvalidExternalId):
        await members.introduce_many({"": datetime.fromisoformat("2026-01-01T00:00Z")})


async def test_only_who_may_record_imports() -> None:
    with pytest.raises(Forbidden):
        await orders.import_batch(await a_member(), [a_customers("1")])
