"""Scores: the credits that each member earned and kept in each period, as leaderboards read them.

They are written by the statements that write grants, in the turn of the member whose they are.
"""

from community import database
from community.database import transaction
from community.engagement.queries.leaderboards import BOARDS

COUNTS = """{grant}.currency = 'credits' and not exists (
    select from engagement_gate shut
    where shut.activity_id = {grant}.activity_id and shut.rule = {grant}.rule and shut.opened_at is null
)"""
"""Whether a grant counts, unless it was taken back: not while it waits for members, and not when too few came."""


def scored(change: str, grants: str) -> str:
    """The part of a statement that adds `change` for each grant `g` among `grants` to the scores it counts towards."""
    return f"""
    insert into engagement_score (period, since, member_id, credits)
    select board.period, board.since, g.member_id, sum({change}) from {grants}, {BOARDS.format(at="g.granted_at")}
    group by 1, 2, 3 order by 3, 1, 2
    on conflict (member_id, period, since) do update set credits = engagement_score.credits + excluded.credits
    """


@transaction()
async def follow_time_zone(time_zone: str) -> bool:
    """The programme is in this zone: count everything anew if it was in another one before; whether it was.

    Meanwhile whoever earns or loses credits waits.
    """
    if await database.fetch_value("select time_zone = $1 from engagement_calendar", time_zone):
        return False
    await database.execute("set local statement_timeout = 0")
    await database.execute("lock table engagement_score in share row exclusive mode")
    await database.execute("update engagement_calendar set time_zone = $1", time_zone)
    await database.execute("delete from engagement_score")
    await database.execute(_ALL)
    return True


@transaction()
async def reconcile() -> dict[str, str | None]:
    """The promises about scores, each with the first row that breaks it, or None. Takes time like the grants."""
    await database.execute("set transaction isolation level repeatable read, read only")
    await database.execute("set local statement_timeout = 0")
    return {promise: await database.fetch_value(f"{sql} limit 1") for promise, sql in CHECKS.items()}


_KEPT = f"engagement_grant g where g.undone_at is null and {COUNTS.format(grant='g')}"

_ALL = scored("g.amount - g.reversed", f"(select g.* from {_KEPT}) g")

CHECKS = {
    "each score is what the member earned in its time and kept": f"""
        select format('%s from %s of member %s: %s in the score, %s in grants',
            period, since, member_id, coalesce(score.credits, 0), coalesce(kept.credits, 0))
        from engagement_score score full join (
            select board.period, board.since, g.member_id, sum(g.amount - g.reversed) as credits
            from (select g.* from {_KEPT}) g, {BOARDS.format(at="g.granted_at")} group by 1, 2, 3
        ) kept using (period, since, member_id)
        where coalesce(score.credits, 0) <> coalesce(kept.credits, 0)
        order by member_id, period, since
    """
}
