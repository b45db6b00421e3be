"""Strangers become members: by joining, or because another system knows them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tortoise.exceptions import IntegrityError

from community import database
from community.access import service as access
from community.access.policy import Actor, Permission, require
from community.access.service import Device, HashedPassword, SignedIn
from community.database import transaction
from community.kernel import clock
from community.kernel.ids import new_id
from community.kernel.messages import DEFAULT_LOCALE
from community.kernel.text import fold
from community.members import errors, facts, queries, rules
from community.members.models import Member
from community.members.queries import MemberView
from community.members.rules import Source
from community.members.service.holding import held
from community.members.service.profiles import Profile, check_profile, check_time_zone
from community.outbox import service as outbox
from community.settings import settings


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
    check_profile(Profile(display_name=display_name, locale=locale))
    check_time_zone(time_zone)
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
        await Member.create(**member._asdict(), handle_folded=fold(handle), source=source.as_json())
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
    await held(member_id)
    await database.hold(f"members.external_id:{external_id}")
    owner = (await queries.by_external_ids([external_id])).get(external_id)
    if owner not in (None, member_id):
        raise errors.ExternalIdTaken(external_id)
    await Member.filter(id=member_id).update(external_id=external_id)


def _check_handle(handle: str) -> None:
    if not rules.is_handle(handle):
        raise errors.InvalidHandle(handle)
