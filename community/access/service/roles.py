"""Roles: what an account is trusted with, granted and revoked by an administrator, with the history kept."""

from datetime import datetime
from uuid import UUID

from community import database
from community.access import queries
from community.access.errors import LastAdmin, OwnRoles
from community.access.policy import Actor, Permission, Role, require
from community.access.revocations import felt_at_once
from community.database import transaction
from community.kernel import clock, ids
from community.kernel.errors import BadInput, NotFound


@felt_at_once
@transaction()
async def grant_role(actor: Actor, account_id: UUID, role: Role) -> frozenset[Role]:
    """Trust an account with a role; returns its roles. Raises OwnRoles and NotFound. Doing it again changes nothing."""
    await _may_change(actor, account_id, role)
    now = clock.now()
    granted = await database.fetch_value(
        "insert into access_role_grant (id, account_id, role, granted_by_id, granted_at) values ($1, $2, $3, $4, $5)"
        " on conflict (account_id, role) where revoked_at is null do nothing returning true",
        ids.new_id(),
        account_id,
        role,
        actor.member_id,
        now,
    )
    if granted:
        await _announce(account_id, now)
    return (await queries.roles([account_id]))[account_id]


@felt_at_once
@transaction()
async def revoke_role(actor: Actor, account_id: UUID, role: Role) -> frozenset[Role]:
    """Take a role back; returns the roles that are left. Raises LastAdmin, OwnRoles and NotFound."""
    await _may_change(actor, account_id, role)
    await _take(account_id, [role], actor.member_id)
    return (await queries.roles([account_id]))[account_id]


async def take_all(account_id: UUID) -> None:
    """Take every role of an account that closes, inside the verb that closes it. Raises LastAdmin."""
    await _take(account_id, list(Role), account_id)


async def _may_change(actor: Actor, account_id: UUID, role: Role) -> None:
    require(actor, Permission.ACCESS_GRANT_ROLES)
    if account_id == actor.member_id:
        raise OwnRoles
    if role is Role.MEMBER:
        raise BadInput("role", "Every account is a member's; this role is neither granted nor revoked.")
    await _lock(account_id)


async def _lock(account_id: UUID) -> None:
    """Hold the account, so that it does not close meanwhile."""
    open_account = await database.fetch_value(
        "select true from access_account where id = $1 and closed_at is null for no key update", account_id
    )
    if not open_account:
        raise NotFound("Member")


async def _take(account_id: UUID, roles: list[Role], taken_by: UUID | None) -> None:
    if Role.ADMIN in roles:
        await _keep_an_admin_besides(account_id)
    now = clock.now()
    taken = await database.fetch(
        "update access_role_grant set revoked_at = $3, revoked_by_id = $4"
        " where account_id = $1 and role = any($2) and revoked_at is null returning id",
        account_id,
        roles,
        now,
        taken_by,
    )
    if taken:
        await _announce(account_id, now)


async def _keep_an_admin_besides(account_id: UUID) -> None:
    """Raise LastAdmin if this is the only administrator. All stay locked, so that two cannot leave at once."""
    admins = await database.fetch(
        "select account_id from access_role_grant where role = $1 and revoked_at is null order by id for update",
        Role.ADMIN,
    )
    if [row["account_id"] for row in admins] == [account_id]:
        raise LastAdmin


async def _announce(account_id: UUID, now: datetime) -> None:
    """Let every process know that tokens signed earlier name other roles."""
    await database.execute("update access_account set roles_changed_at = $2 where id = $1", account_id, now)
