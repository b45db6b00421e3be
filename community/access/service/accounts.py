"""Accounts: opened by whoever joins, kept by their owner's password, closed when a member leaves."""

from uuid import UUID

from community import database
from community.access import passwords, rules
from community.access.errors import EmailTaken, WrongPassword
from community.access.passwords import HashedPassword
from community.access.policy import Actor, require_session
from community.access.queries import EndReason
from community.access.revocations import felt_at_once
from community.access.service import attempts, endings, roles
from community.database import transaction
from community.kernel import clock, ids
from community.kernel.errors import NotFound, TooBusy


async def hash_password(password: str, *, email: str) -> HashedPassword:
    """Check and hash a new password, before the transaction that registers it: no connection waits for the hashing.

    Raises InvalidEmail, WeakPassword and TooBusy.
    """
    rules.check_password(password, rules.readable_email(email))
    return await passwords.hashed(password)


@transaction()
async def register(*, email: str, password: HashedPassword) -> UUID:
    """Open an account; returns its id. Raises InvalidEmail and EmailTaken."""
    readable = rules.readable_email(email)
    account_id: UUID | None = await database.fetch_value(
        "insert into access_account (id, email, email_key, password_hash, password_version, created_at)"
        " values ($1, $2, $3, $4, 1, $5) on conflict (email_key) do nothing returning id",
        ids.new_id(),
        readable,
        rules.email_key(readable),
        password.encoded,
        clock.now(),
    )
    if account_id is None:
        raise EmailTaken(readable)
    return account_id


async def change_password(actor: Actor, *, current: str, new: str) -> None:
    """Change one's own password and end one's other sessions. Wrong guesses at the current one count like sign-ins.

    Raises WrongPassword, WeakPassword, RateLimited and TooBusy.
    """
    account_id, session_id = require_session(actor)
    account = await database.fetch_one(
        "select email, password_hash, password_version from access_account where id = $1", account_id
    )
    if account is None or account["email"] is None:
        raise NotFound("Account")
    rules.check_password(new, account["email"])
    key = attempts.account_key(account["email"])
    tried_at = await attempts.count(key)
    try:
        if not await passwords.matches(current, account["password_hash"]):
            raise WrongPassword
        hashed = await passwords.hashed(new)
    except TooBusy:
        await attempts.take_back(key, tried_at)
        raise
    await _replace_password(account_id, session_id, account["password_version"], hashed)
    await attempts.forget(key)


@felt_at_once
@transaction()
async def close_account(account_id: UUID) -> None:
    """A member left: the e-mail and the password are forgotten, the roles taken, the sessions ended.

    Raises LastAdmin. Doing it again changes nothing.
    """
    now = clock.now()
    await database.execute(
        "update access_account set email = null, email_key = null, password_hash = null, closed_at = $2"
        " where id = $1 and closed_at is null",
        account_id,
        now,
    )
    await roles.take_all(account_id)
    await endings.end_all(account_id, EndReason.ACCOUNT_CLOSED, now)


@felt_at_once
@transaction()
async def _replace_password(account_id: UUID, session_id: UUID, version: int, hashed: HashedPassword) -> None:
    """Write the new hash and end the other sessions. Of two changes at once, the second checked what is no more."""
    changed = await database.fetch_value(
        "update access_account set password_hash = $3, password_version = $2 + 1"
        " where id = $1 and password_version = $2 and closed_at is null returning true",
        account_id,
        version,
        hashed.encoded,
    )
    if not changed:
        raise WrongPassword
    await endings.end_all(account_id, EndReason.PASSWORD_CHANGED, clock.now(), but=session_id)
