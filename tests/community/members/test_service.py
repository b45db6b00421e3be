"""What members do: each verb works, refuses, announces, and survives being repeated and raced."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from community import database
from community.access.errors import EmailTaken
from community.access.policy import ANONYMOUS, SYSTEM, Actor, Kind, Role
from community.kernel import clock
from community.kernel.errors import Forbidden, InvalidReason, NotFound, Unauthenticated
from community.kernel.ids import new_id
from community.kernel.pages import PageRequest
from community.members import errors, queries
from community.members import service as members
from community.members.rules import Ability, Channel, Purpose
from community.members.service import Profile
from tests.factories import a_member

pytestmark = pytest.mark.usefixtures("database")

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
MODERATOR = Actor(kind=Kind.MEMBER, member_id=new_id(), roles=frozenset({Role.MEMBER, Role.MODERATOR}))


async def facts_of(member_id: UUID) -> list[str]:
    rows = await database.fetch("select type from outbox_fact where subject_id = $1 order by arrival", member_id)
    return [row["type"] for row in rows]


async def test_joining_makes_a_member_an_account_a_session_and_a_fact() -> None:
    joined = await members.join(
        email="mei@example.com", password="a long enough one", handle="Mei", display_name="美玲"
    )
    assert joined.session.account_id == joined.member.id
    assert await queries.by_handle("MEI") == joined.member
    assert await facts_of(joined.member.id) == ["member.joined"]


async def test_a_handle_is_taken_whatever_its_case() -> None:
    await a_member(handle="Mei")
    with pytest.raises(errors.HandleTaken):
        await members.join(email="b@example.com", password="a long enough one", handle="mEI", display_name="b")


async def test_an_email_that_is_taken_leaves_no_member_behind() -> None:
    await members.join(email="a@example.com", password="a long enough one", handle="first", display_name="a")
    with pytest.raises(EmailTaken):
        await members.join(email="A@example.com", password="a long enough one", handle="second", display_name="b")
    assert await queries.by_handle("second") is None


async def test_of_two_who_want_one_handle_at_once_one_gets_it() -> None:
    both = [
        members.join(email=f"{n}@example.com", password="a long enough one", handle="mei", display_name="x")
        for n in range(2)
    ]
    outcomes = await asyncio.gather(*both, return_exceptions=True)
    assert sorted(type(o).__name__ for o in outcomes) == ["HandleTaken", "Joined"]
    assert await database.fetch_value("select count(*) from access_account") == 1


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"handle": "me\u200bi"}, errors.InvalidHandle),
        ({"handle": "mei😀"}, errors.InvalidHandle),
        ({"display_name": "\u200b"}, errors.InvalidDisplayName),
        ({"locale": "tlh"}, errors.UnknownLocale),
        ({"time_zone": "Mars/Olympus"}, errors.UnknownTimeZone),
    ],
)
async def test_nobody_joins_with_a_profile_that_cannot_be(wrong: dict[str, str], error: type[Exception]) -> None:
    sound = {"email": "a@example.com", "password": "a long enough one", "handle": "mei", "display_name": "Mei"}
    with pytest.raises(error):
        await members.join(**{**sound, **wrong})
    assert await database.fetch_value("select count(*) from access_account") == 0


async def test_an_edited_profile_keeps_what_was_left_out_and_names_what_changed() -> None:
    mei = await a_member()
    edited = await members.edit_profile(mei, Profile(bio="茶與山", birthday=date(1990, 5, 17)))
    assert (edited.bio, edited.birthday, edited.locale) == ("茶與山", date(1990, 5, 17), "en")
    assert (await facts_of(edited.id))[-1] == "member.profile_edited"


async def test_editing_to_the_same_announces_nothing() -> None:
    mei = await a_member()
    await members.edit_profile(mei, Profile(bio="tea"))
    before = await facts_of(members_id(mei))
    await members.edit_profile(mei, Profile(bio="tea"))
    assert await facts_of(members_id(mei)) == before


async def test_a_bio_cannot_hide_a_nul_or_go_on_for_ever() -> None:
    mei = await a_member()
    with pytest.raises(errors.BioTooLong):
        await members.edit_profile(mei, Profile(bio="x" * 501))
    assert (await members.edit_profile(mei, Profile(bio="te\x00a\ud800"))).bio == "tea"


async def test_only_somebody_signed_in_has_a_profile_to_edit() -> None:
    with pytest.raises(Unauthenticated):
        await members.edit_profile(ANONYMOUS, Profile(bio="x"))


async def test_a_time_zone_changes_once_in_30_days() -> None:
    mei = await a_member()
    with clock.frozen(NOW):
        await members.change_time_zone(mei, "Asia/Taipei")
    with clock.frozen(NOW + timedelta(days=29)), pytest.raises(errors.TimeZoneChangedRecently) as refused:
        await members.change_time_zone(mei, "Europe/Berlin")
    assert refused.value.changeable_at == NOW + timedelta(days=30)
    with clock.frozen(NOW + timedelta(days=30)):
        assert (await members.change_time_zone(mei, "Europe/Berlin")).time_zone == "Europe/Berlin"


async def test_of_two_moves_at_once_one_happens() -> None:
    mei = await a_member()
    moves = [members.change_time_zone(mei, zone) for zone in ("Asia/Taipei", "Europe/Berlin")]
    outcomes = await asyncio.gather(*moves, return_exceptions=True)
    assert sorted(type(o).__name__ for o in outcomes) == ["MemberView", "TimeZoneChangedRecently"]


async def test_every_answer_of_consent_is_kept_and_the_latest_holds() -> None:
    mei = await a_member()
    for granted in (True, True, False):
        await members.set_consent(mei, Purpose.MARKETING, Channel.EMAIL, granted=granted, source="form")
    (consent,) = await queries.consents_of(mei, members_id(mei))
    assert consent.granted is False
    assert await database.fetch_value("select count(*) from members_consent") == 2


async def test_consents_are_private() -> None:
    mei, ann = await a_member(), await a_member()
    with pytest.raises(Forbidden):
        await queries.consents_of(ann, members_id(mei))
    assert await queries.consents_of(MODERATOR, members_id(mei)) == []


async def test_following_twice_at_once_is_following_once() -> None:
    mei, ann = await a_member(), await a_member()
    await asyncio.gather(*(members.follow(mei, members_id(ann)) for _ in range(5)))
    assert await queries.follower_counts([members_id(ann)]) == {members_id(ann): 1}
    assert (await facts_of(members_id(ann))).count("member.followed") == 1
    await members.unfollow(mei, members_id(ann))
    await members.unfollow(mei, members_id(ann))
    assert (await facts_of(members_id(ann))).count("member.unfollowed") == 1


async def test_nobody_follows_or_blocks_themselves_or_nobody() -> None:
    mei = await a_member()
    for verb in (members.follow, members.block, members.unfollow, members.unblock):
        with pytest.raises(errors.CannotTargetSelf):
            await verb(mei, members_id(mei))
        with pytest.raises(NotFound):
            await verb(mei, new_id())


async def test_a_block_ends_both_follows_and_forbids_new_ones_until_it_is_lifted() -> None:
    mei, ann = await a_member(), await a_member()
    await members.follow(mei, members_id(ann))
    await members.follow(ann, members_id(mei))
    await members.block(mei, members_id(ann))
    assert await queries.followed_by(members_id(ann)) == await queries.followed_by(members_id(mei)) == []
    assert await queries.blocked_among(members_id(ann), [members_id(mei)]) == {members_id(mei)}
    with pytest.raises(errors.MemberBlocksYou):
        await members.follow(ann, members_id(mei))
    await members.unblock(mei, members_id(ann))
    await members.follow(ann, members_id(mei))


async def test_a_follow_that_races_a_block_leaves_no_follow() -> None:
    mei, ann = await a_member(), await a_member()
    for _ in range(10):
        await asyncio.gather(
            members.follow(ann, members_id(mei)), members.block(mei, members_id(ann)), return_exceptions=True
        )
        assert await queries.followed_by(members_id(ann)) == []
        await members.unblock(mei, members_id(ann))


async def test_followers_come_in_pages_that_survive_newcomers() -> None:
    star = await a_member()
    fans = [await a_member() for _ in range(3)]
    for fan in fans:
        await members.follow(fan, members_id(star))
    star_id = members_id(star)
    page = (await queries.followers_of([star_id], PageRequest(size=2)))[star_id]
    await members.follow(await a_member(), star_id)
    rest = (await queries.followers_of([star_id], PageRequest.of(first=2, after=page.cursors[-1])))[star_id]
    assert [r.member.id for r in (*page.items, *rest.items)] == [members_id(fan) for fan in reversed(fans)]
    assert (page.has_next, rest.has_next, rest.has_previous) == (True, False, True)


async def test_a_restricted_ability_is_refused_with_its_reason_until_its_end() -> None:
    mei = await a_member()
    with clock.frozen(NOW):
        await members.restrict(MODERATOR, members_id(mei), Ability.POST, reason="spam", ends_at=NOW + timedelta(days=1))
    with pytest.raises(errors.MayNotPost) as refused:
        await members.require_ability(members_id(mei), Ability.POST, NOW)
    assert (refused.value.reason, refused.value.until) == ("spam", NOW + timedelta(days=1))
    await members.require_ability(members_id(mei), Ability.EARN, NOW)
    await members.require_ability(members_id(mei), Ability.POST, NOW + timedelta(days=1))


async def test_a_new_restriction_replaces_the_one_in_force_and_restoring_ends_it() -> None:
    mei = await a_member()
    await members.restrict(MODERATOR, members_id(mei), Ability.EARN, reason="first")
    await members.restrict(MODERATOR, members_id(mei), Ability.EARN, reason="second")
    (restriction,) = (await queries.restrictions_of([members_id(mei)], clock.now()))[members_id(mei)]
    assert restriction.reason == "second"
    await members.restore(MODERATOR, members_id(mei), Ability.EARN)
    await members.restore(MODERATOR, members_id(mei), Ability.EARN)
    assert await queries.abilities_of(members_id(mei), clock.now()) == list(Ability)
    assert (await facts_of(members_id(mei))).count("member.ability_restored") == 1


@pytest.mark.parametrize("role", [r for r in Role if r not in (Role.MODERATOR, Role.ADMIN)])
async def test_only_staff_who_are_trusted_with_it_restrict(role: Role) -> None:
    mei = await a_member()
    actor = Actor(kind=Kind.MEMBER, member_id=new_id(), roles=frozenset({role}))
    with pytest.raises(Forbidden):
        await members.restrict(actor, members_id(mei), Ability.POST, reason="no")
    with pytest.raises(Forbidden):
        await members.restore(actor, members_id(mei), Ability.POST)


async def test_a_restriction_without_a_reason_or_in_the_past_is_refused() -> None:
    mei = await a_member()
    with pytest.raises(InvalidReason):
        await members.restrict(SYSTEM, members_id(mei), Ability.POST, reason=" ")
    with pytest.raises(errors.InvalidRestriction):
        await members.restrict(SYSTEM, members_id(mei), Ability.POST, reason="x", ends_at=clock.now())
    assert await queries.abilities_of(members_id(mei), clock.now()) == list(Ability)


def members_id(actor: Actor) -> UUID:
    assert actor.member_id
    return actor.member_id
