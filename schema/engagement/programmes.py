"""Earning rules as staff draft and publish them."""

from datetime import datetime
from typing import Self

import strawberry

from community.engagement.queries import PublishedProgramme
from community.engagement.rules.activities import OwnKind
from community.engagement.rules.programme import Condition, Flaw, Gate, Limit, Programme, Rule, Test
from community.engagement.rules.windows import Window
from community.kernel.errors import BadInput
from community.ledger.rules.transfers import Currency
from schema.engagement.types import EarningRule
from schema.enums import graph_enum
from schema.prices import PRICE, Price
from schema.scalars import Long

graph_enum(Flaw, "Why rules cannot be published.", name="EarningRulesFlaw")
graph_enum(
    Test,
    "How a condition compares.",
    {
        Test.IS_ONE_OF: "It is one of the values.",
        Test.AT_LEAST: "It is a number, and at least the one value.",
        Test.AT_MOST: "It is a number, and at most the one value.",
    },
    name="EarningConditionTest",
)


@strawberry.input(description="What has to be true. Give numbers or texts.")
class EarningConditionInput:
    """One condition."""

    of: str = strawberry.field(
        description="Of what: `quantity`, `origin`, `subject`, `tier`, or a detail of the activity such as `floor`."
    )
    test: Test = strawberry.field(description="How it compares.")
    numbers: list[Long] | None = strawberry.field(default=None, description="The values, as whole numbers.")
    texts: list[str] | None = strawberry.field(default=None, description="The values, as texts.")

    def condition(self) -> Condition:
        """The condition it describes. Raises BadInput."""
        if (self.numbers is None) is (self.texts is None):
            raise BadInput("conditions", "Give each condition numbers or texts.")
        return Condition(of=self.of, test=self.test, values=tuple(self.numbers or self.texts or ()))


@strawberry.input(description="How often, or how much in all, a rule pays one member.")
class EarningLimitInput:
    """One limit."""

    window: Window = strawberry.field(description="The time it counts in.")
    times: Long | None = strawberry.field(default=None, description="How often.")
    amount: Long | None = strawberry.field(default=None, description="How much in all.")


@strawberry.input(description="What a rule pays on a tier, in percent.")
class TierMultiplierInput:
    """100 changes nothing."""

    tier: str = strawberry.field(description="The key of the tier.")
    percent: int = strawberry.field(description="150 pays half as much again; 0 to 10,000.")


@strawberry.input(description="How many members have to stand behind something before it earns.")
class EarningGateInput:
    """A quality gate."""

    members: int = strawberry.field(description="How many different members, 1 to 1,000.")
    activity: str = strawberry.field(
        default=OwnKind.REACTION_RECEIVED.value, description="The kind of activity by which they do."
    )
    within_days: int = strawberry.field(default=30, description="After how many days it lapses, 1 to 366.")


@strawberry.input(description="What one kind of activity earns.")
class EarningRuleInput:
    """A rule to publish."""

    code: str = strawberry.field(description="Its lasting name: 1 to 40 of a-z, digits, underscores and dots.")
    trigger: str = strawberry.field(description="The kind of activity that it pays for, such as post.written.")
    currency: Currency = strawberry.field(description="What it pays in.")
    amount: Long = strawberry.field(description="How much it pays, 1 to 10^9.")
    per: Long | None = strawberry.field(
        default=None, description="For how much of the activity's quantity it pays that; without it, for each activity."
    )
    conditions: list[EarningConditionInput] | None = strawberry.field(
        default=None, description="What has to be true, at most 20."
    )
    multipliers: list[TierMultiplierInput] | None = strawberry.field(
        default=None, description="What it pays more, or less, on some tiers."
    )
    limits: list[EarningLimitInput] | None = strawberry.field(
        default=None, description="How often and how much it pays at most."
    )
    cooldown_minutes: int | None = strawberry.field(default=None, description="How long it rests after it paid.")
    delay_days: int | None = strawberry.field(default=None, description="How long what it pays is pending, 1 to 366.")
    gate: EarningGateInput | None = strawberry.field(default=None, description="Who has to stand behind it first.")

    def rule(self) -> Rule:
        """The rule it describes. Raises BadInput."""
        return Rule(
            code=self.code,
            trigger=self.trigger,
            currency=self.currency,
            amount=self.amount,
            per=self.per,
            conditions=tuple(each.condition() for each in self.conditions or ()),
            multipliers={each.tier: each.percent for each in self.multipliers or ()},
            limits=tuple(Limit(window=each.window, times=each.times, amount=each.amount) for each in self.limits or ()),
            cooldown_minutes=self.cooldown_minutes,
            delay_days=self.delay_days,
            gate=Gate(members=self.gate.members, within_days=self.gate.within_days, counts=self.gate.activity)
            if self.gate
            else None,
        )


@strawberry.input(description="Rules to publish: all there will be, whatever was in force before.")
class PublishEarningRulesInput:
    """Another version."""

    rules: list[EarningRuleInput] = strawberry.field(description="The rules, at most 100.")
    period_months: int = strawberry.field(default=12, description="How many months the period of limits has, 1 to 120.")
    starts_at: datetime | None = strawberry.field(
        default=None, description="From when on they are in force; now without it."
    )

    def programme(self) -> Programme:
        """The rules it describes. Raises BadInput."""
        return Programme(rules=tuple(each.rule() for each in self.rules), period_months=self.period_months)


@strawberry.type(description="The rules are published. What was earned before stays as it is.")
class PublishEarningRulesPayload:
    """The new version."""

    version: str = strawberry.field(description="Its number.")
    starts_at: datetime = strawberry.field(description="From when on it is in force.")
    rules: list[EarningRule] = strawberry.field(description="Its rules.", metadata={PRICE: Price(items=20)})

    @classmethod
    def of(cls, published: PublishedProgramme) -> Self:
        return cls(
            version=published.version,
            starts_at=published.starts_at,
            rules=[EarningRule.of(rule, published) for rule in published.programme.rules],
        )
