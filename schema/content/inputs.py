"""Items as editors describe them."""

from datetime import datetime

import strawberry

from community.content.rules.access import OPEN, Requirement, Terms, Visibility, Window
from community.content.service import Draft
from schema.content.types import ContentSeries, MediaFile, Topic
from schema.nodes import decode_id, decode_ids
from schema.scalars import Long


@strawberry.input(description="Whom an item asks for: a visibility, with the one value that belongs to it.")
class RequirementInput:
    """A requirement."""

    visibility: Visibility = strawberry.field(description="Whom it asks for.")
    tier: str | None = strawberry.field(default=None, description="The key of the tier, for TIER.")
    feature: str | None = strawberry.field(default=None, description="The key of the feature, for FEATURE.")
    points: Long | None = strawberry.field(default=None, description="The price, for POINTS: 1 to a billion.")


@strawberry.input(description="When it opens to whom.")
class AccessWindowInput:
    """A window."""

    opens_at: datetime = strawberry.field(description="When it opens.")
    closes_at: datetime | None = strawberry.field(default=None, description="When it closes, if it does.")
    tier: str | None = strawberry.field(default=None, description="From which tier on; everybody without it.")


@strawberry.input(description="Everything that a revision says. What is left out, it does not have.")
class ContentDraftInput:
    """A revision as it is typed."""

    title: str = strawberry.field(description="1 to 200 characters, which everybody may read.")
    summary: str | None = strawberry.field(
        default=None, description="At most 1,000 characters, which everybody may read."
    )
    body: str = strawberry.field(
        default="",
        description="Markdown, at most 200,000 characters. `::: wall` on a line of its own ends the preview;"
        " `::: gate members`, `::: gate tier=gold` or `::: gate feature=key` begin a block that `:::` ends;"
        " `![what it shows](media:uuid)` shows a picture.",
    )
    cover_id: strawberry.ID | None = strawberry.field(default=None, description="A picture that everybody may see.")
    media_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description="What there is to watch, to hear, to take home, in its order: at most 50."
    )
    requires: RequirementInput | None = strawberry.field(
        default=None, description="Whom what is behind the wall asks for; nobody without it."
    )
    windows: list[AccessWindowInput] | None = strawberry.field(
        default=None, description="When it opens to whom, in order, each for more people than the one before."
    )
    topic_ids: list[strawberry.ID] | None = strawberry.field(default=None, description="What it is about: at most 10.")
    series_id: strawberry.ID | None = strawberry.field(default=None, description="The series it belongs to.")
    series_position: int | None = strawberry.field(default=None, description="Its place there, 0 by default.")
    note: str | None = strawberry.field(default=None, description="What changed, for other editors.")

    @property
    def draft(self) -> Draft:
        """What the domain understands. Raises InvalidId."""
        return Draft(
            title=self.title,
            summary=self.summary,
            body=self.body,
            cover_id=decode_id(self.cover_id, MediaFile, "coverId") if self.cover_id is not None else None,
            media_ids=decode_ids(self.media_ids or [], MediaFile, "mediaIds"),
            terms=self._terms(),
            topic_ids=decode_ids(self.topic_ids or [], Topic, "topicIds"),
            series_id=decode_id(self.series_id, ContentSeries, "seriesId") if self.series_id is not None else None,
            series_position=self.series_position,
            note=self.note,
        )

    def _terms(self) -> Terms:
        asked = self.requires
        return Terms(
            requirement=OPEN.requirement
            if asked is None
            else Requirement(visibility=asked.visibility, tier=asked.tier, feature=asked.feature, points=asked.points),
            windows=tuple(
                Window(tier=window.tier, opens_at=window.opens_at, closes_at=window.closes_at)
                for window in self.windows or []
            ),
        )
