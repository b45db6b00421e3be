"""The signed-in member's own side."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Self

import strawberry

from community.access.policy import Actor, Kind
from community.campaigns import queries as campaigns
from community.entitlements import queries as entitlements
from community.kernel import clock
from community.kernel.along import NOTHING, Along
from community.kernel.pages import PageRequest
from community.ledger import queries as ledger
from community.members import queries as members
from community.members.queries import MemberView
from community.members.rules import Ability
from community.orders import queries as orders
from community.referrals import service as referrals
from community.referrals.rules.owners import Owner
from community.tiers import queries as tiers
from schema.access.types import YOURS, OwnAccess
from schema.along import brings
from schema.connections import Connection, paged
from schema.context import Info
from schema.entitlements.types import Entitlement, Gift
from schema.ledger.types import Balance, StatementLine
from schema.members.types.members import Member, member_of
from schema.members.types.private import Consent
from schema.orders.types import Order
from schema.prices import PRICE, Price
from schema.referrals.types import ViewerReferral
from schema.tiers.types import Standing
from schema.views import Shown, shows

if TYPE_CHECKING:
    from schema.campaigns.types import CampaignEntry


@shows
@strawberry.type(description="You: what only you see about yourself.")
class Viewer(OwnAccess, Shown[MemberView]):
    """The signed-in member's private side."""

    member: Member = strawberry.field(description="You as others see you.")
    locale: str = strawberry.field(description="The language you are written to in.")
    time_zone: str = strawberry.field(description="The IANA zone that decides when your day begins.")
    time_zone_changeable_at: datetime | None = strawberry.field(
        description="When the time zone may change next; null means at once."
    )
    birthday: date | None = strawberry.field(description="Your birthday, if you told it.")

    @classmethod
    def of(cls, view: MemberView, along: Along = NOTHING) -> Self:
        viewer = super().of(view, along)
        viewer.account_id = view.id
        viewer.member = Member.of(view, along)
        return viewer

    @property
    def own(self) -> Actor:
        """You, also in the answer to signing in, which a stranger asked for."""
        return Actor(kind=Kind.MEMBER, member_id=self.view.id)

    @strawberry.field(description="What you may do at present.", metadata=brings(members.ABILITIES))
    async def abilities(self) -> list[Ability]:
        return await members.abilities_of(self.view.id, self.along.now, self.along)

    @strawberry.field(description="What you have.", metadata=brings(ledger.BESIDE))
    async def balance(self) -> Balance:
        return Balance.of((await ledger.balances_of([self.view.id], self.along.now, self.along))[self.view.id])

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
        return Connection.of((await members.blocks_of([self.view.id], request))[self.view.id], member_of)
