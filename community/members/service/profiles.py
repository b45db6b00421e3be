"""What members say about themselves, and where they live."""

from dataclasses import dataclass, fields, replace
from datetime import date

from community.access.policy import Actor
from community.database import transaction
from community.kernel import clock
from community.kernel.messages import LOCALES, is_locale
from community.kernel.text import strip_controls
from community.members import errors, facts, rules
from community.members.models import Member
from community.members.queries import MemberView
from community.members.service.holding import held_own
from community.outbox import service as outbox


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What a member may change about themselves; None leaves a field as it is."""

    display_name: str | None = None
    bio: str | None = None
    locale: str | None = None
    birthday: date | None = None


@transaction()
async def edit_profile(actor: Actor, profile: Profile) -> MemberView:
    """A member changes what their profile says. Unchanged values are no change and announce nothing."""
    member = await held_own(actor)
    check_profile(profile)
    if profile.bio is not None:
        profile = replace(profile, bio=strip_controls(profile.bio).strip())
    wanted = {f.name: getattr(profile, f.name) for f in fields(profile) if getattr(profile, f.name) is not None}
    changes = {name: value for name, value in wanted.items() if value != getattr(member, name)}
    if not changes:
        return member
    await Member.filter(id=member.id).update(**changes)
    await outbox.record(facts.ProfileEdited(member_id=member.id, fields=sorted(changes)), actor=actor)
    return await held_own(actor)


@transaction()
async def change_time_zone(actor: Actor, time_zone: str) -> MemberView:
    """A member moves. The zone decides when their day begins, so it changes once in 30 days."""
    check_time_zone(time_zone)
    member = await held_own(actor)
    if member.time_zone == time_zone:
        return member
    now = clock.now()
    if member.time_zone_changeable_at and member.time_zone_changeable_at > now:
        raise errors.TimeZoneChangedRecently(member.time_zone_changeable_at)
    await Member.filter(id=member.id).update(time_zone=time_zone, time_zone_changed_at=now)
    await outbox.record(
        facts.TimeZoneChanged(member_id=member.id, before=member.time_zone, after=time_zone), actor=actor
    )
    return await held_own(actor)


def check_profile(profile: Profile) -> None:
    """Raise InvalidDisplayName, BioTooLong, UnknownLocale or InvalidBirthday for what a profile cannot say."""
    if profile.display_name is not None and not rules.is_display_name(profile.display_name):
        raise errors.InvalidDisplayName(rules.DISPLAY_NAME_MAX)
    if profile.bio is not None and len(profile.bio) > rules.BIO_MAX:
        raise errors.BioTooLong(max_length=rules.BIO_MAX, length=len(profile.bio))
    if profile.locale is not None and not is_locale(profile.locale):
        raise errors.UnknownLocale(profile.locale, list(LOCALES))
    if profile.birthday is not None and not rules.is_birthday(profile.birthday, clock.now().date()):
        raise errors.InvalidBirthday


def check_time_zone(time_zone: str) -> None:
    """Raise UnknownTimeZone."""
    if not rules.is_time_zone(time_zone):
        raise errors.UnknownTimeZone(time_zone)
