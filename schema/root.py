"""The schema: every area's queries, mutations and subscriptions, merged into one graph."""

from functools import cache

import strawberry
from strawberry.schema.config import StrawberryConfig
from strawberry.tools import merge_types

from schema.access.mutations import AccessMutations
from schema.access.queries import AccessQueries
from schema.errors import EXCEPTION_HANDLERS
from schema.ledger.mutations import LedgerMutations
from schema.members.mutations import MemberMutations
from schema.members.queries import MemberQueries
from schema.nodes import NodeQueries
from schema.outbox.mutations import OutboxMutations
from schema.outbox.queries import OutboxQueries
from schema.outbox.subscriptions import OutboxSubscriptions
from schema.posts.mutations import PostMutations
from schema.posts.queries import PostQueries
from schema.posts.subscriptions import PostSubscriptions
from schema.scalars import SCALARS

Query = merge_types("Query", (NodeQueries, AccessQueries, OutboxQueries, MemberQueries, PostQueries))
Mutation = merge_types("Mutation", (AccessMutations, OutboxMutations, MemberMutations, LedgerMutations, PostMutations))
Subscription = merge_types("Subscription", (OutboxSubscriptions, PostSubscriptions))


@cache
def schema() -> strawberry.Schema:
    """The graph that is served."""
    return _build(sort=False)


def sdl() -> str:
    """The graph in the schema language, sorted, as `schema/schema.graphql` keeps it."""
    return _build(sort=True).as_str() + "\n"


def _build(*, sort: bool) -> strawberry.Schema:
    # A sorted schema is for printing only: sorting copies the types, and unions then no longer know their members.
    return strawberry.Schema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        config=StrawberryConfig(scalar_map=SCALARS, sort_schema=sort),
        exception_handlers=EXCEPTION_HANDLERS,
    )
