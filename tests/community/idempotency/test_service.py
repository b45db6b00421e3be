"""A key has one effect, whoever races for it."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from community import database as db
from community.database import transaction
from community.idempotency import service as idempotency
from community.idempotency.errors import IdempotencyKeyMalformed, IdempotencyKeyReused
from community.kernel import clock, ids

pytestmark = pytest.mark.usefixtures("database")

BUY = {"reward": "mug", "count": 1}


@transaction()
async def buy(key: str | None, *, scope: str = "member-1", what: dict[str, Any] = BUY) -> dict[str, Any]:
    """A verb whose effect is a row, and whose result names it."""

    async def effect() -> dict[str, Any]:
        bought = ids.new_id()
        await db.execute(
            "insert into outbox_receipt (id, hearer, fact_id, heard_at) values ($1, 'bought', $1, $2)",
            bought,
            clock.now(),
        )
        return {"bought": str(bought)}

    return await idempotency.once(scope, key, what, effect)


async def effects() -> int:
    count: int = await db.fetch_value("select count(*) from outbox_receipt where hearer = 'bought'")
    return count


async def test_the_second_call_gets_the_first_result():
    assert await buy("k1") == await buy("k1")
    assert await effects() == 1


async def test_every_call_gets_the_result_as_json_gives_it_back():
    post_id = ids.new_id()

    @transaction()
    async def write(key: str | None) -> dict[str, Any]:
        async def effect() -> dict[str, Any]:
            return {"id": post_id, "at": clock.now()}

        return await idempotency.once("member-1", key, BUY, effect)

    assert [(await write(key))["id"] for key in ("k1", "k1", None)] == [str(post_id)] * 3


async def test_without_a_key_each_call_counts():
    assert await buy(None) != await buy(None)
    assert await effects() == 2


async def test_keys_of_different_scopes_are_different_keys():
    assert await buy("k1", scope="member-1") != await buy("k1", scope="member-2")


async def test_the_order_of_the_inputs_fields_does_not_matter():
    assert await buy("k1", what={"a": 1, "b": 2}) == await buy("k1", what={"b": 2, "a": 1})


async def test_another_input_under_the_same_key_is_refused():
    await buy("k1")
    with pytest.raises(IdempotencyKeyReused) as refused:
        await buy("k1", what={"reward": "mug", "count": 2})
    assert refused.value.key == "k1"
    assert await effects() == 1


async def test_a_raced_key_has_one_effect():
    results = await asyncio.gather(*(buy("raced") for _ in range(200)))
    assert await effects() == 1
    assert {result["bought"] for result in results} == {results[0]["bought"]}


async def test_a_key_raced_with_different_inputs_has_one_effect_and_refuses_the_others():
    outcomes = await asyncio.gather(
        *(buy("raced", what={"count": number % 2}) for number in range(40)), return_exceptions=True
    )
    assert await effects() == 1
    assert sum(isinstance(outcome, dict) for outcome in outcomes) == 20
    assert sum(isinstance(outcome, IdempotencyKeyReused) for outcome in outcomes) == 20


async def test_a_call_that_failed_leaves_its_key_free():
    @transaction()
    async def fail() -> None:
        async def effect() -> dict[str, Any]:
            raise ZeroDivisionError

        await idempotency.once("member-1", "k1", BUY, effect)

    with pytest.raises(ZeroDivisionError):
        await fail()
    await buy("k1")
    assert await effects() == 1


async def test_a_key_that_waits_for_one_that_fails_has_the_effect_itself():
    inside, may_fail = asyncio.Event(), asyncio.Event()

    @transaction()
    async def fail_slowly() -> None:
        async def effect() -> dict[str, Any]:
            inside.set()
            await may_fail.wait()
            raise ZeroDivisionError

        await idempotency.once("member-1", "k1", BUY, effect)

    failing = asyncio.create_task(fail_slowly())
    await inside.wait()
    waiting = asyncio.create_task(buy("k1"))
    may_fail.set()
    assert (await waiting)["bought"]
    with pytest.raises(ZeroDivisionError):
        await failing


@pytest.mark.parametrize("key", ["", "x" * 256, "line\nbreak", "zero\u200bwidth", "nul\0"])
async def test_an_unusable_key_is_refused(key: str):
    with pytest.raises(IdempotencyKeyMalformed):
        await buy(key)
    assert await effects() == 0


async def test_a_key_inside_its_own_run_is_a_mistake():
    @transaction()
    async def nested() -> None:
        async def again() -> dict[str, Any]:
            return await buy("k1")

        await idempotency.once("member-1", "k1", BUY, again)

    with pytest.raises(RuntimeError, match="inside its own run"):
        await nested()


@transaction()
async def choose(key: str | None, what: dict[str, Any] = BUY) -> bool:
    """A verb that knows its result ahead: whether it is the one to do it."""
    mine = {"chosen": str(ids.new_id())}
    return await idempotency.first(idempotency.Call(scope="member-1", key=key, input=what, result=mine)) == mine


async def test_of_those_who_know_their_result_ahead_one_gets_the_own_one():
    assert sum(await asyncio.gather(*(choose("raced") for _ in range(100)))) == 1
    assert await choose(None)
    assert await choose(None)


async def test_a_result_known_ahead_is_kept_with_what_was_asked():
    assert await choose("k1")
    with pytest.raises(IdempotencyKeyReused):
        await choose("k1", {"reward": "mug", "count": 2})


@transaction()
async def choose_all(calls: Sequence[idempotency.Call]) -> list[Any]:
    """The same for several."""
    firsts: list[Any] = await idempotency.first_all(calls)
    return firsts


async def test_of_several_at_once_each_gets_what_was_first_under_their_own_key():
    assert await choose("taken")
    calls = [
        idempotency.Call(scope="member-1", key=key, input=BUY, result={"number": number})
        for number, key in enumerate(["free", "taken", None, "also free"])
    ]
    firsts = await choose_all(calls)
    assert [first == call.result for first, call in zip(firsts, calls, strict=True)] == [True, False, True, True]
    assert "chosen" in firsts[1]
    others = [replace(call, result={"number": "later"}) for call in calls]
    assert await choose_all([others[3], others[0]]) == [{"number": 3}, {"number": 0}]


async def test_of_several_at_once_only_who_asks_for_something_else_is_refused():
    assert await choose("taken")
    calls = [
        idempotency.Call(scope="member-1", key=key, input={"reward": "cup"}, result={}) for key in ("free", "taken")
    ]
    mine, refused = await choose_all(calls)
    assert (mine, type(refused)) == ({}, IdempotencyKeyReused)
    assert not await choose("free", {"reward": "cup"})


async def test_a_key_that_is_given_up_is_free_again():
    call = idempotency.Call(scope="member-1", key="k1", input=BUY, result={"number": 1})

    @transaction()
    async def change_ones_mind() -> None:
        await idempotency.first(call)
        await idempotency.give_up([call, replace(call, key=None)])

    await change_ones_mind()
    assert await choose("k1")


async def test_who_gives_up_a_key_leaves_all_others_as_they_were():
    assert await choose("k1")
    assert await choose("k2")

    @transaction()
    async def give_up_too_much() -> None:
        own = idempotency.Call(scope="member-1", key="k3", input=BUY, result={"number": 3})
        await idempotency.first(own)
        await idempotency.give_up([own, replace(own, key="k1")])

    await give_up_too_much()
    assert [await choose(key) for key in ("k1", "k2", "k3")] == [False, False, True]
