"""The ledger against its model: bursts of verbs at once, some of them hung up on, through months that pass.

A burst is right when there is an order in which the model, doing one verb after the other, gives every caller the
answer they got and ends with the lots that the database has. What was hung up on may have happened or not; the
database says which, and the model must agree with the rest.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any
from uuid import UUID, uuid4

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from community import database
from community.kernel import clock
from community.kernel.errors import TooBusy
from community.ledger import queries
from community.ledger import service as ledger
from community.ledger.errors import CauseReused, InsufficientPoints, NothingToReverse, ReversalTooLarge
from community.ledger.rules.transfers import Cause, Currency
from tests.community.ledger.model import LIFETIMES, Insufficient, Model, ModelLot

BEGINNING = datetime(2026, 1, 10, 12, tzinfo=UTC)
MEMBERS = 2
HUNG_UP = "hung up"

Run = Callable[[Coroutine[Any, Any, Any]], Any]


@dataclass(frozen=True)
class Op:
    """One call of a verb. `hang_up` says after how many turns of the event loop its caller leaves."""

    verb: str
    key: str = ""
    member: int = 0
    currency: Currency = Currency.POINTS
    amount: int | None = None
    ago: int = 0
    until: int | None = None
    event: str | None = None
    part: str = ""
    hang_up: int | None = None

    @property
    def cause(self) -> Cause:
        return Cause("award" if self.key.startswith("a") else "redemption", self.key)


AMOUNTS = st.integers(1, 60)
HANG_UPS = st.none() | st.none() | st.integers(0, 25)
EVENTS = st.sampled_from(["order", "approval"])
AWARDS = st.builds(
    Op,
    verb=st.just("award"),
    key=st.builds("a{}".format, st.integers(0, 30)),
    member=st.integers(0, MEMBERS - 1),
    currency=st.sampled_from([Currency.POINTS, Currency.POINTS, Currency.CREDITS]),
    amount=AMOUNTS,
    ago=st.just(0) | st.integers(0, 500),
    until=st.none() | st.none() | st.integers(0, 40),
    event=st.none() | st.none() | EVENTS,
    hang_up=HANG_UPS,
)
SPENDS = st.builds(
    Op,
    verb=st.just("spend"),
    key=st.builds("s{}".format, st.integers(0, 30)),
    member=st.integers(0, MEMBERS - 1),
    amount=AMOUNTS,
    hang_up=HANG_UPS,
)
REVERSALS = st.builds(
    Op,
    verb=st.just("reverse"),
    key=st.builds("{}{}".format, st.sampled_from("as"), st.integers(0, 30)),
    hang_up=HANG_UPS,
)
PARTS = st.builds(
    Op,
    verb=st.just("reverse part"),
    key=st.builds("{}{}".format, st.sampled_from("as"), st.integers(0, 30)),
    amount=AMOUNTS,
    part=st.sampled_from(["one", "two"]),
    hang_up=HANG_UPS,
)
ACTIVATIONS = st.builds(Op, verb=st.just("activate"), event=EVENTS, until=st.none() | st.integers(1, 40))
SETTLEMENTS = st.just(Op(verb="settle"))


class LedgerMachine(RuleBasedStateMachine):
    """What hypothesis does to a ledger. `run` and `empty` are given by whoever has the database."""

    run: Run
    empty: Callable[[], Awaitable[None]]
    steps = 0

    @initialize()
    def begin(self) -> None:
        self.now = BEGINNING
        self.model = Model()
        self.members = [uuid4() for _ in range(MEMBERS)]
        self.known: dict[str, Op] = {}
        self.run(type(self).empty())

    @rule(
        ops=st.lists(
            AWARDS | AWARDS | SPENDS | SPENDS | REVERSALS | PARTS | ACTIVATIONS | SETTLEMENTS, min_size=1, max_size=4
        )
    )
    def burst(self, ops: list[Op]) -> None:
        type(self).steps += 1
        self.run(self._burst([self._sensible(op) for op in ops]))

    @rule(days=st.integers(1, 250))
    def time_passes(self, days: int) -> None:
        type(self).steps += 1
        self.now += timedelta(days=days)
        self.model.pass_until(self.now)
        self.run(self._compare(self.model))

    def teardown(self) -> None:
        if hasattr(self, "model"):
            self.run(self._finish())

    def _sensible(self, op: Op) -> Op:
        """The same key always means the same thing, and nothing waits for an instant and an event."""
        if op.verb == "award":
            op = Op(**{**vars(op), "until": None if op.event else op.until})
        if op.verb in ("award", "spend"):
            first = self.known.setdefault(op.key, Op(**{**vars(op), "hang_up": None}))
            return Op(**{**vars(first), "hang_up": op.hang_up})
        return op

    async def _burst(self, ops: list[Op]) -> None:
        with clock.frozen(self.now):
            tasks = [asyncio.create_task(self._call(op)) for op in ops]
            for turn in range(26):
                for op, task in zip(ops, tasks, strict=True):
                    if op.hang_up == turn:
                        task.cancel()
                await asyncio.sleep(0)
            answers = [_answer(result) for result in await asyncio.gather(*tasks, return_exceptions=True)]
            await database.drain()
            lots = await _lots()
            made = [await _made_by(op) for op in ops]
            for order in permutations(range(len(ops))):
                model = deepcopy(self.model)
                if self._explains(model, [(ops[i], answers[i], made[i]) for i in order]) and model_lots(model) == lots:
                    self.model = model
                    break
            else:
                raise AssertionError(f"no order explains {list(zip(ops, answers, strict=True))}; lots {lots}")
            await self._compare(self.model)

    async def _compare(self, model: Model) -> None:
        found = await queries.balances_of(self.members, self.now)
        for member in self.members:
            had = found[member]
            assert (had.points, had.pending, had.credits) == model.balances(member)

    async def _finish(self) -> None:
        with clock.frozen(self.now):
            await self._compare(self.model)
            await ledger.settle_due()
            await self._compare(self.model)
            report = await ledger.reconcile()
            assert report.is_clean, report.broken

    async def _call(self, op: Op) -> Any:
        while True:
            try:
                return await self._try(op)
            except TooBusy:
                continue

    async def _try(self, op: Op) -> Any:
        match op.verb:
            case "award":
                at = self._since(op)
                await ledger.award(
                    self.members[op.member],
                    op.currency,
                    op.amount or 0,
                    op.cause,
                    at=at,
                    pending_until=at + timedelta(days=op.until) if op.until is not None else None,
                    pending_for=op.event,
                )
            case "spend":
                await ledger.spend(self.members[op.member], op.amount or 0, op.cause, purpose="reward")
            case "reverse":
                done = await ledger.reverse(op.cause, reason="undone")
                return [(r.taken, r.expired, r.short) for r in done]
            case "reverse part":
                currency = self.known[op.key].currency if op.key in self.known else Currency.POINTS
                r = await ledger.reverse_part(currency, op.cause, op.amount or 0, part=op.part, reason="refund")
                return r.taken, r.expired, r.short
            case "activate":
                held = self.now + timedelta(days=op.until) if op.until else None
                return await ledger.activate(op.event or "", held_until=held)
            case "settle":
                await ledger.settle_due()
        return None

    def _since(self, op: Op) -> datetime:
        return BEGINNING - timedelta(days=op.ago)

    def _explains(self, model: Model, story: list[tuple[Op, Any, "Made"]]) -> bool:
        """Whether this is how it can have happened. Leaves the model as it is after that."""
        for op, answer, made in story:
            if answer == HUNG_UP and not made.happened:
                continue
            predicted = self._predict(model, op, made)
            if answer not in (HUNG_UP, predicted):
                return False
        # Two stories may leave the same lots and differ in who drew from which: a reversal will ask.
        return all(made.draws == model.draws_of(op.key) for op, _, made in story if op.verb == "spend")

    def _predict(self, model: Model, op: Op, made: "Made") -> Any:
        match op.verb:
            case "award":
                at = self._since(op)
                until = at + timedelta(days=op.until) if op.until is not None else None
                is_pending = op.event is not None or (until or self.now) > self.now
                lot = ModelLot(
                    made.lots[0] if made.lots else uuid4(),
                    self.members[op.member],
                    op.currency,
                    op.amount or 0,
                    earned=at,
                    active_since=None if is_pending else max(at, until or at),
                    until=until,
                    event=op.event,
                    lifetime=LIFETIMES[op.currency],
                )
                model.award(op.key, lot, self.now)
            case "spend":
                try:
                    model.spend(op.key, self.members[op.member], op.amount or 0)
                except Insufficient as refused:
                    return "insufficient", refused.args[0]
            case "reverse":
                if op.key not in model.given and op.key not in model.spent:
                    return []
                return [model.reverse(op.key, "", None, self.now, made.new_lot)]
            case "reverse part":
                if op.key not in model.given and op.key not in model.spent:
                    return "nothing"
                try:
                    return model.reverse(op.key, op.part, op.amount, self.now, made.new_lot)
                except (KeyError, ValueError) as refused:
                    return "reused" if isinstance(refused, KeyError) else "too large"
            case "activate":
                held = self.now + timedelta(days=op.until) if op.until else None
                return model.activate(op.event or "", self.now, held)
        return None


@dataclass(frozen=True)
class Made:
    """What a call left in the database: whether it happened at all, and the lots that it opened."""

    happened: bool
    lots: list[UUID]
    draws: dict[UUID, int] = field(default_factory=dict)
    """What a spend took from which lot."""

    @property
    def new_lot(self) -> UUID:
        return self.lots[0] if self.lots else uuid4()


async def _made_by(op: Op) -> Made:
    if op.verb in ("activate", "settle"):
        return Made(True, [])
    transfers = await queries.transfers_of_cause(op.cause)
    if op.verb in ("award", "spend"):
        ids = [transfer.id for transfer in transfers]
        return Made(bool(ids), await _opened_by(ids), await _drawn_by(ids) if op.verb == "spend" else {})
    reversed_parts = [r for t in transfers for r in await queries.reversals_of(t.id) if r.part == op.part]
    keys = [f"{r.reversed_id}:{r.part}:back" for r in reversed_parts]
    rows = await database.fetch("select id from ledger_transfer where cause_key = any($1)", keys)
    return Made(bool(reversed_parts), await _opened_by([row["id"] for row in rows]))


async def _opened_by(transfer_ids: list[UUID]) -> list[UUID]:
    rows = await database.fetch("select id from ledger_lot where transfer_id = any($1)", transfer_ids)
    return [row["id"] for row in rows]


async def _drawn_by(transfer_ids: list[UUID]) -> dict[UUID, int]:
    rows = await database.fetch("select lot_id, amount from ledger_draw where transfer_id = any($1)", transfer_ids)
    return {row["lot_id"]: row["amount"] for row in rows}


async def _lots() -> dict[UUID, tuple[int, bool]]:
    """What is left of each lot that has not expired, and whether it is active: as of now, written or not."""
    rows = await database.fetch(
        "select * from (select id, remaining, expires_at,"
        " activated_at is not null or coalesce(pending_until <= $1, false) as is_active from ledger_lot) lot"
        " where remaining > 0 and not (is_active and coalesce(expires_at <= $1, false))",
        clock.now(),
    )
    return {row["id"]: (row["remaining"], row["is_active"]) for row in rows}


def model_lots(model: Model) -> dict[UUID, tuple[int, bool]]:
    """The same, of the model."""
    return {lot.id: (lot.left, lot.active_since is not None) for lot in model.lots if lot.left}


def _answer(result: Any) -> Any:
    if isinstance(result, asyncio.CancelledError):
        return HUNG_UP
    if isinstance(result, InsufficientPoints):
        return "insufficient", result.balance
    if isinstance(result, CauseReused):
        return "reused"
    if isinstance(result, ReversalTooLarge):
        return "too large"
    if isinstance(result, NothingToReverse):
        return "nothing"
    if isinstance(result, BaseException):
        raise result
    return result


def machine(run: Run, empty: Callable[[], Coroutine[Any, Any, None]]) -> type[LedgerMachine]:
    """The machine on a database: `run` runs a coroutine where the pool lives, `empty` makes the database empty."""
    return type("Machine", (LedgerMachine,), {"run": staticmethod(run), "empty": staticmethod(empty), "steps": 0})
