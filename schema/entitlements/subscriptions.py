"""Rights as they change."""

from collections.abc import AsyncIterator
from contextlib import closing
from uuid import UUID

import strawberry

from community.access.policy import require_member
from community.entitlements import queries as entitlements
from community.entitlements.facts import (
    EntitlementEnded,
    EntitlementGranted,
    EntitlementProlonged,
    EntitlementRevoked,
)
from community.kernel import clock
from community.outbox import service as outbox
from community.outbox.service import Live
from schema.context import Info
from schema.entitlements.types import Entitlement

AnyChange = EntitlementGranted | EntitlementProlonged | EntitlementEnded | EntitlementRevoked


@strawberry.type
class EntitlementSubscriptions:
    """What you may use, while you look."""

    @strawberry.subscription(description="Everything you may use, each time a right of yours begins, moves or ends.")
    async def entitlements_changed(self, info: Info) -> AsyncIterator[list[Entitlement]]:
        member_id = require_member(info.context.actor)
        changes: Live[AnyChange] = outbox.live(
            EntitlementGranted, EntitlementProlonged, EntitlementEnded, EntitlementRevoked, subject=member_id
        )
        return _held(member_id, changes)


async def _held(member_id: UUID, changes: Live[AnyChange]) -> AsyncIterator[list[Entitlement]]:
    with closing(changes):
        async for _ in changes:
            now = clock.now()
            rights = (await entitlements.rights_of([member_id], now))[member_id]
            yield [Entitlement.of(right) for right in rights.held(now)]
