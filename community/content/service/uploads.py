"""Files: announced, sent to a link, checked, kept. What was not checked is never shown."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from community import database
from community.access.policy import Actor
from community.content import errors, facts, policy
from community.content.queries.media import MediaView, linked
from community.content.rules import texts, uploads
from community.content.rules.uploads import MediaKind, Pixels
from community.content.storage import Link, StoredFile, storage
from community.database import transaction
from community.kernel import clock, ids
from community.kernel.errors import NotFound
from community.outbox import service as outbox
from community.settings import settings

LINK_LASTS = timedelta(hours=1)
UPLOAD_LASTS = timedelta(days=1)
BATCH = 50
MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """An announced file, and where to send it."""

    media_id: UUID
    kind: MediaKind
    link: Link


@transaction()
async def request_upload(actor: Actor, *, media_type: str, size: int, file_name: str, alt: str | None = None) -> Upload:
    """An editor announces a file and gets a link to send it to.

    Raises Unauthenticated, Forbidden, MediaTypeRefused, FileSizeRefused, TextTooLong.
    """
    editor_id = policy.require_editor(actor)
    kind = uploads.kind_of(media_type, size, settings().media_upload_mib * MIB)
    media_id, now = ids.new_id(), clock.now()
    await database.execute(
        "insert into content_media (id, kind, media_type, file_name, size, alt, uploaded_by, requested_at)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8)",
        media_id,
        kind.value,
        media_type,
        uploads.file_name(file_name),
        size,
        texts.optional_line(alt, "alt", texts.MAX_SUMMARY_LENGTH),
        editor_id,
        now,
    )
    return Upload(media_id=media_id, kind=kind, link=storage().upload_link(media_id, media_type, size, now, LINK_LASTS))


async def complete_upload(actor: Actor, media_id: UUID) -> MediaView:
    """What arrived is taken out of the link's reach, looked at, and kept if it is what was announced. Again: the same.

    Raises Unauthenticated, Forbidden, NotFound, UploadExpired, FileNotUploaded, FileRefused.
    """
    policy.require_editor(actor)
    announced = await database.fetch_one(
        "select media_type, file_name, size, requested_at, checked_at from content_media where id = $1", media_id
    )
    if announced is None:
        raise NotFound("MediaFile")
    if announced["checked_at"] is None:
        if announced["requested_at"] + UPLOAD_LASTS <= clock.now():
            raise errors.UploadExpired
        file = StoredFile(ids.new_id(), announced["media_type"], announced["file_name"])
        pixels = await _checked(media_id, file, announced["size"])
        if not await _finish(actor, media_id, file, pixels):
            await storage().drop(file.id)
    return (await linked([media_id], clock.now()))[media_id]


async def forget_uploads() -> int:
    """Forget up to BATCH announced files that never came to be kept; how many there were."""
    forgotten = await _forget()
    for media_id in forgotten:
        await storage().drop_arrived(media_id)
    return len(forgotten)


async def _checked(media_id: UUID, file: StoredFile, size: int) -> Pixels | None:
    """Keep what arrived and look at it; what is refused is dropped. The figures of a picture, None for the rest."""
    arrived = await storage().arrived(media_id)
    if arrived is None:
        raise errors.FileNotUploaded
    if arrived != size:
        await storage().drop_arrived(media_id)
        raise errors.FileRefused(uploads.Flaw.SIZE)
    if not await storage().keep(media_id, file):
        raise errors.FileNotUploaded
    try:
        return await _look_at(file, size)
    except errors.FileRefused:
        await storage().drop(file.id)
        raise


async def _look_at(file: StoredFile, size: int) -> Pixels | None:
    head = await storage().read(file.id, min(size, uploads.HEAD))
    uploads.check(file.media_type, head, size)
    if not file.media_type.startswith("image/"):
        return None
    content = await storage().read(file.id, size)
    return await asyncio.to_thread(uploads.pixels_of, file.media_type, content)


@transaction()
async def _finish(actor: Actor, media_id: UUID, file: StoredFile, pixels: Pixels | None) -> bool:
    """Whether this is the one that was kept: of two that finish at once the first is."""
    row = await database.fetch_one(
        "update content_media set object_id = $2, checked_at = $3, width = $4, height = $5"
        " where id = $1 and checked_at is null returning kind, size",
        media_id,
        file.id,
        clock.now(),
        pixels.width if pixels else None,
        pixels.height if pixels else None,
    )
    if row is None:
        return False
    await outbox.record(facts.MediaUploaded(media_id=media_id, kind=row["kind"], size=row["size"]), actor=actor)
    return True


@transaction()
async def _forget() -> list[UUID]:
    rows = await database.fetch(
        "delete from content_media where id in (select id from content_media"
        " where checked_at is null and requested_at < $1 order by requested_at limit $2 for update skip locked)"
        " returning id",
        clock.now() - UPLOAD_LASTS,
        BATCH,
    )
    return [row["id"] for row in rows]
