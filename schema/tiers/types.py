"""The ladder and where members stand on it, as the graph shows them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Self
from uuid import UUID

import strawberry

from community.kernel import clock
from community.kernel.pages import PageRequest
from community.tiers import queries as tiers
from community.tiers.queries import (
    ENTRY_SHAPE,
    EntryView,
    LockView,
    ProgressView,
    StandingView,
    TrackView,
    TransitionView,
)
from community.tiers.rules import programme as rules
from community.tiers.rules import progress as progress_rules
from community.tiers.rules.programme import COUNTED, Track
from community.tiers.rules.progress import Aim
from community.tiers.rules.standing import Reason
from schema.connections import Connection, paged
from schema.context import Info, text_in
from schema.execution.levels import level
from schema.nodes import Node, each_found
from schema.prices import PRICE, PRIVATE, Price
from schema.scalars import Long
from schema.tiers import enums as enums
from schema.views import Shown, shows


@strawberry.type(description="What a track has to reach in the period for a tier.")
class TierThreshold:
    """One of the ways to a tier."""

    track: Track = strawberry.field(description="The track.")
    needed: Long = strawberry.field(description="How much: minor units of money, or status credits.")


@shows
@strawberry.type(description="A step of the ladder.")
class Tier(Node, Shown[rules.Tier]):
    """A tier, in the words of the version that was read."""

    key: str = strawberry.field(description="Its lasting name for programs, such as `gold`.")

    @classmethod
    async def visible(cls, ids: Sequence[UUID], info: Info) -> list[Self | None]:
        found = {tier.id: cls.of(tier) for tier in await tiers.ladder(clock.now())}
        return [found.get(tier_id) for tier_id in ids]

    @strawberry.field(description="Its name for people, in the caller's language.")
    def name(self, info: Info) -> str:
        return text_in(info.context.locale, self.view.names)

    @strawberry.field(description="What it is good for, in the caller's language.")
    def perks(self, info: Info) -> list[str]:
        return [text_in(info.context.locale, perk) for perk in self.view.perks]

    @strawberry.field(
        description="What leads to it: any one of these is enough. None for the tier that everybody has.",
        metadata={PRICE: Price(items=2)},
    )
    def thresholds(self) -> list[TierThreshold]:
        needed = {track: self.view.needed(track) for track in COUNTED}
        return [TierThreshold(track=track, needed=Long(each)) for track, each in needed.items() if each is not None]


@strawberry.type(description="Something that counted for a track.")
class TierEntry:
    """One entry behind a number."""

    amount: Long | None = strawberry.field(
        description="How much: minor units of money, or status credits; below zero where something was taken back."
        " Null for a plan."
    )
    cause: str = strawberry.field(description="What kind of thing caused it, such as `order`.")
    at: datetime = strawberry.field(description="When it counts.")

    @classmethod
    def of(cls, entry: EntryView) -> Self:
        amount = Long(entry.amount) if entry.amount is not None else None
        return cls(amount=amount, cause=entry.cause_kind, at=entry.at)


@strawberry.type(description="What one track comes to.")
class TrackStanding:
    """A track of a member."""

    view: strawberry.Private[TrackView]
    track: Track = strawberry.field(description="The track.")
    tier: Tier | None = strawberry.field(description="The tier it grants; null where it grants none.")
    value: Long | None = strawberry.field(description="Its number; null for plans, which have none.")
    is_deciding: bool = strawberry.field(description="Whether this track won.")

    @classmethod
    def of(cls, track: TrackView) -> Self:
        return cls(
            view=track,
            track=track.track,
            tier=Tier.of(track.tier) if track.tier else None,
            value=Long(track.value) if track.value is not None else None,
            is_deciding=track.is_deciding,
        )

    @level(description="What counted, latest first.")
    @paged(ENTRY_SHAPE)
    async def entries(parents: list["TrackStanding"], info: Info, request: PageRequest) -> list[Connection[TierEntry]]:
        pages = await tiers.entries_behind([parent.view for parent in parents], request)
        return [Connection.of(page, TierEntry.of) for page in pages]


@shows
@strawberry.type(description="How far one counted track has come.")
class TrackProgress(Shown[progress_rules.TrackProgress]):
    """Numbers for going up, and for keeping what the member has."""

    track: Track = strawberry.field(description="The track.")
    value: Long = strawberry.field(description="What it comes to.")
    needed: Long | None = strawberry.field(description="What the next tier takes; null where it does not lead there.")
    missing: Long | None = strawberry.field(description="How much of that is missing.")
    kept_value: Long = strawberry.field(description="What it comes to in the period that has to keep the tier.")
    needed_to_keep: Long | None = strawberry.field(description="What keeping the tier takes; null where it cannot.")
    missing_to_keep: Long | None = strawberry.field(description="How much of that is missing.")


@strawberry.type(description="The shortest way to keep a tier, or else to reach the next one.")
class TierAction:
    """So much more on one track."""

    aim: Aim = strawberry.field(description="What it is good for.")
    track: Track = strawberry.field(description="Where to do more.")
    missing: Long = strawberry.field(description="How much more.")
    tier: Tier = strawberry.field(description="The tier it keeps or reaches.")

    @classmethod
    def of(cls, action: progress_rules.Action) -> Self:
        return cls(aim=action.aim, track=action.track, missing=Long(action.missing), tier=Tier.of(action.tier))


@strawberry.type(description="How far it is to the next tier, and to losing this one.")
class TierProgress:
    """A member's progress."""

    tracks: list[TrackProgress] = strawberry.field(
        description="How far each counted track has come.", metadata={PRICE: Price(items=2)}
    )
    next_tier: Tier | None = strawberry.field(description="The next tier; null at the top.")
    period_ends_at: datetime | None = strawberry.field(
        description="When the period ends in which the tier has to be kept; null where there is nothing to lose."
    )
    lost_at: datetime | None = strawberry.field(
        description="When the tier is lost unless more comes in; null while it is safe."
    )
    projected_tier: Tier = strawberry.field(
        description="The tier after the end of the period, if things go on at the pace of this period."
    )
    next_best_action: TierAction | None = strawberry.field(description="The shortest way; null at the top.")

    @classmethod
    def of(cls, progress: ProgressView) -> Self:
        return cls(
            tracks=[TrackProgress.of(track) for track in progress.tracks],
            next_tier=Tier.of(progress.next) if progress.next else None,
            period_ends_at=progress.period_ends_at,
            lost_at=progress.lost_at,
            projected_tier=Tier.of(progress.projected),
            next_best_action=TierAction.of(progress.action) if progress.action else None,
        )


@shows
@strawberry.type(description="Staff hold the tier where it is.")
class TierLock(Shown[LockView]):
    """A lock in force."""

    reason: str = strawberry.field(description="Why, in the words of the staff.")
    starts_at: datetime = strawberry.field(description="Since when.")
    ends_at: datetime | None = strawberry.field(description="Until when; null until staff let it go.")


@strawberry.type(description="One change of a member's tier.")
class TierTransition(Node):
    """A line of history. It never changes."""

    before: str = strawberry.field(description="The key of the tier before.")
    after: str = strawberry.field(description="The key of the tier after.")
    reason: Reason = strawberry.field(description="Why.")
    track: Track | None = strawberry.field(description="The track that decided; null where none did.")
    programme_version: int = strawberry.field(description="The version of the rules that decided.")
    spend: Long = strawberry.field(description="The spend it was decided on.")
    engagement: Long = strawberry.field(description="The status credits it was decided on.")
    at: datetime = strawberry.field(description="When.")

    @classmethod
    def of(cls, change: TransitionView) -> Self:
        return cls(
            uuid=change.id,
            before=change.before,
            after=change.after,
            reason=change.reason,
            track=change.track,
            programme_version=change.version,
            spend=Long(change.spend),
            engagement=Long(change.engagement),
            at=change.decided_at,
        )

    @classmethod
    async def visible(cls, ids: Sequence[UUID], info: Info) -> list[Self | None]:
        found = await tiers.transitions_by_ids(info.context.actor, ids)
        return each_found(cls.of, found, ids)


@strawberry.type(description="Where a member stands, and why.")
class Standing:
    """A member's place on the ladder with its explanation."""

    view: strawberry.Private[StandingView]
    tier: Tier = strawberry.field(description="The tier: the highest that any track grants, unless it is locked.")
    since: datetime = strawberry.field(description="Since when it is this tier.")
    deciding_track: Track | None = strawberry.field(
        description="The track that won; null while the tier is locked, and at the bottom."
    )
    is_locked: bool = strawberry.field(description="Whether staff hold it where it is.")
    programme_version: int = strawberry.field(description="The version of the rules in force.")
    because: list[TrackStanding] = strawberry.field(
        description="Each track with its number, and the tier it grants.", metadata={PRICE: Price(items=3)}
    )
    progress: TierProgress = strawberry.field(description="How far it is to the next tier, and to losing this one.")

    @classmethod
    def of(cls, standing: StandingView) -> Self:
        return cls(
            view=standing,
            tier=Tier.of(standing.tier),
            since=standing.since,
            deciding_track=standing.deciding,
            is_locked=standing.is_locked,
            programme_version=standing.version,
            because=[TrackStanding.of(track) for track in standing.because],
            progress=TierProgress.of(standing.progress),
        )

    @level(description="Why and until when staff hold it; null when they do not.", metadata={PRIVATE: True})
    async def lock(parents: list["Standing"], info: Info) -> list[TierLock | None]:
        ids = [parent.view.member_id for parent in parents]
        found = await tiers.locks_on(info.context.actor, ids, clock.now())
        return each_found(TierLock.of, found, ids)

    @level(description="Every change of the tier, latest first.", metadata={PRIVATE: True})
    @paged()
    async def history(parents: list["Standing"], info: Info, request: PageRequest) -> list[Connection[TierTransition]]:
        ids = [parent.view.member_id for parent in parents]
        pages = await tiers.transitions_of(info.context.actor, ids, request)
        return [Connection.of(pages[each], TierTransition.of) for each in ids]
