"""Media on this machine's disk, served by `api/media.py` under links that this server signs."""

import asyncio
import os
import secrets
from collections.abc import AsyncIterable
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import obstore
from obstore.store import LocalStore

from community.content.rules import links
from community.content.storage.interface import Link, StoredFile
from community.content.storage.places import arriving, kept, size_at


class FileTooLong(Exception):
    """More bytes came than the link was made for."""


class LocalStorage:
    """Files in a folder: names are ids, so that none can lead out of it."""

    def __init__(self, folder: Path, *, key: bytes, public_url: str = "") -> None:
        self._folder = folder.absolute()
        self._store = LocalStore(prefix=self._folder, mkdir=True)
        self._key = key
        self._public_url = public_url

    def upload_link(self, upload_id: UUID, media_type: str, size: int, now: datetime, lasts: timedelta) -> Link:
        """An address of this server that takes so many bytes."""
        path = f"/media/uploads/{upload_id}"
        url = links.signed("PUT", path, {"size": str(size)}, now + lasts, self._key)
        return Link(self._public_url + url, now + lasts, {"Content-Type": media_type})

    def link(self, file: StoredFile, now: datetime, lasts: timedelta) -> Link:
        """An address of this server, which says how the file is called and what it is."""
        url = links.signed("GET", f"/media/{file.id}/{file.name}", {"type": file.media_type}, now + lasts, self._key)
        return Link(self._public_url + url, now + lasts)

    def is_genuine(self, method: str, path: str, query: dict[str, str], now: datetime) -> bool:
        """Whether we made this link, and it has not expired."""
        return links.is_genuine(method, path, query, now, self._key)

    def path_of(self, file_id: UUID) -> Path:
        """Where a kept file is."""
        return self._folder / kept(file_id)

    async def receive(self, upload_id: UUID, chunks: AsyncIterable[bytes], size: int) -> None:
        """Take a file in as it comes. Half of one is never seen. Raises FileTooLong."""
        place = self._folder / arriving(upload_id)
        part = place.with_name(f".{upload_id}.{secrets.token_hex(4)}")
        part.parent.mkdir(parents=True, exist_ok=True)
        received = 0
        try:
            with part.open("wb") as target:
                async for chunk in chunks:
                    received += len(chunk)
                    if received > size:
                        raise FileTooLong
                    await asyncio.to_thread(target.write, chunk)
            os.replace(part, place)
        finally:
            part.unlink(missing_ok=True)

    async def arrived(self, upload_id: UUID) -> int | None:
        """How many bytes arrived."""
        return await size_at(self._store, arriving(upload_id))

    async def keep(self, upload_id: UUID, file: StoredFile) -> bool:
        """Rename it."""
        try:
            await obstore.rename_async(self._store, arriving(upload_id), kept(file.id))
        except FileNotFoundError:
            return False
        return True

    async def read(self, file_id: UUID, length: int) -> bytes:
        """The first bytes of a kept file."""
        return bytes(await obstore.get_range_async(self._store, kept(file_id), start=0, length=length))

    async def drop(self, file_id: UUID) -> None:
        """Forget a kept file."""
        await asyncio.to_thread(self.path_of(file_id).unlink, missing_ok=True)

    async def drop_arrived(self, upload_id: UUID) -> None:
        """Forget what arrived."""
        await asyncio.to_thread((self._folder / arriving(upload_id)).unlink, missing_ok=True)
