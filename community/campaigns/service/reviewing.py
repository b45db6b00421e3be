"""Staff decide on entries: accept or refuse with a reason, one or many, and undo what they decided."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from community import database
from community.access.policy import SYSTEM, Actor
from community.campaigns import errors, policy
from community.campaigns.queries.campaigns import CampaignView
from community.campaigns.queries.entries import EntryView
from community.campaigns.rules.judging import EntryState, Reason, Spent, is_exhausted
from community.campaigns.rules.states import State
from community.campaigns.service import deciding
from community.campaigns.service.disqualifying import requalify
from community.campaigns.service.rows import locked_campaign, locked_entries
from community.database import transaction
from community.kernel import clock, ids
from community.kernel.errors import BadInput, NotFound
from community.kernel.text import reason_in
from community.posts import queries as posts

MAX_AT_ONCE = 50
"""Others who would enter wait meanwhile."""
REVIEWABLE = (EntryState.PENDING, EntryState.ACCEPTED, EntryState.REFUSED)


@transaction()
async def accept_entries(actor: Actor, entry_ids: Sequence[UUID]) -> list[EntryView]:
    """Staff accept entries of one campaign: all of them, or none. Those accepted already stay as they are.

    Raises Forbidden, BadInput, NotFound, CampaignInState, EntryNotReviewable, BudgetExhausted.
    """
    policy.require_reviewer(actor)
    campaign, entries = await _turn(entry_ids)
    standing = await posts.posts(SYSTEM, [entry.post_id for entry in entries])
    accepted = []
    for entry in entries:
        if entry.state is not EntryState.ACCEPTED:
            if entry.post_id not in standing or standing[entry.post_id].is_removed:
                raise errors.EntryNotReviewable
            entry = await _accept(actor, campaign, entry)
            campaign = _charged(campaign)
        accepted.append(entry)
    return accepted


@transaction()
async def refuse_entries(actor: Actor, entry_ids: Sequence[UUID], reason: str) -> list[EntryView]:
    """Staff refuse entries of one campaign and say why: all of them, or none. What they earned is taken back.

    Raises Forbidden, BadInput, NotFound, CampaignInState, EntryNotReviewable, InvalidReason.
    """
    policy.require_reviewer(actor)
    reason = reason_in(reason)
    campaign, entries = await _turn(entry_ids)
    return [await _refuse(actor, campaign, entry, reason) for entry in entries]


@transaction()
async def undo_review(actor: Actor, entry_id: UUID) -> EntryView:
    """Staff take back the last decision on an entry: it stands as before, and what was given or taken is too.

    Raises Forbidden, NotFound, CampaignInState, EntryNotReviewable, BudgetExhausted.
    """
    policy.require_reviewer(actor)
    campaign, (entry,) = await _turn([entry_id])
    now = clock.now()
    last = await database.fetch_one(
        "select id, decision, state_before, reason_before, note_before from campaigns_review"
        " where entry_id = $1 and undone_at is null order by id desc limit 1",
        entry_id,
    )
    if last is None or entry.state.value != last["decision"]:
        raise errors.EntryNotReviewable
    await database.execute(
        "update campaigns_review set undone_at = $2, undone_by = $3 where id = $1", last["id"], now, actor.member_id
    )
    if entry.state is EntryState.REFUSED:
        await requalify(campaign, entry)
    match EntryState(last["state_before"]):
        case EntryState.ACCEPTED:
            _require_budget(campaign)
            return await deciding.accept(campaign, entry, now, actor, last["note_before"])
        case EntryState.PENDING:
            return await deciding.leave_to_staff(campaign, entry, now, actor, last["note_before"])
        case _:
            return await deciding.refuse(
                campaign, entry, Reason(last["reason_before"]), now, actor, last["note_before"]
            )


async def _accept(actor: Actor, campaign: CampaignView, entry: EntryView) -> EntryView:
    _require_budget(campaign)
    now = clock.now()
    await _note(actor, entry, EntryState.ACCEPTED, None, now)
    await requalify(campaign, entry)
    return await deciding.accept(campaign, entry, now, actor)


def _charged(campaign: CampaignView) -> CampaignView:
    """The campaign after it has accepted one more."""
    spent = campaign.spent
    return replace(campaign, spent=Spent(points=spent.points + campaign.plan.reward.points, entries=spent.entries + 1))


async def _refuse(actor: Actor, campaign: CampaignView, entry: EntryView, reason: str) -> EntryView:
    if entry.state is EntryState.REFUSED and entry.reason is Reason.BY_STAFF and entry.note == reason:
        return entry
    now = clock.now()
    await _note(actor, entry, EntryState.REFUSED, reason, now)
    return await deciding.refuse(campaign, entry, Reason.BY_STAFF, now, actor, reason)


async def _turn(entry_ids: Sequence[UUID]) -> tuple[CampaignView, list[EntryView]]:
    """These entries with their campaign, locked."""
    wanted = list(dict.fromkeys(entry_ids))
    if not 0 < len(wanted) <= MAX_AT_ONCE:
        raise BadInput("entryIds", "Decide on 1 to {limit} entries at a time.", MAX_AT_ONCE)
    rows = await database.fetch("select id, campaign_id from campaigns_entry where id = any($1)", wanted)
    if len(rows) < len(wanted):
        raise NotFound("CampaignEntry")
    campaigns = {row["campaign_id"] for row in rows}
    if len(campaigns) > 1:
        raise BadInput("entryIds", "Decide on entries of one campaign at a time.")
    campaign = await locked_campaign(campaigns.pop())
    if campaign.state in (State.DRAFT, State.CANCELLED):
        raise errors.CampaignInState(campaign.state)
    entries = await locked_entries("e.id = any($1)", wanted)
    if any(entry.state not in REVIEWABLE for entry in entries):
        raise errors.EntryNotReviewable
    return campaign, entries


def _require_budget(campaign: CampaignView) -> None:
    """Under the campaign's lock."""
    if is_exhausted(campaign.plan, campaign.spent):
        points, spent = campaign.plan.budget.points, campaign.spent.points
        left = points - spent if points is not None else 0
        raise errors.BudgetExhausted(left=left, needed=campaign.plan.reward.points)


async def _note(actor: Actor, entry: EntryView, decision: EntryState, note: str | None, now: datetime) -> None:
    await database.execute(
        "insert into campaigns_review (id, entry_id, decision, note, state_before, reason_before, note_before,"
        " decided_at, decided_by) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        ids.new_id(),
        entry.id,
        decision,
        note,
        entry.state,
        entry.reason,
        entry.note,
        now,
        actor.member_id,
    )
