"""The arithmetic of leases and credit."""

from community.quota.rules import LEASE_SECONDS, Bucket, Debt, Grant, Lease

BUCKET = Bucket("a", capacity=800, rate=20.0)
CREDIT = 100


def fresh() -> Lease:
    """As of a process that never asked."""
    return Lease(BUCKET, remaining=800, asked_at=0)


def leased(tokens: float, remaining: float) -> Lease:
    lease = Lease(BUCKET, remaining=remaining, asked_at=0)
    lease.add(Grant(tokens, remaining, mark="a", giver=BUCKET), 0)
    return lease


def known(remaining: float) -> Lease:
    return Lease(BUCKET, remaining=remaining, asked_at=0)


def test_a_little_is_spent_on_credit_before_anybody_is_asked() -> None:
    lease = fresh()
    assert lease.spend(CREDIT - 1, now=0)
    assert lease.spend(1, now=0)
    assert not lease.spend(1, now=0)


def test_there_is_no_credit_beyond_what_is_probably_there() -> None:
    assert not known(-20).spend(1, now=1)
    assert not known(10).spend(11, now=0)
    assert known(10).spend(30, now=1)


def test_what_is_leased_is_spent_before_there_is_credit() -> None:
    lease = leased(50, 300)
    assert lease.spend(50, now=1)
    assert lease.owed == 0
    assert lease.spend(CREDIT, now=1)
    assert not lease.spend(1, now=1)


def test_what_is_leased_is_spent_however_little_is_left_for_others() -> None:
    lease = leased(50, 0)
    assert lease.spend(50, now=0)
    assert not lease.spend(1, now=0)


def test_a_lease_that_ran_out_is_worth_nothing() -> None:
    lease = leased(50, 0)
    assert lease.spend(1, now=LEASE_SECONDS - 1)
    assert not lease.spend(CREDIT + 1, now=LEASE_SECONDS)
    assert (lease.granted, lease.owed) == (0, 0)


def test_what_is_put_back_is_owed_no_more_or_leased_again() -> None:
    lease = fresh()
    lease.spend(30, now=0)
    assert lease.put_back(20, now=0) == 790
    assert lease.put_back(10, now=0) == 800
    lease = leased(50, 300)
    lease.spend(40, now=0)
    lease.put_back(40, now=0)
    assert lease.owed == -50
    assert lease.tell().owed == 0


def test_what_is_put_back_after_its_lease_was_spent_and_given_back_is_owed_by_the_bucket() -> None:
    lease = leased(50, 300)
    lease.spend(50, now=0)
    assert lease.is_spent
    assert lease.give_back().unused == 0
    lease.put_back(20, now=0)
    assert lease.spend(20, now=0)
    lease.put_back(20, now=0)
    debt = lease.tell()
    assert debt.owed == -20
    lease.told(debt, 320, asked_at=0)
    assert (lease.owed, lease.remaining) == (0, 320)


def test_what_a_lease_gives_back_is_in_the_bucket_again() -> None:
    lease = leased(50, 300)
    lease.spend(20, now=0)
    assert not lease.is_spent
    assert lease.give_back().unused == 30
    assert (lease.remaining, lease.owed, lease.granted) == (330, 0, 0)


def test_what_is_available_grows_and_never_exceeds_the_capacity() -> None:
    lease = leased(50, 300)
    assert lease.put_back(0, now=0) == 350
    assert lease.put_back(0, now=2) == 390
    assert lease.put_back(0, now=1_000) == 800
    assert known(-50).put_back(0, now=1) == 0


def test_the_wait_is_told_in_whole_seconds() -> None:
    lease = leased(10, 0)
    assert lease.seconds_until(10, now=0) == 0
    assert lease.seconds_until(11, now=0) == 1
    assert lease.seconds_until(50, now=0) == 2
    assert lease.seconds_until(50, now=2) == 0
    assert known(-40).seconds_until(20, now=0) == 3


def test_what_is_owed_is_told_once() -> None:
    lease = fresh()
    lease.spend(30, now=0)
    debt = lease.tell()
    lease.spend(5, now=0)
    assert (debt, lease.tell()) == (Debt(BUCKET, 30), Debt(BUCKET, 5))
    lease.told(debt, 770, asked_at=1)
    assert (lease.owed, lease.telling, lease.remaining) == (5, 5, 770)


def test_what_may_not_have_been_heard_is_told_again() -> None:
    lease = fresh()
    lease.spend(30, now=0)
    lease.not_told(lease.tell())
    assert lease.tell().owed == 30


def test_what_is_being_told_counts_against_the_credit() -> None:
    lease = fresh()
    lease.spend(CREDIT, now=0)
    debt = lease.tell()
    assert not lease.spend(1, now=0)
    lease.told(debt, 700, asked_at=0)
    assert lease.spend(1, now=0)


def test_what_was_told_and_is_put_back_is_told_again() -> None:
    lease = fresh()
    lease.spend(30, now=0)
    lease.told(lease.tell(), 770, asked_at=0)
    assert lease.put_back(30, now=0) == 800
    assert lease.tell().owed == -30


def test_an_answer_that_was_overtaken_changes_no_mind() -> None:
    lease = fresh()
    lease.told(lease.tell(), 500, asked_at=2)
    lease.told(lease.tell(), 600, asked_at=1)
    assert (lease.remaining, lease.asked_at) == (500, 2)


def test_a_lease_that_ends_gives_what_was_not_spent_and_keeps_what_is_owed() -> None:
    lease = leased(50, 300)
    lease.spend(20, now=0)
    ended = lease.end()
    assert (ended.granted, ended.unused, ended.mark) == (50, 30, "a")
    lease = leased(50, 300)
    lease.spend(60, now=0)
    assert (lease.end().unused, lease.owed) == (0, 10)


def test_what_another_store_granted_replaces_what_was_leased() -> None:
    lease = leased(50, 300)
    lease.add(Grant(20, 100, mark="b", giver=Bucket), 1)
    assert (lease.granted, lease.owed, lease.mark) == (20, -20, "b")


def test_who_is_whole_again_need_not_be_remembered() -> None:
    lease = known(780)
    assert not lease.says_nothing(0)
    assert lease.says_nothing(1)
    lease.spend(1, now=1)
    assert not lease.says_nothing(1)
    assert not leased(50, 800).says_nothing(1)
