"""API keys: made by staff for a partner or a service, shown once, scoped, revocable."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from community import database
from community.access import queries, rules, secrets
from community.access.policy import Actor, KeyOwner, Permission, Scope, require
from community.access.queries import ApiKeyView
from community.database import transaction
from community.kernel import clock, ids
from community.kernel.errors import NotFound


@dataclass(frozen=True, slots=True)
class NewApiKey:
    """A key with its secret, which nobody sees again."""

    key: ApiKeyView
    secret: str


@transaction()
async def create_api_key(
    actor: Actor, name: str, *, owner: KeyOwner, scopes: Iterable[Scope], expires_at: datetime | None = None
) -> NewApiKey:
    """Make a key for a partner or a service. Raises InvalidKeyName, KeyWithoutScope and KeyEndsInThePast."""
    require(actor, Permission.ACCESS_MANAGE_KEYS)
    return await _create(actor, name, owner=owner, scopes=scopes, expires_at=expires_at)


@transaction()
async def create_partner_key(
    actor: Actor,
    name: str,
    partner_id: UUID,
    *,
    scopes: Iterable[Scope],
    is_sandbox: bool,
    expires_at: datetime | None = None,
) -> NewApiKey:
    """Make a key that acts as this partner. Whoever calls this has asked whether the actor may.

    Raises as `create_api_key`.
    """
    return await _create(
        actor,
        name,
        owner=KeyOwner.PARTNER,
        scopes=scopes,
        expires_at=expires_at,
        partner_id=partner_id,
        is_sandbox=is_sandbox,
    )


@transaction()
async def revoke_partner_keys(actor: Actor, partner_id: UUID) -> None:
    """Close every key of a partner. Whoever calls this has asked whether the actor may."""
    await database.execute(
        "update access_api_key set revoked_at = $2, revoked_by_id = $3 where partner_id = $1 and revoked_at is null",
        partner_id,
        clock.now(),
        actor.member_id,
    )


async def _create(
    actor: Actor,
    name: str,
    *,
    owner: KeyOwner,
    scopes: Iterable[Scope],
    expires_at: datetime | None,
    partner_id: UUID | None = None,
    is_sandbox: bool = False,
) -> NewApiKey:
    now, wanted = clock.now(), frozenset(scopes)
    rules.check_key(name, wanted, expires_at, now=now)
    secret = secrets.new_api_key()
    row = ApiKeyView(
        id=ids.new_id(),
        name=name.strip(),
        owner=owner,
        prefix=secrets.shown_part(secret),
        scopes=wanted,
        partner_id=partner_id,
        is_sandbox=is_sandbox,
        created_by_id=actor.member_id,
        created_at=now,
        last_used_at=None,
        expires_at=expires_at,
        revoked_at=None,
    )
    await database.execute(
        "insert into access_api_key (id, name, owner, prefix, hash, scopes, partner_id, is_sandbox, created_by_id,"
        " created_at, expires_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        row.id,
        row.name,
        row.owner,
        row.prefix,
        secrets.digest(secret),
        sorted(row.scopes),
        row.partner_id,
        row.is_sandbox,
        row.created_by_id,
        row.created_at,
        row.expires_at,
    )
    return NewApiKey(row, secret)


@transaction()
async def revoke_api_key(actor: Actor, key_id: UUID) -> ApiKeyView:
    """Close a key at once and for ever. Raises NotFound. Doing it again changes nothing."""
    require(actor, Permission.ACCESS_MANAGE_KEYS)
    await database.execute(
        "update access_api_key set revoked_at = $2, revoked_by_id = $3 where id = $1 and revoked_at is null",
        key_id,
        clock.now(),
        actor.member_id,
    )
    (key,) = await queries.api_keys_by_ids(actor, [key_id])
    if key is None:
        raise NotFound("ApiKey")
    return key


@transaction()
async def note_use(key: ApiKeyView, now: datetime) -> None:
    """Write down that the key was used now."""
    await database.execute("update access_api_key set last_used_at = $2 where id = $1", key.id, now)
