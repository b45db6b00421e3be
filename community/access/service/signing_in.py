"""Signing in: a device shows an e-mail and a password and becomes a session."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from community import database
from community.access import passwords, queries, rules
from community.access.errors import DevelopmentOnly, WrongCredentials
from community.access.passwords import HashedPassword
from community.access.service import attempts
from community.access.service.issuing import SignedIn, issue
from community.database import transaction
from community.kernel import clock, ids
from community.kernel.errors import NotFound, TooBusy
from community.kernel.text import strip_controls
from community.quota import service as quota
from community.settings import settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """What somebody signs in from, as far as they say."""

    name: str = ""
    user_agent: str = ""
    address: str = ""


async def sign_in(email: str, password: str, device: Device | None = None) -> SignedIn:
    """Open a session. An unknown e-mail and a wrong password get one answer, after the same work.

    Raises WrongCredentials, RateLimited (by the device's address, if known, and by account) and TooBusy.
    """
    device = device or Device()
    if device.address:
        await quota.hit("sign_in", rules.address_group(device.address), quota.SIGN_IN)
    key = attempts.account_key(email)
    tried_at = await attempts.count(key)
    account = await database.fetch_one(
        "select id, password_hash, password_version from access_account where email_key = $1", rules.email_key(email)
    )
    try:
        right = await passwords.matches(password, account["password_hash"] if account else None)
        if not right or account is None:
            raise WrongCredentials
        outdated = passwords.is_outdated(account["password_hash"])
        renewed = await passwords.hashed(password) if outdated else None
    except TooBusy:
        await attempts.take_back(key, tried_at)
        raise
    signed_in = await _open(account["id"], account["password_version"], device, renewed)
    await attempts.forget(key)
    return signed_in


@transaction()
async def open_first_session(account_id: UUID, device: Device | None = None) -> SignedIn:
    """Sign in whoever has registered in the same transaction, and so has just shown their password."""
    return await _open(account_id, 1, device or Device(), None)


async def issue_token_for(member_id: UUID) -> SignedIn:
    """Sign somebody in without a password. Raises DevelopmentOnly in production, NotFound for nobody's id."""
    if settings().environment == "production":
        raise DevelopmentOnly
    version = await database.fetch_value("select password_version from access_account where id = $1", member_id)
    if version is None:
        raise NotFound("Member")
    return await _open(member_id, version, Device(name="hourglass token"), None)


@transaction()
async def _open(account_id: UUID, password_version: int, device: Device, renewed: HashedPassword | None) -> SignedIn:
    """Open a session, unless the account was closed or its password changed since it was checked."""
    now = clock.now()
    unchanged = await database.fetch_value(
        "select true from access_account"
        " where id = $1 and password_version = $2 and closed_at is null for no key update",
        account_id,
        password_version,
    )
    if not unchanged:
        raise WrongCredentials
    if renewed:
        await database.execute(
            "update access_account set password_hash = $2 where id = $1", account_id, renewed.encoded
        )
    salt = secrets.token_bytes(32)
    (opened,) = await database.fetch(
        "insert into access_session (id, account_id, device_name, user_agent, address, created_at, last_used_at,"
        " rotated_at, expires_at, salt, generation) values ($1, $2, $3, $4, $5, $6, $6, $6, $7, $8, 1)"
        f" returning {queries.SESSION}",
        ids.new_id(),
        account_id,
        _line(device.name, 100),
        _line(device.user_agent, 300),
        _line(device.address, 45),
        now,
        now + timedelta(days=settings().refresh_token_days),
        salt,
    )
    return await issue(queries.session_of(opened), generation=1, salt=salt)


def _line(said: str, length: int) -> str:
    """What a client says about itself, as one short line."""
    return " ".join(strip_controls(said[: 4 * length]).split())[:length]
