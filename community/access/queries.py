"""Accounts, sessions and keys as they are read: each value a copy, secrets left out."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

import asyncpg

from community import database
from community.access.policy import Actor, KeyOwner, Permission, Role, Scope, require
from community.kernel import clock
from community.kernel.pages import Page, PageRequest, page_of

View = TypeVar("View", "SessionView", "ApiKeyView")


class EndReason(StrEnum):
    """Why a session ended before its time."""

    SIGNED_OUT = "signed_out"
    ENDED_BY_MEMBER = "ended_by_member"
    ENDED_BY_STAFF = "ended_by_staff"
    PASSWORD_CHANGED = "password_changed"
    TOKEN_REUSED = "token_reused"
    ACCOUNT_CLOSED = "account_closed"


@dataclass(frozen=True, slots=True)
class SessionView:
    """A device that is or was signed in."""

    id: UUID
    account_id: UUID
    device_name: str
    user_agent: str
    address: str
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    ended_at: datetime | None
    end_reason: EndReason | None

    def is_live(self, now: datetime) -> bool:
        """Whether the device is signed in at that time."""
        return self.ended_at is None and now < self.expires_at


@dataclass(frozen=True, slots=True)
class ApiKeyView:
    """A key as its maker sees it again: all but the secret."""

    id: UUID
    name: str
    owner: KeyOwner
    prefix: str
    scopes: frozenset[Scope]
    partner_id: UUID | None
    is_sandbox: bool
    created_by_id: UUID | None
    created_at: datetime
    last_used_at: datetime | None
    expires_at: datetime | None
    revoked_at: datetime | None

    def is_live(self, now: datetime) -> bool:
        """Whether the key opens anything at that time."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


SESSION = "id, account_id, device_name, user_agent, address, created_at, last_used_at, expires_at, ended_at, end_reason"
_API_KEY = (
    "id, name, owner, prefix, scopes, partner_id, is_sandbox, created_by_id, created_at, last_used_at, expires_at,"
    " revoked_at"
)


async def sessions_of(account_id: UUID, request: PageRequest) -> Page[SessionView]:
    """The devices that are signed in to this account, the latest sign-in first."""
    live = "account_id = $1 and ended_at is null and expires_at > $2"
    return await _page(
        f"select {SESSION} from access_session where {live}", [account_id, clock.now()], request, session_of
    )


async def sessions_by_ids(actor: Actor, ids: Sequence[UUID]) -> list[SessionView | None]:
    """The sessions with these ids, in order; None where the actor may see none."""
    rows = await database.fetch(f"select {SESSION} from access_session where id = any($1)", list(ids))
    sees_all = actor.may(Permission.ACCESS_END_ANY_SESSION)
    visible = {row["id"]: session_of(row) for row in rows if sees_all or row["account_id"] == actor.member_id}
    return [visible.get(wanted) for wanted in ids]


async def api_keys(actor: Actor, request: PageRequest) -> Page[ApiKeyView]:
    """All keys, also those revoked or expired, the newest first."""
    require(actor, Permission.ACCESS_MANAGE_KEYS)
    return await _page(f"select {_API_KEY} from access_api_key where true", [], request, _api_key)


async def api_keys_by_ids(actor: Actor, ids: Sequence[UUID]) -> list[ApiKeyView | None]:
    """The keys with these ids, in order; None where the actor may see none."""
    if not actor.may(Permission.ACCESS_MANAGE_KEYS):
        return [None] * len(ids)
    rows = await database.fetch(f"select {_API_KEY} from access_api_key where id = any($1)", list(ids))
    found = {row["id"]: _api_key(row) for row in rows}
    return [found.get(wanted) for wanted in ids]


async def api_key_by_hash(digest: bytes) -> ApiKeyView | None:
    """The key whose secret has this SHA-256."""
    row = await database.fetch_one(f"select {_API_KEY} from access_api_key where hash = $1", digest)
    return _api_key(row) if row else None


async def emails(ids: Iterable[UUID]) -> dict[UUID, str]:
    """The e-mail of each open account among `ids`. Whoever shows one has asked whether the caller may see it."""
    rows = await database.fetch(
        "select id, email from access_account where id = any($1) and email is not null", list(ids)
    )
    return {row["id"]: row["email"] for row in rows}


async def devices_of(ids: Iterable[UUID], limit: int = 20) -> dict[UUID, list[tuple[str, str]]]:
    """From which addresses, and with which programs, each of these accounts signed in lately. For judging alone."""
    wanted = list(set(ids))
    rows = await database.fetch(
        "select account.id, device.address, device.user_agent from unnest($1::uuid[]) account (id)"
        " cross join lateral (select address, user_agent from access_session where account_id = account.id"
        f" and address <> '' order by id desc limit {limit}) device",
        wanted,
    )
    return {each: [(row["address"], row["user_agent"]) for row in rows if row["id"] == each] for each in wanted}


async def roles(ids: Iterable[UUID]) -> dict[UUID, frozenset[Role]]:
    """What each account among `ids` is trusted with; everybody is a member."""
    wanted = list(ids)
    rows = await database.fetch(
        "select account_id, role from access_role_grant where account_id = any($1) and revoked_at is null", wanted
    )
    return {
        account_id: frozenset({Role.MEMBER} | {Role(row["role"]) for row in rows if row["account_id"] == account_id})
        for account_id in wanted
    }


@dataclass(frozen=True, slots=True)
class Changes:
    """What access tokens signed earlier do not know: sessions that ended, and roles as they are now."""

    ended: dict[UUID, datetime]
    roles: dict[UUID, tuple[datetime, frozenset[Role]]]


async def changes_since(instant: datetime) -> Changes:
    """Sessions ended and roles changed after that instant. One statement on two partial indexes."""
    rows = await database.fetch(
        "select id, ended_at as at, null as roles from access_session where ended_at > $1"
        " union all"
        " select a.id, a.roles_changed_at, array(select g.role::text from access_role_grant g"
        " where g.account_id = a.id and g.revoked_at is null) from access_account a where a.roles_changed_at > $1",
        instant,
    )
    return Changes(
        ended={row["id"]: row["at"] for row in rows if row["roles"] is None},
        roles={
            row["id"]: (row["at"], frozenset({Role.MEMBER} | {Role(role) for role in row["roles"]}))
            for row in rows
            if row["roles"] is not None
        },
    )


async def _page(
    select: str, arguments: list[Any], request: PageRequest, wrap: Callable[[asyncpg.Record], View]
) -> Page[View]:
    """One page of `select`, which ends in a condition; ids made later come first."""
    after, before = (f"${len(arguments) + n}::uuid" for n in (1, 2))
    order = "asc" if request.backward else "desc"
    rows = await database.fetch(
        f"{select} and ({after} is null or id < {after}) and ({before} is null or id > {before})"
        f" order by id {order} limit {request.size + 1}",
        *arguments,
        request.after[0] if request.after else None,
        request.before[0] if request.before else None,
    )
    return page_of([wrap(row) for row in rows], request, lambda view: (view.id,))


def session_of(row: Mapping[str, Any]) -> SessionView:
    """The session in a row that holds the columns SESSION, and perhaps others."""
    reason = row["end_reason"]
    values = {field.name: row[field.name] for field in fields(SessionView)}
    return SessionView(**values | {"end_reason": EndReason(reason) if reason else None})


def _api_key(row: asyncpg.Record) -> ApiKeyView:
    return ApiKeyView(
        **{**row, "owner": KeyOwner(row["owner"]), "scopes": frozenset(Scope(scope) for scope in row["scopes"])}
    )
