"""Whose bucket pays."""

import pytest

from api.limits import bucket_of, network_of
from community.access.policy import ANONYMOUS, Actor, Kind
from tests.api.toy import MEMBER, PARTNER


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("", ""),
    ],
)
def test_a_person_has_one_address_or_one_network(address: str, network: str) -> None:
    assert network_of(address) == network


def test_each_kind_of_caller_has_a_bucket_of_its_size() -> None:
    assert bucket_of(ANONYMOUS, "192.0.2.7") == bucket_of(ANONYMOUS, "::ffff:192.0.2.7")
    assert bucket_of(MEMBER, "192.0.2.7") == bucket_of(MEMBER, "192.0.2.8")
    sizes = [
        (bucket.capacity, bucket.rate) for bucket in (bucket_of(actor, "") for actor in (ANONYMOUS, MEMBER, PARTNER))
    ]
    assert sizes == [(500, 20), (2_000, 100), (10_000, 500)]
    assert bucket_of(Actor(kind=Kind.SERVICE), "").capacity == 10_000
