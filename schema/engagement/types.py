"""What members do and what it earns, as the graph shows it."""

from datetime import datetime
from typing import Self
from uuid import UUID

import strawberry

from community.engagement import queries as engagement
from community.engagement.errors import NotYet
from community.engagement.queries import LeaderView, PublishedProgramme, Standings
from community.engagement.rules import programme as rules
from community.engagement.rules.windows import Window
from community.engagement.service import Verdict
from community.kernel import clock
from community.kernel.messages import render
from community.ledger.rules.transfers import Currency
from community.members import queries as members
from community.tiers import queries as tiers
from schema.context import Info
from schema.enums import graph_enum
from schema.execution.levels import level
from schema.members.types import Member
from schema.prices import PRICE, PRIVATE, Price
from schema.scalars import Long
from schema.tiers.types import Tier, TierProgress
from schema.views import Shown, shows

graph_enum(
    Window,
    "How long a limit holds.",
    {
        Window.DAY: "A day of the member's own zone.",
        Window.WEEK: "A week of the member's own zone, from Monday on.",
        Window.MONTH: "A calendar month of the member's own zone.",
        Window.PERIOD: "The months up to now that the programme counts.",
        Window.FOREVER: "For ever.",
    },
    name="LimitWindow",
)
graph_enum(
    Standings,
    "The time that a leaderboard counts, in the programme's zone.",
    {
        Standings.WEEK: "This week, from Monday on.",
        Standings.MONTH: "This calendar month.",
        Standings.FOREVER: "Since ever.",
    },
    name="LeaderboardPeriod",
)


@strawberry.type(description="Why what was earned cannot be used yet.")
class PendingReason:
    """What has to happen first."""

    code: str = strawberry.field(description="The reason, a stable name such as AWAITING_MEMBERS.")
    message: str = strawberry.field(description="What it waits for, in the caller's language.")
    until: datetime | None = strawberry.field(
        description="When it lapses if that has not happened; null when it does not."
    )

    @classmethod
    def of(cls, reason: NotYet, locale: str) -> Self:
        return cls(code=reason.code, message=render(reason, locale), until=reason.until)


@strawberry.type(description="What a rule paid.")
class Earning:
    """So much of what, by which rule."""

    currency: Currency = strawberry.field(description="What was earned.")
    amount: Long = strawberry.field(description="How much.")
    rule: str = strawberry.field(description="The code of the rule that paid it.")
    pending_until: datetime | None = strawberry.field(
        description="When it can be used; null when at once, or when it waits for an event."
    )
    is_pending: bool = strawberry.field(description="Whether it cannot be used yet.")
    waits_because: strawberry.Private[NotYet | None]

    @strawberry.field(description="What it waits for, where that is no instant; null when it waits for nothing else.")
    def pending_for(self, info: Info) -> PendingReason | None:
        return PendingReason.of(self.waits_because, info.context.locale) if self.waits_because else None

    @classmethod
    def of(cls, earned: engagement.Earned) -> Self:
        return cls(
            waits_because=earned.waits_because,
            currency=earned.currency,
            amount=Long(earned.amount),
            rule=earned.rule,
            pending_until=earned.pending_until,
            is_pending=bool(earned.pending_until or earned.waits_because),
        )


@strawberry.type(description="That a rule paid nothing, and why.")
class NotEarned:
    """A refusal with its reason."""

    rule: str = strawberry.field(description="The code of the rule that refused.")
    code: str = strawberry.field(description="The reason, a stable name such as DAILY_LIMIT_REACHED.")
    message: str = strawberry.field(description="What happened and what helps, in the caller's language.")
    until: datetime | None = strawberry.field(
        description="When to try again; null when that would not help, or nobody knows."
    )

    @classmethod
    def of(cls, refused: engagement.Refused, locale: str) -> Self:
        reason = refused.reason
        return cls(rule=refused.rule, code=reason.code, message=render(reason, locale), until=reason.until)


@strawberry.type(description="What something did for the member who did it.")
class Effects:
    """What was earned, what was refused and why, where that leads."""

    effects: strawberry.Private[engagement.Effects]
    is_repeat: bool = strawberry.field(
        description="Whether a shop's or a partner's system had reported it before: then these are the effects it had"
        " the first time. Always false for what members do themselves, and where an order is read."
    )

    @classmethod
    def of(cls, effects: engagement.Effects) -> Self:
        return cls(effects=effects, is_repeat=effects.is_repeat)

    @strawberry.field(description="What was earned, by each rule that paid.", metadata={PRICE: Price(items=2)})
    def earned(self) -> list[Earning]:
        return [Earning.of(each) for each in self.effects.earned]

    @strawberry.field(description="What was not earned, and why.", metadata={PRICE: Price(items=2)})
    def refused(self, info: Info) -> list[NotEarned]:
        return [NotEarned.of(each, info.context.locale) for each in self.effects.refused]

    @level(description="The tier the member rose to because of it; null when none.")
    async def tier_reached(parents: list["Effects"], info: Info) -> list[Tier | None]:
        keys = [parent.effects.tier_reached for parent in parents]
        ladder = {tier.key: Tier.of(tier) for tier in await tiers.ladder(clock.now())} if any(keys) else {}
        return [ladder.get(key) if key else None for key in keys]

    @level(description="How far the member is now; null where that is not for you to know.", metadata={PRIVATE: True})
    async def progress(parents: list["Effects"], info: Info) -> list[TierProgress | None]:
        ids = [parent.effects.member_id for parent in parents]
        found = await tiers.standing_seen_by(info.context.actor, ids, clock.now())
        return [TierProgress.of(found[each].progress) if each in found else None for each in ids]


@strawberry.type(description="How often, or how much in all, a rule pays one member.")
class EarningLimit:
    """One limit of a rule."""

    window: Window = strawberry.field(description="The time it counts in.")
    times: Long | None = strawberry.field(description="How often; null when that does not matter.")
    amount: Long | None = strawberry.field(description="How much in all; null when that does not matter.")


@strawberry.type(description="What a rule pays on a tier, in percent.")
class TierMultiplier:
    """100 changes nothing."""

    tier: str = strawberry.field(description="The key of the tier.")
    percent: int = strawberry.field(description="150 pays half as much again.")


@strawberry.type(description="How many members have to stand behind something before it earns.")
class EarningGate:
    """What a rule waits for."""

    members: int = strawberry.field(description="How many different members.")
    activity: str = strawberry.field(description="The kind of activity by which they do, such as reaction.received.")
    within_days: int = strawberry.field(description="After how many days it lapses.")

    @classmethod
    def of(cls, gate: rules.Gate) -> Self:
        return cls(members=gate.members, activity=gate.counts, within_days=gate.within_days)


@strawberry.type(description="What one kind of activity earns.")
class EarningRule:
    """A rule of a version of the programme."""

    rule: strawberry.Private[rules.Rule]
    code: str = strawberry.field(description="Its lasting name, as effects call it.")
    trigger: str = strawberry.field(description="The kind of activity that it pays for, such as post.written.")
    currency: Currency = strawberry.field(description="What it pays in.")
    amount: Long = strawberry.field(description="How much it pays.")
    per: Long | None = strawberry.field(
        description="For how much of the activity's quantity it pays that, rounded down; null when for each activity."
    )
    conditions: list[str] = strawberry.field(description="What has to be true, such as `dwell_seconds ≥ 10`.")
    cooldown_minutes: int | None = strawberry.field(description="How long it rests after it paid; null when not.")
    delay_days: int | None = strawberry.field(description="How long what it pays is pending; null when not at all.")
    gate: EarningGate | None = strawberry.field(description="Who has to stand behind it first; null when nobody.")
    version: str = strawberry.field(description="The version of the programme.")
    starts_at: datetime | None = strawberry.field(description="Since when that is in force; null for since ever.")

    @classmethod
    def of(cls, rule: rules.Rule, version: PublishedProgramme) -> Self:
        return cls(
            rule=rule,
            code=rule.code,
            trigger=rule.trigger,
            currency=rule.currency,
            amount=Long(rule.amount),
            per=Long(rule.per) if rule.per is not None else None,
            conditions=[str(condition) for condition in rule.conditions],
            cooldown_minutes=rule.cooldown_minutes,
            delay_days=rule.delay_days,
            gate=EarningGate.of(rule.gate) if rule.gate else None,
            version=version.version,
            starts_at=version.starts_at if version.id else None,
        )

    @strawberry.field(description="How often and how much it pays at most.", metadata={PRICE: Price(items=2)})
    def limits(self) -> list[EarningLimit]:
        return [
            EarningLimit(
                window=limit.window,
                times=Long(limit.times) if limit.times is not None else None,
                amount=Long(limit.amount) if limit.amount is not None else None,
            )
            for limit in self.rule.limits
        ]

    @strawberry.field(description="What it pays more, or less, on some tiers.", metadata={PRICE: Price(items=2)})
    def multipliers(self) -> list[TierMultiplier]:
        return [TierMultiplier(tier=tier, percent=percent) for tier, percent in self.rule.multipliers.items()]


@strawberry.type(description="What a rule would do with an activity.")
class RuleVerdict:
    """One rule's answer in a dry run."""

    rule: str = strawberry.field(description="The code of the rule.")
    version: str = strawberry.field(description="The version of the programme.")
    earned: Earning | None = strawberry.field(description="What it would pay; null when nothing.")
    refused: NotEarned | None = strawberry.field(description="Why it would pay nothing; null when it would pay.")

    @classmethod
    def of(cls, verdict: Verdict, locale: str) -> Self:
        code, reason = verdict.rule.code, verdict.reason
        return cls(
            rule=code,
            version=verdict.version,
            earned=Earning.of(verdict.earned) if verdict.earned else None,
            refused=NotEarned.of(engagement.Refused(rule=code, reason=reason), locale) if reason else None,
        )


@shows
@strawberry.type(description="A member's place on a leaderboard.")
class LeaderboardEntry(Shown[LeaderView]):
    """One place."""

    member_id: strawberry.Private[UUID]
    rank: int = strawberry.field(description="The place, from 1; who has as many credits has the same.")
    credits: Long = strawberry.field(description="The status credits earned, without what was taken back.")

    @level(description="Who it is.")
    async def member(parents: list["LeaderboardEntry"], info: Info) -> list[Member]:
        ids = [parent.member_id for parent in parents]
        return Member.each(await members.by_ids(ids), ids)
