"""What a signed-in client presents: access tokens, checked without the database, and refresh tokens, good once.

An access token is a JWT (RFC 9068's `at+jwt`, HS256). A refresh token names its session and generation under a MAC
with the session's salt and the server's key, so that no list of used ones is kept: any earlier generation is known as
genuine, a copy of the database alone makes none, and a client whose answer got lost can be given the same successor.
"""

import hmac
import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from hashlib import sha256
from uuid import UUID

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from community.access import secrets
from community.access.policy import Role
from community.access.signing import signing_key
from community.kernel import clock, ids
from community.kernel.errors import InvalidToken

ISSUER = "hourglass"
AUDIENCE = "hourglass:graphql"
ALGORITHM = "HS256"
LEEWAY = timedelta(seconds=10)
"""How far the clocks of two of our hosts may be apart."""

LONGEST = 4096

REMEMBERED = 10_000
"""How many tokens a process keeps in mind, some 10 MB at most, so that it checks each signature once."""

_REFRESH = struct.Struct(">16sI32s")


@dataclass(frozen=True, slots=True)
class Access:
    """What an access token says."""

    account_id: UUID
    session_id: UUID
    roles: frozenset[Role]
    expires_at: datetime


def sign(access: Access) -> str:
    """The access token that says this, from now on."""
    return _sign(
        {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": str(access.account_id),
            "sid": str(access.session_id),
            "roles": sorted(access.roles),
            "iat": int(clock.now().timestamp()),
            "exp": int(access.expires_at.timestamp()),
        },
        signing_key(),
    )


def verify(token: str) -> Access:
    """What a token of ours says. Raises InvalidToken for a forged, foreign, mangled or expired one.

    We sign under one header only, so any other (`alg: none`, another key) is refused before anything is parsed.
    """
    access = _read(token, signing_key())
    if access.expires_at + LEEWAY <= clock.now():
        raise InvalidToken
    return access


@lru_cache(maxsize=REMEMBERED)
def _read(token: str, key: bytes) -> Access:
    """What a token says that was valid when it was first seen; a client presents the same one again and again."""
    if len(token) > LONGEST or not token.startswith(_header(key)):
        raise InvalidToken
    try:
        claims = jwt.decode(token, _jwk(key), algorithms=[ALGORITHM]).claims
        _CLAIMS.validate(claims)
        return Access(
            account_id=ids.of(UUID(claims["sub"])),
            session_id=ids.of(UUID(claims["sid"])),
            roles=frozenset(Role(role) for role in claims["roles"]),
            expires_at=datetime.fromtimestamp(claims["exp"], UTC),
        )
    except (JoseError, ValueError, TypeError, AttributeError, OverflowError) as error:
        raise InvalidToken from error


def write_refresh(session_id: UUID, generation: int, salt: bytes) -> str:
    """The refresh token of this generation of the session's family: always the same one."""
    mac = _refresh_mac(session_id, generation, salt)
    return secrets.write(secrets.Kind.REFRESH, secrets.to_digits(_REFRESH.pack(session_id.bytes, generation, mac)))


@dataclass(frozen=True, slots=True)
class Refresh:
    """What a refresh token claims, until `is_genuine` has seen the session's salt."""

    session_id: UUID
    generation: int
    mac: bytes

    def is_genuine(self, salt: bytes) -> bool:
        """Whether this server gave it out for that session."""
        return hmac.compare_digest(self.mac, _refresh_mac(self.session_id, self.generation, salt))


def read_refresh(token: str) -> Refresh | None:
    """What the token claims; None for a mistyped or made-up one."""
    body = secrets.read(secrets.Kind.REFRESH, token)
    packed = secrets.from_digits(body, _REFRESH.size) if body else None
    if packed is None:
        return None
    session, generation, mac = _REFRESH.unpack(packed)
    return Refresh(UUID(bytes=session), generation, mac)


def _refresh_mac(session_id: UUID, generation: int, salt: bytes) -> bytes:
    return hmac.digest(signing_key(), b"refresh" + salt + session_id.bytes + generation.to_bytes(4), sha256)


def _sign(claims: dict[str, object], key: bytes) -> str:
    header = {"alg": ALGORITHM, "kid": sha256(key).hexdigest()[:16], "typ": "at+jwt"}
    return jwt.encode(header, claims, _jwk(key), algorithms=[ALGORITHM])


@cache
def _header(key: bytes) -> str:
    """How every token signed with `key` begins."""
    return _sign({}, key).partition(".")[0] + "."


@cache
def _jwk(key: bytes) -> OctKey:
    return OctKey.import_key(key)


_CLAIMS = jwt.JWTClaimsRegistry(
    now=lambda: int(clock.now().timestamp()),
    leeway=int(LEEWAY.total_seconds()),
    iss={"essential": True, "value": ISSUER},
    aud={"essential": True, "value": AUDIENCE},
    sub={"essential": True},
    sid={"essential": True},
    roles={"essential": True},
    iat={"essential": True},
    exp={"essential": True},
)
