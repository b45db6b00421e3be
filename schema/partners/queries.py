"""The root fields that read partners: a partner itself, by its key; for staff, all of them."""

from typing import Annotated

import strawberry

from community.kernel.pages import PageRequest
from community.partners import queries as partners
from community.partners.rules.words import Status
from schema.connections import Connection, paged
from schema.context import Info
from schema.partners.types import Partner
from schema.prices import PRIVATE


@strawberry.type
class PartnerQueries:
    """Partners."""

    @strawberry.field(description="The partner whose key is asking.", metadata={PRIVATE: True})
    async def partner(self, info: Info) -> Partner:
        return Partner.of(await partners.partner(info.context.actor))

    @strawberry.field(
        description="Staff: all partners, the newest first. Needs partners.read_any.", metadata={PRIVATE: True}
    )
    @paged()
    async def partners(
        self,
        info: Info,
        request: PageRequest,
        status: Annotated[Status | None, strawberry.argument(description="Only those that stand so.")] = None,
    ) -> Connection[Partner]:
        return Connection.of(await partners.partners(info.context.actor, request, status=status), Partner.of)
