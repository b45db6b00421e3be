"""Giving and taking rights: by other areas for their sources, and by staff for theirs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from community.access.policy import Actor, Permission, require
from community.database import transaction
from community.entitlements import errors
from community.entitlements.rules.rights import Closing, Grant, Source, SourceKind, is_source_key
from community.entitlements.service.holdings import Holdings, locked
from community.kernel import clock
from community.kernel.errors import NotFound
from community.kernel.text import reason_in
from community.members import errors as members_errors
from community.members import queries as members

STAFF = Source(SourceKind.STAFF, "staff")
"""What staff give by hand is one source: giving again replaces it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Granting:
    """That a source gives a member a feature. Without a beginning at once, without an end until it is revoked."""

    member_id: UUID
    feature: str
    source: Source
    starts_at: datetime | None = None
    ends_at: datetime | None = None

    def __post_init__(self) -> None:
        if self.source.kind is SourceKind.TIER:
            raise ValueError("what a tier opens is not granted: the catalogue says it")
        if self.starts_at and self.ends_at and self.ends_at <= self.starts_at:
            raise ValueError("a right ends after it begins")


async def grant(
    member_id: UUID,
    feature: str,
    source: Source,
    *,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    actor: Actor | None = None,
    reason: str | None = None,
) -> None:
    """A source gives a member a feature. The same again changes nothing, another period replaces the one it had.

    Raises UnknownFeature.
    """
    granting = Granting(member_id=member_id, feature=feature, source=source, starts_at=starts_at, ends_at=ends_at)
    await grant_many([granting], actor=actor, reason=reason)


@transaction()
async def grant_many(grantings: Sequence[Granting], *, actor: Actor | None = None, reason: str | None = None) -> None:
    """All of these. The number of statements does not grow with them. Raises UnknownFeature."""
    holdings = await locked([(each.member_id, each.feature) for each in grantings])
    for each in grantings:
        _give(holdings, each, actor, reason)
    await holdings.write(actor)


@transaction()
async def revoke(member_id: UUID, feature: str, source: Source, *, reason: str, actor: Actor | None = None) -> None:
    """A source gives a feature no longer. Other sources go on. Where there is nothing to take nothing changes.

    Raises UnknownFeature.
    """
    holdings = await locked([(member_id, feature)])
    if found := holdings.open_from(member_id, feature, source):
        holdings.close(member_id, feature, found[0], Closing.REVOKED, by=actor, reason=reason)
    await holdings.write(actor)


@transaction()
async def grant_by_staff(
    actor: Actor, member_id: UUID, feature: str, *, reason: str, ends_at: datetime | None = None
) -> None:
    """Staff give a member a feature, with a reason and an end. Giving again replaces the end and the reason.

    Raises NotFound, UnknownFeature, InvalidGrant, and members' CannotTargetSelf.
    """
    reason = await _checked(actor, member_id, reason, ends_at)
    await grant(member_id, feature, STAFF, ends_at=ends_at, actor=actor, reason=reason)


@transaction()
async def revoke_by_staff(
    actor: Actor, member_id: UUID, feature: str, kind: SourceKind, key: str, *, reason: str
) -> None:
    """Staff take what a source gave. Doing it again changes nothing, nor does naming one that gave nothing.

    Raises NotFound, UnknownFeature, InvalidGrant, NotRevocable, and members' CannotTargetSelf.
    """
    reason = await _checked(actor, member_id, reason, None)
    if kind is SourceKind.TIER:
        raise errors.NotRevocable(feature)
    if is_source_key(key):
        await revoke(member_id, feature, Source(kind, key), reason=reason, actor=actor)


def _give(holdings: Holdings, granting: Granting, actor: Actor | None, reason: str | None) -> None:
    member_id, feature, source = granting.member_id, granting.feature, granting.source
    present = holdings.open_from(member_id, feature, source)
    starts_at = granting.starts_at or (present[1].starts_at if present else None) or holdings.now
    given = Grant(source=source, starts_at=starts_at, ends_at=granting.ends_at)
    if present and present[1] == given:
        return
    if present:
        holdings.close(member_id, feature, present[0], Closing.REPLACED, by=actor)
    if not given.has_ended(starts_at):
        holdings.open(member_id, feature, given, by=actor, reason=reason)


async def _checked(actor: Actor, member_id: UUID, reason: str, ends_at: datetime | None) -> str:
    """The reason as it is kept, if this actor may decide about this member, with this reason and end."""
    require(actor, Permission.ENTITLEMENTS_GRANT)
    if member_id == actor.member_id:
        raise members_errors.CannotTargetSelf
    if await members.one(member_id) is None:
        raise NotFound("Member")
    if ends_at is not None and ends_at <= clock.now():
        raise errors.InvalidGrant
    return reason_in(reason)
