"""Do a thing once per key: the first call does it, every later one gets the first one's result."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from uuid import UUID

import orjson

from community import database
from community.idempotency import rules
from community.idempotency.errors import IdempotencyKeyMalformed, IdempotencyKeyReused
from community.kernel import clock, ids
from community.kernel.along import NOTHING, Along

Result = dict[str, Any]

ABOUT = "about.id"
"""What is read along with taking a key belongs to this id."""


async def once(scope: str, key: str | None, input: Mapping[str, Any], run: Callable[[], Awaitable[Result]]) -> Result:
    """Run `run` unless `key` was used in `scope` before; then return the result it had. Without a key, just run.

    Call it inside the verb's transaction: the key is kept exactly when the effect is. A call that meets the same key
    still running waits for it. A run that raises leaves no trace, so its key may be tried again. `input` and the result
    are JSON (UUIDs and times included); every call gets the result as JSON gives it back.

    Raises IdempotencyKeyReused for another input under the same key, IdempotencyKeyMalformed for an unusable key.
    """
    if key is None:
        return _as_stored(rules.as_json(await run()))
    fingerprint = _fingerprint(key, input)
    if not await _claim(scope, key, fingerprint):
        return await _first_result(scope, key, fingerprint)
    result = rules.as_json(await run())
    database.write_last(_KEEP_RESULT, [{"scope": scope, "key": key, "result": orjson.Fragment(result)}])
    return _as_stored(result)


async def first(
    scope: str,
    key: str | None,
    input: Mapping[str, Any],
    result: Mapping[str, Any],
    *,
    about: UUID | None = None,
    along: Along = NOTHING,
) -> Result:
    """The same for who knows the result ahead: the one that was first under `key`. Who gets the own one has to do it.

    It costs no second write. The statement that takes a key reads along what belongs to `about`.

    Raises what `once` raises.
    """
    mine = rules.as_json(result)
    if key is None:
        return _as_stored(mine)
    fingerprint = _fingerprint(key, input)
    if await _claim(scope, key, fingerprint, mine.decode(), about, along):
        return _as_stored(mine)
    return await _first_result(scope, key, fingerprint)


_KEEP_RESULT = database.Writing(
    "update idempotency_key kept set result = rows.result from {rows}"
    " where kept.scope = rows.scope and kept.key = rows.key",
    "scope text, key text, result jsonb",
)


def _fingerprint(key: str, input: Mapping[str, Any]) -> bytes:
    if not rules.is_usable(key):
        raise IdempotencyKeyMalformed(rules.LONGEST_KEY)
    return rules.fingerprint(input)


async def _claim(
    scope: str,
    key: str,
    fingerprint: bytes,
    result: str | None = None,
    about: UUID | None = None,
    along: Along = NOTHING,
) -> bool:
    """Take the key. Waits for another transaction that is about to take it, and is False when that one commits."""
    question = database.Question(arguments=[ids.new_id(), scope, key, fingerprint, result, clock.now(), about])
    columns = along.columns(question)
    row = await database.fetch_one(f"{_CLAIM.format(columns)}{along.joined}", *question.arguments)
    assert row is not None, "there is one row, whether or not the key was free"
    along.keep([row])
    return row["claimed"] is True


_CLAIM = """
    with claimed as (
        insert into idempotency_key (id, scope, key, fingerprint, result, created_at)
        values ($1, $2, $3, $4, $5::text::jsonb, $6) on conflict (scope, key) do nothing returning true
    )
    select exists (select from claimed) as claimed{} from (select $7::uuid as id) about"""


async def _first_result(scope: str, key: str, fingerprint: bytes) -> Result:
    await database.write_what_waits()  # the first call may have been in this very transaction
    first = await database.fetch_one(
        "select fingerprint, result::text as result from idempotency_key where scope = $1 and key = $2", scope, key
    )
    if first is None or first["result"] is None:
        raise RuntimeError(f"once() was called for the key of {scope} inside its own run, or outside a transaction")
    if first["fingerprint"] != fingerprint:
        raise IdempotencyKeyReused(key)
    return _as_stored(first["result"])


def _as_stored(result: bytes | str) -> Result:
    """The same to the first caller and to every later one."""
    stored: Result = orjson.loads(result)
    return stored
