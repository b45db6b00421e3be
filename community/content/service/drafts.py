"""What an editor typed, made ready for its row: read, rendered, everything it names looked up."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from community.content import errors, queries
from community.content.queries.media import kinds_of
from community.content.rules import access, bodies, life, texts
from community.content.rules.access import OPEN, Requirement, Terms, Visibility
from community.content.rules.bodies import Part
from community.content.rules.uploads import MediaKind
from community.entitlements import queries as entitlements
from community.kernel import clock, search
from community.kernel.errors import NotFound
from community.kernel.threads import beside
from community.tiers import queries as tiers


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Everything that one revision of an item says."""

    title: str
    summary: str | None = None
    body: str = ""
    cover_id: UUID | None = None
    media_ids: Sequence[UUID] = ()
    terms: Terms = OPEN
    topic_ids: Sequence[UUID] = ()
    series_id: UUID | None = None
    series_position: int | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """The columns of a revision."""

    title: str
    summary: str
    body: str
    parts: tuple[Part, ...]
    words: str
    cover_id: UUID | None
    media_ids: list[UUID]
    terms: Terms
    topic_ids: list[UUID]
    series_id: UUID | None
    series_position: int | None
    note: str


async def understand(draft: Draft) -> Written:
    """Everything that a draft says. Raises what `rules.texts` and `rules.bodies` raise, InvalidTerms, MediaMissing,
    TooManyMedia, and NotFound for topics and series.
    """
    ladder = [tier.key for tier in await tiers.ladder(clock.now())]
    features = (await entitlements.catalogue()).features
    flaw = access.flaw_in(draft.terms, ladder, features.__contains__)
    if flaw:
        raise errors.InvalidTerms(flaw)
    title = texts.line(draft.title, "title", texts.MAX_TITLE_LENGTH)
    summary = texts.optional_line(draft.summary, "summary", texts.MAX_SUMMARY_LENGTH)
    note = texts.optional_line(draft.note, "note", texts.MAX_NOTE_LENGTH)

    def is_gate(gate: Requirement) -> bool:
        return access.flaw_in_requirement(gate, ladder, features.__contains__) is None

    def read() -> tuple[str, tuple[Part, ...], str]:
        body = texts.body(draft.body)
        is_public = draft.terms.requirement.visibility is Visibility.PUBLIC and not draft.terms.windows
        parts = bodies.parts_of(body, is_public=is_public, is_gate=is_gate)
        return body, parts, search.words_of("\n".join((title, summary, bodies.free_text(parts))))

    body, parts, words = await beside(draft.body, read)
    media_ids, topic_ids = list(dict.fromkeys(draft.media_ids)), list(dict.fromkeys(draft.topic_ids))
    await _require_media(draft.cover_id, media_ids, parts)
    await _require_places(topic_ids, draft.series_id)
    return Written(
        title=title,
        summary=summary,
        body=body,
        parts=parts,
        words=words,
        cover_id=draft.cover_id,
        media_ids=media_ids,
        terms=draft.terms,
        topic_ids=topic_ids,
        series_id=draft.series_id,
        series_position=(draft.series_position or 0) if draft.series_id else None,
        note=note,
    )


async def _require_media(cover_id: UUID | None, media_ids: Sequence[UUID], parts: Sequence[Part]) -> None:
    """A cover and what stands in the text are pictures; all of them were checked."""
    pictures = {UUID(each) for part in parts for each in part.media_ids} | ({cover_id} if cover_id else set())
    wanted = pictures.union(media_ids)
    if len(wanted) > life.MAX_MEDIA:
        raise errors.TooManyMedia(life.MAX_MEDIA)
    kinds = await kinds_of(wanted) if wanted else {}
    if wanted - kinds.keys() or any(kinds[each] is not MediaKind.IMAGE for each in pictures):
        raise errors.MediaMissing


async def _require_places(topic_ids: Sequence[UUID], series_id: UUID | None) -> None:
    if len(topic_ids) > life.MAX_TOPICS or set(topic_ids) - (await queries.topics_by_ids(topic_ids)).keys():
        raise NotFound("Topic")
    if series_id and not await queries.series_by_ids([series_id]):
        raise NotFound("ContentSeries")
