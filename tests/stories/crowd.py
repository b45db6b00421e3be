"""Members who write, comment and react without pause, and the journal of what they were told."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import TypeVar

import aiohttp

from tests.deadlines import PATIENCE_SECONDS
from tests.stories.apps import App, Told

MEMBERS = 20
"""So many that the allowance of each, nine writes a second, slows none of them down."""

Name = TypeVar("Name", str, tuple[str, str])


@dataclass
class Journal:
    """Every answer, by a name of what was asked for."""

    posts: dict[str, Told] = field(default_factory=dict)
    comments: dict[str, Told] = field(default_factory=dict)
    reactions: dict[tuple[str, str], Told] = field(default_factory=dict)
    """By the handle of who reacted and the id of what to."""
    contradictions: int = 0
    """How often the same request got another answer than before."""
    _grown: asyncio.Condition = field(default_factory=asyncio.Condition)

    def __len__(self) -> int:
        return len(self.posts) + len(self.comments) + len(self.reactions)

    async def note(self, kept: dict[Name, Told], name: Name, told: Told) -> None:
        """An answer came."""
        if kept.setdefault(name, told) != told:
            self.contradictions += 1
        async with self._grown:
            self._grown.notify_all()

    async def grows_by(self, more: int) -> None:
        """Wait until that many more things are acknowledged."""
        wanted = len(self) + more
        async with asyncio.timeout(PATIENCE_SECONDS), self._grown:
            await self._grown.wait_for(lambda: len(self) >= wanted)


@dataclass
class Crowd:
    """Members at work."""

    journal: Journal = field(default_factory=Journal)
    apps: list[App] = field(default_factory=list)

    @property
    def repeated(self) -> int:
        """How often something was sent again."""
        return sum(app.repeated for app in self.apps)


@asynccontextmanager
async def crowd(*urls: str, members: int = MEMBERS) -> AsyncIterator[Crowd]:
    """Members who are busy with these servers until the block ends, and then finish what they began.

    A refusal that is no reason to try again ends the block.
    """
    found = Crowd()
    stopping = asyncio.Event()
    async with aiohttp.ClientSession() as http:
        joining = (App.joined(http, urls[number % len(urls)], f"busy{number}") for number in range(members))
        found.apps += await asyncio.gather(*joining)
        async with asyncio.TaskGroup() as working:
            for number, app in enumerate(found.apps):
                working.create_task(_work(app, found.journal, stopping, random.Random(number)))
            yield found
            stopping.set()


async def _work(app: App, journal: Journal, stopping: asyncio.Event, chance: random.Random) -> None:
    numbers = count(1)
    while not stopping.is_set():
        name = f"{app.handle}-{next(numbers)}"
        post = await app.write_post(f"{name} 今天#負載{name.replace('-', '_')}", name)
        await journal.note(journal.posts, name, post)
        # The others' newest posts are where many write at once.
        subject = chance.choice(list(journal.posts.values())[-5:]).id
        await journal.note(journal.comments, name, await app.write_comment(subject, f"{name} 說得好", name))
        await journal.note(journal.reactions, (app.handle, subject), await app.react(subject))
