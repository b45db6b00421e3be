"""The doors of media on this machine's disk: files under links that expire, whole or in ranges, and uploads.

Nobody is asked who they are: the link is the answer that they already got. With a bucket these doors do not exist.
"""

from collections.abc import Mapping
from uuid import UUID

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from community.content.rules.links import EXPIRES
from community.content.storage import LocalStorage, StoredFile, storage_of
from community.content.storage.interface import disposition
from community.content.storage.local import FileTooLong
from community.kernel import clock
from community.settings import Settings

SANDBOX = "sandbox; default-src 'none'; media-src 'self'; img-src 'self'; style-src 'unsafe-inline'"
"""Whatever a file turns out to be, it runs nothing and asks nobody."""


def routes(settings: Settings) -> list[Route]:
    """Where files are read and sent; nowhere if a bucket keeps them."""
    storage = storage_of(settings)
    if not isinstance(storage, LocalStorage):
        return []
    doors = Doors(storage)
    return [
        Route("/media/uploads/{id:uuid}", doors.take, methods=["PUT"]),
        Route("/media/{id:uuid}/{name}", doors.give, methods=["GET"]),
    ]


class Doors:
    """Reading and sending files of one storage."""

    def __init__(self, storage: LocalStorage) -> None:
        self._storage = storage

    async def give(self, request: Request) -> Response:
        """A file, or the range of it that is asked for."""
        query = self._promises(request, "GET")
        file = StoredFile(request.path_params["id"], query["type"], request.path_params["name"])
        path = self._storage.path_of(file.id)
        if not path.is_file():
            raise HTTPException(404)
        left = max(int(query[EXPIRES]) - int(clock.now().timestamp()), 0)
        return FileResponse(
            path,
            media_type=file.media_type,
            headers={
                "Cache-Control": f"private, max-age={left}",
                "Content-Disposition": disposition(file),
                "Content-Security-Policy": SANDBOX,
            },
        )

    async def take(self, request: Request) -> Response:
        """A file as it comes, not a byte more than was announced."""
        query = self._promises(request, "PUT")
        media_id: UUID = request.path_params["id"]
        size = int(query["size"])
        if int(request.headers.get("content-length", size)) != size:
            raise HTTPException(413)
        try:
            await self._storage.receive(media_id, request.stream(), size)
        except FileTooLong:
            raise HTTPException(413) from None
        except ClientDisconnect:
            return Response(status_code=400)
        return Response(status_code=204, headers={"Cache-Control": "no-store"})

    def _promises(self, request: Request, method: str) -> Mapping[str, str]:
        """What the link promises. One that we never made, that was changed, or that has expired, leads nowhere."""
        query = dict(request.query_params)
        if not self._storage.is_genuine(method, request.scope["path"], query, clock.now()):
            raise HTTPException(404)
        return query
