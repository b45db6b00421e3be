"""Media: those that were checked, with the links that expire."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from community import database
from community.access.policy import Actor
from community.content import policy
from community.content.rules.uploads import MediaKind
from community.content.storage import StoredFile, storage
from community.kernel.along import NOTHING, Along, Companion
from community.settings import settings


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaView:
    """A file with a link that works until `expires_at`. Made only for whom access was granted."""

    id: UUID
    kind: MediaKind
    media_type: str
    file_name: str
    size: int
    width: int | None
    height: int | None
    alt: str
    url: str
    expires_at: datetime


async def linked(media_ids: Iterable[UUID], now: datetime, along: Along = NOTHING) -> dict[UUID, MediaView]:
    """The checked media among these with links from now on. **Whoever asks has decided that they may be seen.**

    No statement for those that came along as `MEDIA`.
    """

    async def read(missing: list[UUID]) -> dict[UUID, Mapping[str, Any]]:
        rows = await database.fetch(
            f"select {', '.join(COLUMNS)} from content_media where id = any($1) and checked_at is not null", missing
        )
        return {row["id"]: row for row in rows}

    found = await along.found(MEDIA, media_ids, read)
    return {media_id: _linked(row, now) for media_id, row in found.items()}


COLUMNS = ("id", "kind", "media_type", "file_name", "size", "width", "height", "alt", "object_id")

MEDIA: Companion[Mapping[str, Any]] = Companion(
    "content_media where id = {} and checked_at is not null".format,
    lambda *values: dict(zip(COLUMNS, values, strict=True)),
    COLUMNS,
)
"""A checked file, for the statement that reads what shows it; not its link, which begins when it is asked for."""


def _linked(row: Mapping[str, Any], now: datetime) -> MediaView:
    values = {**row, "kind": MediaKind(row["kind"])}
    file = StoredFile(values.pop("object_id"), row["media_type"], row["file_name"])
    link = storage().link(file, now, timedelta(seconds=settings().media_link_seconds))
    return MediaView(**values, url=link.url, expires_at=link.expires_at)


async def media_for_editors(actor: Actor, media_ids: Iterable[UUID], now: datetime) -> dict[UUID, MediaView]:
    """Media by their own ids, for editors; nobody else meets them outside the items that show them."""
    return await linked(media_ids, now) if policy.is_editor(actor) else {}


async def kinds_of(media_ids: Iterable[UUID]) -> dict[UUID, MediaKind]:
    """What the checked media among these are."""
    rows = await database.fetch(
        "select id, kind from content_media where id = any($1) and checked_at is not null", list(set(media_ids))
    )
    return {row["id"]: MediaKind(row["kind"]) for row in rows}
