"""The public keys with which anybody checks what this server signs for others (RFC 7517)."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from community.access.signing import public_keys

MAX_AGE_SECONDS = 3600
"""How long a copy may be used. Another secret is another key with another `kid`: who meets one asks again."""


async def jwks(_: Request) -> Response:
    """All keys that verify what is signed now."""
    headers = {"Cache-Control": f"public, max-age={MAX_AGE_SECONDS}"}
    return JSONResponse(public_keys().as_dict(private=False), headers=headers, media_type="application/jwk-set+json")


routes = [Route("/.well-known/jwks.json", jwks, methods=["GET"])]
