"""Permits: so many callers at a time, in the order in which they came.

asyncio's semaphore knows no way to take one without a coroutine, and nearly everybody finds one free.
"""

import asyncio
from collections import deque


class Permits:
    """`count` permits. Who gives one back while others wait hands it to the first of them."""

    def __init__(self, count: int) -> None:
        self._free = count
        self._waiting: deque[asyncio.Future[None]] = deque()

    def take_at_once(self) -> bool:
        """Take a permit, if one is free: nobody waits then."""
        if self._free:
            self._free -= 1
            return True
        return False

    async def take(self) -> None:
        """Take a permit; wait for it if need be."""
        if self.take_at_once():
            return
        handed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(handed)
        try:
            await handed
        except asyncio.CancelledError:
            # Who leaves is passed over. To whom it was handed at that moment has to pass it on.
            if not handed.cancelled():
                self.give_back()
            raise

    def give_back(self) -> None:
        """Give a permit back."""
        while self._waiting:
            handed = self._waiting.popleft()
            if not handed.done():
                handed.set_result(None)
                return
        self._free += 1
