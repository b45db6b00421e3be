"""Work on a text that may be long, without keeping everybody else waiting."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")

LONG = 1_000
"""Texts of more characters are worked on in a thread: the most hostile ones take tenths of a second."""


async def beside(text: str, work: Callable[[], Result]) -> Result:
    """What the work on this text comes to. On a short one it is done before a thread would begin."""
    return await asyncio.to_thread(work) if len(text) > LONG else work()
