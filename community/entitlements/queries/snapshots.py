"""What a member holds, signed: an app decides by it while there is no network.

A snapshot is a compact JWS (RFC 7515) with Ed25519. Its key is among those of `/.well-known/jwks.json`.

    header   alg "Ed25519" (RFC 9864), kid, typ "entitlements+jwt"
    iss      "hourglass"
    aud      "hourglass:entitlements"
    sub      the member's UUID
    iat      when it was made, in whole seconds like all times
    exp      after this it says nothing any more; the app asks for another one
    rights   an object: each feature that the member holds, with the second before which it may be used

A right ends in the snapshot when it ends here, or with the snapshot if that is earlier. What only a tier opens ends no
later than the tier may be lost. What is revoked while an app is offline is known to it after `exp`.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from joserfc import jwt

from community.access.signing import ED25519, signing_pair
from community.access.tokens import ISSUER
from community.entitlements.queries.rights import rights_of
from community.entitlements.rules.rights import Rights, SourceKind
from community.settings import settings
from community.tiers import queries as tiers

AUDIENCE = "hourglass:entitlements"
TYPE = "entitlements+jwt"


async def snapshot_of(member_id: UUID, now: datetime) -> str:
    """What the member holds at `now`, signed."""
    expires_at = now + timedelta(hours=settings().entitlement_snapshot_hours)
    rights = _no_longer_than_the_tier((await rights_of([member_id], now))[member_id], await _tier_ends(member_id, now))
    ends = {right.feature: min(expires_at, right.ends_at or expires_at) for right in rights.held(now)}
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": str(member_id),
        "iat": int(now.timestamp()),
        "exp": int(expires_at.timestamp()),
        "rights": {feature: int(end.timestamp()) for feature, end in ends.items()},
    }
    pair = signing_pair()
    return jwt.encode({"alg": ED25519, "kid": pair.kid, "typ": TYPE}, claims, pair, algorithms=[ED25519])


async def _tier_ends(member_id: UUID, now: datetime) -> datetime | None:
    """When the member may lose the tier at the earliest; None while nothing is known to end it."""
    place = (await tiers.standing([member_id], now))[member_id]
    known = (place.locked_until if place.is_locked else None, place.progress.lost_at)
    return min((end for end in known if end), default=None)


def _no_longer_than_the_tier(rights: Rights, tier_ends: datetime | None) -> Rights:
    return Rights(
        {
            feature: tuple(
                replace(grant, ends_at=tier_ends) if grant.source.kind is SourceKind.TIER else grant for grant in grants
            )
            for feature, grants in rights.grants.items()
        }
    )
