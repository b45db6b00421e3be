"""What can be done with access: sign in and out, keep a password, keys and roles."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry

from community.access import service as access
from community.access.policy import KeyOwner, Role, Scope, require_member
from community.kernel.errors import NotFound
from community.kernel.pages import encode_cursor
from community.members import queries as members
from community.members.queries import MemberView
from schema.access.devices import device_of
from schema.access.problems import (
    InvalidKeyName,
    KeyEndsInThePast,
    KeyWithoutScope,
    LastAdmin,
    OwnRoles,
    RefreshTokenInvalid,
    RefreshTokenReused,
    WeakPassword,
    WrongCredentials,
    WrongPassword,
)
from schema.access.types import ApiKey, Session, Tokens, in_order
from schema.connections import Edge
from schema.context import Info
from schema.errors import UnforeseenProblem
from schema.limits import SENSITIVE
from schema.members.types import Member, Viewer
from schema.nodes import decode_id

ALONE = {SENSITIVE: True}


@strawberry.input(description="Who signs in, and on what.")
class SignInInput:
    """Credentials and a name for the device."""

    email: str = strawberry.field(description="The address of the account.")
    password: str = strawberry.field(description="The password of the account.")
    device_name: str | None = strawberry.field(default=None, description="What to call this device in your list.")


@strawberry.type(description="You are signed in.")
class SignInPayload:
    """A new session with its tokens."""

    tokens: Tokens = strawberry.field(description="What this device holds from now on.")
    session: Session = strawberry.field(description="The session of this device.")

    @strawberry.field(description="You.")
    async def viewer(self) -> Viewer:
        return Viewer.of(await _member(self.session.account_id))


SignInResult = Annotated[
    SignInPayload | WrongCredentials, strawberry.union("SignInResult", description="A session, or why not.")
]


@strawberry.input(description="Which session goes on.")
class RefreshSessionInput:
    """The token that renews."""

    refresh_token: str = strawberry.field(description="The latest refresh token of this device.")


@strawberry.type(description="The session goes on.")
class RefreshSessionPayload:
    """Fresh tokens."""

    tokens: Tokens = strawberry.field(description="What this device holds from now on.")


RefreshSessionResult = Annotated[
    RefreshSessionPayload | RefreshTokenInvalid | RefreshTokenReused,
    strawberry.union("RefreshSessionResult", description="Fresh tokens, or why not."),
]


@strawberry.type(description="This device is signed out.")
class SignOutPayload:
    """The ended session."""

    session: Session = strawberry.field(description="The session that ended.")


SignOutResult = Annotated[
    SignOutPayload | UnforeseenProblem, strawberry.union("SignOutResult", description="The ended session.")
]


@strawberry.input(description="Which session to end.")
class EndSessionInput:
    """A session."""

    session_id: strawberry.ID = strawberry.field(description="One of your sessions; staff may name anybody's.")


@strawberry.type(description="The device is signed out.")
class EndSessionPayload:
    """The ended session."""

    session: Session = strawberry.field(description="The session that ended.")


EndSessionResult = Annotated[
    EndSessionPayload | UnforeseenProblem, strawberry.union("EndSessionResult", description="The ended session.")
]


@strawberry.type(description="Only this device is signed in.")
class EndOtherSessionsPayload:
    """How many ended."""

    ended: int = strawberry.field(description="How many other devices were signed in.")
    viewer: Viewer = strawberry.field(description="You.")


EndOtherSessionsResult = Annotated[
    EndOtherSessionsPayload | UnforeseenProblem,
    strawberry.union("EndOtherSessionsResult", description="How many sessions ended."),
]


@strawberry.input(description="The old password and the new one.")
class ChangePasswordInput:
    """A change of password."""

    current_password: str = strawberry.field(description="The password of now.")
    new_password: str = strawberry.field(description="The password from now on: 10 to 200 characters.")


@strawberry.type(description="The password is changed, and only this device is still signed in.")
class ChangePasswordPayload:
    """Whose password changed."""

    viewer: Viewer = strawberry.field(description="You.")


ChangePasswordResult = Annotated[
    ChangePasswordPayload | WrongPassword | WeakPassword,
    strawberry.union("ChangePasswordResult", description="The change, or why not."),
]


@strawberry.input(description="What key to make.")
class CreateApiKeyInput:
    """A new key."""

    name: str = strawberry.field(description="What to call it, 1 to 100 characters.")
    owner: KeyOwner = strawberry.field(description="For whom it is.")
    scopes: list[Scope] = strawberry.field(description="What it may be used for; at least one.")
    expires_at: datetime | None = strawberry.field(default=None, description="When it stops working; never by default.")


@strawberry.type(description="The key is made.")
class CreateApiKeyPayload:
    """The key, and its secret."""

    api_key: ApiKey = strawberry.field(description="The key.")
    api_key_edge: Edge[ApiKey] = strawberry.field(description="Its place at the head of apiKeys.")
    secret: str = strawberry.field(description="The key itself. It is shown now and never again.")


CreateApiKeyResult = Annotated[
    CreateApiKeyPayload | InvalidKeyName | KeyWithoutScope | KeyEndsInThePast,
    strawberry.union("CreateApiKeyResult", description="The key with its secret, or why not."),
]


@strawberry.input(description="Which key to revoke.")
class RevokeApiKeyInput:
    """A key."""

    api_key_id: strawberry.ID = strawberry.field(description="The key's id.")


@strawberry.type(description="The key opens nothing any more.")
class RevokeApiKeyPayload:
    """The revoked key."""

    api_key: ApiKey = strawberry.field(description="The revoked key.")


RevokeApiKeyResult = Annotated[
    RevokeApiKeyPayload | UnforeseenProblem, strawberry.union("RevokeApiKeyResult", description="The revoked key.")
]


@strawberry.input(description="Whom to trust with what.")
class GrantRoleInput:
    """A member and a role."""

    member_id: strawberry.ID = strawberry.field(description="The member.")
    role: Role = strawberry.field(description="The role to give.")


@strawberry.type(description="The member has the role.")
class GrantRolePayload:
    """The member with their roles."""

    member: Member = strawberry.field(description="The member.")
    roles: list[Role] = strawberry.field(description="All their roles.")


GrantRoleResult = Annotated[
    GrantRolePayload | OwnRoles, strawberry.union("GrantRoleResult", description="The member's roles, or why not.")
]


@strawberry.input(description="From whom to take what.")
class RevokeRoleInput:
    """A member and a role."""

    member_id: strawberry.ID = strawberry.field(description="The member.")
    role: Role = strawberry.field(description="The role to take.")


@strawberry.type(description="The member does not have the role any more.")
class RevokeRolePayload:
    """The member with the roles that are left."""

    member: Member = strawberry.field(description="The member.")
    roles: list[Role] = strawberry.field(description="The roles that are left.")


RevokeRoleResult = Annotated[
    RevokeRolePayload | OwnRoles | LastAdmin,
    strawberry.union("RevokeRoleResult", description="The roles that are left, or why not."),
]


@strawberry.type
class AccessMutations:
    """Sessions, passwords, keys, roles."""

    @strawberry.mutation(description="Sign in by e-mail and password.", metadata=ALONE)
    async def sign_in(self, info: Info, input: SignInInput) -> SignInResult:
        signed_in = await access.sign_in(input.email, input.password, device_of(info, input.device_name))
        return SignInPayload(tokens=Tokens.of(signed_in), session=Session.of(signed_in.session))

    @strawberry.mutation(description="Exchange a refresh token, which works once, for fresh tokens.", metadata=ALONE)
    async def refresh_session(self, input: RefreshSessionInput) -> RefreshSessionResult:
        return RefreshSessionPayload(tokens=Tokens.of(await access.refresh(input.refresh_token)))

    @strawberry.mutation(description="Sign this device out.")
    async def sign_out(self, info: Info) -> SignOutResult:
        return SignOutPayload(session=Session.of(await access.sign_out(info.context.actor)))

    @strawberry.mutation(description="Sign another of your devices out. Anybody's with access.end_any_session.")
    async def end_session(self, info: Info, input: EndSessionInput) -> EndSessionResult:
        session_id = decode_id(input.session_id, Session, "sessionId")
        return EndSessionPayload(session=Session.of(await access.end_session(info.context.actor, session_id)))

    @strawberry.mutation(description="Sign all of your other devices out.")
    async def end_other_sessions(self, info: Info) -> EndOtherSessionsResult:
        ended = await access.end_other_sessions(info.context.actor)
        return EndOtherSessionsPayload(ended=ended, viewer=Viewer.of(await _member(require_member(info.context.actor))))

    @strawberry.mutation(description="Change your password; your other devices are signed out.", metadata=ALONE)
    async def change_password(self, info: Info, input: ChangePasswordInput) -> ChangePasswordResult:
        await access.change_password(info.context.actor, current=input.current_password, new=input.new_password)
        return ChangePasswordPayload(viewer=Viewer.of(await _member(require_member(info.context.actor))))

    @strawberry.mutation(description="Make an API key. Needs access.manage_keys.")
    async def create_api_key(self, info: Info, input: CreateApiKeyInput) -> CreateApiKeyResult:
        made = await access.create_api_key(info.context.actor, **vars(input))
        key = ApiKey.of(made.key)
        edge = Edge(cursor=encode_cursor((made.key.id,)), node=key)
        return CreateApiKeyPayload(api_key=key, api_key_edge=edge, secret=made.secret)

    @strawberry.mutation(description="Revoke an API key, at once and for ever. Needs access.manage_keys.")
    async def revoke_api_key(self, info: Info, input: RevokeApiKeyInput) -> RevokeApiKeyResult:
        key_id = decode_id(input.api_key_id, ApiKey, "apiKeyId")
        return RevokeApiKeyPayload(api_key=ApiKey.of(await access.revoke_api_key(info.context.actor, key_id)))

    @strawberry.mutation(description="Trust another member with a role. Needs access.grant_roles.")
    async def grant_role(self, info: Info, input: GrantRoleInput) -> GrantRoleResult:
        member_id = decode_id(input.member_id, Member, "memberId")
        roles = await access.grant_role(info.context.actor, member_id, input.role)
        return GrantRolePayload(member=Member.of(await _member(member_id)), roles=in_order(roles))

    @strawberry.mutation(description="Take a role from another member. Needs access.grant_roles.")
    async def revoke_role(self, info: Info, input: RevokeRoleInput) -> RevokeRoleResult:
        member_id = decode_id(input.member_id, Member, "memberId")
        roles = await access.revoke_role(info.context.actor, member_id, input.role)
        return RevokeRolePayload(member=Member.of(await _member(member_id)), roles=in_order(roles))


async def _member(member_id: UUID) -> MemberView:
    member = await members.one(member_id)
    if member is None:
        raise NotFound("Member")
    return member
