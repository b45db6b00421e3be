"""What stands in an item. Nothing here has seen what the caller may not read: `community.content` keeps it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Self
from uuid import UUID

import strawberry

from community.content import queries as content
from community.content.queries import BodyView, MediaView, PartView
from community.content.rules.bodies import Place
from community.content.rules.uploads import MediaKind
from community.kernel import clock
from schema.content.types.access import SEEN, ContentAccess
from schema.context import Info
from schema.nodes import Node, each_found
from schema.prices import PRICE, PRIVATE, Price
from schema.scalars import Long


@strawberry.type(description="A part of a body: its text, or the reason why you do not get it.")
class ContentPart:
    """A part as this caller may read it."""

    place: Place = strawberry.field(description="Where it stands.")
    access: ContentAccess = strawberry.field(
        description="Whether you may read it.", metadata={PRICE: Price(own=0), PRIVATE: True}
    )
    markdown: str | None = strawberry.field(description="Its source; null where you may not read it.", metadata=SEEN)
    html: str | None = strawberry.field(
        description="The same as safe HTML, its pictures under addresses that expire; null where you may not read it.",
        metadata=SEEN,
    )

    @classmethod
    def of(cls, part: PartView) -> Self:
        return cls(place=part.place, access=ContentAccess.of(part.access), markdown=part.source, html=part.html)


@strawberry.type(description="A file that was checked. Its address expires; ask for the item again for a new one.")
class MediaFile(Node):
    """A file for whoever may see it."""

    kind: MediaKind = strawberry.field(description="What it is.")
    media_type: str = strawberry.field(description="Its type, such as video/mp4.")
    file_name: str = strawberry.field(description="Under which name it is saved.")
    size: Long = strawberry.field(description="How many bytes it has.")
    width: int | None = strawberry.field(description="Of a picture, in pixels.")
    height: int | None = strawberry.field(description="Of a picture, in pixels.")
    alt: str = strawberry.field(description="What it shows, for who cannot see it; may be empty.")
    url: str = strawberry.field(
        description="Where to get it until `urlExpiresAt`: by HTTP GET, whole or in ranges. Without a host it is ours."
    )
    url_expires_at: datetime = strawberry.field(description="When `url` stops working.")

    @classmethod
    def of(cls, media: MediaView) -> Self:
        return cls(
            uuid=media.id,
            kind=media.kind,
            media_type=media.media_type,
            file_name=media.file_name,
            size=Long(media.size),
            width=media.width,
            height=media.height,
            alt=media.alt,
            url=media.url,
            url_expires_at=media.expires_at,
        )

    @classmethod
    async def visible(cls, ids: Sequence[UUID], info: Info) -> list[Self | None]:
        found = await content.media_for_editors(info.context.actor, ids, clock.now())
        return each_found(cls.of, found, ids)


@strawberry.type(description="What stands in an item, as far as you may read it.")
class ContentBody:
    """A body as this caller may read it. Everything in it was decided at one instant."""

    parts: list[ContentPart] = strawberry.field(
        description="Its parts in their order: free ones, those behind the wall, gated blocks.",
        metadata={PRIVATE: True, PRICE: Price(own=0, items=4)},
    )
    html: str = strawberry.field(
        description="All that you may read, as safe HTML whose pictures have addresses that expire.", metadata=SEEN
    )
    media: list[MediaFile] = strawberry.field(
        description="What there is to watch, to hear, to take home, in its order; empty where it is not open to you.",
        metadata={PRIVATE: True, PRICE: Price(items=3)},
    )
    is_whole: bool = strawberry.field(description="Whether nothing was kept back from you.", metadata=SEEN)
    reading_minutes: int | None = strawberry.field(
        description="How many minutes it takes to read; null where something was kept back.", metadata=SEEN
    )

    @classmethod
    def of(cls, body: BodyView) -> Self:
        return cls(
            parts=[ContentPart.of(part) for part in body.parts],
            html=body.html,
            media=[MediaFile.of(media) for media in body.media],
            is_whole=body.is_whole,
            reading_minutes=content.reading_minutes(body),
        )
