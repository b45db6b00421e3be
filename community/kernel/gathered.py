"""Questions of many callers, put together while the one before is under way: the busier, the fewer."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context
from typing import Generic, TypeVar

Question = TypeVar("Question")
Answer = TypeVar("Answer")
Ask = Callable[[Sequence[Question]], Awaitable[Sequence[Answer]]]

MOST = 500
"""How many questions are put at once."""


class Gathered(Generic[Question, Answer]):
    """One question at a time is under way. Whoever comes meanwhile waits and is asked for together with the others.

    A caller who is alone waits for nobody. One who leaves is answered for nothing; a failure is told to all it met.
    """

    def __init__(self, ask: Ask[Question, Answer], *, most: int = MOST) -> None:
        self._ask = ask
        self._most = most
        self._waiting: list[tuple[Question, asyncio.Future[Answer]]] = []
        self._asking: asyncio.Task[None] | None = None

    async def answer(self, question: Question) -> Answer:
        """The answer to this question. Raises what asking raised."""
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((question, answer))
        if self._asking is None:
            # In a context of its own: what is asked for all is no part of the first one's request.
            asking = self._ask_all()
            self._asking = asyncio.create_task(asking, name="ask for all who wait", context=Context())
        return await answer

    async def _ask_all(self) -> None:
        try:
            while self._waiting:
                asked, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
                await settle([waiting for _, waiting in asked], self._ask([question for question, _ in asked]))
        except asyncio.CancelledError:
            for _, waiting in self._waiting:
                waiting.cancel()
            raise
        finally:
            self._asking = None


async def settle(waiting: Sequence[asyncio.Future[Answer]], asked: Awaitable[Sequence[Answer]]) -> None:
    """Tell each who waits their own of the answers, in their order, or what failed. Who has left is told nothing."""
    try:
        answers = [*zip(waiting, await asked, strict=True)]
    except Exception as error:
        for each in waiting:
            if not each.done():
                each.set_exception(error)
        return
    except asyncio.CancelledError:
        for each in waiting:
            each.cancel()
        raise
    for each, answer in answers:
        if not each.done():
            each.set_result(answer)
