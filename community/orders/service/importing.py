"""Orders from another system, which knows its customers by names of its own: who is no member yet becomes one."""

from collections.abc import Sequence
from datetime import datetime

from community.access.policy import Actor
from community.database import transaction
from community.kernel import clock
from community.members import service as members
from community.members.rules import is_external_id
from community.orders import errors, policy
from community.orders.rules.drafts import CustomerDraft, flaw_in
from community.orders.service.recording import BATCH, Answer, record_sound, together
from community.settings import settings


async def import_batch(actor: Actor, drafts: Sequence[CustomerDraft]) -> list[Answer]:
    """Record up to BATCH of these in one transaction, with the members they make; an answer for each, in their order.

    An order that cannot be recorded makes nobody a member. The same batch again changes nothing. Raises Forbidden.
    """
    policy.require_recorder(actor)
    if len(drafts) > BATCH:
        raise ValueError(f"a batch has at most {BATCH} orders")
    return await _import(actor, drafts)


@transaction()
async def _import(actor: Actor, drafts: Sequence[CustomerDraft]) -> list[Answer]:
    now, currency = clock.now(), settings().currency
    flaws = [
        flaw_in(draft, currency=currency, now=now)
        or (None if is_external_id(draft.customer) else errors.InvalidOrder("customer"))
        for draft in drafts
    ]
    sound = [draft for draft, flaw in zip(drafts, flaws, strict=True) if flaw is None]
    joined: dict[str, datetime] = {}
    for draft in sound:
        joined[draft.customer] = min(draft.placed_at, joined.get(draft.customer, draft.placed_at))
    member_ids = await members.introduce_many(joined, actor=actor)
    answers = await record_sound(actor, [draft.of_member(member_ids[draft.customer]) for draft in sound])
    return together(drafts, flaws, answers)
