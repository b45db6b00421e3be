"""The rules of the ladder as staff read, draft and try them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Self
from uuid import UUID

import strawberry

from community.access.policy import Permission
from community.tiers import queries as tiers
from community.tiers.queries import MoveView, ProgrammeView, SimulationView
from community.tiers.rules.programme import Down, Gate, PeriodKind, Programme
from community.tiers.rules.programme import Tier as TierRule
from schema.context import Info
from schema.nodes import Node
from schema.scalars import Long
from schema.tiers import enums as enums
from schema.tiers.types import Tier


@strawberry.type(description="One version of the rules.")
class TierProgramme(Node):
    """A published programme. It never changes."""

    version: int = strawberry.field(description="Its number; the highest one that has started decides.")
    ladder: list[Tier] = strawberry.field(description="The tiers, from the bottom up.")
    period: PeriodKind = strawberry.field(description="Which time counts.")
    months: int = strawberry.field(description="How many months a rolling period has.")
    down: Down = strawberry.field(description="How far a member falls who did not reach enough.")
    grace_days: int = strawberry.field(description="How long after the end of a period the fall waits.")
    keep_percent: int = strawberry.field(description="What part of the threshold keeps a tier.")
    minimum_stay_days: int = strawberry.field(description="How long a tier is held at least.")
    warning_days: int = strawberry.field(description="How long before the end of a period members are warned.")
    starts_at: datetime = strawberry.field(description="From when on it decides.")
    published_at: datetime = strawberry.field(description="When it was published.")

    @classmethod
    def of(cls, programme: ProgrammeView) -> Self:
        rules = programme.rules
        return cls(
            uuid=programme.id,
            version=programme.version,
            ladder=[Tier.of(tier) for tier in rules.ladder],
            period=rules.period,
            months=rules.months,
            down=rules.down,
            grace_days=rules.grace_days,
            keep_percent=rules.keep_percent,
            minimum_stay_days=rules.minimum_stay_days,
            warning_days=rules.warning_days,
            starts_at=programme.starts_at,
            published_at=programme.published_at,
        )

    @classmethod
    async def visible(cls, ids: Sequence[UUID], info: Info) -> list[Self | None]:
        actor = info.context.actor
        known = await tiers.versions(actor) if actor.may(Permission.TIERS_SIMULATE) else []
        found = {programme.id: cls.of(programme) for programme in known}
        return [found.get(each) for each in ids]


@strawberry.type(description="So many members would go from one tier to another.")
class TierMove:
    """One line of a simulation."""

    before: Tier = strawberry.field(description="The tier they have.")
    after: Tier = strawberry.field(description="The tier they would have.")
    at_once: bool = strawberry.field(description="Whether at once, or when their period and its grace end.")
    member_count: int = strawberry.field(description="How many.")


@strawberry.type(description="Who would move under other rules.")
class TierSimulation:
    """What a draft would do."""

    member_count: int = strawberry.field(description="How many members have a standing.")
    moves: list[TierMove] = strawberry.field(description="Who would move, from the bottom up. All others stay.")

    @classmethod
    def of(cls, simulation: SimulationView, draft: Programme) -> Self:
        return cls(member_count=simulation.members, moves=[_move(move, draft) for move in simulation.moves])


def _move(move: MoveView, draft: Programme) -> TierMove:
    return TierMove(
        before=Tier.of(draft.tier(move.before)),
        after=Tier.of(draft.tier(move.after)),
        at_once=move.at_once,
        member_count=move.members,
    )


@strawberry.input(description="What people read, in English and, where it is given, in Chinese.")
class LocalizedTextInput:
    """A text in both languages."""

    en: str = strawberry.field(description="In English.")
    zh_hant: str | None = strawberry.field(default=None, description="In traditional Chinese; English without it.")

    def text(self) -> dict[str, str]:
        """By locale."""
        return {"en": self.en} | ({"zh-Hant": self.zh_hant} if self.zh_hant is not None else {})


@strawberry.input(description="A step of a ladder.")
class TierInput:
    """A tier to publish."""

    key: str = strawberry.field(description="Its lasting name for programs: 1 to 30 of a-z, 0-9 and _.")
    name: LocalizedTextInput = strawberry.field(description="Its name for people.")
    perks: list[LocalizedTextInput] = strawberry.field(default_factory=list, description="What it is good for.")
    spend: Long | None = strawberry.field(default=None, description="The spend it takes, in minor units of money.")
    engagement: Long | None = strawberry.field(default=None, description="The status credits it takes.")

    def tier(self) -> TierRule:
        """The tier it describes."""
        return TierRule(
            key=self.key,
            names=self.name.text(),
            perks=tuple(perk.text() for perk in self.perks),
            spend=self.spend,
            engagement=self.engagement,
        )


@strawberry.input(description="How many different members and days have to stand behind a metric.")
class TierGateInput:
    """A diversity gate."""

    metric: str = strawberry.field(description="The metric, such as `reactions`.")
    units_per_member: int = strawberry.field(default=4, description="So many units count for each member.")
    units_per_day: int = strawberry.field(default=3, description="So many units count for each day.")


@strawberry.input(description="Rules for the ladder. What is left out is as in the first version.")
class TierProgrammeInput:
    """A draft."""

    ladder: list[TierInput] = strawberry.field(description="The tiers, from the bottom up.")
    period: PeriodKind = strawberry.field(default=PeriodKind.ROLLING, description="Which time counts.")
    months: int = strawberry.field(default=12, description="How many months a rolling period has.")
    down: Down = strawberry.field(default=Down.ONE_STEP, description="How far a member falls.")
    grace_days: int = strawberry.field(default=30, description="How long after the end of a period the fall waits.")
    keep_percent: int = strawberry.field(default=90, description="What part of the threshold keeps a tier.")
    minimum_stay_days: int = strawberry.field(default=14, description="How long a tier is held at least.")
    warning_days: int = strawberry.field(default=30, description="How long before its end members are warned.")
    gates: list[TierGateInput] | None = strawberry.field(
        default=None, description="Diversity gates; without it, those of the first version."
    )

    def programme(self) -> Programme:
        """The rules it describes."""
        gates = self.gates if self.gates is not None else [TierGateInput(metric="reactions")]
        return Programme(
            ladder=tuple(tier.tier() for tier in self.ladder),
            period=self.period,
            months=self.months,
            down=self.down,
            grace_days=self.grace_days,
            keep_percent=self.keep_percent,
            minimum_stay_days=self.minimum_stay_days,
            warning_days=self.warning_days,
            gates={
                gate.metric: Gate(units_per_member=gate.units_per_member, units_per_day=gate.units_per_day)
                for gate in gates
            },
        )
