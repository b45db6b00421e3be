"""Which network addresses are somewhere out in the world, so that a server may be sent there by others."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

GLOBAL_V6 = ip_network("2000::/3")
"""All of IPv6 that was ever handed out for use in public. What lies outside is refused unread."""

NOT_PUBLIC = tuple(
    ip_network(block)
    for block in (
        # IANA's registry of special IPv4 addresses, with multicast and what is reserved.
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",  # between a carrier and its customers
        "127.0.0.0/8",
        "169.254.0.0/16",  # link-local, where clouds keep their metadata
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",  # relays of 6to4
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
        # Of the public IPv6: what wraps an IPv4 address, and what is for tests and documents.
        "2001::/23",  # Teredo, ORCHID, benchmarks and the other special ones
        "2001:db8::/32",
        "2002::/16",  # 6to4
        "2620:4f:8000::/48",
        "3fff::/20",
    )
)


def is_public(address: str) -> bool:
    """Whether this address, as the resolver or a socket writes it, is out in the world. What cannot be read is not."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    return _is_handed_out(found) and not any(found in block for block in NOT_PUBLIC)


def is_loopback(address: str) -> bool:
    """Whether this is the machine itself."""
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


def _is_handed_out(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv4Address):
        return True
    return address in GLOBAL_V6 and address.scope_id is None
