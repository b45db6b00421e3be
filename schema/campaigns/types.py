"""Campaigns and their entries as the graph shows them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

import orjson
import strawberry

from community.access.policy import Permission
from community.campaigns import queries as campaigns
from community.campaigns.queries import (
    LEADER_SHAPE,
    CampaignView,
    DrawView,
    EntryView,
    LeaderView,
    Opening,
    ResultsView,
    RewardState,
    VersionView,
)
from community.campaigns.queries.entries import EVERYTHING
from community.campaigns.rules.judging import EntryState, Reason
from community.campaigns.rules.plan import Cycle, Match, Review, Score, Tickets
from community.campaigns.rules.states import State
from community.kernel import clock
from community.kernel.messages import translate
from community.kernel.pages import PageRequest
from community.members import queries as members
from community.posts.rules import markdown
from schema.campaigns import enums as enums
from schema.campaigns.plans import CampaignAudience, CampaignPrize, CampaignReward
from schema.connections import After, Before, Connection, First, Last
from schema.context import Info, text_in
from schema.execution.levels import level
from schema.members.types import Member
from schema.nodes import Node, each_found
from schema.posts.types import Hashtag, Post
from schema.prices import PRICE, PRIVATE, Price
from schema.scalars import Long
from schema.together import together

YOURS = {PRIVATE: True}


@strawberry.type(description="Why a post does not count, or would not.")
class EntryRefusal:
    """A reason, for programs and for people."""

    reason: Reason = strawberry.field(description="The reason.")
    message: str = strawberry.field(description="The same in the caller's language.")
    until: datetime | None = strawberry.field(description="When to try again; null when that would not help.")

    @classmethod
    def of(cls, reason: Reason, locale: str, until: datetime | None = None) -> Self:
        return cls(reason=reason, message=translate(reason.meaning, locale), until=until)


@strawberry.type(description="A post in a campaign.")
class CampaignEntry(Node):
    """An entry. Those that count are public; others are seen by their authors and by staff."""

    view: strawberry.Private[EntryView]
    state: EntryState = strawberry.field(description="Where it stands.")
    note: str | None = strawberry.field(description="What staff wrote about it.", metadata=YOURS)
    written_at: datetime = strawberry.field(description="When its post was written.")
    decided_at: datetime = strawberry.field(description="When it came to stand there.")
    reactor_count: int = strawberry.field(description="How many others reacted. Follows by a moment.")

    @classmethod
    def of(cls, entry: EntryView) -> Self:
        return cls(
            uuid=entry.id,
            view=entry,
            state=entry.state,
            note=entry.note,
            written_at=entry.written_at,
            decided_at=entry.decided_at,
            reactor_count=entry.reactors,
        )

    @classmethod
    async def visible(cls, ids: Sequence[UUID], info: Info) -> list[Self | None]:
        found = await campaigns.entries_by_ids(info.context.actor, ids)
        return each_found(cls.of, found, ids)

    @strawberry.field(description="Why it does not count; null when it does or waits.", metadata=YOURS)
    def refusal(self, info: Info) -> EntryRefusal | None:
        reason = self.view.reason
        return EntryRefusal.of(reason, info.context.locale) if reason else None

    @strawberry.field(
        description="What became of its reward; null unless it is yours or you review entries.", metadata=YOURS
    )
    def reward(self, info: Info) -> RewardState | None:
        return self.view.reward if campaigns.can_read_reward(info.context.actor, self.view) else None

    @strawberry.field(
        description="The points of its reward; of one that was taken back, what had been spent. Null unless it is"
        " yours or you review entries.",
        metadata=YOURS,
    )
    def points(self, info: Info) -> Long | None:
        return Long(self.view.points) if campaigns.can_read_reward(info.context.actor, self.view) else None

    @strawberry.field(
        description="The status credits of its reward; null unless it is yours or you review entries.", metadata=YOURS
    )
    def credits(self, info: Info) -> Long | None:
        return Long(self.view.credits) if campaigns.can_read_reward(info.context.actor, self.view) else None

    @strawberry.field(description="Until when a reward waits for reactions; null when it does not.", metadata=YOURS)
    def waits_until(self, info: Info) -> datetime | None:
        is_yours = campaigns.can_read_reward(info.context.actor, self.view)
        return self.view.gate_until if is_yours and self.view.reward is RewardState.WAITING else None

    @level(description="The campaign.", metadata=YOURS)
    async def campaign(parents: list["CampaignEntry"], info: Info) -> list["Campaign | None"]:
        found = await campaigns.campaigns_by_ids(info.context.actor, [entry.view.campaign_id for entry in parents])
        return each_found(Campaign.of, found, [e.view.campaign_id for e in parents])

    @level(description="The post; null where you may not see it.", metadata=YOURS)
    async def post(parents: list["CampaignEntry"], info: Info) -> list[Post | None]:
        return await Post.visible([entry.view.post_id for entry in parents], info)

    @level(description="Who wrote it.")
    async def member(parents: list["CampaignEntry"], info: Info) -> list[Member]:
        ids = [entry.view.member_id for entry in parents]
        return Member.each(await members.by_ids(ids), ids)


@strawberry.type(description="A member's place on a campaign's leaderboard.")
class CampaignLeader:
    """One place."""

    member_id: strawberry.Private[UUID]
    rank: int = strawberry.field(description="The place, from 1. Of equal scores, who reached it earlier is ahead.")
    score: Long = strawberry.field(description="What the leaderboard counts.")
    entries: int = strawberry.field(description="How many entries that count.")
    reached_at: datetime = strawberry.field(description="When they wrote the last of these.")

    @classmethod
    def of(cls, leader: LeaderView) -> Self:
        return cls(
            member_id=leader.member_id,
            rank=leader.rank,
            score=Long(leader.score),
            entries=leader.entries,
            reached_at=leader.reached_at,
        )

    @level(description="Who it is.")
    async def member(parents: list["CampaignLeader"], info: Info) -> list[Member]:
        ids = [parent.member_id for parent in parents]
        return Member.each(await members.by_ids(ids), ids)


@strawberry.type(description="Who holds a prize.")
class PrizeWinner:
    """One winner."""

    entry_id: strawberry.Private[UUID]
    prize: CampaignPrize = strawberry.field(description="The prize.")

    @level(description="The entry that won it; null where you may not see it any more.", metadata=YOURS)
    async def entry(parents: list["PrizeWinner"], info: Info) -> list[CampaignEntry | None]:
        found = await campaigns.entries_by_ids(info.context.actor, [parent.entry_id for parent in parents])
        return each_found(CampaignEntry.of, found, [p.entry_id for p in parents])


@strawberry.type(description="The draw of a campaign's prizes, as far as it has come. Anyone can recompute it.")
class PrizeDraw:
    """A draw."""

    view: strawberry.Private[DrawView]
    campaign: strawberry.Private[CampaignView]
    commitment: str = strawberry.field(description="The SHA-256 of the seed, published before the campaign opened.")
    committed_at: datetime = strawberry.field(description="When that was published.")
    list_hash: str | None = strawberry.field(description="The SHA-256 of the sealed list of entries; null before.")
    sealed_at: datetime | None = strawberry.field(description="When the list was sealed, some minutes after closing.")
    beacon: str | None = strawberry.field(description="The public number that decides with the seed, if any.")
    beacon_value: str | None = strawberry.field(description="What it was; null before the draw.")
    seed: str | None = strawberry.field(description="The seed in hexadecimal; null before the draw.")
    drawn_at: datetime | None = strawberry.field(description="When the prizes were drawn; nobody can draw again.")

    @classmethod
    def of(cls, campaign: CampaignView, draw: DrawView) -> Self:
        return cls(
            view=draw,
            campaign=campaign,
            commitment=draw.commitment,
            committed_at=draw.committed_at,
            list_hash=draw.list_hash,
            sealed_at=draw.sealed_at,
            beacon=campaign.plan.beacon,
            beacon_value=draw.beacon_value,
            seed=draw.seed.hex() if draw.seed else None,
            drawn_at=draw.drawn_at,
        )

    @strawberry.field(
        description="Who holds which prize, the first prize first; nobody before the draw.",
        metadata={PRICE: Price(own=5)},
    )
    def winners(self) -> list[PrizeWinner]:
        prizes = self.campaign.plan.prizes
        return [
            PrizeWinner(entry_id=won.line.entry, prize=CampaignPrize.of(prizes[won.prize])) for won in self.view.won
        ]

    @strawberry.field(
        description="All that is public by now, as a JSON document for `hourglass verify draw`: what was committed to,"
        " the sealed list, the seed, who was disqualified and who won.",
        metadata={PRICE: Price(own=5)},
    )
    def proof(self) -> str:
        return orjson.dumps(self.view.published()).decode()


@strawberry.type(description="So many entries stand there.")
class EntryCount:
    """A state and its number."""

    state: EntryState = strawberry.field(description="Where.")
    count: int = strawberry.field(description="How many.")


@strawberry.type(description="So many posts were refused for this.")
class RefusalCount:
    """A reason and its number."""

    reason: Reason = strawberry.field(description="Why.")
    count: int = strawberry.field(description="How many.")


@strawberry.type(description="What a campaign brought, and what it cost.")
class CampaignResults:
    """Results, for staff."""

    entries: list[EntryCount] = strawberry.field(description="Entries by where they stand.")
    refusals: list[RefusalCount] = strawberry.field(description="Refusals by their reason, the most frequent first.")
    members: int = strawberry.field(description="How many members have an entry that counts.")
    reach: int = strawberry.field(description="How many members were shown a post that counts.")
    joins: int = strawberry.field(description="How many members joined because of it.")
    points: Long = strawberry.field(description="The points that are given and promised to entries.")
    credits: Long = strawberry.field(description="The status credits that are given and promised to entries.")
    points_per_join: float | None = strawberry.field(description="What a new member cost; null while nobody joined.")

    @classmethod
    def of(cls, results: ResultsView) -> Self:
        return cls(
            entries=[EntryCount(state=state, count=results.entries.get(state, 0)) for state in EntryState],
            refusals=[RefusalCount(reason=reason, count=count) for reason, count in results.refused.items()],
            members=results.members,
            reach=results.reach,
            joins=results.joins,
            points=Long(results.points),
            credits=Long(results.credits),
            points_per_join=results.points_per_join,
        )


@strawberry.type(description="One of the weeks that a leaderboard counts.")
class CampaignWeek:
    """A week, cut by the campaign's window."""

    number: int = strawberry.field(description="Its number, from 1.")
    starts_at: datetime = strawberry.field(description="When it begins.")
    ends_at: datetime = strawberry.field(description="When it ends.")


@strawberry.type(description="What a campaign said from an instant on.")
class CampaignVersion:
    """A version, kept for ever."""

    view: strawberry.Private[VersionView]
    version: int = strawberry.field(description="Its number.")
    edited_at: datetime = strawberry.field(description="Since when it said so.")
    opens_at: datetime = strawberry.field(description="When it was to open.")
    closes_at: datetime = strawberry.field(description="When it was to close.")

    @classmethod
    def of(cls, version: VersionView) -> Self:
        return cls(
            view=version,
            version=version.version,
            edited_at=version.edited_at,
            opens_at=version.plan.opens_at,
            closes_at=version.plan.closes_at,
        )

    @strawberry.field(description="All of it, as JSON.")
    def plan(self) -> str:
        return orjson.dumps(self.view.plan.as_json()).decode()

    @level(description="Who wrote it; null when the clock did.")
    async def edited_by(parents: list["CampaignVersion"], info: Info) -> list[Member | None]:
        ids = [parent.view.edited_by for parent in parents]
        found = await members.by_ids(member_id for member_id in ids if member_id)
        return each_found(Member.of, found, ids)


@strawberry.input(description="Which entries. What is left out is left open.")
class EntryFilter:
    """A filter of entries."""

    states: list[EntryState] | None = strawberry.field(default=None, description="Only those that stand there.")
    reasons: list[Reason] | None = strawberry.field(default=None, description="Only those refused for this.")


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
    async def entries(
        parents: list["Campaign"],
        info: Info,
        where: Annotated[EntryFilter | None, strawberry.argument(description="Which entries; all without it.")] = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> list[Connection[CampaignEntry]]:
        request = PageRequest.of(first=first, after=after, last=last, before=before)
        which = campaigns.EntryFilter(where.states, where.reasons) if where else EVERYTHING
        ids = [parent.uuid for parent in parents]
        pages = await campaigns.entries_of_campaigns(info.context.actor, ids, request, which)
        return [Connection.of(page, CampaignEntry.of) for page in pages]

    @level(
        description="Members by score, the highest first. Where it counts weeks, the present one unless told.",
        metadata={PRICE: Price(own=5)},
    )
    async def leaderboard(
        parents: list["Campaign"],
        info: Info,
        week: Annotated[int | None, strawberry.argument(description="The number of a week.")] = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> list[Connection[CampaignLeader]]:
        request = PageRequest.of(first=first, after=after, last=last, before=before, shape=LEADER_SHAPE)
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
        if not info.context.actor.may(Permission.CAMPAIGNS_READ_RESULTS):
            return [None for _ in parents]
        found = await campaigns.results_of(info.context.actor, [parent.uuid for parent in parents])
        return [CampaignResults.of(results) for results in found]

    @level(
        description="Staff: everything it ever said, the latest first; null without campaigns.manage.",
        metadata={PRICE: Price(items=5), PRIVATE: True},
    )
    async def versions(parents: list["Campaign"], info: Info) -> list[list[CampaignVersion] | None]:
        if not info.context.actor.may(Permission.CAMPAIGNS_MANAGE):
            return [None for _ in parents]
        found = await campaigns.versions_of(info.context.actor, [parent.uuid for parent in parents])
        return [[CampaignVersion.of(version) for version in versions] for versions in found]


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
