"""What a storage can do. Both of them pass the same tests."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol
from urllib.parse import quote
from uuid import UUID


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file as its readers get it."""

    id: UUID
    media_type: str
    name: str


@dataclass(frozen=True, slots=True)
class Link:
    """An address that works until it expires. Whoever uploads sends the headers with it."""

    url: str
    expires_at: datetime
    headers: dict[str, str] = field(default_factory=dict)


class Storage(Protocol):
    """Files by their ids: they arrive under a link, are looked at, and then kept or dropped."""

    def upload_link(self, upload_id: UUID, media_type: str, size: int, now: datetime, lasts: timedelta) -> Link:
        """Where to PUT the bytes of a file, once or again, until it expires."""
        ...

    def link(self, file: StoredFile, now: datetime, lasts: timedelta) -> Link:
        """Where to GET a kept file."""
        ...

    async def arrived(self, upload_id: UUID) -> int | None:
        """How many bytes arrived; None while nothing did."""
        ...

    async def keep(self, upload_id: UUID, file: StoredFile) -> bool:
        """Move what arrived to where readers get it from, out of reach of the link. False where nothing is to move."""
        ...

    async def read(self, file_id: UUID, length: int) -> bytes:
        """The first bytes of a kept file."""
        ...

    async def drop(self, file_id: UUID) -> None:
        """Forget a kept file."""
        ...

    async def drop_arrived(self, upload_id: UUID) -> None:
        """Forget what arrived, if anything did."""
        ...


def is_shown_inline(media_type: str) -> bool:
    """Whether a browser shows it where it is asked for; everything else is saved to disk."""
    return media_type.startswith(("image/", "video/", "audio/", "model/"))


def disposition(file: StoredFile) -> str:
    """How a browser treats the file, and under which name it saves it (RFC 6266)."""
    plain = "".join(c if c.isascii() and c not in '"\\' else "_" for c in file.name)
    kind = "inline" if is_shown_inline(file.media_type) else "attachment"
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(file.name, safe='')}"
