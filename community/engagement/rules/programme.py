"""What a programme pays for: rules with conditions, amounts and limits. Each version of it is data with a start."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Self

from community.engagement.rules.activities import KIND, LONGEST_KIND, NAME, Activity, OwnKind, Scalar
from community.engagement.rules.windows import Window
from community.ledger.rules.transfers import Currency

CODE = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)*")
LONGEST_CODE = 40
MAX_RULES = 100
MAX_PARTS = 20
LARGEST_AMOUNT = 10**9
LONGEST_COOLDOWN_MINUTES = 366 * 24 * 60
LONGEST_DELAY_DAYS = 366
MOST_MEMBERS = 1_000
WHOLE = 100
"""Multipliers are in percent."""


class Test(StrEnum):
    """How a condition compares."""

    __test__ = False  # a name that pytest would collect

    IS_ONE_OF = "is_one_of"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What has to be true. `of` is the activity's quantity, origin, subject or metadata name, or the member's tier."""

    of: str
    test: Test
    values: tuple[Scalar, ...]

    def holds(self, value: Scalar | None) -> bool:
        """Whether a value passes. What is missing passes nothing."""
        match self.test:
            case Test.IS_ONE_OF:
                return value in self.values
            case Test.AT_LEAST:
                return isinstance(value, int) and value >= int(self.values[0])
            case Test.AT_MOST:
                return isinstance(value, int) and value <= int(self.values[0])

    def __str__(self) -> str:
        sign = {Test.IS_ONE_OF: "=", Test.AT_LEAST: "≥", Test.AT_MOST: "≤"}[self.test]
        return f"{self.of} {sign} {' | '.join(map(str, self.values))}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """How often, or how much in all, a rule pays one member in a window."""

    window: Window
    times: int | None = None
    amount: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """What a rule pays is pending until so many different members did this about the same subject; then it lapses."""

    members: int
    within_days: int = 30
    counts: str = OwnKind.REACTION_RECEIVED


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What one kind of activity earns: a fixed amount, or `amount` for every `per` of its quantity."""

    code: str
    trigger: str
    currency: Currency
    amount: int
    per: int | None = None
    conditions: tuple[Condition, ...] = ()
    multipliers: Mapping[str, int] = field(default_factory=dict)
    limits: tuple[Limit, ...] = ()
    cooldown_minutes: int | None = None
    delay_days: int | None = None
    gate: Gate | None = None

    def price(self, quantity: int | None, tier: str | None) -> int:
        """What it pays, limits aside, rounded down once at the end."""
        return self.price_at(quantity, self.percent(tier))

    def percent(self, tier: str | None) -> int:
        """Its multiplier for who is on a tier."""
        return self.multipliers.get(tier or "", WHOLE)

    def price_at(self, quantity: int | None, percent: int) -> int:
        """What it pays at a multiplier."""
        if self.per is None:
            return self.amount * percent // WHOLE
        return self.amount * (quantity or 0) * percent // (self.per * WHOLE)

    def unmet(self, activity: Activity, tier: str | None) -> Condition | None:
        """The first condition that does not hold."""
        return next((c for c in self.conditions if not c.holds(_value(activity, tier, c.of))), None)

    @property
    def asks_for_tier(self) -> bool:
        """Whether what it pays depends on the member's tier."""
        return bool(self.multipliers) or any(condition.of == "tier" for condition in self.conditions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """All the rules of one version."""

    rules: tuple[Rule, ...]
    period_months: int = 12

    def triggered_by(self, kind: str) -> list[Rule]:
        """The rules for one kind of activity, in their order."""
        return [rule for rule in self.rules if rule.trigger == kind]

    def rule(self, code: str) -> Rule:
        """The rule with this code, which it has."""
        return next(rule for rule in self.rules if rule.code == code)

    def as_json(self) -> dict[str, Any]:
        """All of it as JSON scalars, as it is kept."""
        return asdict(self)

    @classmethod
    def of_json(cls, kept: Mapping[str, Any]) -> Self:
        """The programme again, from what `as_json` gave."""
        return cls(rules=tuple(map(_rule_of_json, kept["rules"])), period_months=kept["period_months"])


FIRST_VERSION = "1"

DEFAULT = Programme(
    rules=(
        Rule(code="order", trigger=OwnKind.ORDER_PAID, currency=Currency.POINTS, amount=10, per=100),
        Rule(
            code="visit",
            trigger=OwnKind.VISIT,
            currency=Currency.POINTS,
            amount=5,
            limits=(Limit(window=Window.DAY, times=1),),
        ),
        Rule(code="referral", trigger=OwnKind.REFERRAL_QUALIFIED, currency=Currency.POINTS, amount=100),
        Rule(
            code="post",
            trigger=OwnKind.POST_WRITTEN,
            currency=Currency.CREDITS,
            amount=10,
            limits=(Limit(window=Window.DAY, times=3),),
        ),
        Rule(
            code="comment",
            trigger=OwnKind.COMMENT_WRITTEN,
            currency=Currency.CREDITS,
            amount=3,
            limits=(Limit(window=Window.DAY, times=10),),
        ),
        Rule(
            code="reaction",
            trigger=OwnKind.REACTION_RECEIVED,
            currency=Currency.CREDITS,
            amount=1,
            limits=(Limit(window=Window.DAY, times=50),),
        ),
        Rule(
            code="view",
            trigger=OwnKind.VIEW_QUALIFIED,
            currency=Currency.CREDITS,
            amount=1,
            conditions=(Condition(of="dwell_seconds", test=Test.AT_LEAST, values=(10,)),),
            limits=(Limit(window=Window.DAY, times=20),),
        ),
    )
)
"""Version 1, in force since ever. It never changes: another programme is another version."""


def flaw_in(programme: Programme) -> str | None:
    """Why this cannot be published, as the code of a flaw; None when it can."""
    rules = programme.rules
    checks = {
        "too_many_rules": len(rules) <= MAX_RULES,
        "duplicate_rule": len({rule.code for rule in rules}) == len(rules),
        "rule_code": all(CODE.fullmatch(rule.code) and len(rule.code) <= LONGEST_CODE for rule in rules),
        "trigger": all(KIND.fullmatch(rule.trigger) and len(rule.trigger) <= LONGEST_KIND for rule in rules),
        "amount": all(0 < rule.amount <= LARGEST_AMOUNT for rule in rules),
        "per": all(rule.per is None or 0 < rule.per <= LARGEST_AMOUNT for rule in rules),
        "too_many_parts": all(
            len(parts) <= MAX_PARTS for rule in rules for parts in (rule.conditions, rule.multipliers, rule.limits)
        ),
        "condition": all(_is_condition(condition) for rule in rules for condition in rule.conditions),
        "multiplier": all(
            NAME.fullmatch(tier) and 0 <= percent <= 10_000
            for rule in rules
            for tier, percent in rule.multipliers.items()
        ),
        "limit": all(_is_limit(limit) for rule in rules for limit in rule.limits),
        "cooldown": all(
            rule.cooldown_minutes is None or 0 < rule.cooldown_minutes <= LONGEST_COOLDOWN_MINUTES for rule in rules
        ),
        "delay": all(rule.delay_days is None or 0 < rule.delay_days <= LONGEST_DELAY_DAYS for rule in rules),
        "gate": all(rule.gate is None or _is_gate(rule.gate) for rule in rules),
        "period": 1 <= programme.period_months <= 120,
    }
    return next((flaw for flaw, is_fine in checks.items() if not is_fine), None)


def _is_condition(condition: Condition) -> bool:
    if not NAME.fullmatch(condition.of) or not 0 < len(condition.values) <= MAX_PARTS:
        return False
    return condition.test is Test.IS_ONE_OF or (len(condition.values) == 1 and type(condition.values[0]) is int)


def _is_limit(limit: Limit) -> bool:
    figures = [figure for figure in (limit.times, limit.amount) if figure is not None]
    return bool(figures) and all(0 < figure <= LARGEST_AMOUNT for figure in figures)


def _is_gate(gate: Gate) -> bool:
    return (
        0 < gate.members <= MOST_MEMBERS
        and 0 < gate.within_days <= LONGEST_DELAY_DAYS
        and len(gate.counts) <= LONGEST_KIND
        and KIND.fullmatch(gate.counts) is not None
    )


def _value(activity: Activity, tier: str | None, of: str) -> Scalar | None:
    match of:
        case "quantity":
            return activity.quantity
        case "origin":
            return activity.origin
        case "subject":
            return activity.subject.type if activity.subject else None
        case "tier":
            return tier
        case _:
            return activity.metadata.get(of)


def _rule_of_json(kept: Mapping[str, Any]) -> Rule:
    conditions = tuple(
        Condition(of=c["of"], test=Test(c["test"]), values=tuple(c["values"])) for c in kept["conditions"]
    )
    limits = tuple(Limit(**{**limit, "window": Window(limit["window"])}) for limit in kept["limits"])
    gate = Gate(**kept["gate"]) if kept.get("gate") else None
    typed = {"currency": Currency(kept["currency"]), "conditions": conditions, "limits": limits, "gate": gate}
    return Rule(**{**kept, **typed})
