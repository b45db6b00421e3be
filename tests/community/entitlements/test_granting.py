"""Giving and taking rights: by areas, by staff, again and again, at once from many sides."""

import asyncio
from datetime import datetime

import pytest

from community import database
from community.access.policy import ANONYMOUS, SYSTEM, Role
from community.entitlements import errors, queries
from community.entitlements import service as entitlements
from community.entitlements.rules.rights import Closing, Source, SourceKind
from community.entitlements.service import STAFF, Granting
from community.kernel import clock
from community.kernel.errors import Forbidden, InvalidReason, NotFound, Unauthenticated
from community.kernel.ids import new_id
from community.members import errors as members_errors
from tests.community.entitlements.holders import (
    DAY,
    LOUNGE,
    PREMIUM,
    a_source,
    clockwork,
    history,
    holds,
    right,
    said,
    story,
    until,
)
from tests.community.tiers.members import somebody
from tests.factories import a_member

pytestmark = pytest.mark.usefixtures("database")


async def test_a_source_gives_a_right_at_once_and_takes_it_again() -> None:
    member, source = somebody(), a_source()
    await entitlements.grant(member, PREMIUM, source)
    held = await right(member)
    assert held
    assert ([each.source for each in held.sources], held.ends_at) == ([source], None)
    await entitlements.revoke(member, PREMIUM, source, reason="the event was called off")
    assert not await holds(member)
    (grant,) = await history(member)
    assert (grant.closing, grant.closing_reason) == (Closing.REVOKED, "the event was called off")


async def test_beginnings_and_ends_are_announced_with_source_and_end(frozen_clock: datetime) -> None:
    member, source = somebody(), a_source()
    await entitlements.grant(member, PREMIUM, source, ends_at=frozen_clock + DAY)
    await entitlements.revoke(member, PREMIUM, source, reason="called off")
    moved = {
        "member_id": str(member),
        "feature": PREMIUM,
        "at": frozen_clock.isoformat(),
        "source_kind": "event",
        "source_key": source.key,
    }
    assert await said(member) == [
        {"type": "granted", "until": (frozen_clock + DAY).isoformat(), **moved},
        {"type": "revoked", **moved},
    ]


async def test_the_same_again_changes_nothing() -> None:
    member, source = somebody(), a_source()
    for _ in range(3):
        await entitlements.grant(member, PREMIUM, source)
    assert len(await history(member)) == 1
    for _ in range(3):
        await entitlements.revoke(member, PREMIUM, source, reason="over")
    assert await story(member) == ["granted", "revoked"]


async def test_another_end_replaces_the_one_it_had(frozen_clock: datetime) -> None:
    member, source = somebody(), a_source(SourceKind.PLAN)
    await entitlements.grant(member, PREMIUM, source, ends_at=frozen_clock + DAY)
    await entitlements.grant(member, PREMIUM, source, ends_at=frozen_clock + 31 * DAY)
    assert await until(member) == frozen_clock + 31 * DAY
    assert await story(member) == ["granted", "prolonged"]
    assert [grant.closing for grant in await history(member)] == [Closing.REPLACED, None]


async def test_sources_are_given_and_taken_one_by_one(frozen_clock: datetime) -> None:
    member, event, plan = somebody(), a_source(), a_source(SourceKind.PLAN)
    await entitlements.grant(member, PREMIUM, event, ends_at=frozen_clock + DAY)
    await entitlements.grant(member, PREMIUM, plan, ends_at=frozen_clock + 9 * DAY)
    assert await until(member) == frozen_clock + 9 * DAY
    await entitlements.revoke(member, PREMIUM, plan, reason="canceled")
    assert await until(member) == frozen_clock + DAY
    await entitlements.revoke(member, PREMIUM, event, reason="canceled")
    assert not await holds(member)
    assert await story(member) == ["granted", "prolonged", "prolonged", "revoked"]


async def test_what_was_taken_can_be_given_again() -> None:
    member, source = somebody(), a_source()
    await entitlements.grant(member, PREMIUM, source)
    await entitlements.revoke(member, PREMIUM, source, reason="by mistake")
    await entitlements.grant(member, PREMIUM, source)
    assert await holds(member)
    assert await story(member) == ["granted", "revoked", "granted"]


async def test_a_right_ends_at_its_last_instant_whether_or_not_anybody_is_awake(frozen_clock: datetime) -> None:
    member, source = somebody(), a_source()
    await entitlements.grant(member, PREMIUM, source, ends_at=frozen_clock + DAY)
    with clock.frozen(frozen_clock + DAY - datetime.resolution):
        assert await holds(member)
    with clock.frozen(frozen_clock + DAY):
        assert not await holds(member)
        assert await story(member) == ["granted"]
        await clockwork()
        await clockwork()
        assert await story(member) == ["granted", "ended"]
    (grant,) = await history(member)
    assert grant.closing is Closing.ENDED


async def test_what_begins_later_is_held_and_announced_later(frozen_clock: datetime) -> None:
    member = somebody()
    begins, ends = frozen_clock + DAY, frozen_clock + 2 * DAY
    await entitlements.grant(member, PREMIUM, a_source(), starts_at=begins, ends_at=ends)
    assert not await holds(member)
    assert await story(member) == []
    with clock.frozen(begins):
        assert await holds(member)
        await clockwork()
    with clock.frozen(ends + DAY):
        await clockwork()
    assert [(fact["type"], fact["at"]) for fact in await said(member)] == [
        ("granted", begins.isoformat()),
        ("ended", ends.isoformat()),
    ]


async def test_what_was_over_before_it_came_is_kept_and_gives_nothing(frozen_clock: datetime) -> None:
    member = somebody()
    await entitlements.grant(member, PREMIUM, a_source(), starts_at=frozen_clock - 2 * DAY, ends_at=frozen_clock - DAY)
    assert not await holds(member)
    assert await story(member) == []
    (grant,) = await history(member)
    assert grant.closing is Closing.ENDED


async def test_an_end_in_the_past_gives_nothing_and_takes_what_the_source_gave(frozen_clock: datetime) -> None:
    member, source = somebody(), a_source(SourceKind.PLAN)
    await entitlements.grant(member, PREMIUM, source, ends_at=frozen_clock - DAY)
    assert await history(member) == []
    await entitlements.grant(member, PREMIUM, source)
    await entitlements.grant(member, PREMIUM, source, ends_at=frozen_clock - DAY)
    assert not await holds(member)
    assert await story(member) == ["granted", "revoked"]


async def test_one_source_ends_late_and_another_begins_meanwhile(frozen_clock: datetime) -> None:
    member = somebody()
    await entitlements.grant(member, PREMIUM, a_source(), ends_at=frozen_clock + DAY)
    with clock.frozen(frozen_clock + 5 * DAY):
        await entitlements.grant(member, PREMIUM, a_source())
        assert await story(member) == ["granted", "ended", "granted"]


async def test_many_are_given_at_once_in_as_many_statements_as_one() -> None:
    members = [somebody() for _ in range(30)]
    counts = []
    for crowd in (members[:1], members):
        grantings = [Granting(member_id=each, feature=LOUNGE, source=a_source()) for each in crowd]
        with database.counting_statements() as counted:
            await entitlements.grant_many(grantings)
        counts.append(counted.count)
    assert counts[0] == counts[1] == 5
    found = await queries.rights_of(members)
    assert all(rights.holds(LOUNGE, clock.now()) for rights in found.values())


async def test_of_one_source_given_twice_at_once_the_last_word_counts(frozen_clock: datetime) -> None:
    member, source = somebody(), a_source()
    await entitlements.grant_many(
        [Granting(member_id=member, feature=PREMIUM, source=source, ends_at=frozen_clock + n * DAY) for n in (1, 3, 2)]
    )
    assert await until(member) == frozen_clock + 2 * DAY
    assert [grant.closing for grant in await history(member)] == [Closing.REPLACED, Closing.REPLACED, None]


async def test_rights_of_many_take_two_statements() -> None:
    members = [somebody() for _ in range(30)]
    await entitlements.grant_many([Granting(member_id=each, feature=LOUNGE, source=a_source()) for each in members])
    await queries.rights_of(members)
    with database.counting_statements() as counted:
        assert len(await queries.rights_of(members)) == 30
    assert counted.count == 2
    assert await queries.rights_of([]) == {}


async def test_a_feature_that_nobody_knows_is_refused() -> None:
    for unknown in ("sauna", "Not a key", "x" * 50):
        with pytest.raises(errors.UnknownFeature) as refused:
            await entitlements.grant(somebody(), unknown, a_source())
        assert refused.value.known == ["articles.premium", "early_access", "lounge"]
    assert not await queries.can(somebody(), "sauna")


async def test_the_right_to_one_single_thing_needs_no_entry_in_the_catalogue() -> None:
    member, article = somebody(), f"content.{new_id().hex}"
    await entitlements.grant(member, article, a_source())
    assert await holds(member, article)
    assert await story(member) == ["granted"]


async def test_what_a_tier_opens_cannot_be_granted() -> None:
    with pytest.raises(ValueError, match="tier"):
        await entitlements.grant(somebody(), PREMIUM, Source(SourceKind.TIER, "gold"))


async def test_an_end_comes_after_the_beginning(frozen_clock: datetime) -> None:
    with pytest.raises(ValueError, match="ends after it begins"):
        await entitlements.grant(somebody(), PREMIUM, a_source(), starts_at=frozen_clock, ends_at=frozen_clock)


async def test_the_same_grant_and_its_end_raced_happen_once() -> None:
    member, source = somebody(), a_source()
    await asyncio.gather(*(entitlements.grant(member, PREMIUM, source) for _ in range(30)))
    await asyncio.gather(*(entitlements.revoke(member, PREMIUM, source, reason="over") for _ in range(30)))
    assert len(await history(member)) == 1
    assert await story(member) == ["granted", "revoked"]


async def test_many_sources_raced_are_one_right() -> None:
    member = somebody()
    await asyncio.gather(*(entitlements.grant(member, PREMIUM, a_source()) for _ in range(20)))
    held = await right(member)
    assert held
    assert len(held.sources) == 20
    assert await story(member) == ["granted"]


async def test_crowds_that_want_each_others_rights_meet_in_order() -> None:
    members = [somebody() for _ in range(6)]
    pairs = [(member, feature) for member in members for feature in (PREMIUM, LOUNGE)]
    orders = [pairs, pairs[::-1]] * 8
    await asyncio.gather(
        *(
            entitlements.grant_many(
                [Granting(member_id=m, feature=f, source=Source(SourceKind.PLAN, "p")) for m, f in each]
            )
            for each in orders
        )
    )
    assert [len(await history(member)) for member in members] == [2] * 6


class TestStaff:
    async def test_staff_give_with_a_reason_and_an_end_and_take_again(self, frozen_clock: datetime) -> None:
        admin, member = await a_member(roles=frozenset({Role.ADMIN})), await a_member()
        assert member.member_id
        await entitlements.grant_by_staff(
            admin, member.member_id, PREMIUM, reason=" won a bet ", ends_at=frozen_clock + DAY
        )
        held = await right(member.member_id)
        assert held
        assert ([each.source for each in held.sources], held.ends_at) == ([STAFF], frozen_clock + DAY)
        assert [grant.reason for grant in await history(member.member_id)] == ["won a bet"]
        for _ in range(2):
            await entitlements.revoke_by_staff(
                admin, member.member_id, PREMIUM, STAFF.kind, STAFF.key, reason="lost it"
            )
        assert await story(member.member_id) == ["granted", "revoked"]

    async def test_giving_again_replaces_the_end(self, frozen_clock: datetime) -> None:
        member = await a_member()
        assert member.member_id
        for days in (1, 5):
            await entitlements.grant_by_staff(
                SYSTEM, member.member_id, PREMIUM, reason="patience", ends_at=frozen_clock + days * DAY
            )
        assert await until(member.member_id) == frozen_clock + 5 * DAY

    async def test_only_who_may_and_never_to_oneself(self) -> None:
        admin, member = await a_member(roles=frozenset({Role.ADMIN})), await a_member()
        assert admin.member_id
        assert member.member_id
        for actor, refusal in ((ANONYMOUS, Unauthenticated), (member, Forbidden)):
            with pytest.raises(refusal):
                await entitlements.grant_by_staff(actor, member.member_id, PREMIUM, reason="please")
            with pytest.raises(refusal):
                await entitlements.revoke_by_staff(
                    actor, member.member_id, PREMIUM, STAFF.kind, STAFF.key, reason="please"
                )
        with pytest.raises(members_errors.CannotTargetSelf):
            await entitlements.grant_by_staff(admin, admin.member_id, PREMIUM, reason="for me")
        with pytest.raises(NotFound):
            await entitlements.grant_by_staff(admin, somebody(), PREMIUM, reason="who")

    async def test_without_a_reason_or_with_an_end_in_the_past_nothing_is_given(self, frozen_clock: datetime) -> None:
        member = await a_member()
        assert member.member_id
        for reason, ends_at, problem in ((" ", None, InvalidReason), ("late", frozen_clock, errors.InvalidGrant)):
            with pytest.raises(problem):
                await entitlements.grant_by_staff(SYSTEM, member.member_id, PREMIUM, reason=reason, ends_at=ends_at)
        assert await history(member.member_id) == []

    async def test_what_the_tier_opens_staff_cannot_take(self) -> None:
        member = await a_member()
        assert member.member_id
        with pytest.raises(errors.NotRevocable):
            await entitlements.revoke_by_staff(SYSTEM, member.member_id, PREMIUM, SourceKind.TIER, "gold", reason="no")
