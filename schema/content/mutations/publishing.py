"""What readers see, and from when on."""

from datetime import datetime
from typing import Annotated

import strawberry

from community.content import service as content
from schema.content.problems import (
    ContentArchived,
    RevisionConflict,
    ScheduleInPast,
)
from schema.content.types import Content
from schema.context import Info
from schema.nodes import decode_id

EXPECTED = "The last revision you know of: somebody may have saved another one meanwhile."


@strawberry.input(description="Which revision to publish.")
class PublishContentInput:
    """What the caller says."""

    content_id: strawberry.ID = strawberry.field(description="The item.")
    expected_revision: int = strawberry.field(description=EXPECTED)
    revision: int | None = strawberry.field(default=None, description="Which revision; the last one without it.")


@strawberry.type(description="Readers see it.")
class PublishContentPayload:
    """What became of it."""

    content: Content = strawberry.field(description="The item, after the change.")


PublishContentResult = Annotated[
    PublishContentPayload | RevisionConflict | ContentArchived,
    strawberry.union("PublishContentResult", description="The item, or why not."),
]


@strawberry.input(description="Which revision to publish, and when.")
class ScheduleContentInput:
    """What the caller says."""

    content_id: strawberry.ID = strawberry.field(description="The item.")
    expected_revision: int = strawberry.field(description=EXPECTED)
    publish_at: datetime = strawberry.field(description="When: in the future.")
    revision: int | None = strawberry.field(default=None, description="Which revision; the last one without it.")


@strawberry.type(description="It will be published by itself.")
class ScheduleContentPayload:
    """What became of it."""

    content: Content = strawberry.field(description="The item, after the change.")


ScheduleContentResult = Annotated[
    ScheduleContentPayload | RevisionConflict | ContentArchived | ScheduleInPast,
    strawberry.union("ScheduleContentResult", description="The item, or why not."),
]


@strawberry.input(description="What not to publish by itself.")
class UnscheduleContentInput:
    """What the caller says."""

    content_id: strawberry.ID = strawberry.field(description="The item.")
    expected_revision: int = strawberry.field(description=EXPECTED)


@strawberry.type(description="Nothing will be published by itself.")
class UnscheduleContentPayload:
    """What became of it."""

    content: Content = strawberry.field(description="The item, after the change.")


UnscheduleContentResult = Annotated[
    UnscheduleContentPayload | RevisionConflict,
    strawberry.union("UnscheduleContentResult", description="The item, or why not."),
]


@strawberry.input(description="What to take away from readers.")
class ArchiveContentInput:
    """What the caller says."""

    content_id: strawberry.ID = strawberry.field(description="The item.")
    expected_revision: int = strawberry.field(description=EXPECTED)


@strawberry.type(description="Readers do not find it any more.")
class ArchiveContentPayload:
    """What became of it."""

    content: Content = strawberry.field(description="The item, after the change.")


ArchiveContentResult = Annotated[
    ArchiveContentPayload | RevisionConflict,
    strawberry.union("ArchiveContentResult", description="The item, or why not."),
]


@strawberry.type
class Publishing:
    """Publishing."""

    @strawberry.mutation(description="Let readers see a revision of an item from now on. For editors.")
    async def publish_content(self, info: Info, input: PublishContentInput) -> PublishContentResult:
        item = await content.publish(
            info.context.actor,
            decode_id(input.content_id, Content, "contentId"),
            expected_revision=input.expected_revision,
            number=input.revision,
        )
        return PublishContentPayload(content=Content.of(item))

    @strawberry.mutation(description="Let a revision of an item be published by itself. For editors.")
    async def schedule_content(self, info: Info, input: ScheduleContentInput) -> ScheduleContentResult:
        item = await content.schedule(
            info.context.actor,
            decode_id(input.content_id, Content, "contentId"),
            input.publish_at,
            expected_revision=input.expected_revision,
            number=input.revision,
        )
        return ScheduleContentPayload(content=Content.of(item))

    @strawberry.mutation(description="Take an item from the schedule. For editors.")
    async def unschedule_content(self, info: Info, input: UnscheduleContentInput) -> UnscheduleContentResult:
        item = await content.unschedule(
            info.context.actor,
            decode_id(input.content_id, Content, "contentId"),
            expected_revision=input.expected_revision,
        )
        return UnscheduleContentPayload(content=Content.of(item))

    @strawberry.mutation(
        description="Take an item away from readers. `revertContent` brings it back as a draft. For editors."
    )
    async def archive_content(self, info: Info, input: ArchiveContentInput) -> ArchiveContentResult:
        item = await content.archive(
            info.context.actor,
            decode_id(input.content_id, Content, "contentId"),
            expected_revision=input.expected_revision,
        )
        return ArchiveContentPayload(content=Content.of(item))
