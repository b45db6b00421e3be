"""Writing items: begin one, save revisions, go back to one."""

from typing import Annotated

import strawberry

from community.content import service as content
from community.content.rules.life import Kind
from schema.content.inputs import ContentDraftInput
from schema.content.problems import (
    BodyTooDeep,
    BodyTooLong,
    ContentArchived,
    ContentTextTooLong,
    InvalidTerms,
    MediaMissing,
    NestedGate,
    RevisionConflict,
    SecondWall,
    SlugTaken,
    SlugUnusable,
    TextMissing,
    TooManyMedia,
    TooManyParts,
    UnclosedGate,
    UnknownGate,
    UnopenedGate,
    WallInGate,
)
from schema.content.types import Content
from schema.context import Info
from schema.idempotency.problems import KeyProblem
from schema.nodes import decode_id

KEY = "Any text of your choice, up to 255 characters: the same key and input again gives the first result."
EXPECTED = "The last revision you know of: somebody may have saved another one meanwhile."
SLUG = "How it is called in addresses: letters and digits of any script, hyphens."


DraftProblem = (
    TextMissing
    | ContentTextTooLong
    | BodyTooLong
    | BodyTooDeep
    | TooManyParts
    | SecondWall
    | WallInGate
    | NestedGate
    | UnclosedGate
    | UnopenedGate
    | UnknownGate
    | InvalidTerms
    | MediaMissing
    | TooManyMedia
)
"""What can be wrong with what an item shall say."""


@strawberry.input(description="What to begin.")
class CreateContentInput:
    """What the caller says."""

    kind: Kind = strawberry.field(description="What it is.")
    locale: str = strawberry.field(description="The language it is in: en or zh-Hant.")
    draft: ContentDraftInput = strawberry.field(description="What its first revision says.")
    slug: str | None = strawberry.field(default=None, description=SLUG)
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.type(description="The item is begun. Only editors find it until it is published.")
class CreateContentPayload:
    """What became of it."""

    content: Content = strawberry.field(description="The item, after the change.")


CreateContentResult = Annotated[
    CreateContentPayload | DraftProblem | SlugUnusable | SlugTaken | KeyProblem,
    strawberry.union("CreateContentResult", description="The new item, or why not."),
]


@strawberry.input(description="What an item shall say instead.")
class EditContentInput:
    """What the caller says."""

    content_id: strawberry.ID = strawberry.field(description="The item.")
    expected_revision: int = strawberry.field(description=EXPECTED)
    draft: ContentDraftInput = strawberry.field(description="What the next revision says: all of it.")


@strawberry.type(description="Another revision is saved. Readers see it when it is published.")
class EditContentPayload:
    """What became of it."""

    content: Content = strawberry.field(description="The item, after the change.")


EditContentResult = Annotated[
    EditContentPayload | DraftProblem | RevisionConflict | ContentArchived,
    strawberry.union("EditContentResult", description="The item, or why not."),
]


@strawberry.input(description="To which revision to go back.")
class RevertContentInput:
    """What the caller says."""

    content_id: strawberry.ID = strawberry.field(description="The item.")
    expected_revision: int = strawberry.field(description=EXPECTED)
    revision: int = strawberry.field(description="The number of the earlier revision.")


@strawberry.type(description="The earlier revision is saved once more as the last one.")
class RevertContentPayload:
    """What became of it."""

    content: Content = strawberry.field(description="The item, after the change.")


RevertContentResult = Annotated[
    RevertContentPayload | RevisionConflict,
    strawberry.union("RevertContentResult", description="The item, or why not."),
]


@strawberry.type
class Writing:
    """Writing."""

    @strawberry.mutation(description="Begin an item. For editors.")
    async def create_content(self, info: Info, input: CreateContentInput) -> CreateContentResult:
        item = await content.create(
            info.context.actor,
            input.kind,
            input.locale,
            input.draft.draft,
            slug=input.slug,
            idempotency_key=input.idempotency_key,
        )
        return CreateContentPayload(content=Content.of(item))

    @strawberry.mutation(description="Save the next revision of an item. For editors.")
    async def edit_content(self, info: Info, input: EditContentInput) -> EditContentResult:
        item = await content.edit(
            info.context.actor,
            decode_id(input.content_id, Content, "contentId"),
            input.draft.draft,
            expected_revision=input.expected_revision,
        )
        return EditContentPayload(content=Content.of(item))

    @strawberry.mutation(
        description="Save an earlier revision as the next one. What is archived becomes a draft. For editors."
    )
    async def revert_content(self, info: Info, input: RevertContentInput) -> RevertContentResult:
        item = await content.revert(
            info.context.actor,
            decode_id(input.content_id, Content, "contentId"),
            input.revision,
            expected_revision=input.expected_revision,
        )
        return RevertContentPayload(content=Content.of(item))
