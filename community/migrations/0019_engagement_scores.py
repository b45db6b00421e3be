"""Leaderboards are kept, not added up: the credits of each member on each board, from the grants that there are."""

from tortoise import migrations
from tortoise.migrations import operations as ops

FORWARD: list[str] = [
    # The one row says in which zone weeks and months begin; `hourglass migrate` tells its setting.
    """
    create table engagement_calendar (
      id smallint primary key constraint engagement_calendar_one check (id = 1),
      time_zone text not null
    )
    """,
    """
    insert into engagement_calendar (id, time_zone)
    values (1, coalesce(nullif(current_setting('hourglass.time_zone', true), ''), 'UTC'))
    """,
    """
    create table engagement_score (
      period text not null constraint engagement_score_period check (period in ('week', 'month', 'forever')),
      since date not null,
      member_id uuid not null,
      credits bigint not null,
      constraint engagement_score_pkey primary key (member_id, period, since)
    )
    """,
    """
    insert into engagement_score (period, since, member_id, credits)
    select board.period, board.since, g.member_id, sum(g.amount - g.reversed)
    from engagement_calendar calendar, engagement_grant g, lateral (values
        ('week', date_trunc('week', g.granted_at at time zone calendar.time_zone)::date),
        ('month', date_trunc('month', g.granted_at at time zone calendar.time_zone)::date),
        ('forever', date '-infinity')
    ) board(period, since)
    where g.currency = 'credits' and g.undone_at is null and not exists (
        select from engagement_gate gate
        where gate.activity_id = g.activity_id and gate.rule = g.rule and gate.opened_at is null
    )
    group by 1, 2, 3
    """,
    "create index engagement_score_leading on engagement_score (period, since, (-credits), member_id) include (credits)"
    " where credits > 0",
    # Only leaderboards looked for grants by their time.
    "drop index engagement_grant_period",
]

BACKWARD: list[str] = [
    "create index engagement_grant_period on engagement_grant (granted_at) include (currency, member_id, amount)"
    " where undone_at is null",
    "drop table engagement_score",
    "drop table engagement_calendar",
]


class Migration(migrations.Migration):
    dependencies = [("community", "0018_webhooks")]

    operations = [ops.RunSQL(FORWARD, BACKWARD)]
