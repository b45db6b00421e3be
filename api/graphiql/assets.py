"""The built files of GraphiQL, under names that change with their content, so that browsers may keep them for ever.

They are built from `api/graphiql-src` and committed in `api/static/graphiql`.
"""

import gzip
import hashlib
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.negotiation import qualities

PATH = "/graphql/assets"
BUILT = Path(__file__).parent.parent / "static" / "graphiql"
A_YEAR = "public, max-age=31536000, immutable"

MEDIA_TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
}
"""Named here: what Python guesses depends on its version and on the machine."""


def asset(request: Request) -> Response:
    """One built file. Only names that the build wrote exist, so no path leads anywhere else."""
    found = _assets().get(request.path_params["name"])
    if found is None:
        return Response(status_code=404)
    headers = {
        "cache-control": A_YEAR,
        "etag": found.etag,
        "vary": "accept-encoding",
        "x-content-type-options": "nosniff",
    }
    if found.etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if qualities(request.headers.get("accept-encoding", "")).get("gzip", 0.0) > 0:
        return Response(found.gzipped, media_type=found.media_type, headers=headers | {"content-encoding": "gzip"})
    return Response(found.content, media_type=found.media_type, headers=headers)


routes = [Route(f"{PATH}/{{name}}", asset, methods=["GET"])]


@cache
def manifest() -> dict[str, str]:
    """The present names of `script`, `style` and `icon`, and the digest of the `sources` they were built from."""
    names: dict[str, str] = json.loads((BUILT / "manifest.json").read_text(encoding="utf-8"))
    return names


@dataclass(frozen=True, slots=True)
class Asset:
    """A built file, as it is sent."""

    content: bytes
    gzipped: bytes
    etag: str
    media_type: str

    @classmethod
    def read(cls, path: Path) -> "Asset":
        """The file at `path`. Its tag is weak because it stands for both forms, plain and compressed."""
        content = path.read_bytes()
        return cls(
            content=content,
            gzipped=gzip.compress(content, mtime=0),
            etag=f'W/"{hashlib.sha256(content).hexdigest()[:32]}"',
            media_type=MEDIA_TYPES[path.suffix],
        )


@cache
def _assets() -> dict[str, Asset]:
    """Every built file by name, read and compressed once for the life of the process: 2 MB, a tenth of a second."""
    return {path.name: Asset.read(path) for path in BUILT.iterdir()}
