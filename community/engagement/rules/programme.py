"""What a programme pays for: rules with conditions, amounts and limits. Each version of it is data with a start."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Self

from community.engagement.rules.activities import KIND, LONGEST_KIND, NAME, Activity, OwnKind, Scalar
from community.engagement.rules.windows import Window
from community.kernel.words import Word
from community.ledger.rules.transfers import Currency

CODE = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)*")
LONGEST_CODE = 40
MAX_RULES = 100
MAX_PARTS = 20
LARGEST_AMOUNT = 10**9
LONGEST_COOLDOWN_MINUTES = 366 * 24 * 60
LONGEST_DELAY_DAYS = 366
MOST_MEMBERS = 1_000
MOST_PERCENT = 10_000
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


class Flaw(Word):
    """Why rules cannot be published."""

    TOO_MANY_RULES = "too_many_rules", f"There are more than {MAX_RULES} rules."
    PERIOD = "period", "The period has no 1 to 120 months."
    DUPLICATE_RULE = "duplicate_rule", "Another rule has the same code."
    RULE_CODE = "rule_code", f"The code is not 1 to {LONGEST_CODE} of a-z, digits, underscores and dots."
    TRIGGER = "trigger", "The trigger is no kind of activity, `<noun>.<past participle>`."
    AMOUNT = "amount", f"The amount is not 1 to {LARGEST_AMOUNT:,}."
    PER = "per", f"The quantity that the amount is for is not 1 to {LARGEST_AMOUNT:,}."
    TOO_MANY_PARTS = "too_many_parts", f"It has more than {MAX_PARTS} conditions, multipliers or limits."
    CONDITION = "condition", "A condition has no usable name, no values, or compares what is no whole number."
    MULTIPLIER = "multiplier", "A multiplier is for no tier, or is not 0 to 10,000 percent."
    LIMIT = "limit", "A limit holds neither times nor an amount, or not at least one of it."
    COOLDOWN = "cooldown", "The cooldown is not a minute to a year."
    DELAY = "delay", f"The delay is not 1 to {LONGEST_DELAY_DAYS} days."
    GATE = "gate", f"The gate does not ask for 1 to {MOST_MEMBERS:,} members within 1 to {LONGEST_DELAY_DAYS} days."


def flaw_in(programme: Programme) -> tuple[Flaw, str | None] | None:
    """Why this cannot be published, and the code of the first rule for which; None when it can."""
    if len(programme.rules) > MAX_RULES:
        return Flaw.TOO_MANY_RULES, None
    if not 1 <= programme.period_months <= 120:
        return Flaw.PERIOD, None
    seen: set[str] = set()
    for rule in programme.rules:
        flaw = Flaw.DUPLICATE_RULE if rule.code in seen else _flaw_of(rule)
        if flaw is not None:
            return flaw, rule.code
        seen.add(rule.code)
    return None


def _flaw_of(rule: Rule) -> Flaw | None:
    checks = {
        Flaw.RULE_CODE: CODE.fullmatch(rule.code) is not None and len(rule.code) <= LONGEST_CODE,
        Flaw.TRIGGER: KIND.fullmatch(rule.trigger) is not None and len(rule.trigger) <= LONGEST_KIND,
        Flaw.AMOUNT: 0 < rule.amount <= LARGEST_AMOUNT,
        Flaw.PER: rule.per is None or 0 < rule.per <= LARGEST_AMOUNT,
        Flaw.TOO_MANY_PARTS: max(map(len, (rule.conditions, rule.multipliers, rule.limits))) <= MAX_PARTS,
        Flaw.CONDITION: all(map(_is_condition, rule.conditions)),
        Flaw.MULTIPLIER: all(
            NAME.fullmatch(tier) and 0 <= percent <= MOST_PERCENT for tier, percent in rule.multipliers.items()
        ),
        Flaw.LIMIT: all(map(_is_limit, rule.limits)),
        Flaw.COOLDOWN: rule.cooldown_minutes is None or 0 < rule.cooldown_minutes <= LONGEST_COOLDOWN_MINUTES,
        Flaw.DELAY: rule.delay_days is None or 0 < rule.delay_days <= LONGEST_DELAY_DAYS,
        Flaw.GATE: rule.gate is None or _is_gate(rule.gate),
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
