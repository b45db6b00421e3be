"""The three requests that are measured, and how our graph and the endpoint without one are asked for them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import orjson

from tests.bench.wrk import NEW

Data = dict[str, Any]

TEXT = f"A post #旅行 #美食 {NEW}"


class Request(StrEnum):
    """What is asked for."""

    VIEWER = "Q1"
    FEED = "Q2"
    WRITE = "M1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """How a server is asked for one request."""

    path: str
    body: str
    """What is sent. What is new in each request has a place in it."""

    right: str
    """What is in every right answer, `times` times."""

    times: int = 1
    understood: Callable[[Data], Data] = lambda data: data
    """Makes of the server's data what every server's data is compared as."""


Dialect = Mapping[Request, Asking]


def in_graphql(
    document: str,
    right: str,
    *,
    times: int = 1,
    understood: Callable[[Data], Data] = lambda data: data,
    **variables: str,
) -> Asking:
    """A document, as an app would send it."""
    body = orjson.dumps({"query": document, "variables": variables}).decode()
    return Asking(path="/graphql", body=body, right=right, times=times, understood=understood)


OUR_GRAPH: Dialect = {
    Request.VIEWER: in_graphql(
        """
        query Viewer {
          viewer { member { id handle displayName tier { key } } balance { points pending credits } }
        }
        """,
        '"balance":{',
    ),
    Request.FEED: in_graphql(
        """
        query Feed {
          posts(first: 20) {
            nodes {
              id body writtenAt author { id handle displayName tier { key } } hashtags { name }
              reactionCounts { kind count } viewerHasReacted
            }
            pageInfo { hasNextPage endCursor }
          }
        }
        """,
        '"viewerHasReacted":',
        times=20,
    ),
    Request.WRITE: in_graphql(
        """
        mutation Write($text: String!, $key: String!) {
          writePost(input: { body: $text, idempotencyKey: $key }) {
            __typename
            ... on WritePostPayload {
              post { id body hashtags { name } author { id handle } }
              effects { earned { rule currency amount } }
            }
          }
        }
        """,
        '"earned":[{',
        text=TEXT,
        key=NEW,
    ),
}

OUR_ENDPOINT: Dialect = {
    Request.VIEWER: Asking(path="/viewer", body="{}", right='"balance":{'),
    Request.FEED: Asking(path="/feed", body="{}", right='"viewerHasReacted":', times=20),
    Request.WRITE: Asking(path="/posts", body=orjson.dumps({"text": TEXT, "key": NEW}).decode(), right='"earned":[{'),
}
