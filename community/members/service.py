"""The verbs of members: join, introduce, recognise, edit a profile, move, allow and forbid, follow, block, restrict."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import date, datetime
from uuid import UUID

from tortoise.exceptions import IntegrityError

from community import database
from community.access import service as access
from community.access.policy import Actor, Permission, require, require_member
from community.access.service import Device, HashedPassword, SignedIn
from community.database import transaction
from community.kernel import clock
from community.kernel.errors import NotFound
from community.kernel.ids import new_id
from community.kernel.messages import DEFAULT_LOCALE, LOCALES, is_locale
from community.kernel.text import fold, reason_in, strip_controls
from community.members import errors, facts, queries, rules
from community.members.models import Block, Consent, Follow, Member, Restriction
from community.members.queries import MemberView, RestrictionView
from community.members.rules import Ability, Channel, Purpose, Source
from community.outbox import service as outbox
from community.settings import settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What a member may change about themselves; None leaves a field as it is."""

    display_name: str | None = None
    bio: str | None = None
    locale: str | None = None
    birthday: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """A new member, signed in on the device they came from."""

    member: MemberView
    session: SignedIn


async def join(
    *,
    email: str,
    password: str | HashedPassword,
    handle: str,
    display_name: str,
    locale: str = "en",
    time_zone: str = "UTC",
    device: Device | None = None,
    source: Source | None = None,
) -> Joined:
    """A stranger becomes a member with an account of their own. Whoever opens many with one password hashes it once.

    What cannot be kept of `source` is left out: how somebody came is no reason to turn them away.

    Raises access's EmailTaken, InvalidEmail and WeakPassword, and HandleTaken, InvalidHandle, InvalidDisplayName,
    UnknownLocale, UnknownTimeZone.
    """
    _check_handle(handle)
    _check_profile(Profile(display_name=display_name, locale=locale))
    _check_time_zone(time_zone)
    if await queries.by_handle(handle):
        raise errors.HandleTaken(handle)
    hashed = await access.hash_password(password, email=email) if isinstance(password, str) else password
    return await _join(
        email,
        hashed,
        handle=handle,
        display_name=display_name,
        locale=locale,
        time_zone=time_zone,
        device=device,
        source=(source or Source()).readable(),
    )


@transaction()
async def _join(
    email: str,
    password: HashedPassword,
    *,
    handle: str,
    display_name: str,
    locale: str,
    time_zone: str,
    device: Device | None,
    source: Source,
) -> Joined:
    account_id = await access.register(email=email, password=password)
    member = MemberView(
        id=account_id,
        handle=handle,
        display_name=display_name,
        bio="",
        locale=locale,
        time_zone=time_zone,
        time_zone_changed_at=None,
        birthday=None,
        joined_at=clock.now(),
    )
    try:
        await Member.create(**asdict(member), handle_folded=fold(handle), source=source.as_json())
    except IntegrityError:  # somebody took the handle between the look and the write
        raise errors.HandleTaken(handle) from None
    await outbox.record(
        facts.MemberJoined(member_id=member.id, locale=locale, source=source.name, campaign=source.campaign)
    )
    return Joined(member=member, session=await access.open_first_session(account_id, device))


@transaction()
async def introduce_many(newcomers: Mapping[str, datetime], *, actor: Actor | None = None) -> dict[str, UUID]:
    """Make sure that whoever another system knows by these external ids is a member; their ids.

    Who is new gets a handle of their own and no account, and joined when the other system says. Three statements for
    any number; one when all are members. Raises InvalidExternalId.
    """
    for external_id in newcomers:
        if not rules.is_external_id(external_id):
            raise errors.InvalidExternalId(external_id, rules.EXTERNAL_ID_MAX)
    known = await queries.by_external_ids(newcomers)
    missing = sorted(newcomers.keys() - known.keys())
    if not missing:
        return known
    member_ids = [new_id() for _ in missing]
    handles = [rules.handle_of(member_id) for member_id in member_ids]
    introduced = await database.fetch(
        "insert into members_member"
        " (id, external_id, joined_at, handle, handle_folded, display_name, bio, locale, time_zone)"
        " select id, external_id, joined_at, handle, handle, handle, '', $5, $6"
        " from unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::text[]) member(id, external_id, joined_at, handle)"
        " on conflict (external_id) where external_id is not null do nothing returning id, external_id",
        member_ids,
        missing,
        [newcomers[external_id] for external_id in missing],
        handles,
        DEFAULT_LOCALE,
        settings().time_zone,
    )
    await outbox.record_all(
        [facts.MemberJoined(member_id=row["id"], locale=DEFAULT_LOCALE) for row in introduced], actor=actor
    )
    if len(introduced) < len(missing):  # somebody introduced them between the look and the write
        return await queries.by_external_ids(newcomers)
    return known | {row["external_id"]: row["id"] for row in introduced}


@transaction()
async def recognise(actor: Actor, member_id: UUID, external_id: str) -> None:
    """Another system calls this member so: what it reports under that name is theirs. Again, it changes nothing.

    Raises Forbidden, NotFound, InvalidExternalId, ExternalIdTaken.
    """
    require(actor, Permission.MEMBERS_RECOGNISE)
    if not rules.is_external_id(external_id):
        raise errors.InvalidExternalId(external_id, rules.EXTERNAL_ID_MAX)
    await _lock(member_id)
    await database.hold(f"members.external_id:{external_id}")
    owner = (await queries.by_external_ids([external_id])).get(external_id)
    if owner not in (None, member_id):
        raise errors.ExternalIdTaken(external_id)
    await Member.filter(id=member_id).update(external_id=external_id)


@transaction()
async def edit_profile(actor: Actor, profile: Profile) -> MemberView:
    """A member changes what their profile says. Unchanged values are no change and announce nothing."""
    member = await _own(actor)
    _check_profile(profile)
    if profile.bio is not None:
        profile = replace(profile, bio=strip_controls(profile.bio).strip())
    wanted = {f.name: getattr(profile, f.name) for f in fields(profile) if getattr(profile, f.name) is not None}
    changes = {name: value for name, value in wanted.items() if value != getattr(member, name)}
    if not changes:
        return member
    await Member.filter(id=member.id).update(**changes)
    await outbox.record(facts.ProfileEdited(member_id=member.id, fields=sorted(changes)), actor=actor)
    return await _own(actor)


@transaction()
async def change_time_zone(actor: Actor, time_zone: str) -> MemberView:
    """A member moves. The zone decides when their day begins, so it changes once in 30 days."""
    _check_time_zone(time_zone)
    member = await _own(actor)
    if member.time_zone == time_zone:
        return member
    now = clock.now()
    if member.time_zone_changeable_at and member.time_zone_changeable_at > now:
        raise errors.TimeZoneChangedRecently(member.time_zone_changeable_at)
    await Member.filter(id=member.id).update(time_zone=time_zone, time_zone_changed_at=now)
    await outbox.record(
        facts.TimeZoneChanged(member_id=member.id, before=member.time_zone, after=time_zone), actor=actor
    )
    return await _own(actor)


@transaction()
async def set_consent(actor: Actor, purpose: Purpose, channel: Channel, *, granted: bool, source: str) -> MemberView:
    """A member allows or forbids a purpose on a channel. Every answer is kept with its time and source."""
    if not rules.is_consent_source(source):
        raise errors.InvalidConsentSource(rules.SOURCE_MAX)
    member = await _own(actor)
    latest = {(c.purpose, c.channel): c.granted for c in await queries.consents_of(actor, member.id)}
    if latest.get((purpose, channel)) == granted:
        return member
    await Consent.create(
        id=new_id(),
        member_id=member.id,
        purpose=purpose,
        channel=channel,
        granted=granted,
        source=source,
        given_at=clock.now(),
    )
    await outbox.record(
        facts.ConsentChanged(member_id=member.id, purpose=purpose, channel=channel, granted=granted), actor=actor
    )
    return member


@transaction()
async def follow(actor: Actor, member_id: UUID) -> MemberView:
    """A member follows another. Doing it again changes nothing."""
    follower_id, other = await _pair(actor, member_id)
    if await queries.blocked_among(follower_id, [member_id]):
        raise errors.MemberBlocksYou
    followed = await _insert_once("members_follow (id, follower_id, followed_id, followed_at)", follower_id, member_id)
    if followed:
        await outbox.record(facts.MemberFollowed(member_id=member_id, follower_id=follower_id), actor=actor)
    return other


@transaction()
async def unfollow(actor: Actor, member_id: UUID) -> MemberView:
    """A member stops following another. Doing it again changes nothing."""
    follower_id, other = await _pair(actor, member_id)
    if await Follow.filter(follower_id=follower_id, followed_id=member_id).delete():
        await outbox.record(facts.MemberUnfollowed(member_id=member_id, follower_id=follower_id), actor=actor)
    return other


@transaction()
async def block(actor: Actor, member_id: UUID) -> MemberView:
    """A member blocks another; neither follows the other any more. Doing it again changes nothing."""
    blocker_id, other = await _pair(actor, member_id)
    if not await _insert_once("members_block (id, blocker_id, blocked_id, blocked_at)", blocker_id, member_id):
        return other
    for follower_id, followed_id in ((blocker_id, member_id), (member_id, blocker_id)):
        if await Follow.filter(follower_id=follower_id, followed_id=followed_id).delete():
            await outbox.record(facts.MemberUnfollowed(member_id=followed_id, follower_id=follower_id), actor=actor)
    await outbox.record(facts.MemberBlocked(member_id=member_id, blocker_id=blocker_id), actor=actor)
    return other


@transaction()
async def unblock(actor: Actor, member_id: UUID) -> MemberView:
    """A member unblocks another. Doing it again changes nothing."""
    blocker_id, other = await _pair(actor, member_id)
    if await Block.filter(blocker_id=blocker_id, blocked_id=member_id).delete():
        await outbox.record(facts.MemberUnblocked(member_id=member_id, blocker_id=blocker_id), actor=actor)
    return other


@transaction()
async def restrict(
    actor: Actor, member_id: UUID, ability: Ability, *, reason: str, ends_at: datetime | None = None
) -> tuple[MemberView, RestrictionView]:
    """Staff take an ability from a member, with a reason and an end. A new restriction replaces the one in force."""
    require(actor, Permission.MEMBERS_RESTRICT)
    member = await _lock(member_id)
    now, reason = clock.now(), reason_in(reason)
    if ends_at is not None and ends_at <= now:
        raise errors.InvalidRestriction
    if member_id == actor.member_id:
        raise errors.CannotTargetSelf
    await _lift_in_force(actor, member_id, ability, now)
    restriction = RestrictionView(
        id=new_id(), member_id=member_id, ability=ability, reason=reason, starts_at=now, ends_at=ends_at
    )
    await Restriction.create(**asdict(restriction), imposed_by=actor.member_id)
    await outbox.record(facts.AbilityRestricted(member_id=member_id, ability=ability, ends_at=ends_at), actor=actor)
    return member, restriction


@transaction()
async def restore(actor: Actor, member_id: UUID, ability: Ability) -> MemberView:
    """Staff give an ability back before its restriction ends. Doing it again changes nothing."""
    require(actor, Permission.MEMBERS_RESTRICT)
    member = await _lock(member_id)
    if member_id == actor.member_id:
        raise errors.CannotTargetSelf
    if await _lift_in_force(actor, member_id, ability, clock.now()):
        await outbox.record(facts.AbilityRestored(member_id=member_id, ability=ability), actor=actor)
    return member


@transaction()
async def label(actor: Actor, member_id: UUID, label: str) -> MemberView:
    """Staff mark a member with a word, for campaigns and offers. Again, it changes nothing. Raises InvalidLabel."""
    require(actor, Permission.MEMBERS_LABEL)
    member = await _lock(member_id)
    if not rules.is_label(label):
        raise errors.InvalidLabel(rules.LABEL_MAX)
    is_new = await database.fetch_value(
        "insert into members_label (member_id, label) values ($1, $2) on conflict do nothing returning true",
        member_id,
        label,
    )
    if is_new:
        await outbox.record(facts.MemberLabelled(member_id=member_id, label=label), actor=actor)
    return member


@transaction()
async def unlabel(actor: Actor, member_id: UUID, label: str) -> MemberView:
    """Staff take a word from a member. Where it is not, nothing changes."""
    require(actor, Permission.MEMBERS_LABEL)
    member = await _lock(member_id)
    was_there = await database.fetch_value(
        "delete from members_label where member_id = $1 and label = $2 returning true", member_id, label
    )
    if was_there:
        await outbox.record(facts.MemberUnlabelled(member_id=member_id, label=label), actor=actor)
    return member


async def require_ability(member_id: UUID, ability: Ability, now: datetime) -> None:
    """Raise MayNotPost, MayNotEarn or MayNotSpend while the ability is taken from the member."""
    restriction = await queries.restriction_on(member_id, ability, now)
    if restriction is None:
        return
    refusal = {
        Ability.POST: errors.MayNotPost,
        Ability.EARN: errors.MayNotEarn,
        Ability.SPEND: errors.MayNotSpend,
    }[ability]
    raise refusal(ability=ability, reason=restriction.reason, until=restriction.ends_at)


async def _own(actor: Actor) -> MemberView:
    """The acting member, whose row stays locked until the end of the transaction."""
    return await _lock(require_member(actor))


async def _lock(member_id: UUID) -> MemberView:
    await database.execute("select 1 from members_member where id = $1 for no key update", member_id)
    member = await queries.one(member_id)
    if member is None:
        raise NotFound("Member")
    return member


async def _pair(actor: Actor, member_id: UUID) -> tuple[UUID, MemberView]:
    """The acting member's id and the other member. What the two do about each other happens in turn."""
    own_id = require_member(actor)
    if own_id == member_id:
        raise errors.CannotTargetSelf
    pair = ":".join(sorted((str(own_id), str(member_id))))
    await database.hold(f"members:{pair}")
    other = await queries.one(member_id)
    if other is None:
        raise NotFound("Member")
    return own_id, other


async def _insert_once(target: str, own_id: UUID, other_id: UUID) -> bool:
    """Insert a link between two members. False when it is there already."""
    sql = f"insert into {target} values ($1, $2, $3, $4) on conflict do nothing returning true"
    return await database.fetch_value(sql, new_id(), own_id, other_id, clock.now()) is True


async def _lift_in_force(actor: Actor, member_id: UUID, ability: Ability, now: datetime) -> bool:
    lifted = await Restriction.filter(member_id=member_id, ability=ability, lifted_at=None).update(
        lifted_at=now, lifted_by=actor.member_id
    )
    return lifted > 0


def _check_handle(handle: str) -> None:
    if not rules.is_handle(handle):
        raise errors.InvalidHandle(handle)


def _check_profile(profile: Profile) -> None:
    if profile.display_name is not None and not rules.is_display_name(profile.display_name):
        raise errors.InvalidDisplayName(rules.DISPLAY_NAME_MAX)
    if profile.bio is not None and len(profile.bio) > rules.BIO_MAX:
        raise errors.BioTooLong(max_length=rules.BIO_MAX, length=len(profile.bio))
    if profile.locale is not None and not is_locale(profile.locale):
        raise errors.UnknownLocale(profile.locale, list(LOCALES))
    if profile.birthday is not None and not rules.is_birthday(profile.birthday, clock.now().date()):
        raise errors.InvalidBirthday


def _check_time_zone(time_zone: str) -> None:
    if not rules.is_time_zone(time_zone):
        raise errors.UnknownTimeZone(time_zone)
