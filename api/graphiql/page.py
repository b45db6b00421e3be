"""The page that a browser gets instead of an answer, and the policy under which it runs."""

import html
import json
import secrets
from collections.abc import Sequence
from dataclasses import asdict

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from api.graphiql import assets
from api.graphiql.operations import Example, own_examples, own_operations
from api.negotiation import qualities

ENDPOINT = "/graphql"


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
    built = assets.manifest()
    config = {
        "endpoint": f"{root}{ENDPOINT}",
        "title": title,
        "icon": f"{root}{assets.PATH}/{built['icon']}",
        "nonce": nonce,
        "examples": [asdict(example) for example in examples],
        "operations": own_operations(),
    }
    return HTMLResponse(
        PAGE.format(
            title=html.escape(title),
            script=f"{root}{assets.PATH}/{built['script']}",
            style=f"{root}{assets.PATH}/{built['style']}",
            icon=config["icon"],
            config=json_in_html(config),
        ),
        headers=PAGE_HEADERS | {"content-security-policy": content_security_policy(nonce)},
    )


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
