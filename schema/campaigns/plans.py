"""What a campaign says, as everybody reads it and as staff write it."""

from datetime import datetime
from typing import Self

import strawberry

from community.campaigns.rules import plan as rules
from community.campaigns.rules.plan import Cycle, Match, Plan, Review, Score, Tickets
from schema.campaigns import enums as enums
from schema.context import Info, text_in
from schema.scalars import Long
from schema.tiers.programmes import LocalizedTextInput


@strawberry.type(description="Who may enter.")
class CampaignAudience:
    """An audience."""

    min_tier: str | None = strawberry.field(description="The key of the lowest tier that may; null for all.")
    joined_from: datetime | None = strawberry.field(description="Only who joined then or later.")
    joined_before: datetime | None = strawberry.field(description="Only who joined before.")
    is_by_invitation: bool = strawberry.field(description="Whether only members may enter whom staff have marked.")

    @classmethod
    def of(cls, audience: rules.Audience) -> Self:
        return cls(
            min_tier=audience.min_tier,
            joined_from=audience.joined_from,
            joined_before=audience.joined_before,
            is_by_invitation=bool(audience.labels),
        )


@strawberry.type(description="What an entry that counts earns.")
class CampaignReward:
    """A reward, and the gate before it."""

    points: Long = strawberry.field(description="Points, to spend.")
    credits: Long = strawberry.field(description="Status credits.")
    gate_members: int | None = strawberry.field(
        description="So many different other members have to react first; null when it is given at once."
    )
    gate_days: int | None = strawberry.field(description="Within so many days.")

    @classmethod
    def of(cls, reward: rules.Reward) -> Self:
        return cls(
            points=Long(reward.points),
            credits=Long(reward.credits),
            gate_members=reward.gate.members if reward.gate else None,
            gate_days=reward.gate.days if reward.gate else None,
        )


@strawberry.type(description="Something that can be won.")
class CampaignPrize:
    """A prize."""

    prize: strawberry.Private[rules.Prize]
    count: int = strawberry.field(description="So many members win it.")
    points: Long = strawberry.field(description="The points that come with it.")

    @classmethod
    def of(cls, prize: rules.Prize) -> Self:
        return cls(prize=prize, count=prize.count, points=Long(prize.points))

    @strawberry.field(description="What it is, in the caller's language.")
    def name(self, info: Info) -> str:
        return text_in(info.context.locale, self.prize.name)


@strawberry.input(description="Who may enter. What is left out is left open.")
class CampaignAudienceInput:
    """An audience."""

    min_tier: str | None = strawberry.field(default=None, description="The key of the lowest tier that may.")
    joined_from: datetime | None = strawberry.field(default=None, description="Only who joined then or later.")
    joined_before: datetime | None = strawberry.field(default=None, description="Only who joined before.")
    labels: list[str] | None = strawberry.field(
        default=None, description="Only members whom staff have marked with one of these labels, at most 20."
    )

    def audience(self) -> rules.Audience:
        """The audience it describes."""
        return rules.Audience(
            min_tier=self.min_tier,
            joined_from=self.joined_from,
            joined_before=self.joined_before,
            labels=tuple(self.labels or ()),
        )


@strawberry.input(description="What an entry that counts earns.")
class CampaignRewardInput:
    """A reward."""

    points: Long = strawberry.field(default=Long(0), description="Points, to spend.")
    credits: Long = strawberry.field(default=Long(0), description="Status credits.")
    gate_members: int | None = strawberry.field(
        default=None, description="So many different other members have to react first; at once without it."
    )
    gate_days: int = strawberry.field(default=14, description="Within so many days of the acceptance.")

    def reward(self) -> rules.Reward:
        """The reward it describes."""
        gate = rules.Gate(members=self.gate_members, days=self.gate_days) if self.gate_members is not None else None
        return rules.Reward(points=self.points, credits=self.credits, gate=gate)


@strawberry.input(description="Something that can be won.")
class CampaignPrizeInput:
    """A prize."""

    name: LocalizedTextInput = strawberry.field(description="What it is, on one line.")
    count: int = strawberry.field(default=1, description="So many members win it.")
    points: Long = strawberry.field(default=Long(0), description="The points that come with it.")

    def prize(self) -> rules.Prize:
        """The prize it describes."""
        return rules.Prize(name=self.name.text(), count=self.count, points=self.points)


@strawberry.input(description="All that a campaign says.")
class CampaignPlanInput:
    """A plan."""

    name: LocalizedTextInput = strawberry.field(description="Its name, 1 to 80 characters.")
    brief: LocalizedTextInput = strawberry.field(description="What to write about, in Markdown.")
    terms: LocalizedTextInput = strawberry.field(description="The terms, in Markdown.")
    opens_at: datetime = strawberry.field(description="Posts written from then on enter.")
    closes_at: datetime = strawberry.field(description="Posts written from then on do not.")
    hashtags: list[str] = strawberry.field(description="1 to 5 hashtags, in any spelling.")
    match: Match = strawberry.field(default=Match.ALL, description="How many of them a post has to carry.")
    needs_media: bool = strawberry.field(default=False, description="Whether a post has to have a picture.")
    audience: CampaignAudienceInput | None = strawberry.field(
        default=None, description="Who may enter; all without it."
    )
    entries_per_day: int | None = strawberry.field(
        default=None, description="How often a member may enter on one of their days; without it, as they like."
    )
    entries_per_member: int | None = strawberry.field(
        default=None, description="How often a member may enter in all; without it, as they like."
    )
    budget_points: Long | None = strawberry.field(
        default=None, description="How many points the rewards may cost; without it, there is no end."
    )
    budget_entries: int | None = strawberry.field(
        default=None, description="How many entries may be accepted, the first ones; without it, there is no end."
    )
    review: Review = strawberry.field(default=Review.AUTOMATIC, description="Who decides on a post that fits.")
    reward: CampaignRewardInput | None = strawberry.field(default=None, description="What an entry earns.")
    leaderboard_cycle: Cycle = strawberry.field(default=Cycle.WHOLE, description="How long the leaderboard counts.")
    leaderboard_score: Score = strawberry.field(default=Score.ENTRIES, description="What it counts.")
    prizes: list[CampaignPrizeInput] = strawberry.field(
        default_factory=list, description="What can be won, the first prize first; at most 20."
    )
    tickets: Tickets = strawberry.field(default=Tickets.ENTRY, description="How many tickets there are in the draw.")
    beacon: str | None = strawberry.field(
        default=None,
        description="A public number that nobody knows before the list of entries is sealed, such as a lottery's: it"
        " then decides the draw together with the seed.",
    )

    def plan(self) -> Plan:
        """The plan it describes."""
        return Plan(
            name=self.name.text(),
            brief=self.brief.text(),
            terms=self.terms.text(),
            opens_at=self.opens_at,
            closes_at=self.closes_at,
            hashtags=tuple(self.hashtags),
            match=self.match,
            needs_media=self.needs_media,
            audience=(self.audience or CampaignAudienceInput()).audience(),
            limits=rules.Limits(per_day=self.entries_per_day, in_all=self.entries_per_member),
            budget=rules.Budget(points=self.budget_points, entries=self.budget_entries),
            review=self.review,
            reward=(self.reward or CampaignRewardInput()).reward(),
            cycle=self.leaderboard_cycle,
            score=self.leaderboard_score,
            prizes=tuple(prize.prize() for prize in self.prizes),
            tickets=self.tickets,
            beacon=self.beacon,
        )
