"""Who earned the most credits in a while."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from community import database
from community.kernel.pages import Page, PageRequest, page_of

SHAPE = (int, UUID)
"""What a cursor of a leaderboard carries."""


class Standings(StrEnum):
    """The time that a leaderboard counts, in the programme's zone."""

    WEEK = "week"
    MONTH = "month"
    FOREVER = "forever"


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaderView:
    """A member's place. Who has as many credits has the same rank, and the next rank is left out."""

    member_id: UUID
    credits: int
    rank: int


BOARDS = """engagement_calendar calendar, lateral (values
    ('week', date_trunc('week', {at} at time zone calendar.time_zone)::date),
    ('month', date_trunc('month', {at} at time zone calendar.time_zone)::date),
    ('forever', date '-infinity')
) board(period, since)"""
"""The boards that what was earned `at` an instant counts on: their periods, and the days these began."""


async def leaderboard(standings: Standings, request: PageRequest, now: datetime) -> Page[LeaderView]:
    """Members by the credits they earned and kept, most first. One statement, which counts who is before the page."""
    question = database.Question()
    board = _BOARD.format(period=question.argument(standings.value), now=question.argument(now))
    if request.after:
        question.require(f"{_PLACE} > ({{}}::bigint, {{}}::uuid)", -request.after[0], request.after[1])
    if request.before:
        question.require(f"{_PLACE} < ({{}}::bigint, {{}}::uuid)", -request.before[0], request.before[1])
    order = "desc" if request.backward else "asc"
    page = f"select * {board} and {question.met} order by {_ORDER.format(order=order)} limit {request.size + 1}"
    rows = await database.fetch(_RANKED.format(page=page, board=board, order=order), *question.arguments)
    return page_of([LeaderView(**row) for row in rows], request, lambda leader: (leader.credits, leader.member_id))


# Within the same credits the id decides, ascending: hence the negative credits, in the index as well.
_PLACE = "(-s.credits, s.member_id)"
_ORDER = "-credits {order}, member_id {order}"

_BOARD = f"""
    from engagement_score s where s.period = {{period}} and s.credits > 0
    and s.since = (select board.since from {BOARDS.format(at="{now}::timestamptz")} where board.period = {{period}})
"""

# Whoever is first on the page shares their rank with those who have as many and come before it.
_RANKED = f"""
    with page as ({{page}}),
    top as (select -credits as place, member_id from page order by {_ORDER.format(order="asc")} limit 1)
    select member_id, credits, (rank + case rank
        when 1 then (select count(*) {{board}} and -s.credits < (select place from top))
        else (select count(*) {{board}} and {_PLACE} < (select place, member_id from top))
    end)::int as rank
    from (select *, rank() over (order by -credits) from page) ranked order by {_ORDER}
"""
