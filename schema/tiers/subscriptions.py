"""Standings as they change."""

from collections.abc import AsyncIterator
from contextlib import closing
from uuid import UUID

import strawberry

from community.access.policy import require_member
from community.kernel import clock
from community.outbox import service as outbox
from community.outbox.service import Live
from community.tiers import queries as tiers
from community.tiers.facts import TierAtRisk, TierLocked, TierLost, TierReached, TierUnlocked
from schema.context import Info
from schema.tiers.types import Standing

AnyChange = TierReached | TierLost | TierAtRisk | TierLocked | TierUnlocked


@strawberry.type
class TierSubscriptions:
    """What happens to your tier, while you look."""

    @strawberry.subscription(
        description="Where you stand, each time you reach a tier, lose it, are about to, or staff lock it or let it go."
    )
    async def standing_changed(self, info: Info) -> AsyncIterator[Standing]:
        member_id = require_member(info.context.actor)
        changes: Live[AnyChange] = outbox.live(
            TierReached, TierLost, TierAtRisk, TierLocked, TierUnlocked, subject=member_id
        )
        return _standings(member_id, changes)


async def _standings(member_id: UUID, changes: Live[AnyChange]) -> AsyncIterator[Standing]:
    with closing(changes):
        async for _ in changes:
            yield Standing.of((await tiers.standing([member_id], clock.now()))[member_id])
