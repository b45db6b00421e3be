"""The graph, as Strawberry's documentation has one written: a resolver for each field that is not on the row."""

import base64
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import strawberry
from strawberry.extensions import ParserCache, ValidationCache
from tortoise.expressions import Q, Subquery

from tests.bench.peers.strawberry_tortoise import models
from tests.bench.peers.strawberry_tortoise.loaders import Loaders
from tests.bench.peers.strawberry_tortoise.writing import write_post


@dataclass
class Context:
    """One request's."""

    member_id: UUID
    loaders: Loaders


Info = strawberry.Info[Context, None]


@strawberry.type
class Tier:
    key: str


@strawberry.type
class Member:
    id: UUID
    handle: str
    display_name: str

    @classmethod
    async def load(cls, id: UUID, info: Info) -> "Member":
        row = await info.context.loaders.members.load(id)
        return cls(id=row.id, handle=row.handle, display_name=row.display_name)

    @strawberry.field
    async def tier(self, info: Info) -> Tier:
        return Tier(key=await info.context.loaders.tiers.load(self.id))


@strawberry.type
class Balance:
    points: int
    pending: int
    credits: int

    @classmethod
    async def of(cls, member_id: UUID) -> "Balance":
        """What is kept, and what became due since: to be had at last, or expired."""
        accounts = await models.Account.filter(member_id=member_id)
        kept = {(account.currency, account.holding): account.balance for account in accounts}
        now = datetime.now(UTC)
        is_due = Q(activated_at=None, pending_until__lte=now) | Q(activated_at__not_isnull=True, expires_at__lte=now)
        lots = await models.Lot.filter(is_due, member_id=member_id, currency="points", remaining__gt=0)
        activated = sum(lot.remaining for lot in lots if lot.activated_at is None)
        expired = sum(lot.remaining for lot in lots if lot.activated_at is not None)
        return cls(
            points=kept.get(("points", "active"), 0) + activated - expired,
            pending=kept.get(("points", "pending"), 0) - activated,
            credits=kept.get(("credits", "active"), 0),
        )


@strawberry.type
class Viewer:
    @strawberry.field
    async def member(self, info: Info) -> Member:
        return await Member.load(info.context.member_id, info)

    @strawberry.field
    async def balance(self, info: Info) -> Balance:
        return await Balance.of(info.context.member_id)


@strawberry.type
class Hashtag:
    name: str


@strawberry.type
class ReactionCount:
    kind: str
    count: int


@strawberry.type
class Post:
    id: UUID
    body: str
    written_at: datetime
    hashtags: list[Hashtag]
    author_id: strawberry.Private[UUID]

    @classmethod
    def of(cls, row: models.Post) -> "Post":
        return cls(
            id=row.id,
            body=row.source,
            written_at=row.written_at,
            hashtags=[Hashtag(name=name) for name in row.hashtags],
            author_id=row.author_id,
        )

    @strawberry.field
    async def author(self, info: Info) -> Member:
        return await Member.load(self.author_id, info)

    @strawberry.field
    async def reaction_counts(self, info: Info) -> list[ReactionCount]:
        counts = await info.context.loaders.reaction_counts.load(self.id)
        return [ReactionCount(kind=kind.upper(), count=count) for kind, count in counts.items()]

    @strawberry.field
    async def viewer_has_reacted(self, info: Info) -> bool:
        return await info.context.loaders.has_reacted.load(self.id)


@strawberry.type
class PageInfo:
    has_next_page: bool
    end_cursor: str | None


@strawberry.type
class PostConnection:
    nodes: list[Post]
    page_info: PageInfo


@strawberry.type
class Query:
    @strawberry.field
    async def viewer(self) -> Viewer:
        return Viewer()

    @strawberry.field
    async def posts(self, info: Info, first: int) -> PostConnection:
        viewer = info.context.member_id
        blocked = models.Block.filter(blocker_id=viewer).values("blocked_id")
        blocking = models.Block.filter(blocked_id=viewer).values("blocker_id")
        visible = models.Post.filter(
            Q(author_id__not_in=Subquery(blocked)), Q(author_id__not_in=Subquery(blocking)), removed_at=None
        )
        found = await visible.order_by("-id").limit(first + 1)
        nodes = [Post.of(row) for row in found[:first]]
        end_cursor = base64.urlsafe_b64encode(nodes[-1].id.bytes).decode() if nodes else None
        return PostConnection(nodes=nodes, page_info=PageInfo(has_next_page=len(found) > first, end_cursor=end_cursor))


@strawberry.input
class WritePostInput:
    body: str


@strawberry.type
class Earned:
    rule: str
    currency: str
    amount: int


@strawberry.type
class Effects:
    earned: list[Earned]


@strawberry.type
class WritePostPayload:
    post: Post
    effects: Effects


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def write_post(self, info: Info, input: WritePostInput) -> WritePostPayload:
        written = await write_post(info.context.member_id, input.body)
        earned = Earned(rule=written.rule, currency=written.currency.upper(), amount=written.amount)
        return WritePostPayload(post=Post.of(written.post), effects=Effects(earned=[earned]))


def schema(*, caches: bool) -> strawberry.Schema:
    """With Strawberry's caches of what was parsed and validated, or without."""
    return strawberry.Schema(
        query=Query, mutation=Mutation, extensions=[ParserCache, ValidationCache] if caches else []
    )
