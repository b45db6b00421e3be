"""The event loop's turns: who has much to do at once lets all others go on in between."""

import asyncio

SECONDS = 0.01
"""So long may a turn take for those who have more to do. After that each does one step a turn."""


class Turns:
    """Of one event loop. Its users have nothing to wait for, and would keep the loop to themselves."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._until = 0.0
        self._is_ending = False

    async def end_if_long(self) -> None:
        """Go on at once while this turn is known to be young, else in the next one."""
        loop = asyncio.get_running_loop()
        if loop.time() < self._until:
            return
        if not self._is_ending:
            self._is_ending = True
            loop.call_soon(self._begin)
        await asyncio.sleep(0)

    def _begin(self) -> None:
        self._is_ending = False
        self._until = asyncio.get_running_loop().time() + self._seconds
