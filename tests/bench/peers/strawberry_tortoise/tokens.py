"""Who asks: signature, issuer, audience and expiry are checked, and a token that was seen before is remembered."""

import os
import time
from functools import cache, lru_cache
from uuid import UUID

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from starlette.exceptions import HTTPException

LEEWAY_SECONDS = 10
_CLAIMS = jwt.JWTClaimsRegistry(
    leeway=LEEWAY_SECONDS,
    iss={"essential": True, "value": "hourglass"},
    aud={"essential": True, "value": "hourglass:graphql"},
    sub={"essential": True},
    exp={"essential": True},
)


def member_of(authorization: str | None) -> UUID:
    """The id of the member whose token this is. Raises HTTPException for anything else."""
    scheme, _, token = (authorization or "").partition(" ")
    if scheme != "Bearer":
        raise HTTPException(401)
    try:
        member_id, expires_at = _read(token)
    except (JoseError, ValueError) as error:
        raise HTTPException(401) from error
    if expires_at + LEEWAY_SECONDS <= time.time():
        raise HTTPException(401)
    return member_id


@lru_cache(maxsize=10_000)
def _read(token: str) -> tuple[UUID, int]:
    claims = jwt.decode(token, _key(), algorithms=["HS256"]).claims
    _CLAIMS.validate(claims)
    return UUID(claims["sub"]), claims["exp"]


@cache
def _key() -> OctKey:
    return OctKey.import_key(os.environ["SIGNING_KEY"])
