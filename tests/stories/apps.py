"""A member's app: it writes with idempotency keys, and repeats what was not answered until it is."""

import asyncio
import random
from dataclasses import dataclass
from typing import Any, Self

import aiohttp

from tests.servers import Client

FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 1.0
"""How long an app waits before it repeats what was not answered: longer each time, and a little by chance."""

NO_ANSWER: dict[str, Any] = {"errors": [{"extensions": {"code": "NO_ANSWER"}}]}
TRY_AGAIN = {"NO_ANSWER", "RATE_LIMITED", "UNAVAILABLE", "OUTCOME_UNKNOWN"}
"""No server, too fast, no database, or a database that went away during the commit."""

SIGN_UP = """
mutation ($handle: String!, $email: String!) {
  signUp(input: { email: $email, password: "a long enough one", handle: $handle, displayName: "Story" }) {
    ... on SignUpPayload { tokens { accessToken } }
    ... on Problem { message }
  }
}
"""
WRITE_POST = """
mutation ($body: String!, $key: String) {
  writePost(input: { body: $body, idempotencyKey: $key }) {
    ... on WritePostPayload { post { id } effects { earned { rule amount } } }
    ... on Problem { message }
  }
}
"""
WRITE_COMMENT = """
mutation ($subject: ID!, $body: String!, $key: String) {
  writeComment(input: { subjectId: $subject, body: $body, idempotencyKey: $key }) {
    ... on WriteCommentPayload { comment { id } effects { earned { rule amount } } }
    ... on Problem { message }
  }
}
"""
REACT = """
mutation ($subject: ID!) {
  react(input: { subjectId: $subject, kind: LOVE }) {
    ... on ReactPayload { subject { id } effects { earned { rule amount } } }
    ... on Problem { message }
  }
}
"""


@dataclass(frozen=True, slots=True)
class Told:
    """What was answered: the id of what was written, and what each rule paid for it."""

    id: str
    earned: frozenset[tuple[str, int]]

    @classmethod
    def of(cls, id: str, payload: dict[str, Any]) -> Self:
        return cls(id, frozenset((earning["rule"], earning["amount"]) for earning in payload["effects"]["earned"]))


@dataclass
class App:
    """A member who is signed in. Ids are the graph's own."""

    client: Client
    handle: str
    repeated: int = 0
    """How often something was sent again."""
    unanswered: int = 0
    """How often no answer came."""

    @classmethod
    async def joined(cls, http: aiohttp.ClientSession, url: str, handle: str) -> Self:
        """A new member of the server at `url`."""
        app = cls(Client(http, url), handle)
        signed_up = await app.ask(SIGN_UP, handle=handle, email=f"{handle}@example.com")
        app.client.token = signed_up["signUp"]["tokens"]["accessToken"]
        return app

    async def write_post(self, body: str, key: str) -> Told:
        """The post, and what it earned."""
        payload = (await self.ask(WRITE_POST, body=body, key=key))["writePost"]
        return Told.of(payload["post"]["id"], payload)

    async def write_comment(self, subject: str, body: str, key: str) -> Told:
        """The comment, and what it earned."""
        payload = (await self.ask(WRITE_COMMENT, subject=subject, body=body, key=key))["writeComment"]
        return Told.of(payload["comment"]["id"], payload)

    async def react(self, subject: str) -> Told:
        """What the member loves now, and what that earned."""
        payload = (await self.ask(REACT, subject=subject))["react"]
        return Told.of(payload["subject"]["id"], payload)

    async def ask(self, document: str, **variables: Any) -> dict[str, Any]:
        """The data. Asks again when there was no answer, or one that says to; fails on every other error."""
        pause = FIRST_PAUSE_SECONDS
        while True:
            try:
                answer = await self.client.post(document, **variables)
            except (aiohttp.ClientError, TimeoutError):
                answer = NO_ANSWER
                self.unanswered += 1
            if "errors" not in answer:
                data: dict[str, Any] = answer["data"]
                return data
            self.repeated += 1
            await asyncio.sleep(told_to_wait(answer) or random.uniform(pause / 2, pause))
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)


def told_to_wait(answer: dict[str, Any]) -> float:
    """After how many seconds the server wants to be asked again, if it says so. Fails if that would not help."""
    told = answer["errors"][0]["extensions"]
    assert told["code"] in TRY_AGAIN, answer
    return float(told["retryAfter"]) if told["code"] == "RATE_LIMITED" else 0.0
