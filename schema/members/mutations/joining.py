"""Becoming a member."""

from typing import Annotated

import strawberry

from community.members import service as members
from community.members.rules import Source
from schema.access.devices import device_of
from schema.access.problems import EmailTaken, InvalidEmail, WeakPassword
from schema.access.types import Tokens
from schema.context import Info
from schema.limits import SENSITIVE
from schema.members.problems import HandleTaken, InvalidDisplayName, InvalidHandle, UnknownLocale, UnknownTimeZone
from schema.members.types import Viewer


@strawberry.input(description="How somebody came. What cannot be read of it is left out.")
class SignUpSourceInput:
    """Where the app says they came from."""

    click_id: str | None = strawberry.field(
        default=None, description="What a referral link handed over as `hg_click`, the latest."
    )
    earlier_click_ids: list[str] | None = strawberry.field(
        default=None, description="Those it handed over before, at most 20."
    )
    code: str | None = strawberry.field(default=None, description="A referral code that they typed.")
    source: str | None = strawberry.field(default=None, description="Such as `utm_source`.")
    medium: str | None = strawberry.field(default=None, description="Such as `utm_medium`.")
    campaign: str | None = strawberry.field(default=None, description="Such as `utm_campaign`.")
    term: str | None = strawberry.field(default=None, description="Such as `utm_term`.")
    content: str | None = strawberry.field(default=None, description="Such as `utm_content`.")

    def as_source(self, info: Info) -> Source:
        said = {**vars(self), "earlier_click_ids": tuple(self.earlier_click_ids or ())}
        return Source(**said, signed_in_as=info.context.actor.member_id)


@strawberry.input(description="What somebody tells to become a member.")
class SignUpInput:
    """Account and profile at once."""

    email: str = strawberry.field(description="The address to sign in with. Nobody else sees it.")
    password: str = strawberry.field(description="At least 10 characters.")
    handle: str = strawberry.field(
        description="The unique name behind the @: 3 to 30 letters a-z, digits, underscores."
    )
    display_name: str = strawberry.field(description="The name people see, 1 to 50 characters.")
    locale: str | None = strawberry.field(
        default=None, description="`en` or `zh-Hant`; the request's language by default."
    )
    time_zone: str = strawberry.field(default="UTC", description="The IANA zone you live in, such as Asia/Taipei.")
    source: SignUpSourceInput | None = strawberry.field(default=None, description="How you came.")


@strawberry.type(description="Somebody became a member and is signed in.")
class SignUpPayload:
    """The new member, with the tokens of a first session."""

    viewer: Viewer = strawberry.field(description="You.")
    tokens: Tokens = strawberry.field(description="What this device holds from now on.")


SignUpResult = Annotated[
    SignUpPayload
    | EmailTaken
    | InvalidEmail
    | WeakPassword
    | HandleTaken
    | InvalidHandle
    | InvalidDisplayName
    | UnknownLocale
    | UnknownTimeZone,
    strawberry.union("SignUpResult", description="A new member, or why not."),
]


@strawberry.type
class Joining:
    """How somebody becomes a member."""

    @strawberry.mutation(description="Become a member.", metadata={SENSITIVE: True})
    async def sign_up(self, info: Info, input: SignUpInput) -> SignUpResult:
        locale = input.locale or info.context.locale
        source = input.source.as_source(info) if input.source else None
        told = {**vars(input), "locale": locale, "source": source}
        joined = await members.join(**told, device=device_of(info))
        return SignUpPayload(viewer=Viewer.of(joined.member), tokens=Tokens.of(joined.session))
