"""The root fields that read campaigns."""

from typing import Annotated

import strawberry

from community.campaigns import queries as campaigns
from community.campaigns.queries import CAMPAIGN_SHAPE, Filter, Order
from community.campaigns.rules.states import State
from community.kernel.pages import PageRequest
from community.posts import queries as posts
from community.posts.rules.hashtags import hashtag_id
from schema.campaigns.types import Campaign
from schema.connections import Connection, paged
from schema.context import Info
from schema.prices import PRIVATE


@strawberry.input(description="Which campaigns. What is left out is left open.")
class CampaignFilter:
    """A filter of campaigns."""

    states: list[State] | None = strawberry.field(default=None, description="Only those that stand there.")
    hashtag: str | None = strawberry.field(default=None, description="Only those with this hashtag, in any spelling.")


NO_FILTER = CampaignFilter()


@strawberry.type
class CampaignQueries:
    """What one can take part in."""

    @strawberry.field(
        description="Campaigns that you may see; drafts only with campaigns.manage.", metadata={PRIVATE: True}
    )
    @paged(CAMPAIGN_SHAPE)
    async def campaigns(
        self,
        info: Info,
        request: PageRequest,
        where: Annotated[CampaignFilter | None, strawberry.argument(description="Which; all without it.")] = None,
        order_by: Annotated[Order, strawberry.argument(description="In which order.")] = Order.NEWEST_FIRST,
    ) -> Connection[Campaign]:
        page = await campaigns.campaigns(info.context.actor, request, _chosen(where or NO_FILTER), order_by)
        return Connection.of(page, Campaign.of)

    @strawberry.field(description="The campaign with this slug, or null.", metadata={PRIVATE: True})
    async def campaign(
        self, info: Info, slug: Annotated[str, strawberry.argument(description="Its name in addresses.")]
    ) -> Campaign | None:
        found = await campaigns.campaign_by_slug(info.context.actor, slug)
        return Campaign.of(found) if found else None


def _chosen(where: CampaignFilter) -> Filter:
    tag = hashtag_id(posts.name_of(where.hashtag, "hashtag")) if where.hashtag is not None else None
    return Filter(states=where.states, hashtag_id=tag)
