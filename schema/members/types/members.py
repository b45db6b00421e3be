"""Members as everybody sees them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Self
from uuid import UUID

import strawberry

from community.entitlements import queries as entitlements
from community.kernel import clock
from community.kernel.pages import PageRequest
from community.ledger import queries as ledger
from community.members import queries as members
from community.members.queries import MemberView, Relation
from community.orders import queries as orders
from community.tiers import queries as tiers
from schema.access.types import YOURS
from schema.along import along_of, brings
from schema.connections import Connection, paged
from schema.context import Info
from schema.entitlements.types import Entitlement, EntitlementGrant
from schema.execution.levels import level
from schema.ledger.types import Balance, StatementLine
from schema.members.types.private import Restriction
from schema.nodes import Node, each_found, each_once
from schema.orders.types import Order
from schema.tiers.types import Standing, Tier
from schema.views import Shown, shows


@shows
@strawberry.type(description="Somebody who joined.")
class Member(Node, Shown[MemberView]):
    """A member as everybody may see them; what is private is null to those who may not."""

    handle: str = strawberry.field(description="The unique name behind the @.")
    display_name: str = strawberry.field(description="The name people see.")
    bio: str = strawberry.field(description="What the member says about themselves, plain text.")
    joined_at: datetime = strawberry.field(description="When they joined.")

    @classmethod
    def each(cls, found: Mapping[UUID, MemberView], ids: Iterable[UUID]) -> list[Self]:
        """The members with these ids, in order. Only for ids that must exist."""
        return [cls.of(found[member_id]) for member_id in ids]

    @classmethod
    async def visible(cls, ids: Sequence[UUID], info: Info) -> list[Self | None]:
        found = await members.by_ids(ids)
        return each_found(cls.of, found, ids)

    @level(description="How many members follow this one.", metadata=brings(members.FOLLOWERS))
    async def follower_count(parents: list["Member"], info: Info) -> list[int]:
        counts = await members.follower_counts([member.uuid for member in parents], along_of(parents))
        return [counts[member.uuid] for member in parents]

    @level(description="How many members this one follows.", metadata=brings(members.FOLLOWING))
    async def following_count(parents: list["Member"], info: Info) -> list[int]:
        counts = await members.following_counts([member.uuid for member in parents], along_of(parents))
        return [counts[member.uuid] for member in parents]

    @level(description="Whether you follow this member.", metadata=YOURS | brings(members.FOLLOWED))
    async def viewer_follows(parents: list["Member"], info: Info) -> list[bool]:
        viewer = info.context.actor.member_id
        if viewer is None:
            return [False for _ in parents]
        followed = await members.followed_among(viewer, [member.uuid for member in parents], along_of(parents))
        return [member.uuid in followed for member in parents]

    @level(description="Whether you block this member.", metadata=YOURS)
    async def viewer_blocks(parents: list["Member"], info: Info) -> list[bool]:
        viewer = info.context.actor.member_id
        blocked = await members.blocking_among(viewer, [member.uuid for member in parents]) if viewer else set()
        return [member.uuid in blocked for member in parents]

    @level(
        description="What is taken from this member at present; null unless it is you or you are trusted staff.",
        metadata=YOURS,
    )
    async def restrictions(parents: list["Member"], info: Info) -> list[list[Restriction] | None]:
        ids = [member.uuid for member in parents]
        found = await members.restrictions_seen_by(info.context.actor, ids, clock.now())
        return [[Restriction.of(each) for each in found[id]] if id in found else None for id in ids]

    @level(description="What staff have marked this member with; null without members.label.", metadata=YOURS)
    async def labels(parents: list["Member"], info: Info) -> list[list[str] | None]:
        ids = [member.uuid for member in parents]
        found = await members.labels_seen_by(info.context.actor, ids)
        return [sorted(found[id]) if id in found else None for id in ids]

    @level(description="What this member has; null unless it is you or you are trusted staff.", metadata=YOURS)
    async def balance(parents: list["Member"], info: Info) -> list[Balance | None]:
        found = await ledger.balances_seen_by(info.context.actor, [member.uuid for member in parents], clock.now())
        return each_found(Balance.of, found, [member.uuid for member in parents])

    @level(
        description="Every change of what this member has, latest first; null unless it is you or you are trusted"
        " staff.",
        metadata=YOURS,
    )
    @paged()
    async def statement(
        parents: list["Member"], info: Info, request: PageRequest
    ) -> list[Connection[StatementLine] | None]:
        pages = await ledger.statements_of(info.context.actor, [member.uuid for member in parents], request)
        return [
            Connection.of(pages[member.uuid], StatementLine.of) if member.uuid in pages else None for member in parents
        ]

    @level(
        description="What this member bought, the latest first; null unless it is you or you are trusted staff.",
        metadata=YOURS,
    )
    @paged(orders.SHAPE)
    async def orders(parents: list["Member"], info: Info, request: PageRequest) -> list[Connection[Order] | None]:
        pages = await orders.orders_of(info.context.actor, [member.uuid for member in parents], request)
        return [Connection.of(pages[member.uuid], Order.of) if member.uuid in pages else None for member in parents]

    @level(description="The tier of this member.", metadata=brings(tiers.BESIDE))
    async def tier(parents: list["Member"], info: Info) -> list[Tier]:
        along, ids = along_of(parents), [member.uuid for member in parents]
        found = await tiers.tiers_of(ids, along.now, along)
        return each_once(Tier.of, map(found.__getitem__, ids))

    @level(
        description="Where this member stands and why; null unless it is you or you are trusted staff.", metadata=YOURS
    )
    async def standing(parents: list["Member"], info: Info) -> list[Standing | None]:
        ids = [member.uuid for member in parents]
        found = await tiers.standing_seen_by(info.context.actor, ids, clock.now())
        return each_found(Standing.of, found, ids)

    @level(description="What this member may use now; null unless it is you or you are trusted staff.", metadata=YOURS)
    async def entitlements(parents: list["Member"], info: Info) -> list[list[Entitlement] | None]:
        ids, now = [member.uuid for member in parents], clock.now()
        found = await entitlements.rights_seen_by(info.context.actor, ids, now)
        return [[Entitlement.of(right) for right in found[each].held(now)] if each in found else None for each in ids]

    @level(
        description="Everything that ever gave this member something to use, latest first; null unless it is you or you"
        " are trusted staff.",
        metadata=YOURS,
    )
    @paged()
    async def entitlement_history(
        parents: list["Member"], info: Info, request: PageRequest
    ) -> list[Connection[EntitlementGrant] | None]:
        ids = [member.uuid for member in parents]
        pages = await entitlements.grants_of(info.context.actor, ids, request)
        return [Connection.of(pages[each], EntitlementGrant.of) if each in pages else None for each in ids]

    @level(description="Who follows this member, latest first.")
    @paged()
    async def followers(parents: list["Member"], info: Info, request: PageRequest) -> list[Connection["Member"]]:
        pages = await members.followers_of([member.uuid for member in parents], request)
        return [Connection.of(pages[member.uuid], member_of) for member in parents]

    @level(description="Whom this member follows, latest first.")
    @paged()
    async def following(parents: list["Member"], info: Info, request: PageRequest) -> list[Connection["Member"]]:
        pages = await members.following_of([member.uuid for member in parents], request)
        return [Connection.of(pages[member.uuid], member_of) for member in parents]


def member_of(relation: Relation) -> Member:
    """Whoever is met through a follow or a block."""
    return Member.of(relation.member)
