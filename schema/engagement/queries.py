"""The root fields that read engagement: rules, leaderboards, dry runs."""

from datetime import datetime
from typing import Annotated

import strawberry

from community.engagement import queries as engagement
from community.engagement import service
from community.engagement.queries import Standings
from community.engagement.queries.leaderboards import SHAPE
from community.kernel import clock
from community.kernel.pages import PageRequest
from schema.connections import Connection, paged
from schema.context import Info
from schema.engagement.inputs import DryRunInput, metadata_of
from schema.engagement.types import EarningRule, LeaderboardEntry, RuleVerdict
from schema.members.types import Member
from schema.nodes import decode_id
from schema.prices import PRICE, PRIVATE, Price


@strawberry.type
class EngagementQueries:
    """What earns what, and who earned most."""

    @strawberry.field(description="What earns points and credits.")
    async def earning_rules(
        self,
        info: Info,
        at: Annotated[
            datetime | None, strawberry.argument(description="The rules of that time; of now by default.")
        ] = None,
    ) -> list[EarningRule]:
        version = await engagement.programme_at(at or clock.now())
        return [EarningRule.of(rule, version) for rule in version.programme.rules]

    @strawberry.field(
        description="Members by the status credits they earned, most first.", metadata={PRICE: Price(own=10)}
    )
    @paged(SHAPE)
    async def leaderboard(
        self,
        info: Info,
        request: PageRequest,
        period: Annotated[Standings, strawberry.argument(description="The time that counts.")] = Standings.MONTH,
    ) -> Connection[LeaderboardEntry]:
        return Connection.of(await engagement.leaderboard(period, request, clock.now()), LeaderboardEntry.of)

    @strawberry.field(
        description="Staff: what each rule would do with an activity, and why not. Needs engagement.dry_run.",
        metadata={PRIVATE: True, PRICE: Price(own=5)},
    )
    async def dry_run_activity(
        self, info: Info, input: Annotated[DryRunInput, strawberry.argument(description="The activity.")]
    ) -> list[RuleVerdict]:
        verdicts = await service.dry_run(
            info.context.actor,
            service.supposed(
                kind=input.kind,
                member_id=decode_id(input.member_id, Member, "memberId"),
                other_id=decode_id(input.other_member_id, Member, "otherMemberId") if input.other_member_id else None,
                occurred_at=input.occurred_at,
                quantity=input.quantity,
                metadata=metadata_of(input.details),
            ),
        )
        return [RuleVerdict.of(verdict, info.context.locale) for verdict in verdicts]
