"""A worker sends webhooks for as long as it works, and stops in order."""

import asyncio
from uuid import uuid4

import pytest

from community.outbox import service as outbox
from community.posts.facts import PostRemoved
from tests.community.outbox.notes import announce
from tests.community.outbox.working import declarations, working
from tests.community.webhooks.telling import an_endpoint
from tests.deadlines import eventually
from tests.receiver import Receiver, receiving


async def test_a_worker_tells_what_happens_while_it_works(database: str):
    async with receiving(Receiver()) as receiver:
        await an_endpoint(receiver=receiver, types=["post.removed"])
        async with working(database):
            await announce(PostRemoved(post_id=uuid4(), author_id=uuid4(), removed_by=uuid4(), hashtag_ids=[]))
            await eventually(lambda: is_heard(receiver))
    assert (receiver.heard.total(), receiver.forged) == (1, 0)


async def test_a_companion_that_fails_begins_again_and_one_that_works_is_waited_for(database: str):
    happened: list[str] = []
    with declarations():

        @outbox.while_working(name="tests.companion")
        async def accompany(stop: asyncio.Event) -> None:
            happened.append("began")
            if len(happened) == 1:
                raise ConnectionError
            await stop.wait()
            happened.append("ended")

        async with working(database):
            await eventually(lambda: is_as(happened, ["began", "began"]))
    assert happened == ["began", "began", "ended"]


def test_a_companion_has_a_name_of_its_own():
    with declarations():

        async def accompany(_: asyncio.Event) -> None:
            return

        outbox.while_working(name="tests.companion")(accompany)
        with pytest.raises(ValueError, match=r"tests\.companion"):
            outbox.while_working(name="tests.companion")(accompany)


async def is_heard(receiver: Receiver) -> bool:
    return bool(receiver.heard)


async def is_as(found: list[str], wanted: list[str]) -> bool:
    return found == wanted
