"""Builders for activities and programmes, and what members have because of them."""

from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from community.access.policy import SYSTEM, Actor
from community.engagement import service as engagement
from community.engagement.queries import Effects
from community.engagement.rules.activities import Activity, OwnKind, Subject
from community.engagement.rules.programme import Programme, Rule
from community.kernel import clock
from community.kernel.ids import new_id
from community.ledger import queries as ledger
from community.ledger.queries import BalanceView
from community.ledger.rules.transfers import Cause, Currency

KIND = "store.checked_in"


def id_of(actor: Actor) -> UUID:
    assert actor.member_id
    return actor.member_id


def an_activity(actor: Actor, kind: str = OwnKind.POST_WRITTEN, **details: Any) -> Activity:
    """Something that happens now, about something that never happened before."""
    subject = Subject("post", new_id()) if kind != OwnKind.ORDER_PAID else None
    return Activity(
        **{"kind": kind, "member_id": id_of(actor), "occurred_at": clock.now(), "subject": subject, **details}
    )


def a_cause(key: str | None = None) -> Cause:
    return Cause("test", key or str(new_id()))


async def do(actor: Actor, kind: str = OwnKind.POST_WRITTEN, *, key: str | None = None, **details: Any) -> Effects:
    """Record one activity."""
    return await engagement.record(an_activity(actor, kind, **details), cause=a_cause(key), actor=actor)


def a_rule(**details: Any) -> Rule:
    """A rule for KIND that pays 10 points."""
    return Rule(**{"code": "check_in", "trigger": KIND, "currency": Currency.POINTS, "amount": 10, **details})


async def in_force(*rules: Rule, **details: Any) -> None:
    """Let these rules alone be in force from now on."""
    await engagement.publish(SYSTEM, Programme(rules=rules, **details))


async def balance(actor: Actor) -> BalanceView:
    found = await ledger.balances_of([id_of(actor)], clock.now())
    return found[id_of(actor)]


def earned(effects: Effects) -> dict[str, int]:
    """What each rule paid."""
    return {each.rule: each.amount for each in effects.earned}


def refused(effects: Effects) -> dict[str, str]:
    """For which reason each rule paid nothing."""
    return {each.rule: each.reason.code for each in effects.refused}


def later(instant: datetime, **time: float) -> AbstractContextManager[None]:
    """The clock so much after `instant`."""
    return clock.frozen(instant + timedelta(**time))
