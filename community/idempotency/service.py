"""Do a thing once per key: the first call does it, every later one gets the first one's result."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson

from community import database
from community.idempotency import rules
from community.idempotency.errors import IdempotencyKeyMalformed, IdempotencyKeyReused
from community.kernel import clock, ids
from community.kernel.along import NOBODY, NOTHING, Along

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
    _require_usable(key)
    fingerprint = rules.fingerprint(input)
    if not await _claim(scope, key, fingerprint):
        return await _first_result(scope, key, fingerprint)
    result = rules.as_json(await run())
    database.write_last(_KEEP_RESULT, [{"scope": scope, "key": key, "result": orjson.Fragment(result)}])
    return _as_stored(result)


_KEEP_RESULT = database.Writing(
    "update idempotency_key kept set result = rows.result from {rows}"
    " where kept.scope = rows.scope and kept.key = rows.key",
    "scope text, key text, result jsonb",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call whose result is known ahead, and the id that what comes along belongs to.

    Raises IdempotencyKeyMalformed where it is made.
    """

    scope: str
    key: str | None
    input: Mapping[str, Any]
    result: Mapping[str, Any]
    about: UUID | None = None

    def __post_init__(self) -> None:
        _require_usable(self.key)

    @property
    def fingerprint(self) -> bytes:
        """What tells its input from others; empty without a key."""
        return b"" if self.key is None else rules.fingerprint(self.input)


async def first(call: Call, along: Along = NOTHING) -> Result:
    """The same for who knows the result ahead: the one that was first under the key. Who gets the own one has to do it.

    It costs no second write. The statement that takes a key reads along what belongs to whom the call is about.

    Raises IdempotencyKeyReused.
    """
    (result,) = await first_all([call], along)
    if isinstance(result, IdempotencyKeyReused):
        raise result
    return result


async def first_all(calls: Sequence[Call], along: Along = NOTHING) -> list[Result | IdempotencyKeyReused]:
    """The same for several at once, no two of them under one key; IdempotencyKeyReused in its caller's place."""
    mine = [rules.as_json(call.result) for call in calls]
    if along.company is NOBODY and all(call.key is None for call in calls):
        return [_as_stored(result) for result in mine]
    are_free = await _claim_all(calls, mine, along)
    return [
        _as_stored(result) if is_free else await _first_or_reused(call)
        for call, result, is_free in zip(calls, mine, are_free, strict=True)
    ]


async def give_up(calls: Iterable[Call]) -> None:
    """Free the keys of these calls, which this transaction took and did nothing under; with what is sent next."""
    for call in calls:
        if call.key is not None:
            await database.send(_GIVE_UP, call.scope, call.key, rules.as_json(call.result).decode())


# Only with the own result: what an earlier call did under the key is not forgotten.
_GIVE_UP = "delete from idempotency_key where scope = $1::text and key = $2::text and result = $3::text::jsonb"


def _require_usable(key: str | None) -> None:
    if key is not None and not rules.is_usable(key):
        raise IdempotencyKeyMalformed(rules.LONGEST_KEY)


async def _claim(scope: str, key: str, fingerprint: bytes) -> bool:
    """Take the key. Waits for another transaction that is about to take it, and is False when that one commits."""
    return await database.fetch_value(_CLAIM, ids.new_id(), scope, key, fingerprint, clock.now()) is not None


_CLAIM = """
    insert into idempotency_key (id, scope, key, fingerprint, created_at) values ($1, $2, $3, $4, $5)
    on conflict (scope, key) do nothing returning id
"""


async def _claim_all(calls: Sequence[Call], results: Sequence[bytes], along: Along) -> list[bool]:
    """Take the keys of these calls, with their results, as `_claim` does; whether each was free.

    A call without a key takes none, and has it free.
    """
    question = database.Question(
        arguments=[
            [ids.new_id() for _ in calls],
            [call.scope for call in calls],
            [call.key for call in calls],
            [call.fingerprint for call in calls],
            [result.decode() for result in results],
            [call.about for call in calls],
            clock.now(),
        ]
    )
    columns = along.columns(question)
    rows = await database.fetch(f"{_CLAIM_ALL.format(columns)}{along.joined} order by about.place", *question.arguments)
    along.keep(rows)
    return [row["is_free"] for row in rows]


# In an order that all agree on: two who want the same keys wait for each other, and do not meet crosswise.
_CLAIM_ALL = """
    with about as materialized (
        select * from unnest($1::uuid[], $2::text[], $3::text[], $4::bytea[], $5::text[], $6::uuid[])
            with ordinality call(call_id, scope, key, fingerprint, result, id, place)
    ), claimed as (
        insert into idempotency_key (id, scope, key, fingerprint, result, created_at)
        select call_id, scope, key, fingerprint, result::jsonb, $7 from about where key is not null order by scope, key
        on conflict (scope, key) do nothing returning id
    )
    select about.key is null or exists (select from claimed where claimed.id = about.call_id) as is_free{} from about"""


async def _first_or_reused(call: Call) -> Result | IdempotencyKeyReused:
    try:
        return await _first_result(call.scope, str(call.key), call.fingerprint)
    except IdempotencyKeyReused as reused:
        return reused


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
