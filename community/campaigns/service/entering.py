"""Posts become entries by themselves: what is heard of a post brings its entries in line with it.

It does not matter what was heard, how often and in which order: the post as it is, what it said when it began to count,
and its entries so far decide.
"""

from collections.abc import Sequence
from uuid import UUID

from community import database
from community.campaigns.queries.campaigns import CampaignView
from community.campaigns.queries.entries import EntryView
from community.campaigns.queries.members import Applicant, applicant
from community.campaigns.queries.standings import authors_alike, standing
from community.campaigns.rules import likeness
from community.campaigns.rules.judging import GRACE, STANDING, Case, EntryState, Reason, refusal, unfit
from community.campaigns.rules.reading import Reading, read
from community.campaigns.rules.states import LISTENING
from community.campaigns.service import deciding
from community.campaigns.service.rows import locked_campaigns, locked_entries
from community.database import transaction
from community.engagement.rules.windows import Day
from community.kernel import clock
from community.kernel.threads import beside
from community.posts import queries as posts
from community.posts.queries import Writing

MENDABLE = frozenset({Reason.MISSING_MEDIA, Reason.STUFFING, Reason.DUPLICATE_OWN, Reason.DUPLICATE_OTHER})
"""What an edit can set right, while the post does not count yet."""


@transaction()
async def consider(post_id: UUID, hashtag_ids: Sequence[UUID]) -> list[EntryView]:
    """Bring a post's entries in line with it; those that it has. One statement where no campaign cares.

    `hashtag_ids` are those that it has or got, as far as is known.
    """
    if not await _concerns_somebody(post_id, hashtag_ids):
        return []
    await database.hold(f"campaigns.post:{post_id}")
    writing = await posts.writing(post_id, GRACE)
    if writing is None:
        return []
    now_says, counted = await _readings(writing)
    campaigns = await locked_campaigns(_CONCERNED, post_id, list(hashtag_ids))
    known = {entry.campaign_id: entry for entry in await locked_entries("e.post_id = $1", post_id)}
    considering = _Considering(writing, now_says, counted, campaigns)
    for campaign in campaigns:
        if campaign.state not in LISTENING:
            continue
        entry = known.get(campaign.id)
        after = await considering.first(campaign) if entry is None else await considering.again(campaign, entry)
        if after is not None:
            known[campaign.id] = after
    return list(known.values())


class _Considering:
    """One post before several campaigns: who wrote it is asked once."""

    def __init__(
        self, writing: Writing, now_says: Reading, counted: Reading, campaigns: Sequence[CampaignView]
    ) -> None:
        self._writing = writing
        self._reading = now_says
        self._counted = counted
        self._campaigns = campaigns
        self._now = clock.now()
        self._applicant: Applicant | None = None
        self._running = [
            each
            for each in campaigns
            if each.state in LISTENING
            and each.plan.holds(writing.written_at)
            and each.plan.is_carried_by(now_says.hashtags)
        ]

    async def first(self, campaign: CampaignView) -> EntryView | None:
        """Judge it. What does not carry the hashtags, is gone again, or enters another campaign, was never meant to."""
        if self._writing.is_removed or not campaign.plan.is_carried_by(self._reading.hashtags):
            return None
        if self._running and campaign not in self._running:
            return None
        reason = await self._refusal(campaign)
        return await deciding.enter(campaign, self._writing, self._reading.essence, reason, self._now)

    async def again(self, campaign: CampaignView, entry: EntryView) -> EntryView:
        """See whether an entry still is what it was judged to be."""
        if entry.state in STANDING and self._writing.is_removed:
            return await deciding.withdraw(campaign, entry, Reason.POST_REMOVED, self._now)
        if entry.state in STANDING and await self._is_spoilt(campaign, entry):
            return await deciding.withdraw(campaign, entry, Reason.EDITED_AFTER, self._now)
        if entry.state is EntryState.REFUSED and entry.reason in MENDABLE and self._was_mended():
            reason = await self._refusal(campaign)
            if reason is not entry.reason:
                await self._say_anew(entry)
                return await deciding.judged(campaign, entry, reason, self._now)
        return entry

    async def _is_spoilt(self, campaign: CampaignView, entry: EntryView) -> bool:
        if unfit(campaign.plan, self._reading):
            return True
        if likeness.fingerprint(self._reading.essence) == entry.fingerprint:
            return False
        copied = bool(await authors_alike(campaign.id, entry.post_id, self._reading.essence))
        if not copied:
            await self._say_anew(entry)
        return copied

    def _was_mended(self) -> bool:
        writing = self._writing
        return not writing.is_removed and writing.edited_at is not None and writing.source == writing.counted

    async def _say_anew(self, entry: EntryView) -> None:
        essential = self._reading.essence
        await database.execute(
            "update campaigns_entry set fingerprint = $2, sketch = $3 where id = $1",
            entry.id,
            likeness.fingerprint(essential),
            likeness.sketch(essential),
        )

    async def _refusal(self, campaign: CampaignView) -> Reason | None:
        writing, plan = self._writing, campaign.plan
        if self._applicant is None:
            plans = [each.plan for each in self._campaigns]
            self._applicant = await applicant(writing.author_id, plans, self._now)
        day = Day.of(writing.written_at, self._applicant.time_zone)
        return refusal(
            Case(
                plan=plan,
                min_rank=self._applicant.min_rank(plan),
                written_at=writing.written_at,
                reading=self._reading,
                was_carried=plan.is_carried_by(self._counted.hashtags),
                campaigns=len(self._running),
                is_sealed=campaign.sealed_at is not None,
                entrant=self._applicant.entrant,
                standing=await standing(campaign.id, writing.id, writing.author_id, day, self._reading),
                spent=campaign.spent,
            )
        )


_CONCERNED = (
    "(c.state in ('scheduled', 'open', 'closed') and c.hashtag_ids && $2::uuid[])"
    " or c.id in (select campaign_id from campaigns_entry where post_id = $1)"
)


async def _concerns_somebody(post_id: UUID, hashtag_ids: Sequence[UUID]) -> bool:
    concerns: bool = await database.fetch_value(
        f"select exists (select from campaigns_campaign c where {_CONCERNED})", post_id, list(hashtag_ids)
    )
    return concerns


async def _readings(writing: Writing) -> tuple[Reading, Reading]:
    """What a post says, and what it said when it began to count."""
    now_says = await _read(writing.source)
    return now_says, now_says if writing.counted == writing.source else await _read(writing.counted)


async def _read(source: str) -> Reading:
    return await beside(source, lambda: read(source))
