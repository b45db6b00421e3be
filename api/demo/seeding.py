"""Carrying out the plan, through the verbs that members use. What was done already is not done again."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator
from datetime import datetime
from uuid import UUID

from api.demo import shop
from api.demo.campaigns import finish_campaigns, seed_campaigns
from api.demo.content import seed_content
from api.demo.people import PASSWORD, PEOPLE, STAFF, Person
from api.demo.plan import JOINED, Comment, Plan, Post, Reaction, plan
from community.access import queries as access_queries
from community.access import service as access
from community.access.policy import SYSTEM, Actor, Kind, Role
from community.access.service import HashedPassword
from community.kernel import clock
from community.members import queries as member_queries
from community.members import service as members
from community.outbox.worker import serving
from community.posts import service as posts
from community.posts.rules.reactions import Reaction as Feeling
from community.settings import Settings

AT_ONCE = 8
"""How many verbs run side by side."""

Step = Callable[[], Awaitable[None]]


async def is_seeded() -> bool:
    """Whether the plan was carried out to its end: the admin has the role."""
    admin = STAFF[-1]
    found = await member_queries.by_handle(admin.handle)
    return found is not None and admin.role in (await access_queries.roles([found.id]))[found.id]


async def seed(settings: Settings, advance: Callable[[int], None]) -> None:
    """Carry out the plan on the connected database, telling how many steps were done.

    Goes on where an earlier run stopped. Roles are granted last: they tell that all of it is there.
    """
    password = await access.hash_password(PASSWORD, email=STAFF[0].email)
    async with serving(settings):
        seeding = _Seeding(plan(), password, clock.now(), advance)
        await seeding.join()
        await shop.set_thresholds(settings)
        await seed_campaigns(seeding.now)
        await seeding.take_part()
        await finish_campaigns(seeding.now)
        await seed_content(seeding.now)
        await shop.take_orders(settings, advance)
        await seeding.grant_roles()


def steps() -> int:
    """How many steps `seed` tells of."""
    return plan().steps + shop.how_many_orders()


class _Seeding:
    """One run: who has which id by now, and which post."""

    def __init__(self, wanted: Plan, password: HashedPassword, now: datetime, advance: Callable[[int], None]) -> None:
        self._plan = wanted
        self.now = now
        self._advance = advance
        self._password = password
        self._people: dict[int, UUID] = {}
        self._posts: dict[int, UUID] = {}

    async def join(self) -> None:
        """Everybody joins; the shop's orders are found by whom it knows them as."""
        await self._all(self._joining(place, person) for place, person in enumerate(PEOPLE))

    async def take_part(self) -> None:
        """Everybody follows, writes, answers and reacts."""
        await self._all(self._following(*pair) for pair in self._plan.follows)
        await self._all(self._writing(post) for post in self._plan.posts)
        await self._all(self._answering(number, comment) for number, comment in enumerate(self._plan.comments))
        await self._all(self._reacting(reaction) for reaction in self._plan.reactions)

    async def grant_roles(self) -> None:
        """Some are trusted with more."""
        for place, person in enumerate(STAFF):
            if person.role is not Role.MEMBER:
                await access.grant_role(SYSTEM, self._people[place], person.role)

    async def _all(self, steps: Iterable[Step]) -> None:
        waiting = iter(steps)
        async with asyncio.TaskGroup() as group:
            for _ in range(AT_ONCE):
                group.create_task(self._work_off(waiting))

    async def _work_off(self, waiting: Iterator[Step]) -> None:
        for step in waiting:
            await step()
            self._advance(1)

    def _joining(self, place: int, person: Person) -> Step:
        async def join() -> None:
            found = await member_queries.by_handle(person.handle)
            if found is None:
                with clock.frozen(self.now - JOINED):
                    found = (await self._join(person)).member
            await members.recognise(SYSTEM, found.id, person.customer)
            self._people[place] = found.id

        return join

    async def _join(self, person: Person) -> members.Joined:
        return await members.join(
            email=person.email,
            password=self._password,
            handle=person.handle,
            display_name=person.name,
            locale=person.locale,
            time_zone=person.time_zone,
        )

    def _following(self, follower: int, followed: int) -> Step:
        async def follow() -> None:
            with clock.frozen(self.now - JOINED):
                await members.follow(self._actor(follower), self._people[followed])

        return follow

    def _writing(self, post: Post) -> Step:
        async def write() -> None:
            with clock.frozen(self.now - post.ago):
                key = f"demo-post-{post.number}"
                written = await posts.write(self._actor(post.author), post.review.as_post(), idempotency_key=key)
            self._posts[post.number] = written.id

        return write

    def _answering(self, number: int, comment: Comment) -> Step:
        async def answer() -> None:
            with clock.frozen(self.now - comment.ago):
                key = f"demo-comment-{number}"
                post_id = self._posts[comment.post]
                await posts.comment(self._actor(comment.author), post_id, comment.text, idempotency_key=key)

        return answer

    def _reacting(self, reaction: Reaction) -> Step:
        async def react() -> None:
            with clock.frozen(self.now - reaction.ago):
                await posts.react(self._actor(reaction.member), self._posts[reaction.post], Feeling(reaction.kind))

        return react

    def _actor(self, place: int) -> Actor:
        return Actor(kind=Kind.MEMBER, member_id=self._people[place])
