"""Recording orders: claim their names, let them earn and count, announce them. One at a time is many of one."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from uuid import UUID

from community import database
from community.access.policy import Actor
from community.database import transaction
from community.engagement import queries as engagement_queries
from community.engagement import service as engagement
from community.engagement.queries import Effects
from community.engagement.rules.activities import Activity, OwnKind
from community.engagement.service import Recording
from community.kernel import clock
from community.kernel.errors import BadInput, Problem
from community.members import queries as members
from community.members.errors import CannotTargetSelf
from community.orders import errors, facts, policy
from community.orders.queries import OrderView
from community.orders.rules.activities import earned_by, order_subject, spent_by
from community.orders.rules.drafts import Draft, Purchase, flaw_in, whole_units
from community.orders.service.claiming import Claimed, Name, claim
from community.orders.service.passes import open_passes
from community.outbox import service as outbox
from community.settings import settings
from community.tiers import service as tiers
from community.tiers.rules.standing import Numbers, Reason
from community.tiers.service import Contribution

BATCH = 250
"""So many orders are recorded in one transaction: a report that is cut off can simply be sent again."""

MAX_ORDERS = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """An order with what it did for its member: what it did the first time, if it was recorded before."""

    order: OrderView
    effects: Effects


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What became of one draft: the order, or the problem for which it was not recorded."""

    external_id: str
    recorded: Recorded | None = None
    problem: Problem | None = None

    @property
    def is_repeat(self) -> bool:
        """Whether the order had been recorded before."""
        return self.recorded is not None and self.recorded.effects.is_repeat


async def record(actor: Actor, draft: Draft) -> Recorded:
    """A member bought something. The same order again changes nothing and returns the first.

    Raises Forbidden, InvalidOrder, InvalidOrderAmount, CurrencyNotAccepted, PlacedInTheFuture, UnknownCustomer,
    OrderDiffers, and members' CannotTargetSelf: nobody sells to themselves.
    """
    policy.require_recorder(actor)
    (answer,) = await _record(actor, [draft])
    if answer.problem:
        raise answer.problem
    assert answer.recorded, "an answer is one or the other"
    return answer.recorded


async def record_many(actor: Actor, drafts: Sequence[Draft]) -> list[Answer]:
    """Record all of these, in their order; an answer for each, with the problem that `record` would raise.

    A fixed number of statements for each BATCH, which is one transaction. Raises Forbidden, and BadInput for too many.
    """
    policy.require_recorder(actor)
    if len(drafts) > MAX_ORDERS:
        raise BadInput("orders", "Record at most {limit} orders at a time.", MAX_ORDERS)
    remaining = iter(drafts)
    answers: list[Answer] = []
    while batch := list(islice(remaining, BATCH)):
        answers += await _record(actor, batch)
    return answers


@transaction()
async def _record(actor: Actor, drafts: Sequence[Draft]) -> list[Answer]:
    now, currency = clock.now(), settings().currency
    known = await members.known_among({draft.member_id for draft in drafts})
    flaws = [
        flaw_in(draft, currency=currency, now=now)
        or (None if draft.member_id in known else errors.UnknownCustomer(str(draft.member_id)))
        or (CannotTargetSelf() if draft.member_id == actor.member_id else None)
        for draft in drafts
    ]
    sound = [draft for draft, flaw in zip(drafts, flaws, strict=True) if flaw is None]
    return together(drafts, flaws, await record_sound(actor, sound))


async def record_sound(actor: Actor, drafts: Sequence[Draft]) -> list[Answer]:
    """The same inside a verb, for orders of members without a flaw. They may still differ from what is recorded."""
    now = clock.now()
    named: dict[Name, Draft] = {}
    for draft in drafts:
        named.setdefault(_name(actor, draft), draft)
    claimed = await claim(named, now)
    await open_passes([(each.order, named[name]) for name, each in claimed.items() if each.is_new], actor)
    recorded = {
        **await _carry_out([each.order for each in claimed.values() if each.is_new], now, actor),
        **await _as_recorded([each.order for each in claimed.values() if not each.is_new]),
    }
    return [
        _answer(draft, claimed[_name(actor, draft)], recorded, took_it=named[_name(actor, draft)] is draft)
        for draft in drafts
    ]


def together(drafts: Sequence[Purchase], flaws: Sequence[Problem | None], answers: Sequence[Answer]) -> list[Answer]:
    """An answer for each draft: its flaw, or what became of it."""
    remaining = iter(answers)
    return [
        Answer(external_id=draft.external_id, problem=flaw) if flaw else next(remaining)
        for draft, flaw in zip(drafts, flaws, strict=True)
    ]


async def _carry_out(orders: Sequence[OrderView], now: datetime, actor: Actor) -> dict[UUID, Recorded]:
    """What buying does for members: it earns, it counts for their tiers, and whoever needs to know hears of it."""
    if not orders:
        return {}
    effects = await engagement.record_all([_recording(order) for order in orders], actor=actor)
    reached = await _count(orders, now, actor)
    await outbox.record_all([_fact(order) for order in orders], actor=actor)
    return {
        order.id: _recorded(replace(order, tier_reached=reached[order.id]) if order.id in reached else order, each)
        for order, each in zip(orders, effects, strict=True)
    }


async def _count(orders: Sequence[OrderView], now: datetime, actor: Actor) -> dict[UUID, str]:
    """Let what was paid count; the tiers that members rose to, by the last order of each."""
    paid = [order for order in orders if order.amount]
    await tiers.contribute_many([_contribution(order) for order in paid])
    spent: Counter[UUID] = Counter()
    for order in paid:
        spent[order.member_id] += order.amount
    changes = await tiers.advance({each: Numbers(spend=amount) for each, amount in spent.items()}, now, actor=actor)
    last = {order.member_id: order.id for order in paid}
    reached = {last[each]: change.after for each, change in changes.items() if change.reason is Reason.EARNED}
    if reached:
        await database.execute(
            "update orders_order o set tier_reached = new.tier from unnest($1::uuid[], $2::text[]) new(id, tier)"
            " where o.id = new.id",
            list(reached),
            list(reached.values()),
        )
    return reached


async def _as_recorded(orders: Sequence[OrderView]) -> dict[UUID, Recorded]:
    """Orders that were recorded before, with what they did then."""
    causes = {order.id: earned_by(order.id) for order in orders}
    effects = await engagement_queries.effects_of_all(causes.values()) if causes else {}
    return {order.id: _recorded(order, effects[causes[order.id]]) for order in orders}


def _recorded(order: OrderView, effects: Effects) -> Recorded:
    if order.tier_reached:
        effects = replace(effects, tier_reached=order.tier_reached)
    return Recorded(order=order, effects=effects)


def _answer(draft: Draft, claimed: Claimed, recorded: Mapping[UUID, Recorded], *, took_it: bool) -> Answer:
    """`took_it` is whether the name was taken by this draft, and not by an equal one before it in the same batch."""
    if draft.digest() != claimed.digest:
        return Answer(external_id=draft.external_id, problem=errors.OrderDiffers(draft.external_id))
    found = recorded[claimed.order.id]
    if claimed.is_new and not took_it:
        found = replace(found, effects=replace(found.effects, is_repeat=True))
    return Answer(external_id=draft.external_id, recorded=found)


def _name(actor: Actor, draft: Draft) -> Name:
    return policy.source_of(actor, draft.source), draft.external_id


def _recording(order: OrderView) -> Recording:
    activity = Activity(
        kind=OwnKind.ORDER_PAID,
        member_id=order.member_id,
        occurred_at=order.placed_at,
        subject=order_subject(order.id),
        quantity=whole_units(order.amount, settings().currency_digits),
        origin=order.source,
        metadata={"source": order.source, "is_first": order.is_first},
    )
    return Recording(activity=activity, cause=earned_by(order.id))


def _contribution(order: OrderView) -> Contribution:
    return Contribution(member_id=order.member_id, amount=order.amount, at=order.placed_at, cause=spent_by(order.id))


def _fact(order: OrderView) -> facts.OrderRecorded:
    return facts.OrderRecorded(
        order_id=order.id,
        member_id=order.member_id,
        source=order.source,
        amount=order.amount,
        currency=order.currency,
        is_first=order.is_first,
        placed_at=order.placed_at,
    )
