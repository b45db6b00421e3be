"""GraphiQL for browsers that open the endpoint: the page, its assets, its examples. Nothing comes from another host.

The script and its style sheet are built from `api/graphiql-src` and committed in `api/static/graphiql`, under names
that change with their content. `api/static/operations` is what the page itself sends, `api/static/examples` what it
opens with.
"""

import gzip
import hashlib
import html
import json
import mimetypes
import re
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

STATIC = Path(__file__).parent / "static"
ENDPOINT = "/graphql"
ASSETS = f"{ENDPOINT}/assets"
A_YEAR = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Example:
    """An operation the page offers: `name` is its tab's title, `about` one sentence, `variables` JSON text."""

    name: str
    about: str
    query: str
    variables: str | None = None


def wants_page(request: Request) -> bool:
    """Whether a person opened the endpoint in a browser: a GET that names HTML, and prefers no kind of JSON to it."""
    if request.method not in {"GET", "HEAD"}:
        return False
    accepted = qualities(request.headers.get("accept", ""))
    html_quality = accepted.get("text/html", 0.0)
    json_quality = max((quality for name, quality in accepted.items() if name.endswith("json")), default=0.0)
    return html_quality > 0 and html_quality >= json_quality


def page(request: Request) -> Response:
    """The page with the server's own examples."""
    return graphiql_page(request, examples=own_examples())


def graphiql_page(request: Request, *, examples: Sequence[Example], title: str = "Hourglass") -> Response:
    """The page, with `examples` as its first tabs. Never cached: its nonce is good for one answer."""
    nonce = secrets.token_urlsafe(16)
    root = request.scope.get("root_path", "")
    built = manifest()
    config = {
        "endpoint": f"{root}{ENDPOINT}",
        "title": title,
        "icon": f"{root}{ASSETS}/{built['icon']}",
        "nonce": nonce,
        "examples": [asdict(example) for example in examples],
        "operations": own_operations(),
    }
    return HTMLResponse(
        PAGE.format(
            title=html.escape(title),
            script=f"{root}{ASSETS}/{built['script']}",
            style=f"{root}{ASSETS}/{built['style']}",
            icon=config["icon"],
            config=json_in_html(config),
        ),
        headers=PAGE_HEADERS | {"content-security-policy": content_security_policy(nonce)},
    )


def asset(request: Request) -> Response:
    """One built file. Only names that the build wrote exist, so no path leads anywhere else."""
    found = built_assets().get(request.path_params["name"])
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


routes = [Route(f"{ASSETS}/{{name}}", asset, methods=["GET"])]


PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title} · GraphiQL</title>
<link rel="icon" type="image/svg+xml" href="{icon}">
<link rel="stylesheet" href="{style}">
<script type="application/json" id="config">{config}</script>
<script type="module" src="{script}"></script>
</head>
<body>
<div id="graphiql"></div>
<noscript>GraphiQL needs JavaScript. The API itself does not: send a POST to this address.</noscript>
</body>
</html>
"""

PAGE_HEADERS = {
    "cache-control": "no-store",
    "vary": "accept",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}


def content_security_policy(nonce: str) -> str:
    """Everything from this origin, nothing inline but the one style element with the nonce, no framing, no forms."""
    return (
        "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self' data:; "
        f"style-src 'self' 'nonce-{nonce}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def json_in_html(value: object) -> str:
    """JSON that cannot end the script element it stands in."""
    return json.dumps(value, ensure_ascii=False).replace("<", "\\u003c")


def qualities(header: str) -> dict[str, float]:
    """What an Accept or Accept-Encoding header names, each with its quality."""
    return {
        name.strip().lower(): float(quality[1])
        if (quality := re.search(r"(?:^|;)\s*q=([01](?:\.\d{0,3})?)", rest))
        else 1.0
        for name, _, rest in (part.partition(";") for part in header.split(","))
    }


@dataclass(frozen=True, slots=True)
class Asset:
    content: bytes
    gzipped: bytes
    etag: str
    media_type: str


@cache
def built_assets() -> dict[str, Asset]:
    """Every built file by name, read and compressed once for the life of the process: 2 MB, a tenth of a second."""
    return {path.name: read_asset(path) for path in (STATIC / "graphiql").iterdir()}


def read_asset(path: Path) -> Asset:
    content = path.read_bytes()
    return Asset(
        content=content,
        gzipped=gzip.compress(content, mtime=0),
        etag=f'"{hashlib.sha256(content).hexdigest()[:32]}"',
        media_type=mimetypes.guess_type(path.name)[0] or "application/octet-stream",
    )


@cache
def manifest() -> dict[str, str]:
    """The present names of `script`, `style` and `icon`."""
    names: dict[str, str] = json.loads((STATIC / "graphiql" / "manifest.json").read_text())
    return names


@cache
def own_operations() -> dict[str, str]:
    """What the page itself sends, by name: signIn, refreshSession, signOut, viewer."""
    return {path.stem: path.read_text() for path in sorted((STATIC / "operations").glob("*.graphql"))}


@cache
def own_examples() -> tuple[Example, ...]:
    """The examples in `static/examples`, in the order of their file names."""
    return tuple(read_example(path) for path in sorted((STATIC / "examples").glob("*.graphql")))


def read_example(path: Path) -> Example:
    """The example in a file: its first line is a comment that says what it is for, its variables are a JSON file."""
    query = path.read_text()
    variables = path.with_suffix(".json")
    operation = re.search(r"(?:query|mutation|subscription)\s+(\w+)", query)
    return Example(
        name=operation[1] if operation else path.stem,
        about=query.partition("\n")[0].lstrip("# "),
        query=query,
        variables=variables.read_text() if variables.exists() else None,
    )
