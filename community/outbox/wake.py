"""The bell between a commit and the sequencer of this process: rung often, answered once."""

import asyncio

_recorded = asyncio.Event()


def sequencer() -> None:
    """Facts were committed: the sequencer of this process, if it has one, shall look at once."""
    _recorded.set()


async def until_recorded(timeout: float) -> bool:
    """Wait until facts are committed in this process, at most `timeout` seconds, and hush the bell; whether any are."""
    try:
        async with asyncio.timeout(timeout):
            return await _recorded.wait()
    except TimeoutError:
        return False
    finally:
        _recorded.clear()
