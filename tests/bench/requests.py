"""The three operations that are measured, as an app would send them, and what a right answer has."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One operation: its document for GraphQL, and its path on the endpoint without."""

    name: str
    document: str
    path: str
    variables: tuple[str, ...] = ()
    """Which variables each request gets: `text` and `key` are new every time."""
    is_write: bool = False

    def data_of(self, answer: dict[str, Any]) -> dict[str, Any]:
        """What was answered. Fails for anything but data."""
        assert "errors" not in answer, answer["errors"]
        data: dict[str, Any] = answer["data"]
        return data


VIEWER = Request(
    name="Q1",
    path="/viewer",
    document="""
        query Viewer {
          viewer { member { id handle displayName tier { key } } balance { points pending credits } }
        }
    """,
)
FEED = Request(
    name="Q2",
    path="/feed",
    document="""
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
)
WRITE = Request(
    name="M1",
    path="/posts",
    document="""
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
    variables=("text", "key"),
    is_write=True,
)
REQUESTS = (VIEWER, FEED, WRITE)
