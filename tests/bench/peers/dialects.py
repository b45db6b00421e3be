"""How each peer is asked for the three requests, and what its answers say in our shape.

Names and nesting are each server's own. By PostGraphile's conventions what a member has is on the member, hashtags are
plain strings, and big integers are strings. Graphs written by hand have our names. Ids are opaque in ours and in
PostGraphile's, and plain in the others'.
"""

import base64
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from tests.bench.requests import OUR_GRAPH, TEXT, Data, Dialect, Request, in_graphql


def meaning(data: Data) -> Data:
    """An answer in our shape, each id, time and number as what it means, so that two servers' can be compared."""
    meant: Data = _meant(data)
    return meant


def _meant(value: Any, name: str = "") -> Any:
    if isinstance(value, dict):
        return {key: _meant(each, key) for key, each in value.items() if key != "__typename"}
    if isinstance(value, list):
        return [_meant(each) for each in value]
    return _MEANINGS[name](value) if name in _MEANINGS else value


def _uuid(id: str) -> UUID:
    """An id as it is, or what hides in base64: ours is `Post:…`, PostGraphile's `["Post","…"]`."""
    plain = id if len(id) == 36 else base64.b64decode(id + "=" * (-len(id) % 4), altchars=b"-_").decode()
    (found,) = re.findall(r"[0-9a-f-]{32,36}", plain)
    return UUID(found)


# A cursor is a server's own: that there is one is all that can be compared.
_MEANINGS: dict[str, Callable[[Any], object]] = {
    "id": _uuid,
    "writtenAt": datetime.fromisoformat,
    "endCursor": bool,
    **dict.fromkeys(("points", "pending", "credits", "count", "amount"), int),
}


def _postgraphile_viewer(data: Data) -> Data:
    member = data["viewer"]
    return meaning({"viewer": {"member": _without(member, "balance"), "balance": member["balance"]}})


def _postgraphile_feed(data: Data) -> Data:
    nodes = [{**node, "hashtags": _named(node["hashtags"])} for node in data["posts"]["nodes"]]
    return meaning({"posts": {**data["posts"], "nodes": nodes}})


def _postgraphile_write(data: Data) -> Data:
    written = data["writePost"]
    post = {**written["post"], "hashtags": _named(written["post"]["hashtags"])}
    return meaning({"writePost": {"post": post, "effects": {"earned": [_without(written, "post")]}}})


def _named(names: list[str]) -> list[Data]:
    return [{"name": name} for name in names]


def _without(data: Data, name: str) -> Data:
    return {key: value for key, value in data.items() if key != name}


OURS: Dialect = {request: replace(asking, understood=meaning) for request, asking in OUR_GRAPH.items()}

POSTGRAPHILE: Dialect = {
    Request.VIEWER: in_graphql(
        "query Viewer { viewer { id handle displayName tier { key } balance { points pending credits } } }",
        '"balance":{',
        understood=_postgraphile_viewer,
    ),
    Request.FEED: in_graphql(
        """
        query Feed {
          posts: allPosts(first: 20, orderBy: [PRIMARY_KEY_DESC]) {
            nodes {
              id body writtenAt author { id handle displayName tier { key } } hashtags
              reactionCounts: reactionCountsList { kind count } viewerHasReacted
            }
            pageInfo { hasNextPage endCursor }
          }
        }
        """,
        '"viewerHasReacted":',
        times=20,
        understood=_postgraphile_feed,
    ),
    Request.WRITE: in_graphql(
        """
        mutation Write($text: String!) {
          writePost(input: { body: $text }) {
            post { id body hashtags author { id handle } } rule currency amount
          }
        }
        """,
        '"amount":"10"',
        understood=_postgraphile_write,
        text=TEXT,
    ),
}

WRITTEN_BY_HAND: Dialect = {
    Request.VIEWER: OURS[Request.VIEWER],
    Request.FEED: OURS[Request.FEED],
    Request.WRITE: in_graphql(
        """
        mutation Write($text: String!) {
          writePost(input: { body: $text }) {
            post { id body hashtags { name } author { id handle } } effects { earned { rule currency amount } }
          }
        }
        """,
        '"earned":[{',
        understood=meaning,
        text=TEXT,
    ),
}
