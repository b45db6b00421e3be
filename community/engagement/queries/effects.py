"""What an activity did for its member: what was earned, what was refused and why."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from community import database
from community.engagement import errors
from community.engagement.errors import NotEarned
from community.ledger.rules.transfers import Cause, Currency


@dataclass(frozen=True, slots=True, kw_only=True)
class Earned:
    """What a rule paid. It cannot be spent before `pending_until`, or before the event `pending_for`."""

    rule: str
    currency: Currency
    amount: int
    pending_until: datetime | None = None
    pending_for: str | None = None


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


async def effects_by_activity(activity_ids: Iterable[UUID]) -> dict[UUID, Effects]:
    """What these activities did when they were recorded. One statement."""
    rows = await database.fetch(
        "select a.id, a.member_id, a.refusals::text as refusals, a.tier_reached, g.rule, g.currency, g.amount,"
        " g.pending_until, g.pending_for"
        " from engagement_activity a left join engagement_grant g on g.activity_id = a.id"
        " where a.id = any($1) order by g.id",
        list(activity_ids),
    )
    found: dict[UUID, Effects] = {}
    for row in rows:
        effects = found.setdefault(row["id"], _without_earnings(row))
        if row["rule"] is not None:
            effects.earned.append(
                Earned(
                    rule=row["rule"],
                    currency=Currency(row["currency"]),
                    amount=row["amount"],
                    pending_until=row["pending_until"],
                    pending_for=row["pending_for"],
                )
            )
    return found


async def effects_of_all(causes: Iterable[Cause]) -> dict[Cause, Effects]:
    """What each of these causes did for its member when it was recorded; who is unknown is missing. Two statements."""
    wanted = {(cause.kind, cause.key): cause for cause in causes}
    rows = await database.fetch(
        "select a.id, a.cause_kind, a.cause_key from unnest($1::text[], $2::text[]) as cause(kind, key)"
        " join engagement_activity a on a.cause_kind = cause.kind and a.cause_key = cause.key",
        [kind for kind, _ in wanted],
        [key for _, key in wanted],
    )
    found = await effects_by_activity(row["id"] for row in rows)
    return {wanted[row["cause_kind"], row["cause_key"]]: found[row["id"]] for row in rows}


async def effects_of(cause: Cause, member_id: UUID) -> Effects:
    """What was recorded under this cause did for the member, as it was told the first time; nothing, if nothing was."""
    activity_id = await database.fetch_value(
        "select id from engagement_activity where cause_kind = $1 and cause_key = $2 and member_id = $3",
        cause.kind,
        cause.key,
        member_id,
    )
    if activity_id is None:
        return Effects(member_id=member_id, earned=[], refused=[])
    return replace((await effects_by_activity([activity_id]))[activity_id], is_repeat=False)


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


def _without_earnings(row: Mapping[str, Any]) -> Effects:
    return Effects(
        member_id=row["member_id"],
        activity_id=row["id"],
        earned=[],
        refused=list(map(refusal_of_json, orjson.loads(row["refusals"]))),
        tier_reached=row["tier_reached"],
        is_repeat=True,
    )
