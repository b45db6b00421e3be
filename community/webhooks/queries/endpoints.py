"""Endpoints, as those who may see them do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self
from uuid import UUID

import asyncpg

from community import database
from community.access.policy import Actor, Scope
from community.kernel.pages import Page, PageRequest, page_of
from community.partners import policy as partners
from community.webhooks import policy
from community.webhooks.rules.owners import Owner, OwnerKind
from community.webhooks.rules.retries import Disabling


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointView:
    """Where somebody wants to be told, and how that goes. Switched on while `disabled_at` is None."""

    id: UUID
    owner: Owner
    url: str
    description: str
    event_types: tuple[str, ...]
    api_version: int
    previous_until: datetime | None
    disabled_reason: Disabling | None
    disabled_at: datetime | None
    quiet_until: datetime | None
    failing_since: datetime | None
    created_at: datetime

    @classmethod
    def of(cls, row: asyncpg.Record) -> Self:
        """The endpoint in a row of `ENDPOINT`."""
        fields = dict(row)
        reason = fields.pop("disabled_reason")
        return cls(
            owner=Owner(OwnerKind(fields.pop("owner_kind")), fields.pop("owner_id")),
            event_types=tuple(fields.pop("event_types")),
            disabled_reason=Disabling(reason) if reason else None,
            **fields,
        )


ENDPOINT = (
    "id, owner_kind, owner_id, url, description, event_types, api_version, previous_until, disabled_reason,"
    " disabled_at, quiet_until, failing_since, created_at"
)
"""The columns of `webhooks_endpoint` that make a view."""


async def endpoints(actor: Actor, page: PageRequest) -> Page[EndpointView]:
    """All endpoints, the newest first; to a partner its own."""
    policy.require_read(actor)
    question = database.Question()
    question.require("deleted_at is null")
    if actor.partner_id is not None:
        question.require("owner_id = {}", actor.partner_id)
    direction, limit = question.window("id", page, newest_first=True)
    rows = await database.fetch(
        f"select {ENDPOINT} from webhooks_endpoint where {question.met} order by id {direction} {limit}",
        *question.arguments,
    )
    return page_of([EndpointView.of(row) for row in rows], page, lambda endpoint: (endpoint.id,))


async def own_endpoints(actor: Actor, page: PageRequest) -> Page[EndpointView]:
    """The acting partner's endpoints, the newest first. Raises Unauthenticated and Forbidden."""
    partners.require_partner(actor, Scope.WEBHOOKS_MANAGE)
    return await endpoints(actor, page)


async def endpoints_by_ids(actor: Actor, ids: Sequence[UUID]) -> list[EndpointView | None]:
    """One endpoint per id, in order; None for those that are no more, and for those who may not read any."""
    if not policy.may_read(actor):
        return [None] * len(ids)
    rows = await database.fetch(
        f"select {ENDPOINT} from webhooks_endpoint where id = any($1) and deleted_at is null", ids
    )
    endpoints = [EndpointView.of(row) for row in rows]
    found = {each.id: each for each in endpoints if policy.reaches(actor, each.owner)}
    return [found.get(endpoint_id) for endpoint_id in ids]
