"""What a statement reads along for others is what they would have read themselves."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio

from community import database as db
from community.access.policy import Actor, Kind, Role
from community.database import Question, counting_statements
from community.kernel import clock
from community.kernel.along import NOTHING, NOW, VIEWER, Along, Asking, Companion, Company
from community.kernel.ids import new_id
from community.ledger import queries as ledger
from community.ledger.rules.transfers import Currency
from community.ledger.service import award
from community.members import queries as members
from community.members.queries import MemberView
from community.members.rules import Ability
from community.members.service import follow, restrict
from community.tiers import queries as tiers
from tests.community.ledger.awards import a_cause
from tests.factories import a_member


@pytest_asyncio.fixture
async def two(database: str) -> AsyncIterator[list[MemberView]]:  # noqa: ARG001
    joined = [(await a_member()).member_id for _ in range(2)]
    found = await members.by_ids(each for each in joined if each)
    yield [found[each] for each in joined if each]


async def test_what_came_along_is_what_would_be_read_and_costs_one_statement(two: list[MemberView]):
    mei, _ = two
    now = clock.now()
    await award(mei.id, Currency.POINTS, 30, a_cause())
    await award(mei.id, Currency.POINTS, 7, a_cause(), pending_until=now + timedelta(days=3))
    ids = [each.id for each in two]
    later = now + timedelta(minutes=1)
    apart = [await members.by_ids(ids), await tiers.tiers_of(ids, later), await ledger.balances_of([mei.id], later)]
    with counting_statements() as counted:
        along = await read_along(ids, mei, later)
        together = [
            await members.by_ids(ids, along),
            await tiers.tiers_of(ids, later, along),
            await ledger.balances_of([mei.id], later, along),
        ]
    assert together == apart
    assert counted.count == 1


async def test_what_a_member_is_to_others_comes_along(two: list[MemberView]):
    mei, tom = two
    await follow(Actor(kind=Kind.MEMBER, member_id=mei.id), tom.id)
    now, ids = clock.now(), [mei.id, tom.id]
    about = [members.FOLLOWED, members.FOLLOWERS, members.FOLLOWING, members.ABILITIES]
    along = await read_with(Along(Company.of({"wanted.id": about}), Asking(mei.id, now)), ids)
    with counting_statements() as counted:
        assert await members.followed_among(mei.id, ids, along) == {tom.id}
        assert await members.follower_counts(ids, along) == {mei.id: 0, tom.id: 1}
        assert await members.following_counts(ids, along) == {mei.id: 1, tom.id: 0}
        assert await members.abilities_of(mei.id, now, along) == list(Ability)
    assert counted.count == 0
    assert await members.follower_counts(ids) == {mei.id: 0, tom.id: 1}
    assert await members.following_counts(ids) == {mei.id: 1, tom.id: 0}


async def test_what_is_taken_from_a_member_comes_along(two: list[MemberView]):
    mei, tom = two
    staff = await a_member(roles={Role.MODERATOR})
    await restrict(staff, mei.id, Ability.POST, reason="Spam", ends_at=clock.now() + timedelta(days=1))
    await restrict(staff, mei.id, Ability.POST, reason="Much spam")
    now = clock.now()
    along = await read_with(Along().bring(members.RESTRICTIONS, "wanted.id"), [mei.id, tom.id])
    apart = [await members.restriction_on(each.id, Ability.POST, now) for each in two]
    with counting_statements() as counted:
        assert [await members.restriction_on(each.id, Ability.POST, now, along) for each in two] == apart
    assert (counted.count, apart[0] is None, apart[1]) == (0, False, None)


async def test_what_is_told_is_known_like_what_came(two: list[MemberView]):
    mei, tom = two
    along = await read_along([mei.id], mei, clock.now())
    along.tell(members.BESIDE, tom.id, tom)
    along.tell("mood", tom.id, "glad")
    with counting_statements() as counted:
        assert await members.by_ids([mei.id, tom.id], along) == {mei.id: mei, tom.id: tom}
    assert counted.count == 0
    assert Along.all_of([along, Along()]).among("mood", [mei.id, tom.id]) == {tom.id: "glad"}
    NOTHING.tell("mood", tom.id, "glad")
    assert NOTHING.among("mood", [tom.id]) == {}


async def test_several_come_along_with_one_row(two: list[MemberView]):
    mei, tom = two
    gone = new_id()
    several = {f"array[wanted.id, '{tom.id}', '{gone}']": [members.BESIDE]}
    along = await read_with(Along(Company.of({}, each=several)), [mei.id])
    with counting_statements() as counted:
        assert await members.by_ids([mei.id, tom.id, gone], along) == {mei.id: mei, tom.id: tom}
    assert counted.count == 0


async def test_who_did_not_come_along_is_read(two: list[MemberView]):
    mei, tom = two
    along = await read_along([mei.id], mei, clock.now())
    assert await members.by_ids([mei.id, tom.id], along) == {mei.id: mei, tom.id: tom}


async def test_what_came_along_with_several_is_put_together(two: list[MemberView]):
    several = [await read_along([each.id], each, clock.now()) for each in two]
    with counting_statements() as counted:
        assert len(await members.by_ids([each.id for each in two], Along.all_of(several))) == 2
    assert counted.count == 0


async def test_what_was_put_together_is_put_together_again(two: list[MemberView]):
    several = [await read_along([each.id], each, clock.now()) for each in two]
    with counting_statements() as counted:
        whole = Along.all_of([Along.all_of([several[0], Along()]), several[1]])
        assert len(await members.by_ids([each.id for each in two], whole)) == 2
    assert counted.count == 0


def test_what_several_need_to_know_is_told_once():
    assert Company.of({"m.id": [tiers.BESIDE, members.ABILITIES, members.FOLLOWED]}).given == (NOW, VIEWER)


def test_companions_brought_one_by_one_are_one_company_for_all():
    apart = [Along().bring(members.BESIDE, "m.id").bring(tiers.BESIDE, "m.id").company for _ in range(2)]
    assert apart[0] is apart[1]


@pytest.mark.parametrize("what", [members.FOLLOWED, replace(members.BESIDE, arguments=(attrgetter("member_id"),))])
def test_what_depends_on_who_asks_is_shared_with_nobody(what: Companion[Any]):
    company = Company.of({"m.id": [what]})
    with pytest.raises(ValueError, match="depend on who asks"):
        Along(company).share(Along(company))


def test_only_those_who_bring_the_same_share_it():
    tiered = Company.of({"m.id": [tiers.BESIDE]})
    with pytest.raises(ValueError, match="brings the same"):
        Along(tiered).share(Along())
    mine, other = Along(tiered), Along(tiered)
    mine.share(other)
    other.tell("mood", 1, "glad")
    assert mine.among("mood", [1]) == {1: "glad"}


def test_nothing_stands_in_the_present():
    with clock.frozen(datetime(2030, 1, 1, tzinfo=UTC)):
        then = NOTHING.now
    assert then == datetime(2030, 1, 1, tzinfo=UTC) != NOTHING.now


async def read_along(ids: Sequence[UUID], owner: MemberView, now: datetime) -> Along:
    """A statement about members by their ids, and what comes with it."""
    company = Company.of({"wanted.id": [members.BESIDE, tiers.BESIDE, ledger.BESIDE]})
    return await read_with(Along(company, Asking(owner.id, now)), ids)


async def read_with(along: Along, ids: Sequence[UUID]) -> Along:
    question = Question()
    wanted = question.argument(ids)
    columns = along.columns(question)
    rows = await db.fetch(
        f"select wanted.id{columns} from unnest({wanted}::uuid[]) wanted(id){along.joined}", *question.arguments
    )
    along.keep(rows)
    return along
