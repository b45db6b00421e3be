"""What readers do: unlock, bookmark, read, choose."""

from datetime import datetime
from typing import Annotated

import strawberry

from community.content import service as content
from community.kernel.pages import encode_cursor
from schema.connections import Edge
from schema.content.problems import (
    ContentClosed,
    NothingToUnlock,
)
from schema.content.types import Content, ReadingProgress
from schema.context import Info
from schema.engagement.types import Effects
from schema.errors import UnforeseenProblem
from schema.ledger.problems import InsufficientPoints
from schema.members.problems import MayNotSpend
from schema.nodes import decode_id


@strawberry.input(description="What to pay points for.")
class UnlockContentInput:
    """What the caller says."""

    content_id: strawberry.ID = strawberry.field(description="The item.")


@strawberry.type(description="It is open to you, for good.")
class UnlockContentPayload:
    """What became of it."""

    content: Content = strawberry.field(description="The item, after the change.")


UnlockContentResult = Annotated[
    UnlockContentPayload | NothingToUnlock | InsufficientPoints | MayNotSpend,
    strawberry.union("UnlockContentResult", description="The item, or why not."),
]


@strawberry.input(description="What to keep for later.")
class BookmarkContentInput:
    """What the caller says."""

    content_id: strawberry.ID = strawberry.field(description="The item.")


@strawberry.type(description="You keep it for later.")
class BookmarkContentPayload:
    """What became of it."""

    content: Content = strawberry.field(description="The item, after the change.")
    bookmark_edge: Edge[Content] = strawberry.field(
        description="The item with its cursor, for the `bookmarks` you hold."
    )


BookmarkContentResult = Annotated[
    BookmarkContentPayload | UnforeseenProblem,
    strawberry.union("BookmarkContentResult", description="The item."),
]


@strawberry.input(description="What to keep no longer.")
class UnbookmarkContentInput:
    """What the caller says."""

    content_id: strawberry.ID = strawberry.field(description="The item.")


@strawberry.type(description="You keep it no longer.")
class UnbookmarkContentPayload:
    """What became of it."""

    content: Content = strawberry.field(description="The item, after the change.")


UnbookmarkContentResult = Annotated[
    UnbookmarkContentPayload | UnforeseenProblem,
    strawberry.union("UnbookmarkContentResult", description="The item."),
]


@strawberry.input(description="How far you are with an item.")
class ReportReadingProgressInput:
    """What the caller says."""

    content_id: strawberry.ID = strawberry.field(description="The item.")
    percent: int = strawberry.field(description="How much of it you have read, 0 to 100; from 95 on you finished it.")
    position: int = strawberry.field(default=0, description="Where to go on: seconds, or characters.")
    read_at: datetime = strawberry.field(description="When you were there: of two devices the later counts.")
    dwell_seconds: int = strawberry.field(default=0, description="How long you stayed, 0 to 86,400.")


@strawberry.type(description="Your progress is kept.")
class ReportReadingProgressPayload:
    """What became of it."""

    content: Content = strawberry.field(description="The item, after the change.")
    progress: ReadingProgress = strawberry.field(description="How far you are.")
    effects: Effects = strawberry.field(description="What it earned, and what it did not.")


ReportReadingProgressResult = Annotated[
    ReportReadingProgressPayload | ContentClosed,
    strawberry.union("ReportReadingProgressResult", description="How far you are, or why it was not kept."),
]


@strawberry.input(description="Whether something shall be recommended to you.")
class SetRecommendationsInput:
    """A choice."""

    enabled: bool = strawberry.field(description="False for the latest instead, from now on.")


@strawberry.type(description="Your choice is kept.")
class SetRecommendationsPayload:
    """The choice."""

    enabled: bool = strawberry.field(description="Whether you get recommendations made for you.")


SetRecommendationsResult = Annotated[
    SetRecommendationsPayload | UnforeseenProblem,
    strawberry.union("SetRecommendationsResult", description="Your choice."),
]


@strawberry.type
class Reading:
    """Reading."""

    @strawberry.mutation(
        description="Pay the points that an item asks for, once and for good. Doing it again costs nothing."
    )
    async def unlock_content(self, info: Info, input: UnlockContentInput) -> UnlockContentResult:
        item = await content.unlock(info.context.actor, decode_id(input.content_id, Content, "contentId"))
        return UnlockContentPayload(content=Content.of(item))

    @strawberry.mutation(description="Keep an item for later. Doing it again changes nothing.")
    async def bookmark_content(self, info: Info, input: BookmarkContentInput) -> BookmarkContentResult:
        item, kept = await content.bookmark(info.context.actor, decode_id(input.content_id, Content, "contentId"))
        node = Content.of(item)
        return BookmarkContentPayload(content=node, bookmark_edge=Edge(cursor=encode_cursor((kept,)), node=node))

    @strawberry.mutation(description="Keep an item no longer. Doing it again changes nothing.")
    async def unbookmark_content(self, info: Info, input: UnbookmarkContentInput) -> UnbookmarkContentResult:
        item = await content.unbookmark(info.context.actor, decode_id(input.content_id, Content, "contentId"))
        return UnbookmarkContentPayload(content=Content.of(item))

    @strawberry.mutation(
        description="Say how far you are with an item that is open to you, and how long you stayed. Reading earns."
    )
    async def report_reading_progress(
        self, info: Info, input: ReportReadingProgressInput
    ) -> ReportReadingProgressResult:
        reading = await content.report_progress(
            info.context.actor,
            decode_id(input.content_id, Content, "contentId"),
            percent=input.percent,
            position=input.position,
            read_at=input.read_at,
            dwell_seconds=input.dwell_seconds,
        )
        return ReportReadingProgressPayload(
            content=Content.of(reading.item),
            progress=ReadingProgress.of(reading.progress),
            effects=Effects.of(reading.effects),
        )

    @strawberry.mutation(description="Switch recommendations made for you on or off.")
    async def set_recommendations(self, info: Info, input: SetRecommendationsInput) -> SetRecommendationsResult:
        await content.choose_recommendations(info.context.actor, recommends=input.enabled)
        return SetRecommendationsPayload(enabled=input.enabled)
