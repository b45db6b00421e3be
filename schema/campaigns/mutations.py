"""What staff do with campaigns. Members do nothing but write."""

from typing import Annotated

import strawberry

from community.campaigns import service as campaigns
from schema.campaigns.plans import CampaignPlanInput
from schema.campaigns.problems import (
    BeaconNeeded,
    BudgetExhausted,
    CampaignInState,
    CampaignSlugTaken,
    EntrantsHarmed,
    EntryNotReviewable,
    InvalidCampaign,
    ListNotSealed,
    NothingToDraw,
    WindowPassed,
)
from schema.campaigns.types import Campaign, CampaignEntry
from schema.context import Info
from schema.errors import InvalidReason
from schema.nodes import decode_id

SLUG = "Its lasting name in addresses: 1 to 60 small letters and digits, with single hyphens between them."
THE_CAMPAIGN = "The campaign."
ENTRIES = "1 to 50 entries of one campaign."


@strawberry.input(description="A campaign to draft.")
class CreateCampaignInput:
    """A draft."""

    slug: str = strawberry.field(description=SLUG)
    plan: CampaignPlanInput = strawberry.field(description="What it says.")


@strawberry.type(description="The campaign is drafted. Nobody but staff sees it.")
class CreateCampaignPayload:
    """The draft."""

    campaign: Campaign = strawberry.field(description="The draft.")


CreateCampaignResult = Annotated[
    CreateCampaignPayload | InvalidCampaign | CampaignSlugTaken,
    strawberry.union("CreateCampaignResult", description="The draft, or why not."),
]


@strawberry.input(description="What a campaign shall say instead.")
class EditCampaignInput:
    """A change."""

    campaign_id: strawberry.ID = strawberry.field(description=THE_CAMPAIGN)
    plan: CampaignPlanInput = strawberry.field(description="All that it says from now on.")


@strawberry.type(description="The campaign says something else; what it said is kept.")
class EditCampaignPayload:
    """The edited campaign."""

    campaign: Campaign = strawberry.field(description="The campaign, after the change.")


EditCampaignResult = Annotated[
    EditCampaignPayload | InvalidCampaign | EntrantsHarmed | CampaignInState | WindowPassed,
    strawberry.union("EditCampaignResult", description="The changed campaign, or why not."),
]


@strawberry.input(description="Which draft to announce.")
class ScheduleCampaignInput:
    """An announcement."""

    campaign_id: strawberry.ID = strawberry.field(description=THE_CAMPAIGN)


@strawberry.type(description="The campaign is announced, and the seed of its draw committed to.")
class ScheduleCampaignPayload:
    """The announced campaign."""

    campaign: Campaign = strawberry.field(description="The campaign, which opens by itself.")


ScheduleCampaignResult = Annotated[
    ScheduleCampaignPayload | CampaignInState | WindowPassed,
    strawberry.union("ScheduleCampaignResult", description="The announced campaign, or why not."),
]


@strawberry.input(description="Which campaign to open now.")
class OpenCampaignInput:
    """An opening."""

    campaign_id: strawberry.ID = strawberry.field(description=THE_CAMPAIGN)


@strawberry.type(description="The campaign is open from this instant on.")
class OpenCampaignPayload:
    """The open campaign."""

    campaign: Campaign = strawberry.field(description="The campaign.")


OpenCampaignResult = Annotated[
    OpenCampaignPayload | CampaignInState | WindowPassed,
    strawberry.union("OpenCampaignResult", description="The open campaign, or why not."),
]


@strawberry.input(description="Which campaign to close now.")
class CloseCampaignInput:
    """A closing."""

    campaign_id: strawberry.ID = strawberry.field(description=THE_CAMPAIGN)


@strawberry.type(description="The campaign is closed: what was written until now counts.")
class CloseCampaignPayload:
    """The closed campaign."""

    campaign: Campaign = strawberry.field(description="The campaign.")


CloseCampaignResult = Annotated[
    CloseCampaignPayload | CampaignInState,
    strawberry.union("CloseCampaignResult", description="The closed campaign, or why not."),
]


@strawberry.input(description="Which campaign to end without winners, and why.")
class CancelCampaignInput:
    """A cancellation."""

    campaign_id: strawberry.ID = strawberry.field(description=THE_CAMPAIGN)
    reason: str = strawberry.field(description="Why, 1 to 500 characters that everybody can read.")


@strawberry.type(description="The campaign is cancelled. What was given stays given.")
class CancelCampaignPayload:
    """The cancelled campaign."""

    campaign: Campaign = strawberry.field(description="The campaign.")


CancelCampaignResult = Annotated[
    CancelCampaignPayload | CampaignInState | InvalidReason,
    strawberry.union("CancelCampaignResult", description="The cancelled campaign, or why not."),
]


@strawberry.input(description="Which entries to accept.")
class AcceptEntriesInput:
    """A decision."""

    entry_ids: list[strawberry.ID] = strawberry.field(description=ENTRIES)


@strawberry.type(description="The entries count, and earn what the campaign gives.")
class AcceptEntriesPayload:
    """The accepted entries."""

    entries: list[CampaignEntry] = strawberry.field(description="The entries.")


AcceptEntriesResult = Annotated[
    AcceptEntriesPayload | CampaignInState | EntryNotReviewable | BudgetExhausted,
    strawberry.union("AcceptEntriesResult", description="All of the entries, or why none."),
]


@strawberry.input(description="Which entries to refuse, and why.")
class RefuseEntriesInput:
    """A decision."""

    entry_ids: list[strawberry.ID] = strawberry.field(description=ENTRIES)
    reason: str = strawberry.field(description="Why, 1 to 500 characters that the authors read.")


@strawberry.type(description="The entries do not count. What they earned is taken back.")
class RefuseEntriesPayload:
    """The refused entries."""

    entries: list[CampaignEntry] = strawberry.field(description="The entries.")


RefuseEntriesResult = Annotated[
    RefuseEntriesPayload | CampaignInState | EntryNotReviewable | InvalidReason,
    strawberry.union("RefuseEntriesResult", description="All of the entries, or why none."),
]


@strawberry.input(description="Whose last decision to take back.")
class UndoEntryReviewInput:
    """An undoing."""

    entry_id: strawberry.ID = strawberry.field(description="The entry.")


@strawberry.type(description="The entry stands as before staff decided.")
class UndoEntryReviewPayload:
    """The entry."""

    entry: CampaignEntry = strawberry.field(description="The entry.")


UndoEntryReviewResult = Annotated[
    UndoEntryReviewPayload | CampaignInState | EntryNotReviewable | BudgetExhausted,
    strawberry.union("UndoEntryReviewResult", description="The entry as it stood, or why not."),
]


@strawberry.input(description="Whose prizes to draw.")
class DrawPrizesInput:
    """A draw."""

    campaign_id: strawberry.ID = strawberry.field(description=THE_CAMPAIGN)
    beacon_value: str | None = strawberry.field(
        default=None, description="The public number as it was published, where the campaign named one."
    )


@strawberry.type(description="The prizes are drawn. Nobody can draw again.")
class DrawPrizesPayload:
    """The campaign with its winners."""

    campaign: Campaign = strawberry.field(description="The campaign.")


DrawPrizesResult = Annotated[
    DrawPrizesPayload | CampaignInState | ListNotSealed | NothingToDraw | BeaconNeeded,
    strawberry.union("DrawPrizesResult", description="The campaign with its winners, or why not."),
]


@strawberry.type
class CampaignMutations:
    """Planning and deciding. Entering needs no mutation: a post with the hashtags enters by itself."""

    @strawberry.mutation(description="Staff: draft a campaign. Needs campaigns.manage.")
    async def create_campaign(self, info: Info, input: CreateCampaignInput) -> CreateCampaignResult:
        return CreateCampaignPayload(
            campaign=Campaign.of(await campaigns.create(info.context.actor, input.slug, input.plan.plan()))
        )

    @strawberry.mutation(
        description="Staff: change a campaign. Once it is open, only what harms nobody. Needs campaigns.manage."
    )
    async def edit_campaign(self, info: Info, input: EditCampaignInput) -> EditCampaignResult:
        campaign_id = decode_id(input.campaign_id, Campaign, "campaignId")
        return EditCampaignPayload(
            campaign=Campaign.of(await campaigns.edit(info.context.actor, campaign_id, input.plan.plan()))
        )

    @strawberry.mutation(description="Staff: announce a draft, which then opens by itself. Needs campaigns.manage.")
    async def schedule_campaign(self, info: Info, input: ScheduleCampaignInput) -> ScheduleCampaignResult:
        campaign_id = decode_id(input.campaign_id, Campaign, "campaignId")
        return ScheduleCampaignPayload(campaign=Campaign.of(await campaigns.schedule(info.context.actor, campaign_id)))

    @strawberry.mutation(description="Staff: open a campaign now. Needs campaigns.manage.")
    async def open_campaign(self, info: Info, input: OpenCampaignInput) -> OpenCampaignResult:
        campaign_id = decode_id(input.campaign_id, Campaign, "campaignId")
        return OpenCampaignPayload(campaign=Campaign.of(await campaigns.open_now(info.context.actor, campaign_id)))

    @strawberry.mutation(description="Staff: close a campaign now. Needs campaigns.manage.")
    async def close_campaign(self, info: Info, input: CloseCampaignInput) -> CloseCampaignResult:
        campaign_id = decode_id(input.campaign_id, Campaign, "campaignId")
        return CloseCampaignPayload(campaign=Campaign.of(await campaigns.close(info.context.actor, campaign_id)))

    @strawberry.mutation(description="Staff: end a campaign without winners. Needs campaigns.manage.")
    async def cancel_campaign(self, info: Info, input: CancelCampaignInput) -> CancelCampaignResult:
        campaign_id = decode_id(input.campaign_id, Campaign, "campaignId")
        cancelled = await campaigns.cancel(info.context.actor, campaign_id, input.reason)
        return CancelCampaignPayload(campaign=Campaign.of(cancelled))

    @strawberry.mutation(description="Staff: accept entries, all or none. Needs campaigns.review.")
    async def accept_entries(self, info: Info, input: AcceptEntriesInput) -> AcceptEntriesResult:
        ids = [decode_id(each, CampaignEntry, "entryIds") for each in input.entry_ids]
        accepted = await campaigns.accept_entries(info.context.actor, ids)
        return AcceptEntriesPayload(entries=[CampaignEntry.of(entry) for entry in accepted])

    @strawberry.mutation(description="Staff: refuse entries with a reason, all or none. Needs campaigns.review.")
    async def refuse_entries(self, info: Info, input: RefuseEntriesInput) -> RefuseEntriesResult:
        ids = [decode_id(each, CampaignEntry, "entryIds") for each in input.entry_ids]
        refused = await campaigns.refuse_entries(info.context.actor, ids, input.reason)
        return RefuseEntriesPayload(entries=[CampaignEntry.of(entry) for entry in refused])

    @strawberry.mutation(description="Staff: take back the last decision on an entry. Needs campaigns.review.")
    async def undo_entry_review(self, info: Info, input: UndoEntryReviewInput) -> UndoEntryReviewResult:
        entry_id = decode_id(input.entry_id, CampaignEntry, "entryId")
        return UndoEntryReviewPayload(entry=CampaignEntry.of(await campaigns.undo_review(info.context.actor, entry_id)))

    @strawberry.mutation(
        description="Staff: reveal the seed and draw the prizes, once. Needs campaigns.manage.",
    )
    async def draw_prizes(self, info: Info, input: DrawPrizesInput) -> DrawPrizesResult:
        campaign_id = decode_id(input.campaign_id, Campaign, "campaignId")
        drawn = await campaigns.draw_prizes(info.context.actor, campaign_id, input.beacon_value)
        return DrawPrizesPayload(campaign=Campaign.of(drawn))
