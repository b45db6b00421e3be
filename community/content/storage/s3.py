"""Media in an S3 bucket. Clients send and get the bytes there, under links that the bucket itself checks."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import obstore
from obstore.store import S3Store

from community.content.storage.interface import Link, StoredFile, disposition
from community.content.storage.places import arriving, kept, size_at

if TYPE_CHECKING:
    from obstore.store import S3Config

CHUNK = 64 * 1024


class S3Storage:
    """Objects in a bucket. How a kept one is shown is kept with it: a presigned link cannot say so."""

    def __init__(
        self, bucket: str, *, endpoint: str | None, region: str, access_key: str | None, secret_key: str | None
    ) -> None:
        config: S3Config = {"region": region}
        if endpoint is not None:
            config["endpoint"] = endpoint
        if access_key is not None and secret_key is not None:
            config |= {"access_key_id": access_key, "secret_access_key": secret_key}
        is_plain = endpoint is not None and endpoint.startswith("http://")
        self._store = S3Store(bucket, config=config, client_options={"allow_http": is_plain})

    def upload_link(self, upload_id: UUID, media_type: str, size: int, now: datetime, lasts: timedelta) -> Link:  # noqa: ARG002
        """A presigned PUT. How many bytes came is looked at afterwards."""
        url = obstore.sign(self._store, "PUT", arriving(upload_id), lasts)
        return Link(url, now + lasts, {"Content-Type": media_type})

    def link(self, file: StoredFile, now: datetime, lasts: timedelta) -> Link:
        """A presigned GET."""
        return Link(obstore.sign(self._store, "GET", kept(file.id), lasts), now + lasts)

    async def arrived(self, upload_id: UUID) -> int | None:
        """How many bytes arrived."""
        return await size_at(self._store, arriving(upload_id))

    async def keep(self, upload_id: UUID, file: StoredFile) -> bool:
        """Copy it with its type and name, through here: a copy inside the bucket would keep what the uploader said."""
        try:
            source = await obstore.get_async(self._store, arriving(upload_id))
        except FileNotFoundError:
            return False
        await obstore.put_async(
            self._store,
            kept(file.id),
            source.stream(),
            attributes={
                "Content-Type": file.media_type,
                "Content-Disposition": disposition(file),
                "Cache-Control": "private, no-store",
            },
        )
        await self.drop_arrived(upload_id)
        return True

    async def read(self, file_id: UUID, length: int) -> bytes:
        """The first bytes of a kept file. Not asked for as a range, which some servers answer in a way of their own."""
        content = bytearray()
        async for chunk in (await obstore.get_async(self._store, kept(file_id))).stream(min_chunk_size=CHUNK):
            content += chunk
            if len(content) >= length:
                break
        return bytes(content[:length])

    async def drop(self, file_id: UUID) -> None:
        """Forget a kept file."""
        await obstore.delete_async(self._store, kept(file_id))

    async def drop_arrived(self, upload_id: UUID) -> None:
        """Forget what arrived. A bucket does not mind if nothing did."""
        await obstore.delete_async(self._store, arriving(upload_id))
