"""What can be done with members: one input, one result union each."""

from datetime import date, datetime
from typing import Annotated

import strawberry

from community.members import service as members
from community.members.rules import Ability, Channel, Purpose, Source
from community.members.service import Profile
from schema.access.devices import device_of
from schema.access.problems import EmailTaken, InvalidEmail, WeakPassword
from schema.access.types import Tokens
from schema.context import Info
from schema.errors import InvalidReason
from schema.limits import SENSITIVE
from schema.members.problems import (
    BioTooLong,
    CannotTargetSelf,
    HandleTaken,
    InvalidBirthday,
    InvalidConsentSource,
    InvalidDisplayName,
    InvalidHandle,
    InvalidLabel,
    InvalidRestriction,
    MemberBlocksYou,
    TimeZoneChangedRecently,
    UnknownLocale,
    UnknownTimeZone,
)
from schema.members.types import Member, Restriction, Viewer
from schema.nodes import decode_id


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


@strawberry.input(description="What to change in your profile. What is left out stays.")
class EditProfileInput:
    """A partial profile."""

    display_name: str | None = strawberry.field(default=None, description="The name people see.")
    bio: str | None = strawberry.field(default=None, description="About you, plain text, at most 500 characters.")
    locale: str | None = strawberry.field(default=None, description="`en` or `zh-Hant`.")
    birthday: date | None = strawberry.field(default=None, description="Your birthday.")


@strawberry.type(description="Your side of a member changed.")
class ViewerPayload:
    """You, after the change."""

    viewer: Viewer = strawberry.field(description="You, after the change.")


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


@strawberry.type(description="Something between you and another member changed.")
class MemberPayload:
    """The other member, after the change."""

    member: Member = strawberry.field(description="The other member, after the change.")


@strawberry.input(description="Whom to follow.")
class FollowMemberInput:
    """Somebody else."""

    member_id: strawberry.ID = strawberry.field(description="The other member's id.")


@strawberry.type(description="You follow the member.")
class FollowMemberPayload(MemberPayload):
    """The followed member."""


FollowMemberResult = Annotated[
    FollowMemberPayload | CannotTargetSelf | MemberBlocksYou,
    strawberry.union("FollowMemberResult", description="The followed member, or why not."),
]


@strawberry.input(description="Whom to stop following.")
class UnfollowMemberInput:
    """Somebody else."""

    member_id: strawberry.ID = strawberry.field(description="The other member's id.")


@strawberry.type(description="You do not follow the member any more.")
class UnfollowMemberPayload(MemberPayload):
    """The member followed no more."""


UnfollowMemberResult = Annotated[
    UnfollowMemberPayload | CannotTargetSelf,
    strawberry.union("UnfollowMemberResult", description="The member followed no more, or why not."),
]


@strawberry.input(description="Whom to block.")
class BlockMemberInput:
    """Somebody else."""

    member_id: strawberry.ID = strawberry.field(description="The other member's id.")


@strawberry.type(description="You and the member do not meet any more.")
class BlockMemberPayload(MemberPayload):
    """The blocked member."""


BlockMemberResult = Annotated[
    BlockMemberPayload | CannotTargetSelf,
    strawberry.union("BlockMemberResult", description="The blocked member, or why not."),
]


@strawberry.input(description="Whom to unblock.")
class UnblockMemberInput:
    """Somebody else."""

    member_id: strawberry.ID = strawberry.field(description="The other member's id.")


@strawberry.type(description="You may meet the member again.")
class UnblockMemberPayload(MemberPayload):
    """The unblocked member."""


UnblockMemberResult = Annotated[
    UnblockMemberPayload | CannotTargetSelf,
    strawberry.union("UnblockMemberResult", description="The unblocked member, or why not."),
]


@strawberry.input(description="Which ability to take from whom, why and until when.")
class RestrictMemberInput:
    """A restriction."""

    member_id: strawberry.ID = strawberry.field(description="The member.")
    ability: Ability = strawberry.field(description="What they shall not do.")
    reason: str = strawberry.field(description="Why, in words the member will read; 1 to 500 characters.")
    ends_at: datetime | None = strawberry.field(default=None, description="Until when; without it, until restored.")


@strawberry.type(description="The ability is taken.")
class RestrictMemberPayload(MemberPayload):
    """The restricted member."""

    restriction: Restriction = strawberry.field(description="What was taken.")


RestrictMemberResult = Annotated[
    RestrictMemberPayload | InvalidReason | InvalidRestriction | CannotTargetSelf,
    strawberry.union("RestrictMemberResult", description="The restriction, or why not."),
]


@strawberry.input(description="Which ability to give back to whom.")
class RestoreMemberInput:
    """A restriction that ends early."""

    member_id: strawberry.ID = strawberry.field(description="The member.")
    ability: Ability = strawberry.field(description="What they may do again.")


@strawberry.type(description="The ability is given back.")
class RestoreMemberPayload(MemberPayload):
    """The restored member."""


RestoreMemberResult = Annotated[
    RestoreMemberPayload | CannotTargetSelf,
    strawberry.union("RestoreMemberResult", description="The restored member, or why not."),
]


@strawberry.input(description="Whom to mark with what.")
class LabelMemberInput:
    """A label."""

    member_id: strawberry.ID = strawberry.field(description="The member.")
    label: str = strawberry.field(description="A word of 1 to 40 small letters and digits, with single - or _ in it.")


@strawberry.type(description="The member is marked.")
class LabelMemberPayload(MemberPayload):
    """The member with the label."""


LabelMemberResult = Annotated[
    LabelMemberPayload | InvalidLabel,
    strawberry.union("LabelMemberResult", description="The marked member, or why not."),
]


@strawberry.input(description="From whom to take which mark.")
class UnlabelMemberInput:
    """A label that ends."""

    member_id: strawberry.ID = strawberry.field(description="The member.")
    label: str = strawberry.field(description="The label.")


@strawberry.type(description="The member is not marked with it.")
class UnlabelMemberPayload(MemberPayload):
    """The member without the label."""


UnlabelMemberResult = Annotated[
    UnlabelMemberPayload,
    strawberry.union("UnlabelMemberResult", description="The member without the label."),
]


@strawberry.type
class MemberMutations:
    """What people do about themselves and each other."""

    @strawberry.mutation(description="Become a member.", metadata={SENSITIVE: True})
    async def sign_up(self, info: Info, input: SignUpInput) -> SignUpResult:
        locale = input.locale or info.context.locale
        source = input.source.as_source(info) if input.source else None
        told = {**vars(input), "locale": locale, "source": source}
        joined = await members.join(**told, device=device_of(info))
        return SignUpPayload(viewer=Viewer.of(joined.member), tokens=Tokens.of(joined.session))

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

    @strawberry.mutation(description="Follow a member.")
    async def follow_member(self, info: Info, input: FollowMemberInput) -> FollowMemberResult:
        member = await members.follow(info.context.actor, decode_id(input.member_id, Member, "memberId"))
        return FollowMemberPayload(member=Member.of(member))

    @strawberry.mutation(description="Stop following a member.")
    async def unfollow_member(self, info: Info, input: UnfollowMemberInput) -> UnfollowMemberResult:
        member = await members.unfollow(info.context.actor, decode_id(input.member_id, Member, "memberId"))
        return UnfollowMemberPayload(member=Member.of(member))

    @strawberry.mutation(description="Block a member: you do not meet in feeds, and neither follows the other.")
    async def block_member(self, info: Info, input: BlockMemberInput) -> BlockMemberResult:
        member = await members.block(info.context.actor, decode_id(input.member_id, Member, "memberId"))
        return BlockMemberPayload(member=Member.of(member))

    @strawberry.mutation(description="Unblock a member.")
    async def unblock_member(self, info: Info, input: UnblockMemberInput) -> UnblockMemberResult:
        member = await members.unblock(info.context.actor, decode_id(input.member_id, Member, "memberId"))
        return UnblockMemberPayload(member=Member.of(member))

    @strawberry.mutation(description="Staff: take an ability from a member. Needs members.restrict.")
    async def restrict_member(self, info: Info, input: RestrictMemberInput) -> RestrictMemberResult:
        member, restriction = await members.restrict(
            info.context.actor,
            decode_id(input.member_id, Member, "memberId"),
            input.ability,
            reason=input.reason,
            ends_at=input.ends_at,
        )
        return RestrictMemberPayload(member=Member.of(member), restriction=Restriction.of(restriction))

    @strawberry.mutation(description="Staff: give an ability back. Needs members.restrict.")
    async def restore_member(self, info: Info, input: RestoreMemberInput) -> RestoreMemberResult:
        member_id = decode_id(input.member_id, Member, "memberId")
        member = await members.restore(info.context.actor, member_id, input.ability)
        return RestoreMemberPayload(member=Member.of(member))

    @strawberry.mutation(description="Staff: mark a member with a word that members do not see. Needs members.label.")
    async def label_member(self, info: Info, input: LabelMemberInput) -> LabelMemberResult:
        member_id = decode_id(input.member_id, Member, "memberId")
        return LabelMemberPayload(member=Member.of(await members.label(info.context.actor, member_id, input.label)))

    @strawberry.mutation(description="Staff: take a word from a member. Needs members.label.")
    async def unlabel_member(self, info: Info, input: UnlabelMemberInput) -> UnlabelMemberResult:
        member_id = decode_id(input.member_id, Member, "memberId")
        return UnlabelMemberPayload(member=Member.of(await members.unlabel(info.context.actor, member_id, input.label)))
