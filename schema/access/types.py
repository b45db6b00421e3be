"""Sessions, tokens, keys and permissions as the graph shows them."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Self
from uuid import UUID

import strawberry

import schema.access.enums  # noqa: F401  (declares the enums that the fields below use)
from community.access import queries as access
from community.access.policy import KeyOwner, Permission, Role, Scope
from community.access.queries import ApiKeyView, EndReason, SessionView
from community.access.service import SignedIn
from community.kernel.pages import PageRequest
from community.members import queries as members
from schema.connections import Connection, paged
from schema.context import Info
from schema.execution.levels import level
from schema.nodes import Node, each_or_none
from schema.prices import PRIVATE
from schema.views import Shown, shows

if TYPE_CHECKING:
    from schema.members.types import Member

YOURS = {PRIVATE: True}


@shows
@strawberry.type(description="A device that is signed in, or was.")
class Session(Node, Shown[SessionView]):
    """One device's session."""

    device_name: str = strawberry.field(description="What its owner called the device; may be empty.")
    user_agent: str = strawberry.field(description="What the program that signed in says of itself.")
    address: str = strawberry.field(description="The network address it signed in from; may be empty.")
    created_at: datetime = strawberry.field(description="When it signed in.")
    last_used_at: datetime = strawberry.field(description="When it last refreshed its tokens.")
    expires_at: datetime = strawberry.field(description="When it ends, unless its tokens are refreshed before.")
    ended_at: datetime | None = strawberry.field(description="When it was ended; null while it was not.")
    end_reason: EndReason | None = strawberry.field(description="Why it was ended; null while it was not.")
    account_id: strawberry.Private[UUID]

    @strawberry.field(description="Whether this is the session that is asking.", metadata=YOURS)
    def is_current(self, info: Info) -> bool:
        return self.uuid == info.context.actor.session_id

    @classmethod
    async def visible(cls, ids: Sequence[UUID], info: Info) -> list[Self | None]:
        return each_or_none(cls.of, await access.sessions_by_ids(info.context.actor, ids))


@strawberry.type(description="What a signed-in device holds.")
class Tokens:
    """An access token and the refresh token that renews it."""

    access_token: str = strawberry.field(description="The bearer of the next requests.")
    access_expires_at: datetime = strawberry.field(description="When the access token stops working.")
    refresh_token: str = strawberry.field(description="Works once, in refreshSession: keep only the latest.")
    refresh_expires_at: datetime = strawberry.field(description="When the session ends if it is not refreshed.")

    @classmethod
    def of(cls, signed_in: SignedIn) -> Self:
        return cls(
            access_token=signed_in.access_token,
            access_expires_at=signed_in.access_expires_at,
            refresh_token=signed_in.refresh_token,
            refresh_expires_at=signed_in.session.expires_at,
        )


@strawberry.type(
    description="A key of a partner or a program of our own. The key itself is shown once, when it is made."
)
class ApiKey(Node):
    """One key, without its secret."""

    name: str = strawberry.field(description="What its maker called it.")
    owner: KeyOwner = strawberry.field(description="For whom it was made.")
    prefix: str = strawberry.field(description="What the key begins with, to know it again by.")
    scopes: list[Scope] = strawberry.field(description="What it may be used for.")
    created_at: datetime = strawberry.field(description="When it was made.")
    last_used_at: datetime | None = strawberry.field(description="When it was last used, to the minute; null before.")
    expires_at: datetime | None = strawberry.field(description="When it stops working; null when never.")
    revoked_at: datetime | None = strawberry.field(description="When it was revoked; null while it was not.")
    created_by_id: strawberry.Private[UUID | None]

    @level(description="Who made it; null when a command on the server did.")
    async def created_by(
        keys: list["ApiKey"],
    ) -> list[Annotated["Member", strawberry.lazy("schema.members.types")] | None]:
        from schema.members.types import Member

        makers = await members.by_ids([key.created_by_id for key in keys if key.created_by_id])
        found = [makers.get(key.created_by_id) if key.created_by_id else None for key in keys]
        return each_or_none(Member.of, found)

    @classmethod
    def of(cls, key: ApiKeyView) -> Self:
        return cls(
            uuid=key.id,
            name=key.name,
            owner=key.owner,
            prefix=key.prefix,
            scopes=[scope for scope in Scope if scope in key.scopes],
            created_at=key.created_at,
            last_used_at=key.last_used_at,
            expires_at=key.expires_at,
            revoked_at=key.revoked_at,
            created_by_id=key.created_by_id,
        )

    @classmethod
    async def visible(cls, ids: Sequence[UUID], info: Info) -> list[Self | None]:
        return each_or_none(cls.of, await access.api_keys_by_ids(info.context.actor, ids))


@strawberry.type(description="Who may do one thing.")
class PermissionGrants:
    """One line of the permission matrix."""

    permission: Permission = strawberry.field(description="What may be done.")
    roles: list[Role] = strawberry.field(description="The roles that may.")
    scopes: list[Scope] = strawberry.field(description="The scopes of API keys that may.")


@strawberry.type(description="How somebody signs in, and where they are signed in.")
class OwnAccess:
    """The part of `Viewer` that belongs to access."""

    account_id: strawberry.Private[UUID]

    @strawberry.field(description="The address you sign in with.", metadata=YOURS)
    async def email(self) -> str:
        return (await access.emails([self.account_id]))[self.account_id]

    @strawberry.field(description="What you are trusted with.", metadata=YOURS)
    async def roles(self) -> list[Role]:
        return in_order((await access.roles([self.account_id]))[self.account_id])

    @strawberry.field(description="Where you are signed in, the latest sign-in first.", metadata=YOURS)
    @paged()
    async def sessions(self, request: PageRequest) -> Connection[Session]:
        return Connection.of(await access.sessions_of(self.account_id, request), Session.of)


def in_order(roles: Collection[Role]) -> list[Role]:
    """The roles as they are declared, which is the order in which people expect them."""
    return [role for role in Role if role in roles]
