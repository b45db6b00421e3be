"""Links, referrals and their figures, as the graph shows them."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Self, TypeAlias
from uuid import UUID

import strawberry

from community.access.policy import Permission
from community.kernel.pages import PageRequest
from community.members import queries as members
from community.referrals import queries as referrals
from community.referrals import service
from community.referrals.queries import LinkView, PublishedProgramme, ReferralView, StatsView, TouchView
from community.referrals.rules import qr
from community.referrals.rules.attribution import Verdict
from community.referrals.rules.owners import Owner, OwnerKind
from community.referrals.rules.programme import Credits, TouchKind
from community.referrals.rules.signals import Signal, SignalCode
from community.referrals.rules.stages import Review, Stage
from schema.connections import Connection, paged
from schema.context import Info
from schema.execution.levels import level
from schema.nodes import Node, each_found, each_or_none
from schema.prices import PRICE, PRIVATE, Price
from schema.referrals.enums import QrImage
from schema.views import Shown, shows

if TYPE_CHECKING:
    from schema.members.types import Member

Somebody: TypeAlias = Annotated["Member", strawberry.lazy("schema.members.types")]

YOURS = {PRIVATE: True}


@shows
@strawberry.type(description="What links brought.")
class ReferralStats(Shown[StatsView]):
    """Figures of one owner, or of one link."""

    clicks: int = strawberry.field(description="Visitors, each once an hour for each link.")
    repeats: int = strawberry.field(description="Visits that a visitor repeated within an hour.")
    bots: int = strawberry.field(description="Visits of robots and previews.")
    untracked: int = strawberry.field(description="Visits of people who want no track: nobody knows who repeated one.")
    signed_up: int = strawberry.field(description="Friends who joined, without those who do not count.")
    qualified: int = strawberry.field(description="Friends who qualified, the rewarded among them.")
    rewarded: int = strawberry.field(description="Friends whose reward is kept for good.")
    rejected: int = strawberry.field(description="Friends who do not count, or whose order was refunded.")


@shows
@strawberry.type(description="A link that brings friends. Its owner and trusted staff see it.")
class ReferralLink(Node, Shown[LinkView]):
    """Somebody's link."""

    code: str = strawberry.field(description="The code; case, hyphens and letters that look alike do not matter.")
    label: str = strawberry.field(description="What its owner calls it; may be empty.")
    sub_source: str | None = strawberry.field(description="Where it is used, such as `newsletter-3`.")
    campaign: str | None = strawberry.field(description="The campaign it belongs to.")
    target: str | None = strawberry.field(description="Where it leads; null for the page that invites.")
    shows_owner: bool = strawberry.field(description="Whether friends are told who brought them.")
    is_default: bool = strawberry.field(description="Whether it is the one under which its owner is known.")
    created_at: datetime = strawberry.field(description="When it was made.")
    ends_at: datetime | None = strawberry.field(description="When it ends; null when it does not.")
    disabled_at: datetime | None = strawberry.field(description="When it was disabled; null when it was not.")

    @classmethod
    async def visible(cls, ids: Sequence[UUID], info: Info) -> list[Self | None]:
        return each_or_none(cls.of, await referrals.links_seen_by(info.context.actor, ids))

    @strawberry.field(description="The address to share.")
    def url(self) -> str:
        return service.link_url(self.code)

    @strawberry.field(description="The address as a QR code.", metadata={PRICE: Price(own=5)})
    def qr(
        self,
        image: Annotated[QrImage, strawberry.argument(description="How it is written down.")] = QrImage.SVG,
    ) -> str:
        return (qr.svg_of if image is QrImage.SVG else qr.png_of)(service.link_url(self.code))

    @level(description="What it brought.")
    async def stats(parents: list["ReferralLink"], info: Info) -> list[ReferralStats]:
        found = await referrals.stats_of_links([link.uuid for link in parents])
        return [ReferralStats.of(found[link.uuid]) for link in parents]


@strawberry.type(description="A figure behind a signal.")
class SignalFigure:
    """One figure."""

    name: str = strawberry.field(description="What was looked at.")
    value: str = strawberry.field(description="What was seen.")


@strawberry.type(description="Something that makes a referral doubtful.")
class ReferralSignal:
    """A signal with its weight."""

    signal: strawberry.Private[Signal]
    code: SignalCode = strawberry.field(description="What was seen.")
    weight: int = strawberry.field(description="How heavy it is.")

    @classmethod
    def of(cls, signal: Signal) -> Self:
        return cls(signal=signal, code=signal.code, weight=signal.weight)

    @strawberry.field(description="What it means.")
    def meaning(self) -> str:
        return self.code.meaning

    @strawberry.field(description="The figures behind it; nothing personal.", metadata={PRICE: Price(items=2)})
    def evidence(self) -> list[SignalFigure]:
        return [SignalFigure(name=name, value=str(value)) for name, value in self.signal.evidence.items()]


@strawberry.type(description="Who brought a member, and how far that has come. Its owner and trusted staff see it.")
class Referral(Node):
    """One friend."""

    view: strawberry.Private[ReferralView]
    owner_kind: OwnerKind = strawberry.field(description="Whether a member or a partner brought them.")
    stage: Stage = strawberry.field(description="How far it has come.")
    source: str | None = strawberry.field(description="Where the link was used, or what the app said.")
    campaign: str | None = strawberry.field(description="The campaign that brought them.")
    joined_at: datetime = strawberry.field(description="When the friend was bound to whoever brought them.")
    qualified_at: datetime | None = strawberry.field(description="When the friend qualified.")
    held_until: datetime | None = strawberry.field(description="Until when the reward is held; null before.")
    rewarded_at: datetime | None = strawberry.field(description="Since when the reward is kept for good.")
    ended_at: datetime | None = strawberry.field(description="When it was rejected or taken back.")

    @classmethod
    def of(cls, view: ReferralView) -> Self:
        return cls(
            uuid=view.id,
            view=view,
            owner_kind=view.owner.kind,
            stage=view.stage,
            source=view.source,
            campaign=view.campaign,
            joined_at=view.bound_at,
            qualified_at=view.qualified_at,
            held_until=view.held_until,
            rewarded_at=view.rewarded_at,
            ended_at=view.ended_at,
        )

    @classmethod
    async def visible(cls, ids: Sequence[UUID], info: Info) -> list[Self | None]:
        return each_or_none(cls.of, await referrals.referrals_seen_by(info.context.actor, ids))

    @level(description="The friend.")
    async def friend(parents: list["Referral"], info: Info) -> list[Somebody]:
        from schema.members.types import Member

        ids = [referral.view.member_id for referral in parents]
        return Member.each(await members.by_ids(ids), ids)

    @level(description="The member who brought them; null where a partner did.")
    async def referrer(parents: list["Referral"], info: Info) -> list[Somebody | None]:
        return await _members_of([referral.view.owner for referral in parents])

    @level(description="The link they came by; null where it was none.")
    async def link(parents: list["Referral"], info: Info) -> list[ReferralLink | None]:
        return await links_of([referral.view.link_id for referral in parents])

    @strawberry.field(description="Staff: whether people have to look at it; null to everybody else.", metadata=YOURS)
    def review(self, info: Info) -> Review | None:
        return self.view.review if _judges(info) else None

    @strawberry.field(description="Staff: what the signals come to; null to everybody else.", metadata=YOURS)
    def score(self, info: Info) -> int | None:
        return self.view.score if _judges(info) else None

    @strawberry.field(
        description="Staff: what makes it doubtful; null to everybody else.",
        metadata={PRIVATE: True, PRICE: Price(items=3)},
    )
    def signals(self, info: Info) -> list[ReferralSignal] | None:
        return [ReferralSignal.of(signal) for signal in self.view.signals] if _judges(info) else None

    @strawberry.field(description="Staff: why it ended; null to everybody else.", metadata=YOURS)
    def end_reason(self, info: Info) -> str | None:
        return self.view.end_reason if _judges(info) else None


@shows
@strawberry.type(description="Something that may have brought a member, and what the policy said of it.")
class AttributionTouch(Shown[TouchView]):
    """A line of the attribution log."""

    kind: TouchKind = strawberry.field(description="What it was.")
    verdict: Verdict = strawberry.field(description="What became of it.")
    code: str | None = strawberry.field(description="The code of the link, or what was typed.")
    campaign: str | None = strawberry.field(description="The campaign, if there was one.")
    touched_at: datetime = strawberry.field(description="When it happened.")
    decided_at: datetime = strawberry.field(description="When the policy was asked.")
    programme_version: str = strawberry.field(description="The version of the programme that decided.")

    @strawberry.field(description="What the verdict means.")
    def reason(self) -> str:
        return self.verdict.meaning

    @level(description="The member whose link or coupon it was; null where it was none's.")
    async def referrer(parents: list["AttributionTouch"], info: Info) -> list[Somebody | None]:
        return await _members_of([touch.view.owner for touch in parents])

    @level(description="The link; null where it was none.")
    async def link(parents: list["AttributionTouch"], info: Info) -> list[ReferralLink | None]:
        return await links_of([touch.view.link_id for touch in parents])


@strawberry.type(description="What counts as having brought somebody, and when it is rewarded.")
class ReferralProgramme:
    """A version of the programme."""

    version: str = strawberry.field(description="The version.")
    starts_at: datetime | None = strawberry.field(description="Since when it is in force; null for since ever.")
    model: Credits = strawberry.field(description="Which of several touches counts.")
    window_days: int = strawberry.field(description="How old a touch may be when somebody joins.")
    late_days: int = strawberry.field(description="How long after joining somebody can still be bound.")
    qualifies_on: str = strawberry.field(description="The event by which a friend qualifies, such as `order.paid`.")
    least_amount: int = strawberry.field(description="How much an order must come to, in minor units.")
    holding_days: int = strawberry.field(description="How long a reward is held.")

    @classmethod
    def of(cls, published: PublishedProgramme) -> Self:
        programme = published.programme
        return cls(
            version=published.version,
            starts_at=published.starts_at if published.id else None,
            model=programme.credits,
            window_days=programme.window_days,
            late_days=programme.late_days,
            qualifies_on=programme.qualifies_on,
            least_amount=programme.least_amount,
            holding_days=programme.holding_days,
        )


@strawberry.type(description="Your link, and whom it brought.")
class ViewerReferral:
    """The signed-in member as somebody who brings friends, and who was brought."""

    own: strawberry.Private[LinkView]

    @classmethod
    def of(cls, link: LinkView) -> Self:
        return cls(own=link)

    @strawberry.field(description="The code under which you are known.")
    def code(self) -> str:
        return self.own.code

    @strawberry.field(description="Your main link.")
    def link(self) -> ReferralLink:
        return ReferralLink.of(self.own)

    @strawberry.field(description="What all your links brought.", metadata={PRICE: Price(own=2)})
    async def stats(self) -> ReferralStats:
        return ReferralStats.of(await referrals.stats_of(self.own.owner))

    @strawberry.field(description="All your links, the newest first.")
    @paged()
    async def links(self, request: PageRequest) -> Connection[ReferralLink]:
        return Connection.of(await referrals.links_of(self.own.owner, request), ReferralLink.of)

    @strawberry.field(description="Whom you brought, the latest first.")
    @paged()
    async def friends(
        self,
        request: PageRequest,
        stage: Annotated[Stage | None, strawberry.argument(description="Only those who have come so far.")] = None,
    ) -> Connection[Referral]:
        return Connection.of(await referrals.referrals_by(self.own.owner, request, stage=stage), Referral.of)

    @strawberry.field(description="The member who brought you; null where nobody did, or who wants to stay unnamed.")
    async def brought_by(self) -> Somebody | None:
        from schema.members.types import Member

        member = await referrals.named_referrer_of(self.own.owner.id)
        found = await members.one(member) if member else None
        return Member.of(found) if found else None


def _judges(info: Info) -> bool:
    return info.context.actor.may(Permission.REFERRALS_READ_ANY)


async def _members_of(owners: Sequence[Owner | None]) -> list["Member | None"]:
    from schema.members.types import Member

    ids = [owner.id if owner and owner.kind is OwnerKind.MEMBER else None for owner in owners]
    found = await members.by_ids(filter(None, ids))
    return each_found(Member.of, found, ids)


async def links_of(ids: Sequence[UUID | None]) -> list[ReferralLink | None]:
    """The link with each of these ids, in their order."""
    found = await referrals.links_by_ids(filter(None, ids))
    return each_found(ReferralLink.of, found, ids)
