"""Who is calling: from an `Authorization` header, or the same text in a WebSocket's `connection_init`."""

import structlog

from community.access import service as access
from community.access.policy import ANONYMOUS, Actor
from community.kernel.errors import InvalidToken, NotABearer

KEY_PREFIX = "hg_key_"

log = structlog.get_logger(__name__)


async def authenticate(authorization: str | None) -> Actor:
    """The actor behind a bearer, an access token or an API key; anonymous without one.

    Raises InvalidToken for whatever is presented and opens nothing: forged, expired, revoked, or of another scheme.
    """
    if not authorization or authorization.isspace():
        return ANONYMOUS
    try:
        scheme, _, bearer = authorization.strip().partition(" ")
        if scheme.lower() != "bearer":
            raise NotABearer
        bearer = bearer.lstrip()
        if bearer.startswith(KEY_PREFIX):
            return await access.authenticate_key(bearer)
        return await access.authenticate_token(bearer)
    except InvalidToken:
        log.info("bearer refused")
        raise
