"""Campaigns as an actor sees them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Self
from uuid import UUID

import orjson

from community import database
from community.access.policy import Actor, Permission
from community.campaigns import policy
from community.campaigns.rules.judging import Spent
from community.campaigns.rules.plan import Plan
from community.campaigns.rules.states import State
from community.database import Question
from community.kernel.errors import NotFound
from community.kernel.pages import Page, PageRequest, page_of

COLUMNS = (
    "c.id, c.slug, c.state, c.version, c.plan::text as plan, c.points, c.entries, c.created_at, c.cancel_reason,"
    " d.sealed_at"
)
ROWS = "campaigns_campaign c left join campaigns_draw d on d.campaign_id = c.id"

SHAPE = (datetime, UUID)
"""What a cursor of a list of campaigns carries."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignView:
    """A campaign. `spent` is what it has given and promised; `sealed_at` is when its list of entries was completed."""

    id: UUID
    slug: str
    state: State
    version: int
    plan: Plan
    spent: Spent
    created_at: datetime
    cancel_reason: str | None
    sealed_at: datetime | None

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        """The campaign in a row of `COLUMNS`."""
        return cls(
            id=row["id"],
            slug=row["slug"],
            state=State(row["state"]),
            version=row["version"],
            plan=Plan.of_json(orjson.loads(row["plan"])),
            spent=Spent(points=row["points"], entries=row["entries"]),
            created_at=row["created_at"],
            cancel_reason=row["cancel_reason"],
            sealed_at=row["sealed_at"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionView:
    """What a campaign said from an instant on."""

    campaign_id: UUID
    version: int
    plan: Plan
    edited_at: datetime
    edited_by: UUID | None


class Order(StrEnum):
    """The order of a list of campaigns."""

    CLOSING_FIRST = "closing_first"
    NEWEST_FIRST = "newest_first"


_KEYS = {Order.CLOSING_FIRST: ("c.closes_at", False), Order.NEWEST_FIRST: ("c.opens_at", True)}


@dataclass(frozen=True, slots=True)
class Filter:
    """Which campaigns: in these states, with this hashtag (its id). None leaves it open."""

    states: Sequence[State] | None = None
    hashtag_id: UUID | None = None


EVERYTHING = Filter()


async def campaigns(
    actor: Actor, page: PageRequest, which: Filter = EVERYTHING, order: Order = Order.NEWEST_FIRST
) -> Page[CampaignView]:
    """A page of the campaigns that the actor may see."""
    question = visible_to(actor)
    if which.states is not None:
        question.require("c.state = any({})", [state.value for state in which.states])
    if which.hashtag_id is not None:
        question.require("c.hashtag_ids @> array[{}::uuid]", which.hashtag_id)
    column, newest_first = _KEYS[order]
    later, earlier = ("<", ">") if newest_first else (">", "<")
    for bound, comparison in ((page.after, later), (page.before, earlier)):
        if bound:
            question.require(f"({column}, c.id) {comparison} ({{}}, {{}})", *bound)
    direction = "desc" if newest_first is not page.backward else "asc"
    rows = await database.fetch(
        f"select {COLUMNS} from {ROWS} where {question.met}"
        f" order by {column} {direction}, c.id {direction} limit {page.size + 1}",
        *question.arguments,
    )
    when = "closes_at" if order is Order.CLOSING_FIRST else "opens_at"
    return page_of([CampaignView.of(row) for row in rows], page, lambda found: (getattr(found.plan, when), found.id))


async def campaigns_by_ids(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, CampaignView]:
    """The campaigns among `ids` that the actor may see."""
    question = visible_to(actor)
    question.require("c.id = any({})", list(set(ids)))
    rows = await database.fetch(f"select {COLUMNS} from {ROWS} where {question.met}", *question.arguments)
    return {row["id"]: CampaignView.of(row) for row in rows}


async def campaign(actor: Actor, campaign_id: UUID) -> CampaignView:
    """One campaign. Raises NotFound where there is none that the actor may see."""
    found = (await campaigns_by_ids(actor, [campaign_id])).get(campaign_id)
    if found is None:
        raise NotFound("Campaign")
    return found


async def campaign_by_slug(actor: Actor, slug: str) -> CampaignView | None:
    """The campaign with this slug, if the actor may see it."""
    question = visible_to(actor)
    question.require("c.slug = {}", slug)
    row = await database.fetch_one(f"select {COLUMNS} from {ROWS} where {question.met}", *question.arguments)
    return CampaignView.of(row) if row else None


async def campaigns_of_hashtags(actor: Actor, hashtag_ids: Sequence[UUID]) -> list[list[CampaignView]]:
    """For each hashtag, in order, the campaigns with it that are announced or open, those that close first."""
    question = visible_to(actor)
    question.require("c.state in ('scheduled', 'open')")
    question.require("c.hashtag_ids && {}::uuid[]", list(set(hashtag_ids)))
    rows = await database.fetch(
        f"select {COLUMNS}, c.hashtag_ids from {ROWS} where {question.met} order by c.closes_at, c.id",
        *question.arguments,
    )
    found = [(set(row["hashtag_ids"]), CampaignView.of(row)) for row in rows]
    return [[campaign for tags, campaign in found if each in tags] for each in hashtag_ids]


async def versions_seen_by(actor: Actor, campaign_ids: Sequence[UUID]) -> dict[UUID, list[VersionView]]:
    """What each of these ever said, for those who plan campaigns; empty for everybody else."""
    if not actor.may(Permission.CAMPAIGNS_MANAGE):
        return {}
    return dict(zip(campaign_ids, await versions_of(actor, campaign_ids), strict=True))


async def versions_of(actor: Actor, campaign_ids: Sequence[UUID]) -> list[list[VersionView]]:
    """For each campaign, in order, everything it ever said, the latest first. For those who plan campaigns."""
    policy.require_manager(actor)
    rows = await database.fetch(
        "select campaign_id, version, plan::text as plan, edited_at, edited_by from campaigns_version"
        " where campaign_id = any($1) order by version desc",
        list(set(campaign_ids)),
    )
    kept = [VersionView(**{**row, "plan": Plan.of_json(orjson.loads(row["plan"]))}) for row in rows]
    return [[version for version in kept if version.campaign_id == each] for each in campaign_ids]


def visible_to(actor: Actor) -> Question:
    """The one door to campaigns."""
    question = Question()
    question.require("c.state = any({})", [state.value for state in policy.states_seen_by(actor)])
    return question
