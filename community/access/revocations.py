"""What access tokens signed earlier do not know, known within a second in every process, for one statement a second.

A token is checked without the database. What may have changed since it was signed, sessions that ended and roles that
were granted or revoked, is asked for when somebody presents a token and the last answer is older than a second.
"""

import asyncio
import time
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from community.access import queries
from community.access.policy import Role
from community.access.tokens import LEEWAY, Access
from community.kernel import clock
from community.kernel.errors import InvalidToken
from community.settings import settings

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")
Verb = Callable[Parameters, Coroutine[Any, Any, Result]]

LONGEST_UNAWARE_SECONDS = 1.0

OVERLAP = timedelta(seconds=60)
"""A change is stamped before its transaction commits, perhaps by a clock behind ours: each look goes back this far."""


class Revocations:
    """One process's knowledge."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._turn = asyncio.Lock()
        self._good_until = 0.0
        self._announced = 0
        self._looked_at: datetime | None = None
        self._known = queries.Changes({}, {})

    async def roles_now(self, access: Access) -> frozenset[Role]:
        """The roles behind a verified token. Raises InvalidToken when its session has ended."""
        if self._monotonic() >= self._good_until:
            await self._catch_up()
        if access.session_id in self._known.ended:
            raise InvalidToken
        _, roles = self._known.roles.get(access.account_id, (None, access.roles))
        return roles

    def look_again(self) -> None:
        """Something changed in this process: the next token is checked against that."""
        self._announced += 1
        self._good_until = 0.0

    async def _catch_up(self) -> None:
        async with self._turn:
            if self._monotonic() < self._good_until:
                return
            announced = self._announced
            await self._look()
            if announced == self._announced:
                self._good_until = self._monotonic() + LONGEST_UNAWARE_SECONDS

    async def _look(self) -> None:
        now = clock.now()
        oldest = now - timedelta(minutes=settings().access_token_minutes) - LEEWAY - OVERLAP
        since = oldest if self._looked_at is None else max(oldest, min(self._looked_at, now) - OVERLAP)
        new = await queries.changes_since(since)
        self._looked_at = now
        self._known = queries.Changes(
            ended={it: at for it, at in (self._known.ended | new.ended).items() if at > oldest},
            roles={it: (at, roles) for it, (at, roles) in (self._known.roles | new.roles).items() if at > oldest},
        )


revocations = Revocations()
"""This process's."""


def felt_at_once(verb: Verb[Parameters, Result]) -> Verb[Parameters, Result]:
    """Make a verb that ends sessions or changes roles count for the very next token in this process.

    Goes above `@transaction()`. Inside a larger transaction, whose commit comes later, it counts within a second.
    """

    @wraps(verb)
    async def run(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        result = await verb(*args, **kwargs)
        revocations.look_again()
        return result

    return run
