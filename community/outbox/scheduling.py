"""Work that is done later or again and again: an area's jobs and schedules.

    @outbox.job()
    async def export(member_id: str) -> None:
        ...

    await export.enqueue(member_id=str(member.id))      # in the verb's transaction

    @outbox.every("17 3 * * *")
    async def forget_old_exports() -> None:
        ...

A job runs at least once, in a worker, outside any transaction: it calls verbs. Its arguments are JSON scalars.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Generic, ParamSpec

from community.outbox import queue
from community.outbox.hearing import name_of
from community.outbox.patience import DEFAULT, Patience

Arguments = ParamSpec("Arguments")
Work = Callable[Arguments, Awaitable[None]]
Accompany = Callable[[asyncio.Event], Awaitable[None]]

JOBS: dict[str, "Job[...]"] = {}
SCHEDULES: dict[str, "Schedule"] = {}
COMPANIONS: dict[str, "Companion"] = {}


@dataclass(frozen=True, slots=True)
class Job(Generic[Arguments]):
    """A function that workers run. Calling it runs it here and now."""

    name: str
    work: Callable[Arguments, Awaitable[None]]
    patience: Patience

    async def __call__(self, *args: Arguments.args, **kwargs: Arguments.kwargs) -> None:
        await self.work(*args, **kwargs)

    async def enqueue(self, *args: Arguments.args, **kwargs: Arguments.kwargs) -> None:
        """Have it run soon. It is enqueued exactly when the caller's transaction commits. Keyword arguments only."""
        await self.enqueue_in(timedelta(0), *args, **kwargs)

    async def enqueue_in(self, delay: timedelta, *args: Arguments.args, **kwargs: Arguments.kwargs) -> None:
        """Have it run after `delay`."""
        if args:
            raise TypeError(f"{self.name}: give a job its arguments by name")
        await queue.enqueue_job(self.name, kwargs, delay)


@dataclass(frozen=True, slots=True)
class Schedule:
    """A function that one of the workers runs whenever the cron expression (UTC) says so."""

    name: str
    cron: str
    work: Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Companion:
    """Work that goes on in every worker for as long as it works."""

    name: str
    work: Accompany


def job(
    name: str | None = None, *, patience: Patience = DEFAULT
) -> Callable[[Callable[Arguments, Awaitable[None]]], Job[Arguments]]:
    """Declare a job, `<area>.<function>` unless named otherwise. Keep the name: jobs wait under it."""

    def declare(work: Callable[Arguments, Awaitable[None]]) -> Job[Arguments]:
        declared = Job(name or name_of(work), work, patience)
        if declared.name in JOBS:
            raise ValueError(f"two jobs are called {declared.name}")
        JOBS[declared.name] = declared
        return declared

    return declare


def every(cron: str, *, name: str | None = None) -> Callable[[Callable[[], Awaitable[None]]], Schedule]:
    """Declare a schedule: five fields of cron, in UTC. A run that fails is logged, and the next one comes."""

    def declare(work: Callable[[], Awaitable[None]]) -> Schedule:
        declared = Schedule(name or name_of(work), cron, work)
        if declared.name in SCHEDULES:
            raise ValueError(f"two schedules are called {declared.name}")
        SCHEDULES[declared.name] = declared
        return declared

    return declare


def while_working(name: str | None = None) -> Callable[[Accompany], Accompany]:
    """Declare what every worker does beside the queue until `stop`, which it is given. If it fails, it begins again."""

    def declare(work: Accompany) -> Accompany:
        declared = Companion(name or name_of(work), work)
        if declared.name in COMPANIONS:
            raise ValueError(f"two companions are called {declared.name}")
        COMPANIONS[declared.name] = declared
        return work

    return declare
