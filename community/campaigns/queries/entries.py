"""Entries: of posts, of members, of campaigns, and what staff have to decide."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Self
from uuid import UUID

from community import database
from community.access.policy import Actor, Permission
from community.campaigns import policy
from community.campaigns.rules.judging import EntryState, Reason
from community.database import Question
from community.kernel.pages import Page, PageRequest, page_of

COLUMNS = (
    "e.id, e.campaign_id, e.post_id, e.member_id, e.version, e.state, e.reason, e.note, e.written_at, e.decided_at,"
    " e.decided_by, e.round, e.reward, e.points, e.credits, e.gate_until, e.reactors, e.fingerprint"
)


class RewardState(StrEnum):
    """What became of an entry's reward."""

    NONE = "none"
    WAITING = "waiting"
    GIVEN = "given"
    LAPSED = "lapsed"
    TAKEN_BACK = "taken_back"


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryView:
    """A post in a campaign. `reactors` are the others who reacted to it, which follows by a moment."""

    id: UUID
    campaign_id: UUID
    post_id: UUID
    member_id: UUID
    version: int
    state: EntryState
    reason: Reason | None
    note: str | None
    written_at: datetime
    decided_at: datetime
    decided_by: UUID | None
    round: int
    reward: RewardState
    points: int
    credits: int
    gate_until: datetime | None
    reactors: int
    fingerprint: str

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        """The entry in a row of `COLUMNS`."""
        typed = {
            "state": EntryState(row["state"]),
            "reason": Reason(row["reason"]) if row["reason"] else None,
            "reward": RewardState(row["reward"]),
        }
        return cls(**{**{name: row[name] for name in cls.__slots__}, **typed})


@dataclass(frozen=True, slots=True)
class Filter:
    """Which entries of a campaign. None leaves it open."""

    states: Sequence[EntryState] | None = None
    reasons: Sequence[Reason] | None = None


EVERYTHING = Filter()


async def entries_by_ids(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, EntryView]:
    """The entries among `ids` that the actor may see."""
    question = visible_to(actor)
    question.require("e.id = any({})", list(set(ids)))
    rows = await database.fetch(f"select {COLUMNS} from campaigns_entry e where {question.met}", *question.arguments)
    return {row["id"]: EntryView.of(row) for row in rows}


async def entries_of_posts(actor: Actor, post_ids: Sequence[UUID]) -> list[list[EntryView]]:
    """For each post, in order, its entries that the actor may see. One statement."""
    question = visible_to(actor)
    question.require("e.post_id = any({})", list(set(post_ids)))
    rows = await database.fetch(
        f"select {COLUMNS} from campaigns_entry e where {question.met} order by e.id", *question.arguments
    )
    found = [EntryView.of(row) for row in rows]
    return [[entry for entry in found if entry.post_id == each] for each in post_ids]


async def entries_of_member(actor: Actor, member_id: UUID, page: PageRequest) -> Page[EntryView]:
    """A page of what a member entered, the latest first."""
    question = visible_to(actor)
    question.require("e.member_id = {}", member_id)
    return await _page(question, page, newest_first=True)


async def own_entries_in(member_id: UUID, campaign_ids: Sequence[UUID]) -> dict[UUID, EntryView]:
    """The member's own latest entry in each of these campaigns that they entered. One statement."""
    rows = await database.fetch(
        f"select distinct on (e.campaign_id) {COLUMNS} from campaigns_entry e"
        " where e.member_id = $1 and e.campaign_id = any($2) order by e.campaign_id, e.id desc",
        member_id,
        list(set(campaign_ids)),
    )
    return {row["campaign_id"]: EntryView.of(row) for row in rows}


async def entries_of_campaigns(
    actor: Actor, campaign_ids: Sequence[UUID], page: PageRequest, which: Filter = EVERYTHING
) -> list[Page[EntryView]]:
    """For each campaign, in order, the same page of its entries that the actor may see. One statement.

    The earliest come first: who has waited longest.
    """
    question = visible_to(actor)
    campaigns = question.argument(list(set(campaign_ids)))
    question.require("e.campaign_id = campaign.id")
    if which.states is not None:
        question.require("e.state = any({})", [state.value for state in which.states])
    if which.reasons is not None:
        question.require("e.reason = any({})", [reason.value for reason in which.reasons])
    direction, limit = question.window("e.id", page, newest_first=False)
    rows = await database.fetch(
        f"select entry.* from unnest({campaigns}::uuid[]) campaign(id) cross join lateral ("
        f" select {COLUMNS} from campaigns_entry e where {question.met} order by e.id {direction} {limit}"
        f") entry order by entry.id {direction}",
        *question.arguments,
    )
    found: dict[UUID, list[EntryView]] = {campaign_id: [] for campaign_id in campaign_ids}
    for row in rows:
        found[row["campaign_id"]].append(EntryView.of(row))
    return [page_of(found[campaign_id], page, _key) for campaign_id in campaign_ids]


def visible_to(actor: Actor) -> Question:
    """The one door to entries: accepted ones are public, the others their authors' and staff's."""
    question = Question()
    if not actor.may(Permission.CAMPAIGNS_REVIEW):
        own = f" or e.member_id = {question.argument(actor.member_id)}" if actor.member_id else ""
        question.require(f"(e.state = 'accepted'{own})")
    return question


def can_read_reward(actor: Actor, entry: EntryView) -> bool:
    """Whether the actor may know what an entry earned."""
    return policy.can_read_entry(actor, entry.member_id)


async def _page(question: Question, page: PageRequest, *, newest_first: bool) -> Page[EntryView]:
    direction, limit = question.window("e.id", page, newest_first=newest_first)
    rows = await database.fetch(
        f"select {COLUMNS} from campaigns_entry e where {question.met} order by e.id {direction} {limit}",
        *question.arguments,
    )
    return page_of([EntryView.of(row) for row in rows], page, _key)


def _key(entry: EntryView) -> tuple[UUID]:
    return (entry.id,)
