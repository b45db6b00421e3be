"""Content as the graph shows it. Nothing here has seen what the caller may not read: `community.content` keeps it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

import strawberry

from community.content import policy
from community.content import queries as content
from community.content.queries import BodyView, ContentView, MediaView, PartView, RevisionView, SeriesView, TopicView
from community.content.rules import access as rules
from community.content.rules.access import OfferKind, Reason, Visibility
from community.content.rules.activities import content_subject
from community.content.rules.bodies import Place
from community.content.rules.life import Kind, Status
from community.content.rules.uploads import MediaKind
from community.kernel import clock
from community.kernel.pages import Page, PageRequest
from community.members import queries as members
from schema.connections import After, Before, Connection, First, Last
from schema.content import enums as enums
from schema.context import Info
from schema.execution.levels import level
from schema.members.types import Member
from schema.nodes import Node, each_found
from schema.prices import PRICE, PRIVATE, Price
from schema.scalars import Long

SEEN = {PRIVATE: True}
"""What a reader may see depends on who they are."""


@strawberry.type(description="Whom something asks for.")
class ContentRequirement:
    """A requirement, with the one value that belongs to its visibility."""

    visibility: Visibility = strawberry.field(description="Whom it asks for.")
    tier: str | None = strawberry.field(description="The key of the tier, where it asks for one or a higher one.")
    feature: str | None = strawberry.field(description="The key of the feature, where it asks for one.")
    points: Long | None = strawberry.field(description="The price, where it costs points.")

    @classmethod
    def of(cls, requirement: rules.Requirement) -> Self:
        return cls(
            visibility=requirement.visibility,
            tier=requirement.tier,
            feature=requirement.feature,
            points=Long(requirement.points) if requirement.points is not None else None,
        )


@strawberry.type(description="One way to open something.")
class AccessOffer:
    """An offer, with the value that belongs to its kind."""

    kind: OfferKind = strawberry.field(description="What to do.")
    tier: str | None = strawberry.field(description="The key of the tier to reach.")
    feature: str | None = strawberry.field(description="The key of the feature to get; `feature` tells the ways to it.")
    points: Long | None = strawberry.field(description="The points to spend, with `unlockContent`.")
    at: datetime | None = strawberry.field(description="The instant to wait for.")

    @classmethod
    def of(cls, offer: rules.Offer) -> Self:
        return cls(
            kind=offer.kind,
            tier=offer.tier,
            feature=offer.feature if offer.kind is OfferKind.GET_FEATURE else None,
            points=Long(offer.points) if offer.points is not None else None,
            at=offer.at,
        )


@strawberry.type(description="Whether you may see something, why, and what would help.")
class ContentAccess:
    """The answer of the one function that decides."""

    granted: bool = strawberry.field(description="Whether you may see it now.")
    reason: Reason = strawberry.field(description="Why, or why not.")
    requires: ContentRequirement = strawberry.field(description="Whom it asks for.", metadata={PRICE: Price(own=0)})
    unlocks_at: datetime | None = strawberry.field(
        description="When time alone opens it to you, for a countdown; null where it does not."
    )
    ends_at: datetime | None = strawberry.field(description="When it closes for you again; null where it does not.")
    offers: list[AccessOffer] = strawberry.field(
        description="What would open it, the nearest first.", metadata={PRICE: Price(own=0, items=2)}
    )

    @classmethod
    def of(cls, access: rules.Access) -> Self:
        return cls(
            granted=access.granted,
            reason=access.reason,
            requires=ContentRequirement.of(access.requires),
            unlocks_at=access.unlocks_at,
            ends_at=access.ends_at,
            offers=[AccessOffer.of(offer) for offer in access.offers],
        )


@strawberry.type(description="A time from which, and perhaps until which, an audience may see an item.")
class AccessWindow:
    """One of the ordered windows."""

    tier: str | None = strawberry.field(description="The key of the tier from which on it is open; null for everybody.")
    opens_at: datetime = strawberry.field(description="When it opens.")
    closes_at: datetime | None = strawberry.field(description="When it closes; null where it stays open.")

    @classmethod
    def of(cls, window: rules.Window) -> Self:
        return cls(tier=window.tier, opens_at=window.opens_at, closes_at=window.closes_at)


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


@strawberry.type(description="What items are about. Members subscribe to topics.")
class Topic(Node):
    """A topic."""

    view: strawberry.Private[TopicView]
    slug: str = strawberry.field(description="How it is called in addresses.")

    @classmethod
    def of(cls, topic: TopicView) -> Self:
        return cls(uuid=topic.id, view=topic, slug=topic.slug)

    @classmethod
    async def visible(cls, ids: Sequence[UUID], info: Info) -> list[Self | None]:
        found = await content.topics_by_ids(ids)
        return each_found(cls.of, found, ids)

    @strawberry.field(description="Its name, in your language where it has one.")
    def name(self, info: Info) -> str:
        return self.view.name(info.context.locale)

    @level(description="What is published about it, newest first.", metadata=SEEN)
    async def contents(
        parents: list["Topic"],
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> list[Connection["Content"]]:
        request = PageRequest.of(first=first, after=after, last=last, before=before, shape=content.LATEST_SHAPE)
        pages = await content.in_topics(info.context.actor, [topic.uuid for topic in parents], request)
        return [Connection.of(page, Content.of) for page in pages]

    @level(description="Whether you subscribed to it.")
    async def viewer_has_subscribed(parents: list["Topic"], info: Info) -> list[bool]:
        found = await content.subscribed_among(info.context.actor, [topic.uuid for topic in parents])
        return [topic.uuid in found for topic in parents]


@strawberry.type(description="Items that belong together, in an order.")
class ContentSeries(Node):
    """A series."""

    view: strawberry.Private[SeriesView]
    slug: str = strawberry.field(description="How it is called in addresses.")

    @classmethod
    def of(cls, series: SeriesView) -> Self:
        return cls(uuid=series.id, view=series, slug=series.slug)

    @classmethod
    async def visible(cls, ids: Sequence[UUID], info: Info) -> list[Self | None]:
        found = await content.series_by_ids(ids)
        return each_found(cls.of, found, ids)

    @strawberry.field(description="Its name, in your language where it has one.")
    def name(self, info: Info) -> str:
        return self.view.name(info.context.locale)

    @level(description="What is published of it, in its order.", metadata=SEEN)
    async def contents(
        parents: list["ContentSeries"],
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> list[Connection["Content"]]:
        request = PageRequest.of(first=first, after=after, last=last, before=before, shape=content.SERIES_SHAPE)
        pages = await content.in_series(info.context.actor, [series.uuid for series in parents], request)
        return [Connection.of(page, Content.of) for page in pages]


@strawberry.type(description="How far you are with an item, as your last device said.")
class ReadingProgress:
    """Progress."""

    percent: int = strawberry.field(description="How much of it, 0 to 100.")
    position: int = strawberry.field(description="Where to go on: seconds of a video, characters of an article.")
    read_at: datetime = strawberry.field(description="When you were there.")
    completed_at: datetime | None = strawberry.field(description="When you first came to its end.")

    @classmethod
    def of(cls, progress: content.ProgressView) -> Self:
        return cls(
            percent=progress.percent,
            position=progress.position,
            read_at=progress.read_at,
            completed_at=progress.completed_at,
        )


@strawberry.type(description="Something that is published: an article, a video, a sound, files, a thing to look at.")
class Content(Node):
    """An item as this caller may see it."""

    view: strawberry.Private[ContentView]
    kind: Kind = strawberry.field(description="What it is.")
    locale: str = strawberry.field(description="The language it is in: en or zh-Hant.")
    slug: str = strawberry.field(description="How it is called in addresses; may be in any script.")
    title: str = strawberry.field(description="Its title, which everybody may read.")
    summary: str = strawberry.field(description="What it is about, which everybody may read; may be empty.")
    published_at: datetime | None = strawberry.field(description="When readers first found it; null for drafts.")

    @classmethod
    def of(cls, item: ContentView) -> Self:
        return cls(
            uuid=item.id,
            view=item,
            kind=item.kind,
            locale=item.locale,
            slug=item.slug,
            title=item.title,
            summary=item.summary,
            published_at=item.published_at,
        )

    @classmethod
    def opened(cls, item: ContentView, info: Info) -> Self:
        """An item on a page of its own: whoever may see it has seen it."""
        _shown([item], info)
        return cls.of(item)

    @classmethod
    async def visible(cls, ids: Sequence[UUID], info: Info) -> list[Self | None]:
        found = await content.items(info.context.actor, ids)
        _shown(found.values(), info)
        return each_found(cls.of, found, ids)

    @strawberry.field(
        description="Whether you may see what is behind its wall, and what would help.",
        metadata={PRIVATE: True, PRICE: Price(own=0)},
    )
    def access(self) -> ContentAccess:
        return ContentAccess.of(self.view.access)

    @strawberry.field(
        description="When it opens to whom, in order; empty where it is open at once.",
        metadata={PRICE: Price(own=0, items=3)},
    )
    def windows(self) -> list[AccessWindow]:
        return [AccessWindow.of(window) for window in self.view.terms.windows]

    @level(description="What stands in it, as far as you may read it.", metadata={PRIVATE: True, PRICE: Price(own=2)})
    async def body(parents: list["Content"], info: Info) -> list[ContentBody]:
        found = await content.bodies([item.view for item in parents])
        return [ContentBody.of(found.get(item.uuid, NOTHING)) for item in parents]

    @level(description="Its cover, which everybody may see; null where it has none.")
    async def cover(parents: list["Content"], info: Info) -> list[MediaFile | None]:
        wanted = [item.view.cover_id for item in parents]
        found = await content.linked((each for each in wanted if each), clock.now())
        return each_found(MediaFile.of, found, wanted)

    @level(description="What it is about.", metadata={PRICE: Price(items=2)})
    async def topics(parents: list["Content"], info: Info) -> list[list[Topic]]:
        found = await content.topics_by_ids(each for item in parents for each in item.view.topic_ids)
        return [[Topic.of(found[each]) for each in item.view.topic_ids if each in found] for item in parents]

    @level(description="The series it belongs to, if it belongs to one.")
    async def series(parents: list["Content"], info: Info) -> list[ContentSeries | None]:
        wanted = [item.view.series_id for item in parents]
        found = await content.series_by_ids(each for each in wanted if each)
        return each_found(ContentSeries.of, found, wanted)

    @strawberry.field(description="Its place in its series.")
    def series_position(self) -> int | None:
        return self.view.series_position

    @level(
        description="What is nearest to it: of its series, then of its topics. At most 12.",
        metadata={PRIVATE: True, PRICE: Price(own=2, items=12)},
    )
    async def related(
        parents: list["Content"],
        info: Info,
        size: Annotated[int, strawberry.argument(description="How many, 0 to 12.")] = 6,
    ) -> list[list["Content"]]:
        found = await content.related([item.view for item in parents], size)
        return [[Content.of(item) for item in each] for each in found]

    @level(description="Whether you keep it for later.")
    async def viewer_has_bookmarked(parents: list["Content"], info: Info) -> list[bool]:
        found = await content.bookmarked_among(info.context.actor, [item.uuid for item in parents])
        return [item.uuid in found for item in parents]

    @level(description="How far you are with it; null where you never began.")
    async def viewer_progress(parents: list["Content"], info: Info) -> list[ReadingProgress | None]:
        found = await content.progress_of(info.context.actor, [item.uuid for item in parents])
        return each_found(ReadingProgress.of, found, [item.uuid for item in parents])

    @level(description="Whether you may write it.")
    async def viewer_can_edit(parents: list["Content"], info: Info) -> list[bool]:
        return [policy.is_editor(info.context.actor)] * len(parents)

    @level(description="How it stands with it, for editors; null for everybody else.", metadata=SEEN)
    async def desk(parents: list["Content"], info: Info) -> list["ContentDesk | None"]:
        if not policy.is_editor(info.context.actor):
            return [None for _ in parents]
        return [ContentDesk.of(item.view) for item in parents]


@strawberry.type(description="A revision of an item: everything it said when it was saved. For editors.")
class ContentRevision(Node):
    """A revision."""

    view: strawberry.Private[RevisionView]
    number: int = strawberry.field(description="Counted from 1 on.")
    title: str = strawberry.field(description="Its title.")
    summary: str = strawberry.field(description="Its summary.")
    body: str = strawberry.field(description="Its body, in Markdown with walls and gates.")
    note: str = strawberry.field(description="What the editor noted about the change; may be empty.")
    saved_at: datetime = strawberry.field(description="When it was saved.")

    @classmethod
    def of(cls, revision: RevisionView) -> Self:
        return cls(
            uuid=revision.id,
            view=revision,
            number=revision.number,
            title=revision.title,
            summary=revision.summary,
            body=revision.body,
            note=revision.note,
            saved_at=revision.saved_at,
        )

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


@strawberry.type(description="How it stands with an item, for editors.")
class ContentDesk:
    """What editors see of an item besides readers."""

    view: strawberry.Private[ContentView]
    status: Status = strawberry.field(description="Where it is in its life.")
    revision: int = strawberry.field(description="The number of its last revision: what `expectedRevision` must be.")
    published_revision: int | None = strawberry.field(description="The number of the one that readers see.")
    publish_at: datetime | None = strawberry.field(description="When a revision will be published by itself.")
    saved_at: datetime = strawberry.field(description="When its last revision was saved.")

    @classmethod
    def of(cls, item: ContentView) -> Self:
        return cls(
            view=item,
            status=item.status,
            revision=item.revision,
            published_revision=item.published_revision,
            publish_at=item.publish_at,
            saved_at=item.saved_at,
        )

    @level(description="Its revisions, the last one first.", metadata=SEEN)
    async def revisions(
        parents: list["ContentDesk"],
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> list[Connection[ContentRevision]]:
        request = PageRequest.of(first=first, after=after, last=last, before=before, shape=content.REVISION_SHAPE)
        pages = await content.revisions_of(info.context.actor, [desk.view.id for desk in parents], request)
        return [Connection.of(page or Page([], []), ContentRevision.of) for page in pages]


NOTHING = BodyView(parts=[], media=[])
"""What is left of an item that went away while it was being read."""


def _shown(items: Iterable[ContentView], info: Info) -> None:
    """Whoever may not see it has not seen it; what one wrote oneself is not looked at."""
    viewer_id = info.context.actor.member_id
    if viewer_id is not None:
        info.context.shows(
            content_subject(item.id) for item in items if item.access.granted and item.created_by != viewer_id
        )
