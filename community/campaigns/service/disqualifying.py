"""Entries that leave after the list was sealed: they are passed over, and a prize they held goes to the next in order.

Prizes that come with points are given and taken back here, each once.
"""

from collections.abc import Iterable
from dataclasses import asdict
from uuid import UUID

from community import database
from community.access.policy import Actor
from community.campaigns.queries.campaigns import CampaignView
from community.campaigns.queries.draws import DrawView, draws_of
from community.campaigns.queries.entries import EntryView
from community.campaigns.rules.draw import Disqualified, Won
from community.campaigns.rules.judging import Reason
from community.ledger import service as ledger
from community.ledger.rules.transfers import Cause, Currency
from community.ledger.service import Award

PRIZE = "campaign.prize"


async def disqualify(campaign: CampaignView, entry: EntryView, reason: Reason) -> None:
    """An entry does not count any more: if it is in a sealed list, it cannot win. Again changes nothing."""
    if campaign.sealed_at is None:
        return
    draw = (await draws_of([campaign]))[campaign.id]
    assert draw.sealed is not None, "what is sealed has a list"
    if entry.id in {each.entry for each in draw.disqualified} or not _is_listed(draw, entry.id):
        return
    out = Disqualified(entry=entry.id, reason=reason.name, after_draw=draw.drawn_at is not None)
    await database.execute(
        "update campaigns_draw set disqualified = disqualified || $2::text::jsonb where campaign_id = $1",
        campaign.id,
        database.as_json([asdict(out)]),
    )
    if out.after_draw:
        await hand_over(campaign, draw.won, (await draws_of([campaign]))[campaign.id].won, None)


async def requalify(campaign: CampaignView, entry: EntryView) -> None:
    """A refusal was undone before the draw: the entry may win again."""
    if campaign.sealed_at is None:
        return
    await database.execute(
        "update campaigns_draw set disqualified = coalesce((select jsonb_agg(each) from jsonb_array_elements("
        "disqualified) each where each ->> 'entry' <> $2), '[]') where campaign_id = $1 and drawn_at is null",
        campaign.id,
        str(entry.id),
    )


async def hand_over(campaign: CampaignView, before: Iterable[Won], after: Iterable[Won], actor: Actor | None) -> None:
    """Take the points of prizes from who does not hold them any more, and give them to who does now."""
    held, holding = (
        {(won.prize, won.line.entry) for won in each if campaign.plan.prizes[won.prize].points}
        for each in (before, after)
    )
    for prize, entry_id in sorted(held - holding):
        await ledger.reverse(_cause(prize, entry_id), reason=Reason.BY_STAFF.meaning, actor=actor)
    new = sorted(holding - held)
    rows = await database.fetch(
        "select id, member_id from campaigns_entry where id = any($1)", [entry_id for _, entry_id in new]
    )
    members = {row["id"]: row["member_id"] for row in rows}
    await ledger.award_many(
        [
            Award(
                member_id=members[entry_id],
                currency=Currency.POINTS,
                amount=campaign.plan.prizes[prize].points,
                cause=_cause(prize, entry_id),
            )
            for prize, entry_id in new
        ],
        actor=actor,
    )


def _cause(prize: int, entry_id: UUID) -> Cause:
    return Cause(PRIZE, f"{entry_id}:{prize}")


def _is_listed(draw: DrawView, entry_id: UUID) -> bool:
    return draw.sealed is not None and any(line.entry == entry_id for line in draw.sealed.lines)
