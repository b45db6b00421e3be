"""Taking back a part: an activity turned out smaller than it was recorded, as when some of an order is refunded."""

from uuid import UUID

from community import database
from community.access.policy import Actor
from community.database import transaction
from community.engagement.queries.programmes import programmes
from community.engagement.rules.programme import Rule
from community.engagement.service import participants, standing
from community.engagement.service.causes import ledger_cause
from community.engagement.service.scoring import COUNTS, scored
from community.engagement.service.undoing import NOTHING, Undone
from community.kernel import clock
from community.ledger import service as ledger
from community.ledger.rules.transfers import Cause, Currency


@transaction()
async def reduce(cause: Cause, quantity: int, *, part: str, reason: str, actor: Actor | None = None) -> Undone:
    """Take back what this cause would not have given for `quantity`, once for each `part`; what rules pay once stays.

    However often an activity shrinks, the parts come to exactly what it gave too much. Nothing for a cause that is
    unknown or undone.
    """
    member_id: UUID | None = await database.fetch_value(
        "select member_id from engagement_activity where cause_kind = $1 and cause_key = $2 and undone_at is null",
        cause.kind,
        cause.key,
    )
    if member_id is None:
        return NOTHING
    await participants.lock(member_id)
    published = {version.version: version.programme for version in await programmes()}
    taken = short = 0
    for row in await database.fetch(_GRANTS, cause.kind, cause.key):
        rule = published[row["programme_version"]].rule(row["rule"])
        excess = row["amount"] - row["reversed"] - _kept(rule, row["amount"], quantity, row["percent"])
        if excess <= 0:
            continue
        currency = Currency(row["currency"])
        reversal = await ledger.reverse_part(
            currency, ledger_cause(cause, rule.code), excess, part=part, reason=reason, actor=actor
        )
        await database.execute(_REDUCE, row["id"], excess)
        if currency is Currency.CREDITS:
            await standing.recount(member_id, clock.now(), actor)
        taken, short = taken + reversal.taken, short + reversal.short
    return Undone(taken=taken, short=short)


def _kept(rule: Rule, given: int, quantity: int, percent: int) -> int:
    """What the rule gives for so much. A limit that cut what it gave at first is not cut again."""
    return given if rule.per is None else min(given, rule.price_at(quantity, percent))


_REDUCE = f"""
    with reduced as (update engagement_grant set reversed = reversed + $2 where id = $1 returning *)
    {scored("-$2::bigint", f"(select * from reduced where {COUNTS.format(grant='reduced')}) g")}
"""

_GRANTS = """
    select g.id, g.rule, g.currency, g.amount, g.percent, g.reversed, a.programme_version
    from engagement_activity a join engagement_grant g on g.activity_id = a.id
    where a.cause_kind = $1 and a.cause_key = $2 and a.undone_at is null order by g.id
"""
