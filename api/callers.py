"""Who sends a request: the actor behind a token, for as long as the token is good; their language and address."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from starlette.requests import HTTPConnection
from starlette.types import Scope

from api import logs
from community.access.policy import Actor
from community.kernel.errors import InvalidToken, TooBusy
from community.kernel.messages import choose_locale
from schema.context import Context

Authenticate = Callable[[str | None], Awaitable[Actor]]
"""From the value of an Authorization header, or none, to an actor. Raises InvalidToken."""

LONGEST_AGENT = 500

REAUTHENTICATE_SECONDS = 15.0
"""How often the token of a stream or a socket is looked at again."""


@dataclass(slots=True)
class Caller:
    """Who sent a request, and how to answer them."""

    actor: Actor
    locale: str
    request_id: str
    address: str
    user_agent: str = ""

    def context(self) -> Context:
        """A fresh context for one operation, or one event."""
        return Context(self.actor, self.locale, self.request_id, self.address, self.user_agent)


def caller_of(connection: HTTPConnection, actor: Actor) -> Caller:
    """The caller behind a request or a socket. A language that is asked for goes before the one in their profile."""
    return caller_in(connection.scope, headers_in(connection.scope), actor)


def headers_in(scope: Scope) -> dict[bytes, bytes]:
    """What a request says, by name; the first of several, as with Starlette's, which looks for each from the start."""
    return dict(reversed(scope["headers"]))


def caller_in(scope: Scope, headers: Mapping[bytes, bytes], actor: Actor) -> Caller:
    """The caller behind what the server says of a request."""
    logs.identify(actor)
    wanted, client = headers.get(b"accept-language"), scope.get("client")
    return Caller(
        actor,
        choose_locale(wanted.decode("latin-1")) if wanted else actor.locale,
        scope.get("state", {}).get("request_id", ""),
        client[0] if client else "",
        headers.get(b"user-agent", b"")[:LONGEST_AGENT].decode("latin-1"),
    )


async def until_invalid(
    authenticate: Authenticate, authorization: str | None, actor: Actor, *, every: float
) -> InvalidToken:
    """Return when a token no longer is what it was: it expired, its session or key was ended, or its roles changed."""
    while True:
        await asyncio.sleep(every)
        try:
            if await authenticate(authorization) != actor:
                return InvalidToken()
        except InvalidToken as error:
            return error
        except TooBusy:
            continue
