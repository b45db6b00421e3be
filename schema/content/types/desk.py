"""Items as their editors see them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Self
from uuid import UUID

import strawberry

from community.content import queries as content
from community.content.queries import ContentView, RevisionView
from community.content.rules.life import Status
from community.kernel.pages import Page, PageRequest
from community.members import queries as members
from schema.connections import Connection, paged
from schema.content.types.access import SEEN, ContentRequirement
from schema.context import Info
from schema.execution.levels import level
from schema.members.types import Member
from schema.nodes import Node, each_found
from schema.prices import PRICE, Price
from schema.views import Shown, shows


@shows
@strawberry.type(description="A revision of an item: everything it said when it was saved. For editors.")
class ContentRevision(Node, Shown[RevisionView]):
    """A revision."""

    number: int = strawberry.field(description="Counted from 1 on.")
    title: str = strawberry.field(description="Its title.")
    summary: str = strawberry.field(description="Its summary.")
    body: str = strawberry.field(description="Its body, in Markdown with walls and gates.")
    note: str = strawberry.field(description="What the editor noted about the change; may be empty.")
    saved_at: datetime = strawberry.field(description="When it was saved.")

    @classmethod
    async def visible(cls, ids: Sequence[UUID], info: Info) -> list[Self | None]:
        found = await content.revisions_by_ids(info.context.actor, ids)
        return each_found(cls.of, found, ids)

    @strawberry.field(description="Whom it asks for.", metadata={PRICE: Price(own=0)})
    def requires(self) -> ContentRequirement:
        return ContentRequirement.of(self.view.terms.requirement)

    @level(description="Who saved it; null where the server did, or they have left.")
    async def editor(parents: list["ContentRevision"], info: Info) -> list[Member | None]:
        wanted = [revision.view.editor_id for revision in parents]
        found = await members.by_ids(each for each in wanted if each)
        return each_found(Member.of, found, wanted)


@shows
@strawberry.type(description="How it stands with an item, for editors.")
class ContentDesk(Shown[ContentView]):
    """What editors see of an item besides readers."""

    status: Status = strawberry.field(description="Where it is in its life.")
    revision: int = strawberry.field(description="The number of its last revision: what `expectedRevision` must be.")
    published_revision: int | None = strawberry.field(description="The number of the one that readers see.")
    publish_at: datetime | None = strawberry.field(description="When a revision will be published by itself.")
    saved_at: datetime = strawberry.field(description="When its last revision was saved.")

    @level(description="Its revisions, the last one first.", metadata=SEEN)
    @paged(content.REVISION_SHAPE)
    async def revisions(
        parents: list["ContentDesk"], info: Info, request: PageRequest
    ) -> list[Connection[ContentRevision]]:
        pages = await content.revisions_of(info.context.actor, [desk.view.id for desk in parents], request)
        return [Connection.of(page or Page([], []), ContentRevision.of) for page in pages]
