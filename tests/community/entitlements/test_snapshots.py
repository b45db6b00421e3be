"""Snapshots: anybody with the public key can check one, and it never says more than is true."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from joserfc import jwt
from joserfc.errors import BadSignatureError
from joserfc.jwk import KeySet, OKPKey

from community.access.policy import SYSTEM
from community.access.signing import public_keys
from community.entitlements import queries
from community.entitlements import service as entitlements
from community.kernel import clock
from community.tiers import service as tiers
from tests.community.entitlements.holders import DAY, LOUNGE, PREMIUM, a_source
from tests.community.tiers.members import VIP, somebody, spends
from tests.factories import a_member

pytestmark = pytest.mark.usefixtures("database")


async def snapshot(member_id: UUID) -> str:
    return await queries.snapshot_of(member_id, clock.now())


async def rights_in(member_id: UUID) -> dict[str, datetime]:
    """What the member's snapshot says, each feature with its end."""
    said = claims(await snapshot(member_id))["rights"]
    return {feature: datetime.fromtimestamp(until, UTC) for feature, until in said.items()}


def claims(token: str, keys: dict[str, Any] | None = None) -> dict[str, Any]:
    """What an app reads that has nothing but the public keys, as they travel."""
    known = KeySet.import_key_set(keys or public_keys().as_dict(private=False))
    return jwt.decode(token, known, algorithms=["Ed25519"]).claims


async def test_a_snapshot_is_checked_with_the_public_key_alone(frozen_clock: datetime) -> None:
    member = somebody()
    await entitlements.grant(member, PREMIUM, a_source(), ends_at=frozen_clock + timedelta(hours=2))
    await entitlements.grant(member, LOUNGE, a_source())
    token = await snapshot(member)
    (key,) = public_keys().as_dict(private=False)["keys"]
    assert (key["kty"], key["crv"], key["alg"], key["use"]) == ("OKP", "Ed25519", "Ed25519", "sig")
    assert "d" not in key
    header = jwt.decode(token, OKPKey.import_key(key), algorithms=["Ed25519"]).header
    assert header == {"alg": "Ed25519", "kid": key["kid"], "typ": "entitlements+jwt"}
    now = int(frozen_clock.timestamp())
    assert claims(token) == {
        "iss": "hourglass",
        "aud": "hourglass:entitlements",
        "sub": str(member),
        "iat": now,
        "exp": now + 24 * 3600,
        "rights": {PREMIUM: now + 2 * 3600, LOUNGE: now + 24 * 3600},
    }


async def test_a_changed_snapshot_is_refused() -> None:
    header, body, signature = (await snapshot(somebody())).split(".")
    _, other, _ = (await snapshot(somebody())).split(".")
    with pytest.raises(BadSignatureError):
        claims(f"{header}.{other}.{signature}")
    stranger = OKPKey.generate_key("Ed25519", parameters={"kid": OKPKey.thumbprint(next(iter(public_keys())))})
    forged = jwt.encode({"alg": "Ed25519", "kid": stranger.kid}, {"rights": {}}, stranger, algorithms=["Ed25519"])
    with pytest.raises(BadSignatureError):
        claims(forged)
    assert body != other


async def test_what_is_not_held_is_not_in_it(frozen_clock: datetime) -> None:
    member = somebody()
    await entitlements.grant(member, PREMIUM, a_source(), starts_at=frozen_clock + timedelta(hours=1))
    assert await rights_in(member) == {}


async def test_it_never_outlives_a_right_by_part_of_a_second(frozen_clock: datetime) -> None:
    member = somebody()
    ends = frozen_clock + timedelta(hours=1, milliseconds=999)
    await entitlements.grant(member, PREMIUM, a_source(), ends_at=ends)
    assert (await rights_in(member))[PREMIUM] == frozen_clock + timedelta(hours=1)


async def test_it_never_outlives_the_tier_as_far_as_that_is_known(frozen_clock: datetime) -> None:
    member = await a_member()
    assert member.member_id
    unlocks = frozen_clock + timedelta(hours=3)
    await tiers.lock(SYSTEM, member.member_id, "vip", reason="jury", ends_at=unlocks)
    assert set((await rights_in(member.member_id)).values()) == {unlocks}
    await entitlements.grant(member.member_id, LOUNGE, a_source())
    assert await rights_in(member.member_id) == {
        PREMIUM: unlocks,
        "early_access": unlocks,
        LOUNGE: frozen_clock + DAY,
    }


async def test_a_tier_about_to_be_lost_ends_in_it(frozen_clock: datetime) -> None:
    member = somebody()
    await spends(member, VIP)
    assert set((await rights_in(member)).values()) == {frozen_clock + DAY}
    for moment in (frozen_clock + 340 * DAY, frozen_clock + 366 * DAY):
        with clock.frozen(moment):
            await tiers.settle_due(clock.now())
    last_day = frozen_clock + 365 * DAY + 30 * DAY - timedelta(hours=5)
    with clock.frozen(last_day):
        assert await rights_in(member)
        assert max((await rights_in(member)).values()) <= last_day + timedelta(hours=5)


def test_the_key_is_one_that_everybody_can_read() -> None:
    (key,) = public_keys()
    assert isinstance(key.raw_value, Ed25519PublicKey)
    assert key.thumbprint() == key.kid
