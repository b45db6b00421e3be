"""What the counted tracks come to: spend from contributions, credits from the ledger less what a gate holds back."""

from collections.abc import Sequence
from uuid import UUID

from community import database
from community.ledger import queries as ledger
from community.tiers.rules.diversity import Received, credits_uncounted
from community.tiers.rules.periods import Window
from community.tiers.rules.programme import LARGEST, Programme
from community.tiers.rules.standing import Numbers

Span = tuple[UUID, Window]


async def numbers_in(programme: Programme, spans: Sequence[Span]) -> list[Numbers]:
    """The numbers of each member in each window. One statement, whatever the spans."""
    rows = await database.fetch(_COUNTED, *columns(spans), list(programme.gates), LARGEST)
    spend, earned, uncounted = [0] * len(spans), [0] * len(spans), [0] * len(spans)
    for row in rows:
        place = row["place"] - 1
        spend[place], earned[place] = max(0, row["spend"]), row["earned"]
        if row["metric"] is not None:
            received = Received(row["units"], row["credits"], row["members"], row["days"])
            uncounted[place] += credits_uncounted(programme.gates[row["metric"]], received)
    return [
        Numbers(spend=spent, engagement=max(0, credited - gated), held_back=min(gated, credited))
        for spent, credited, gated in zip(spend, earned, uncounted, strict=True)
    ]


def columns(spans: Sequence[Span]) -> tuple[list[UUID], list[object], list[object]]:
    """Members, beginnings and ends, each as an array for a statement."""
    return (
        [member_id for member_id, _ in spans],
        [window.since for _, window in spans],
        [window.until for _, window in spans],
    )


_COUNTED = f"""
    select span.place, least(spent.amount, $5)::bigint as spend, {ledger.CREDITS_IN_SPAN} as earned,
        received.metric, received.units, received.credits, received.members, received.days
    from unnest($1::uuid[], $2::timestamptz[], $3::timestamptz[])
        with ordinality as span(member_id, since, until, place)
    cross join lateral (
        select coalesce(sum(amount), 0) as amount from tiers_contribution
        where member_id = span.member_id and counts_at >= span.since and counts_at < span.until
    ) spent
    left join lateral (
        select metric, count(*) as units, sum(credits)::bigint as credits,
            count(distinct giver_id) as members, count(distinct (received_at at time zone 'utc')::date) as days
        from tiers_reception
        where member_id = span.member_id and metric = any($4) and received_at >= span.since and received_at < span.until
        group by metric
    ) received on true
"""
