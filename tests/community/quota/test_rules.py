"""The arithmetic of leases."""

from community.quota.rules import LEASE_SECONDS, Bucket, Grant, Lease

BUCKET = Bucket("a", capacity=500, rate=20.0)


def leased(tokens: float, remaining: float, at: float = 0.0) -> Lease:
    lease = Lease(BUCKET, taken_at=at)
    lease.add(Grant(tokens, remaining, giver=BUCKET), at)
    return lease


def test_what_is_leased_is_spent_until_it_is_not_enough() -> None:
    lease = leased(50, 300)
    assert lease.spend(30, now=1)
    assert not lease.spend(30, now=1)
    assert lease.spend(20, now=1)


def test_a_lease_that_ran_out_is_worth_nothing() -> None:
    lease = leased(50, 300)
    assert not lease.spend(1, now=LEASE_SECONDS)
    assert lease.tokens == 0


def test_what_is_available_grows_and_never_exceeds_the_capacity() -> None:
    lease = leased(50, 300)
    assert lease.available(0) == 350
    assert lease.available(2) == 390
    assert lease.available(1_000) == 500


def test_the_wait_is_told_in_whole_seconds() -> None:
    lease = leased(10, 0)
    assert lease.seconds_until(10, now=0) == 0
    assert lease.seconds_until(11, now=0) == 1
    assert lease.seconds_until(50, now=0) == 2
    assert lease.seconds_until(50, now=2) == 0


def test_what_another_store_granted_replaces_what_was_leased() -> None:
    lease = leased(50, 300)
    lease.add(Grant(20, 100, mark="b", giver=Bucket), 1)
    assert (lease.granted, lease.tokens, lease.mark) == (20, 20, "b")
