"""Whose bucket a request is paid from, and how large it is."""

from functools import lru_cache
from ipaddress import AddressValueError, IPv6Address

from community.access.policy import Actor, Kind
from community.quota.rules import Bucket

SIZES = {
    Kind.ANONYMOUS: (500, 20.0),
    Kind.MEMBER: (2_000, 100.0),
    Kind.PARTNER: (10_000, 500.0),
    Kind.SERVICE: (10_000, 500.0),
}
"""Capacity and refill per second, by kind of caller."""

REMEMBERED = 10_000
"""So many callers' buckets are not described anew for each of their requests."""


def bucket_of(actor: Actor, address: str) -> Bucket:
    """An actor's bucket; for anonymous callers that of their address."""
    key = f"anonymous:{network_of(address)}" if actor.kind is Kind.ANONYMOUS else actor.bucket_key
    return _bucket(actor.kind, key)


@lru_cache(REMEMBERED)
def _bucket(kind: Kind, key: str) -> Bucket:
    return Bucket(key, *SIZES[kind])


def network_of(address: str) -> str:
    """What one person has of the network: an IPv4 address, or the /64 of an IPv6 address."""
    try:
        found = IPv6Address(address.partition("%")[0])
    except AddressValueError:
        return address
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return f"{IPv6Address(int(found) >> 64 << 64)}/64"
