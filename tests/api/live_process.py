"""A process of its own that serves, subscribes, writes what it is told to, and says what it hears.

Commands come as lines of JSON, `{"write": [1, 2, 3]}` or `{"stop": true}`; what is heard goes out the same way.
"""

import asyncio
import sys
from typing import Any
from uuid import uuid4

import orjson
import structlog

from community import database, valkey
from community.kernel.errors import OutcomeUnknown, TooBusy
from community.outbox import service as outbox
from community.outbox.worker import serving
from community.settings import settings
from tests.community.outbox.notes import NoteTaken, a_note, announce


async def main() -> None:
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    await database.connect(settings())
    try:
        async with serving(settings()):
            heard = outbox.live(NoteTaken)
            listening = asyncio.create_task(tell(heard))
            say({"ready": True})
            await obey()
            heard.close()
            await listening
    finally:
        await valkey.disconnect()
        await database.disconnect()


async def tell(heard: outbox.Live[NoteTaken]) -> None:
    async for note in heard:
        say({"heard": note.number})


async def obey() -> None:
    commands = asyncio.StreamReader(limit=2**20)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(commands), sys.stdin)
    while line := await commands.readline():
        command = orjson.loads(line)
        if "stop" in command:
            return
        await asyncio.gather(*(write(number) for number in command["write"]))


async def write(number: int) -> None:
    """Write until it is acknowledged. A write whose outcome is unknown may have happened, so it may happen twice."""
    note = a_note(number, note_id=uuid4())
    while True:
        try:
            await announce(note)
        except (TooBusy, OutcomeUnknown):
            await asyncio.sleep(0.05)
        else:
            return say({"written": number})


def say(what: dict[str, Any]) -> None:
    sys.stdout.buffer.write(orjson.dumps(what) + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    asyncio.run(main())
