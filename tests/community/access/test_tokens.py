"""Tokens: what was signed is read, and nothing else is believed."""

import base64
import json
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import OctKey

from community.access import tokens
from community.access.policy import Role
from community.access.signing import signing_key
from community.access.tokens import Access
from community.kernel import clock, ids
from community.kernel.errors import InvalidToken


def an_access(minutes: int = 10) -> Access:
    expires_at = (clock.now() + timedelta(minutes=minutes)).replace(microsecond=0)
    return Access(ids.new_id(), ids.new_id(), frozenset({Role.MEMBER, Role.EDITOR}), expires_at)


def forged(key: bytes | None = None, header: dict[str, object] | None = None, **claims: object) -> str:
    """A token like ours, but for what is given."""
    access = an_access()
    now = int(clock.now().timestamp())
    own = {
        "iss": tokens.ISSUER,
        "aud": tokens.AUDIENCE,
        "sub": str(access.account_id),
        "sid": str(access.session_id),
        "roles": ["member"],
        "iat": now,
        "exp": now + 600,
    }
    said = {name: value for name, value in (own | claims).items() if value is not None}
    ours = json.loads(unpadded(tokens.sign(access).split(".")[0]))
    return jwt.encode(
        ours | (header or {}), said, OctKey.import_key(key or signing_key()), algorithms=["HS256", "HS512"]
    )


def unpadded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def padded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def test_a_token_says_what_was_signed() -> None:
    access = an_access()
    assert tokens.verify(tokens.sign(access)) == access


def test_the_forger_of_these_tests_can_make_a_token_that_passes() -> None:
    assert tokens.verify(forged()).roles == {Role.MEMBER}


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "somebody"},
        {"aud": "hourglass:other"},
        {"aud": None},
        {"iss": None},
        {"exp": None},
        {"iat": None},
        {"sub": None},
        {"sid": None},
        {"roles": None},
        {"sub": "not an id"},
        {"sub": 7},
        {"sid": ["x"]},
        {"roles": "admin"},
        {"roles": ["emperor"]},
        {"roles": 1},
        {"exp": "tomorrow"},
        {"exp": 1e400},
        {"exp": 10**30},
        {"iat": 4_000_000_000},
        {"nbf": 4_000_000_000},
    ],
    ids=str,
)
def test_a_token_with_other_claims_is_not_ours(claims: dict[str, object]) -> None:
    with pytest.raises(InvalidToken):
        tokens.verify(forged(**claims))


def test_a_token_under_another_key_is_forged() -> None:
    with pytest.raises(InvalidToken):
        tokens.verify(forged(key=b"another key of at least 32 bytes"))


@pytest.mark.parametrize(
    "header", [{"kid": "other"}, {"alg": "HS512"}, {"typ": "JWT"}, {"jwk": {"kty": "oct", "k": "AAAA"}}], ids=str
)
def test_a_token_under_another_header_is_not_ours(header: dict[str, object]) -> None:
    with pytest.raises(InvalidToken):
        tokens.verify(forged(header=header))


def test_an_unsigned_token_is_nothing() -> None:
    header, payload, signature = tokens.sign(an_access()).split(".")
    none = padded(b'{"alg":"none","typ":"at+jwt"}')
    for token in (f"{none}.{payload}.", f"{none}.{payload}.{signature}", f"{header}.{payload}.", f"{header}.{payload}"):
        with pytest.raises(InvalidToken):
            tokens.verify(token)


def test_a_promoted_token_is_forged() -> None:
    header, payload, signature = tokens.sign(an_access()).split(".")
    promoted = padded(unpadded(payload).replace(b"member", b"admin"))
    with pytest.raises(InvalidToken):
        tokens.verify(f"{header}.{promoted}.{signature}")


def test_a_token_ends_after_its_time_and_a_little_for_clocks_that_differ(frozen_clock: datetime) -> None:
    token, end = tokens.sign(an_access(minutes=10)), frozen_clock + timedelta(minutes=10) + tokens.LEEWAY
    tokens.verify(token)
    with clock.frozen(end - timedelta(microseconds=1)):
        tokens.verify(token)
    with clock.frozen(end), pytest.raises(InvalidToken):
        tokens.verify(token)


def test_a_truncated_token_is_invalid_wherever_it_was_cut() -> None:
    token = tokens.sign(an_access())
    for length in range(len(token)):
        with pytest.raises(InvalidToken):
            tokens.verify(token[:length])


@settings(max_examples=300)
@given(st.text(max_size=300), st.text(max_size=300), st.booleans())
def test_no_text_is_too_strange_to_be_refused(one: str, other: str, has_our_header: bool) -> None:
    header = tokens.sign(an_access()).split(".")[0] if has_our_header else one
    with pytest.raises(InvalidToken):
        tokens.verify(f"{header}.{one}.{other}")


def test_a_huge_token_is_refused() -> None:
    with pytest.raises(InvalidToken):
        tokens.verify(tokens.sign(an_access()) + "A" * 1_000_000)


def test_a_refresh_token_is_genuine_for_its_session_and_salt_only() -> None:
    session_id, salt = ids.new_id(), b"s" * 32
    read = tokens.read_refresh(tokens.write_refresh(session_id, 7, salt))
    assert read is not None
    assert (read.session_id, read.generation) == (session_id, 7)
    assert read.is_genuine(salt)
    assert not read.is_genuine(b"t" * 32)


def test_a_refresh_token_of_the_next_generation_cannot_be_made_from_this_one() -> None:
    session_id, salt = ids.new_id(), b"s" * 32
    read = tokens.read_refresh(tokens.write_refresh(session_id, 7, salt))
    assert read is not None
    assert not tokens.Refresh(session_id, 8, read.mac).is_genuine(salt)
    assert not tokens.Refresh(ids.new_id(), 7, read.mac).is_genuine(salt)


@given(st.text(max_size=120))
def test_no_text_is_a_refresh_token_by_chance(text: str) -> None:
    assert tokens.read_refresh(text) is None
    assert tokens.read_refresh(f"hg_refresh_{text}") is None
