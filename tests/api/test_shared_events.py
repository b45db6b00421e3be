"""What many are told of one event is worked out once, where it does not depend on who asks."""

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import pytest

from api.operations import MAX_SHARED, Payload, Ready, SharedEvents

PUBLIC, PRIVATE = (SimpleNamespace(bill=SimpleNamespace(is_public=each)) for each in (True, False))


class Teller:
    """Tells, and counts how often."""

    def __init__(self) -> None:
        self.times = 0

    async def __call__(self, _: Ready, event: Any) -> Payload:
        self.times += 1
        await asyncio.sleep(0)
        return {"data": event}


def asking(prepared: Any = PUBLIC, locale: str = "en", **variables: Any) -> Ready:
    caller = SimpleNamespace(locale=locale)
    return cast(Ready, SimpleNamespace(prepared=prepared, variables=variables, caller=caller))


async def test_one_event_is_told_once_to_all_who_ask_the_same() -> None:
    shared, tell, event = SharedEvents(), Teller(), object()
    told = await asyncio.gather(*[shared.of(asking(post="1"), event, tell) for _ in range(5)])
    assert told == [{"data": event}] * 5
    assert tell.times == 1


@pytest.mark.parametrize("other", [asking(PRIVATE), asking(locale="zh-Hant"), asking(post="2")])
async def test_nothing_is_shared_with_who_asks_otherwise(other: Ready) -> None:
    shared, tell, event = SharedEvents(), Teller(), object()
    await shared.of(asking(), event, tell)
    await shared.of(other, event, tell)
    await shared.of(other, object(), tell)
    assert tell.times == 3


async def test_who_leaves_first_takes_nothing_from_the_others() -> None:
    shared, tell, event = SharedEvents(), Teller(), object()
    first = asyncio.create_task(shared.of(asking(), event, tell))
    second = asyncio.create_task(shared.of(asking(), event, tell))
    await asyncio.sleep(0)
    first.cancel()
    assert await second == {"data": event}


async def test_only_the_latest_are_kept() -> None:
    shared, tell, events = SharedEvents(), Teller(), [object() for _ in range(MAX_SHARED + 1)]
    for event in [*events, events[-1], events[0]]:
        await shared.of(asking(), event, tell)
    assert tell.times == MAX_SHARED + 2
