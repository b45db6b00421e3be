"""What a campaign brought, for staff."""

from typing import Self

import strawberry

from community.campaigns.queries import ResultsView
from community.campaigns.rules.judging import EntryState, Reason
from schema.scalars import Long


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
