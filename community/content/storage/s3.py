"""Media in an S3 bucket. Clients send and get the bytes there, under links that the bucket itself checks."""

from datetime import datetime, timedelta
from uuid import UUID

import obstore
from obstore.store import S3Store

from community.content.storage.interface import Link, StoredFile, disposition

ARRIVING = "arriving"
KEPT = "kept"


class S3Storage:
    """Objects in a bucket. How a kept one is shown is kept with it: a presigned link cannot say so."""

    def __init__(
        self, bucket: str, *, endpoint: str | None, region: str, access_key: str | None, secret_key: str | None
    ) -> None:
        named = {"endpoint": endpoint, "access_key_id": access_key, "secret_access_key": secret_key}
        self._store = S3Store(
            bucket,
            region=region,
            client_options={"allow_http": bool(endpoint and endpoint.startswith("http://"))},
            **{name: value for name, value in named.items() if value is not None},
        )

    def upload_link(self, file: StoredFile, size: int, now: datetime, lasts: timedelta) -> Link:  # noqa: ARG002
        """A presigned PUT. How many bytes came is looked at afterwards."""
        url = obstore.sign(self._store, "PUT", f"{ARRIVING}/{file.id}", lasts)
        return Link(url, now + lasts, {"Content-Type": file.media_type})

    def link(self, file: StoredFile, now: datetime, lasts: timedelta) -> Link:
        """A presigned GET."""
        return Link(obstore.sign(self._store, "GET", f"{KEPT}/{file.id}", lasts), now + lasts)

    async def arrived(self, file_id: UUID) -> int | None:
        """How many bytes arrived."""
        try:
            return (await obstore.head_async(self._store, f"{ARRIVING}/{file_id}"))["size"]
        except FileNotFoundError:
            return None

    async def read_arrived(self, file_id: UUID, length: int) -> bytes:
        """The first bytes of what arrived."""
        return bytes(await obstore.get_range_async(self._store, f"{ARRIVING}/{file_id}", start=0, length=length))

    async def keep(self, file: StoredFile) -> None:
        """Copy it with its type and name, in pieces: a copy on the server would keep the uploader's."""
        try:
            source = await obstore.get_async(self._store, f"{ARRIVING}/{file.id}")
        except FileNotFoundError:
            await obstore.head_async(self._store, f"{KEPT}/{file.id}")
            return
        await obstore.put_async(
            self._store,
            f"{KEPT}/{file.id}",
            source.stream(),
            attributes={
                "Content-Type": file.media_type,
                "Content-Disposition": disposition(file),
                "Cache-Control": "private, no-store",
            },
        )
        await self.drop(file.id)

    async def drop(self, file_id: UUID) -> None:
        """Forget what arrived."""
        await obstore.delete_async(self._store, f"{ARRIVING}/{file_id}")
