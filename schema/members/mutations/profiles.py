"""What members say about themselves, where they live, and what they allow."""

from datetime import date
from typing import Annotated

import strawberry

from community.members import service as members
from community.members.rules import Channel, Purpose
from community.members.service import Profile
from schema.context import Info
from schema.members.mutations.payloads import ViewerPayload
from schema.members.problems import (
    BioTooLong,
    InvalidBirthday,
    InvalidConsentSource,
    InvalidDisplayName,
    TimeZoneChangedRecently,
    UnknownLocale,
    UnknownTimeZone,
)
from schema.members.types import Viewer


@strawberry.input(description="What to change in your profile. What is left out stays.")
class EditProfileInput:
    """A partial profile."""

    display_name: str | None = strawberry.field(default=None, description="The name people see.")
    bio: str | None = strawberry.field(default=None, description="About you, plain text, at most 500 characters.")
    locale: str | None = strawberry.field(default=None, description="`en` or `zh-Hant`.")
    birthday: date | None = strawberry.field(default=None, description="Your birthday.")


@strawberry.type(description="Your profile changed.")
class EditProfilePayload(ViewerPayload):
    """The edited profile."""


EditProfileResult = Annotated[
    EditProfilePayload | InvalidDisplayName | BioTooLong | UnknownLocale | InvalidBirthday,
    strawberry.union("EditProfileResult", description="The changed profile, or why not."),
]


@strawberry.input(description="Where you live now.")
class ChangeTimeZoneInput:
    """A move."""

    time_zone: str = strawberry.field(description="An IANA name such as Asia/Taipei.")


@strawberry.type(description="Your day begins at another hour.")
class ChangeTimeZonePayload(ViewerPayload):
    """The moved member."""


ChangeTimeZoneResult = Annotated[
    ChangeTimeZonePayload | UnknownTimeZone | TimeZoneChangedRecently,
    strawberry.union("ChangeTimeZoneResult", description="The changed zone, or why not."),
]


@strawberry.input(description="Your answer to one question of consent.")
class SetConsentInput:
    """One purpose on one channel."""

    purpose: Purpose = strawberry.field(description="What it is about.")
    channel: Channel = strawberry.field(description="Where it would reach you.")
    granted: bool = strawberry.field(description="Whether you allow it.")
    source: str = strawberry.field(
        default="api", description="Where you were asked, such as `signup-form`; at most 64 characters."
    )


@strawberry.type(description="Your answer is kept.")
class SetConsentPayload(ViewerPayload):
    """The member who answered."""


SetConsentResult = Annotated[
    SetConsentPayload | InvalidConsentSource,
    strawberry.union("SetConsentResult", description="The kept answer, or why not."),
]


@strawberry.type
class Profiles:
    """A member about themselves."""

    @strawberry.mutation(description="Change what your profile says.")
    async def edit_profile(self, info: Info, input: EditProfileInput) -> EditProfileResult:
        member = await members.edit_profile(info.context.actor, Profile(**vars(input)))
        return EditProfilePayload(viewer=Viewer.of(member))

    @strawberry.mutation(description="Move to another time zone; possible once in 30 days.")
    async def change_time_zone(self, info: Info, input: ChangeTimeZoneInput) -> ChangeTimeZoneResult:
        member = await members.change_time_zone(info.context.actor, input.time_zone)
        return ChangeTimeZonePayload(viewer=Viewer.of(member))

    @strawberry.mutation(description="Allow or forbid a purpose on a channel.")
    async def set_consent(self, info: Info, input: SetConsentInput) -> SetConsentResult:
        member = await members.set_consent(info.context.actor, **vars(input))
        return SetConsentPayload(viewer=Viewer.of(member))
