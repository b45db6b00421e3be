"""What an activity did for its member: what was earned, what was refused and why."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from community import database
from community.engagement import errors
from community.engagement.errors import NotEarned, NotYet
from community.engagement.rules.activities import Identity, Subject
from community.kernel.along import NOTHING, Along
from community.ledger.rules.transfers import Cause, Currency


@dataclass(frozen=True, slots=True, kw_only=True)
class Awaited:
    """That so many different members have to react before `until`."""

    members: int
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Earned:
    """What a rule paid. It cannot be spent before `pending_until`, or before the event `pending_for`."""

    rule: str
    currency: Currency
    amount: int
    pending_until: datetime | None = None
    pending_for: str | None = None
    awaited: Awaited | None = None

    @property
    def waits_because(self) -> NotYet | None:
        """Why nobody knows when it can be used, if so."""
        if self.awaited is not None:
            return errors.AwaitingMembers(members=self.awaited.members, until=self.awaited.until)
        return errors.AwaitingEvent() if self.pending_for is not None else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """That a rule paid nothing, and why."""

    rule: str
    reason: NotEarned


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """What an activity did. `tier_reached` is the key of the tier the member rose to because of it."""

    member_id: UUID
    activity_id: UUID | None = None
    earned: list[Earned]
    refused: list[Refused]
    tier_reached: str | None = None
    is_repeat: bool = False
    """Whether this cause was recorded before: these are the effects it had then."""


@dataclass(frozen=True, slots=True)
class First:
    """What was recorded under a cause: which happening it was, and what it did."""

    identity: Identity
    effects: Effects


async def firsts_by_cause(causes: Sequence[Cause]) -> dict[tuple[str, str], First]:
    """What was recorded under these causes, by their kind and key, as it was told then. One statement."""
    rows = await database.fetch(
        "select a.id, a.kind, a.member_id, a.subject_type, a.subject_id, a.quantity, a.cause_kind, a.cause_key,"
        " a.refusals::text as refusals, a.tier_reached, g.rule, g.currency, g.amount, g.pending_until, g.pending_for,"
        " gate.members, gate.expires_at"
        " from unnest($1::text[], $2::text[]) cause(kind, key)"
        " join engagement_activity a on a.cause_kind = cause.kind and a.cause_key = cause.key"
        " left join engagement_grant g on g.activity_id = a.id"
        " left join engagement_gate gate on gate.activity_id = g.activity_id and gate.rule = g.rule order by g.id",
        [cause.kind for cause in causes],
        [cause.key for cause in causes],
    )
    found: dict[tuple[str, str], First] = {}
    for row in rows:
        cause = row["cause_kind"], row["cause_key"]
        if cause not in found:
            found[cause] = First(_identity(row), _without_earnings(row))
        if row["rule"] is not None:
            found[cause].effects.earned.append(
                Earned(
                    rule=row["rule"],
                    currency=Currency(row["currency"]),
                    amount=row["amount"],
                    pending_until=row["pending_until"],
                    pending_for=row["pending_for"],
                    awaited=Awaited(members=row["members"], until=row["expires_at"]) if row["members"] else None,
                )
            )
    return found


EFFECTS = "effects"


async def effects_of_all(causes: Iterable[Cause]) -> dict[Cause, Effects]:
    """What each of these causes did for its member when it was recorded; who is unknown is missing. One statement."""
    wanted = list(causes)
    firsts = await firsts_by_cause(wanted)
    return {cause: firsts[cause.kind, cause.key].effects for cause in wanted if (cause.kind, cause.key) in firsts}


async def effects_of(cause: Cause, member_id: UUID, along: Along = NOTHING) -> Effects:
    """What was recorded under this cause did for the member, as it was told the first time; nothing, if nothing was.

    No statement where whoever recorded it just now told it along, as EFFECTS of the cause.
    """
    told: dict[Cause, Effects] = along.among(EFFECTS, [cause])
    if cause in told:
        return replace(told[cause], is_repeat=False)
    first = (await firsts_by_cause([cause])).get((cause.kind, cause.key))
    if first is None or first.effects.member_id != member_id:
        return Effects(member_id=member_id, earned=[], refused=[])
    return replace(first.effects, is_repeat=False)


def refusal_as_json(refused: Refused) -> dict[str, Any]:
    """As the row of an activity keeps it."""
    return {"rule": refused.rule, "code": refused.reason.code, "data": refused.reason.data}


def refusal_of_json(kept: Mapping[str, Any]) -> Refused:
    """The refusal again."""
    kind, data = _REASONS[kept["code"]], dict(kept["data"])
    if data.get("until"):
        data["until"] = datetime.fromisoformat(data["until"])
    known = {field.name for field in fields(kind)}
    return Refused(rule=kept["rule"], reason=kind(**{name: data[name] for name in known & data.keys()}))


def _kinds(reason: type[NotEarned]) -> Iterable[type[NotEarned]]:
    for kind in reason.__subclasses__():
        yield kind
        yield from _kinds(kind)


_REASONS = {kind.code: kind for kind in _kinds(errors.NotEarned)}


def _identity(row: Mapping[str, Any]) -> Identity:
    subject = Subject(row["subject_type"], row["subject_id"]) if row["subject_id"] else None
    return row["kind"], row["member_id"], subject, row["quantity"]


def _without_earnings(row: Mapping[str, Any]) -> Effects:
    return Effects(
        member_id=row["member_id"],
        activity_id=row["id"],
        earned=[],
        refused=list(map(refusal_of_json, orjson.loads(row["refusals"]))),
        tier_reached=row["tier_reached"],
        is_repeat=True,
    )
