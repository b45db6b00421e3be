"""Members as the graph shows them: to everybody, to staff, and to themselves."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any, Self
from uuid import UUID

import strawberry

from community.access.policy import Actor, Kind
from community.campaigns import queries as campaigns
from community.entitlements import queries as entitlements
from community.kernel import clock
from community.kernel.along import NOTHING, Along, Companion
from community.kernel.pages import PageRequest
from community.ledger import queries as ledger
from community.members import queries as members
from community.members.queries import ConsentView, MemberView, Relation, RestrictionView
from community.members.rules import Ability, Channel, Purpose
from community.orders import queries as orders
from community.referrals import service as referrals
from community.referrals.rules.owners import Owner
from community.tiers import queries as tiers
from schema.access.types import YOURS, OwnAccess
from schema.connections import Connection, paged
from schema.context import Info
from schema.entitlements.types import Entitlement, EntitlementGrant, Gift
from schema.enums import graph_enum
from schema.execution.levels import level
from schema.ledger.types import Balance, StatementLine
from schema.nodes import Node, each_found, each_once
from schema.orders.types import Order
from schema.prices import PRICE, Price
from schema.referrals.types import ViewerReferral
from schema.tiers.types import Standing, Tier

if TYPE_CHECKING:
    from schema.campaigns.types import CampaignEntry

graph_enum(
    Ability,
    "What a member can do as long as nobody restricts it.",
    {
        Ability.EARN: "Earn points and status credits.",
        Ability.SPEND: "Spend points.",
        Ability.POST: "Write posts and comments, and react.",
    },
)
graph_enum(
    Purpose,
    "What a member is asked to allow.",
    {
        Purpose.MARKETING: "Offers and news.",
        Purpose.PROFILING: "Recommendations made from what the member did.",
        Purpose.RESEARCH: "Surveys.",
        Purpose.REPUBLISHING: "The company showing the member's posts elsewhere.",
    },
    name="ConsentPurpose",
)
graph_enum(
    Channel,
    "Where something would reach a member.",
    {
        Channel.EMAIL: "E-mail.",
        Channel.PUSH: "Push messages on a device.",
        Channel.SMS: "Text messages.",
        Channel.CHAT: "Chat apps.",
        Channel.ANY: "Wherever it happens, with no channel of its own.",
    },
    name="ConsentChannel",
)


@strawberry.type(description="An ability that is taken from a member at present.")
class Restriction:
    """One restriction in force."""

    ability: Ability = strawberry.field(description="What the member may not do.")
    reason: str = strawberry.field(description="Why, in the words of the staff.")
    starts_at: datetime = strawberry.field(description="Since when.")
    ends_at: datetime | None = strawberry.field(description="Until when; null when no end was set.")

    @classmethod
    def of(cls, restriction: RestrictionView) -> Self:
        return cls(
            ability=Ability(restriction.ability),
            reason=restriction.reason,
            starts_at=restriction.starts_at,
            ends_at=restriction.ends_at,
        )


@strawberry.type(description="The latest answer to one question of consent.")
class Consent:
    """One purpose on one channel."""

    purpose: Purpose = strawberry.field(description="What it is about.")
    channel: Channel = strawberry.field(description="Where it would reach the member.")
    granted: bool = strawberry.field(description="Whether the member allows it.")
    source: str = strawberry.field(description="Where the member answered.")
    given_at: datetime = strawberry.field(description="When the member answered.")

    @classmethod
    def of(cls, consent: ConsentView) -> Self:
        return cls(
            purpose=Purpose(consent.purpose),
            channel=Channel(consent.channel),
            granted=consent.granted,
            source=consent.source,
            given_at=consent.given_at,
        )


@strawberry.type(description="Somebody who joined.")
class Member(Node):
    """A member as everybody may see them; what is private is null to those who may not."""

    handle: str = strawberry.field(description="The unique name behind the @.")
    display_name: str = strawberry.field(description="The name people see.")
    bio: str = strawberry.field(description="What the member says about themselves, plain text.")
    joined_at: datetime = strawberry.field(description="When they joined.")

    @classmethod
    def of(cls, member: MemberView, along: Along = NOTHING) -> Self:
        return cls(
            uuid=member.id,
            along=along,
            handle=member.handle,
            display_name=member.display_name,
            bio=member.bio,
            joined_at=member.joined_at,
        )

    @staticmethod
    def wanted(actor: Actor, asked: frozenset[str], prefix: str = "") -> Iterator[Companion[Any]]:
        """What to read along with a member of whom this is asked, each with the prefix."""
        if f"{prefix}tier" in asked:
            yield tiers.beside(clock.now())
        if f"{prefix}followerCount" in asked:
            yield members.followers_beside()
        if f"{prefix}followingCount" in asked:
            yield members.following_beside()
        if f"{prefix}viewerFollows" in asked and actor.member_id:
            yield members.followed_beside(actor.member_id)

    @classmethod
    def each(cls, found: Mapping[UUID, MemberView], ids: Iterable[UUID]) -> list[Self]:
        """The members with these ids, in order. Only for ids that must exist."""
        return [cls.of(found[member_id]) for member_id in ids]

    @classmethod
    async def visible(cls, ids: Sequence[UUID], info: Info) -> list[Self | None]:
        found = await members.by_ids(ids)
        return each_found(cls.of, found, ids)

    @level(description="How many members follow this one.")
    async def follower_count(parents: list["Member"], info: Info) -> list[int]:
        counts = await members.follower_counts([member.uuid for member in parents], _along(parents))
        return [counts[member.uuid] for member in parents]

    @level(description="How many members this one follows.")
    async def following_count(parents: list["Member"], info: Info) -> list[int]:
        counts = await members.following_counts([member.uuid for member in parents], _along(parents))
        return [counts[member.uuid] for member in parents]

    @level(description="Whether you follow this member.", metadata=YOURS)
    async def viewer_follows(parents: list["Member"], info: Info) -> list[bool]:
        viewer = info.context.actor.member_id
        if viewer is None:
            return [False for _ in parents]
        followed = await members.followed_among(viewer, [member.uuid for member in parents], _along(parents))
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

    @level(description="The tier of this member.")
    async def tier(parents: list["Member"], info: Info) -> list[Tier]:
        found = await tiers.tiers_of([member.uuid for member in parents], clock.now(), _along(parents))
        return each_once(Tier.of, [found[member.uuid] for member in parents])

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
        return [Connection.of(pages[member.uuid], _member_of) for member in parents]

    @level(description="Whom this member follows, latest first.")
    @paged()
    async def following(parents: list["Member"], info: Info, request: PageRequest) -> list[Connection["Member"]]:
        pages = await members.following_of([member.uuid for member in parents], request)
        return [Connection.of(pages[member.uuid], _member_of) for member in parents]


@strawberry.type(description="You: what only you see about yourself.")
class Viewer(OwnAccess):
    """The signed-in member's private side."""

    view: strawberry.Private[MemberView]
    along: strawberry.Private[Along] = NOTHING
    member: Member = strawberry.field(description="You as others see you.")
    locale: str = strawberry.field(description="The language you are written to in.")
    time_zone: str = strawberry.field(description="The IANA zone that decides when your day begins.")
    time_zone_changeable_at: datetime | None = strawberry.field(
        description="When the time zone may change next; null means at once."
    )
    birthday: date | None = strawberry.field(description="Your birthday, if you told it.")

    @classmethod
    def of(cls, member: MemberView, along: Along = NOTHING) -> Self:
        return cls(
            account_id=member.id,
            along=along,
            view=member,
            member=Member.of(member, along),
            locale=member.locale,
            time_zone=member.time_zone,
            time_zone_changeable_at=member.time_zone_changeable_at,
            birthday=member.birthday,
        )

    @staticmethod
    def wanted(actor: Actor, member_id: UUID, asked: frozenset[str]) -> Iterator[Companion[Any]]:
        """What to read along with a viewer of whom this is asked."""
        yield from Member.wanted(actor, asked, "member.")
        if "balance" in asked:
            yield ledger.beside(member_id, clock.now())
        if "abilities" in asked:
            yield members.abilities_beside(clock.now())

    @property
    def own(self) -> Actor:
        """You, also in the answer to signing in, which a stranger asked for."""
        return Actor(kind=Kind.MEMBER, member_id=self.view.id)

    @strawberry.field(description="What you may do at present.")
    async def abilities(self) -> list[Ability]:
        return await members.abilities_of(self.view.id, clock.now(), self.along)

    @strawberry.field(description="What you have.")
    async def balance(self) -> Balance:
        return Balance.of((await ledger.balances_of([self.view.id], clock.now(), self.along))[self.view.id])

    @strawberry.field(description="Every change of what you have, latest first.", metadata=YOURS)
    @paged()
    async def statement(self, request: PageRequest) -> Connection[StatementLine]:
        pages = await ledger.statements_of(self.own, [self.view.id], request)
        return Connection.of(pages[self.view.id], StatementLine.of)

    @strawberry.field(description="What you bought, the latest first.", metadata=YOURS)
    @paged(orders.SHAPE)
    async def orders(self, request: PageRequest) -> Connection[Order]:
        return Connection.of(await orders.own_orders(self.view.id, request), Order.of)

    @strawberry.field(description="Where you stand, why, and how far it is to the next tier.", metadata=YOURS)
    async def standing(self) -> Standing:
        return Standing.of((await tiers.standing([self.view.id], clock.now()))[self.view.id])

    @strawberry.field(description="What you may use now, and why.", metadata=YOURS)
    async def entitlements(self) -> list[Entitlement]:
        now = clock.now()
        return [
            Entitlement.of(right)
            for right in (await entitlements.rights_of([self.view.id], now))[self.view.id].held(now)
        ]

    @strawberry.field(description="Whether you may use a feature now. False for one that nobody knows.", metadata=YOURS)
    async def can(
        self, feature: Annotated[str, strawberry.argument(description="Its key, such as `articles.premium`.")]
    ) -> bool:
        return await entitlements.can(self.view.id, feature, clock.now())

    @strawberry.field(
        description="What you may use, signed, to decide by without a network: a compact JWS (RFC 7515) with Ed25519,"
        " whose public key is at /.well-known/jwks.json. `rights` maps each feature to the second before which it may"
        " be used; after `exp` nothing in it holds any more.",
        metadata=YOURS | {PRICE: Price(own=10)},
    )
    async def entitlement_snapshot(self) -> str:
        return await entitlements.snapshot_of(self.view.id, clock.now())

    @strawberry.field(description="What you were given, latest first.", metadata=YOURS)
    @paged()
    async def gifts(self, request: PageRequest) -> Connection[Gift]:
        return Connection.of(await entitlements.gifts_to(self.view.id, request), Gift.of)

    @strawberry.field(description="What you gave to others, latest first.", metadata=YOURS)
    @paged()
    async def sent_gifts(self, request: PageRequest) -> Connection[Gift]:
        return Connection.of(await entitlements.gifts_from(self.view.id, request), Gift.of)

    @strawberry.field(description="Your referral link, and whom it brought; made at the first ask.", metadata=YOURS)
    async def referral(self, info: Info) -> ViewerReferral:
        own = Owner.member(self.view.id)
        return ViewerReferral.of(await referrals.default_link_of(own, actor=info.context.actor))

    @strawberry.field(description="Your latest answer to each question of consent you were asked.", metadata=YOURS)
    async def consents(self) -> list[Consent]:
        return [Consent.of(c) for c in await members.consents_of(self.own, self.view.id)]

    @strawberry.field(description="What you entered in campaigns, latest first.", metadata=YOURS)
    @paged()
    async def campaign_entries(
        self, info: Info, request: PageRequest
    ) -> Connection[Annotated["CampaignEntry", strawberry.lazy("schema.campaigns.types")]]:
        from schema.campaigns.types import CampaignEntry

        page = await campaigns.entries_of_member(info.context.actor, self.view.id, request)
        return Connection.of(page, CampaignEntry.of)

    @strawberry.field(description="Whom you block, latest first.")
    @paged()
    async def blocks(self, request: PageRequest) -> Connection[Member]:
        return Connection.of((await members.blocks_of([self.view.id], request))[self.view.id], _member_of)


def _member_of(relation: Relation) -> Member:
    return Member.of(relation.member)


def _along(parents: Iterable[Member]) -> Along:
    return Along.all_of([member.along for member in parents])
