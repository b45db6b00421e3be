"""Campaigns, as everybody sees them and as staff do."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

import strawberry

from community.campaigns import queries as campaigns
from community.campaigns.queries import LEADER_SHAPE, CampaignView, Opening
from community.campaigns.queries.entries import EVERYTHING
from community.campaigns.rules.plan import Cycle, Match, Review, Score, Tickets
from community.campaigns.rules.states import State
from community.kernel import clock
from community.kernel.pages import PageRequest
from community.posts.rules import markdown
from schema.campaigns.plans import CampaignAudience, CampaignPrize, CampaignReward
from schema.campaigns.types.draws import PrizeDraw
from schema.campaigns.types.entries import YOURS, CampaignEntry, EntryFilter, EntryRefusal
from schema.campaigns.types.leaderboards import CampaignLeader, CampaignWeek
from schema.campaigns.types.results import CampaignResults
from schema.campaigns.types.versions import CampaignVersion
from schema.connections import Connection, paged
from schema.context import Info, text_in
from schema.execution.levels import level
from schema.nodes import Node, each_found
from schema.posts.types import Hashtag
from schema.prices import PRICE, PRIVATE, Price
from schema.scalars import Long
from schema.together import together


@strawberry.type(description="A hashtag campaign: posts that carry its hashtags enter by themselves.")
class Campaign(Node):
    """A campaign, in the words of the version in force."""

    view: strawberry.Private[CampaignView]
    slug: str = strawberry.field(description="Its lasting name in addresses.")
    state: State = strawberry.field(description="Where it stands.")
    version: int = strawberry.field(description="The number of what it says now; every change is kept as another.")
    opens_at: datetime = strawberry.field(description="Posts written from then on enter.")
    closes_at: datetime = strawberry.field(description="Posts written from then on do not.")
    match: Match = strawberry.field(description="How many of the hashtags a post has to carry.")
    needs_media: bool = strawberry.field(description="Whether a post has to have a picture.")
    review: Review = strawberry.field(description="Who decides on a post that fits.")
    entries_per_day: int | None = strawberry.field(description="How often a member may enter on one of their days.")
    entries_per_member: int | None = strawberry.field(description="How often a member may enter in all.")
    budget_points: Long | None = strawberry.field(description="How many points the rewards may cost; null for no end.")
    budget_entries: int | None = strawberry.field(description="How many entries may be accepted; null for no end.")
    points_spent: Long = strawberry.field(description="The points that are given and promised.")
    entry_count: int = strawberry.field(description="How many entries count.")
    leaderboard_cycle: Cycle = strawberry.field(description="How long its leaderboard counts.")
    leaderboard_score: Score = strawberry.field(description="What its leaderboard counts.")
    tickets: Tickets = strawberry.field(description="How many tickets there are in the draw.")
    cancel_reason: str | None = strawberry.field(description="Why it was cancelled.")

    @classmethod
    def of(cls, campaign: CampaignView) -> Self:
        plan = campaign.plan
        return cls(
            uuid=campaign.id,
            view=campaign,
            slug=campaign.slug,
            state=campaign.state,
            version=campaign.version,
            opens_at=plan.opens_at,
            closes_at=plan.closes_at,
            match=plan.match,
            needs_media=plan.needs_media,
            review=plan.review,
            entries_per_day=plan.limits.per_day,
            entries_per_member=plan.limits.in_all,
            budget_points=None if plan.budget.points is None else Long(plan.budget.points),
            budget_entries=plan.budget.entries,
            points_spent=Long(campaign.spent.points),
            entry_count=campaign.spent.entries,
            leaderboard_cycle=plan.cycle,
            leaderboard_score=plan.score,
            tickets=plan.tickets,
            cancel_reason=campaign.cancel_reason,
        )

    @classmethod
    async def visible(cls, ids: Sequence[UUID], info: Info) -> list[Self | None]:
        found = await campaigns.campaigns_by_ids(info.context.actor, ids)
        return each_found(cls.of, found, ids)

    @strawberry.field(description="Its name, in the caller's language.")
    def name(self, info: Info) -> str:
        return text_in(info.context.locale, self.view.plan.name)

    @strawberry.field(description="What to write about, in Markdown and the caller's language.")
    def brief(self, info: Info) -> str:
        return text_in(info.context.locale, self.view.plan.brief)

    @strawberry.field(description="What to write about, as safe HTML.", metadata={PRICE: Price(own=1)})
    def brief_html(self, info: Info) -> str:
        return markdown.parse(text_in(info.context.locale, self.view.plan.brief)).html()

    @strawberry.field(description="The terms, in Markdown and the caller's language.")
    def terms(self, info: Info) -> str:
        return text_in(info.context.locale, self.view.plan.terms)

    @strawberry.field(description="The terms, as safe HTML.", metadata={PRICE: Price(own=1)})
    def terms_html(self, info: Info) -> str:
        return markdown.parse(text_in(info.context.locale, self.view.plan.terms)).html()

    @strawberry.field(description="The hashtags that a post has to carry.", metadata={PRICE: Price(items=2)})
    def hashtags(self) -> list[Hashtag]:
        return [Hashtag.named(name) for name in self.view.plan.hashtags]

    @strawberry.field(description="Who may enter.")
    def audience(self) -> CampaignAudience:
        return CampaignAudience.of(self.view.plan.audience)

    @strawberry.field(description="What an entry that counts earns.")
    def reward(self) -> CampaignReward:
        return CampaignReward.of(self.view.plan.reward)

    @strawberry.field(description="What can be won, the first prize first.", metadata={PRICE: Price(items=3)})
    def prizes(self) -> list[CampaignPrize]:
        return [CampaignPrize.of(prize) for prize in self.view.plan.prizes]

    @strawberry.field(description="The weeks that its leaderboard counts apart; none where it counts the whole.")
    def weeks(self) -> list[CampaignWeek]:
        return [
            CampaignWeek(number=number, starts_at=span.since, ends_at=span.until)
            for number, span in enumerate(campaigns.weeks_of(self.view), start=1)
            if span.since and span.until
        ]

    @level(
        description="Its entries that you may see, the earliest first: for everybody those that count, for reviewers"
        " all.",
        metadata=YOURS,
    )
    @paged()
    async def entries(
        parents: list["Campaign"],
        info: Info,
        request: PageRequest,
        where: Annotated[EntryFilter | None, strawberry.argument(description="Which entries; all without it.")] = None,
    ) -> list[Connection[CampaignEntry]]:
        which = campaigns.EntryFilter(where.states, where.reasons) if where else EVERYTHING
        ids = [parent.uuid for parent in parents]
        pages = await campaigns.entries_of_campaigns(info.context.actor, ids, request, which)
        return [Connection.of(page, CampaignEntry.of) for page in pages]

    @level(
        description="Members by score, the highest first. Where it counts weeks, the present one unless told.",
        metadata={PRICE: Price(own=5)},
    )
    @paged(LEADER_SHAPE)
    async def leaderboard(
        parents: list["Campaign"],
        info: Info,
        request: PageRequest,
        week: Annotated[int | None, strawberry.argument(description="The number of a week.")] = None,
    ) -> list[Connection[CampaignLeader]]:
        pages = await campaigns.leaderboards([parent.view for parent in parents], request, clock.now(), week)
        return [Connection.of(page, CampaignLeader.of) for page in pages]

    @level(description="Your latest entry; null when there is none.")
    async def viewer_entry(parents: list["Campaign"], info: Info) -> list[CampaignEntry | None]:
        viewer_id = info.context.actor.member_id
        found = await campaigns.own_entries_in(viewer_id, [each.uuid for each in parents]) if viewer_id else {}
        return each_found(CampaignEntry.of, found, [each.uuid for each in parents])

    @level(description="Whether a post of yours that fits would enter now.")
    async def viewer_can_enter(parents: list["Campaign"], info: Info) -> list[bool]:
        return [opening is not None and opening.reason is None for opening in await _openings(parents, info)]

    @level(description="Why a post of yours would not enter now; null where it would, or nobody is signed in.")
    async def viewer_refusal(parents: list["Campaign"], info: Info) -> list[EntryRefusal | None]:
        return [
            EntryRefusal.of(opening.reason, info.context.locale, opening.until) if opening and opening.reason else None
            for opening in await _openings(parents, info)
        ]

    @level(description="The draw of its prizes; null while it is a draft.")
    async def draw(parents: list["Campaign"], info: Info) -> list[PrizeDraw | None]:
        found = await campaigns.draws_of([parent.view for parent in parents])
        return [PrizeDraw.of(each.view, found[each.uuid]) if each.uuid in found else None for each in parents]

    @level(
        description="Staff: what it brought and cost; null without campaigns.read_results.",
        metadata={PRICE: Price(own=20), PRIVATE: True},
    )
    async def results(parents: list["Campaign"], info: Info) -> list[CampaignResults | None]:
        ids = [parent.uuid for parent in parents]
        return each_found(CampaignResults.of, await campaigns.results_seen_by(info.context.actor, ids), ids)

    @level(
        description="Staff: everything it ever said, the latest first; null without campaigns.manage.",
        metadata={PRICE: Price(items=5), PRIVATE: True},
    )
    async def versions(parents: list["Campaign"], info: Info) -> list[list[CampaignVersion] | None]:
        ids = [parent.uuid for parent in parents]
        found = await campaigns.versions_seen_by(info.context.actor, ids)
        return [[CampaignVersion.of(version) for version in found[each]] if each in found else None for each in ids]


async def _openings(parents: list[Campaign], info: Info) -> Sequence[Opening | None]:
    """One question for all fields and levels that ask it at the same moment."""
    viewer_id = info.context.actor.member_id
    if viewer_id is None:
        return [None for _ in parents]
    views: dict[UUID, CampaignView] = info.context.loaders.setdefault(Opening, {})
    views |= {parent.uuid: parent.view for parent in parents}

    async def ask(ids: Sequence[UUID]) -> Sequence[Opening]:
        return await campaigns.openings([views[each] for each in ids], viewer_id, clock.now())

    return await together(info, ask, [parent.uuid for parent in parents], name="openings of campaigns")
