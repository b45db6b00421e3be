"""Leaderboards, results, whether somebody could enter, and who sees which entries."""

from datetime import timedelta

import pytest

from community import database
from community.access.policy import ANONYMOUS, SYSTEM
from community.campaigns import queries
from community.campaigns import service as campaigns
from community.campaigns.rules.judging import EntryState, Reason
from community.campaigns.rules.plan import Budget, Cycle, Limits, Review, Reward, Score
from community.engagement import service as engagement
from community.engagement.service import Showing
from community.kernel import clock
from community.kernel.errors import BadInput, Forbidden
from community.kernel.pages import PageRequest
from community.members.rules import Source
from community.posts import service as posts
from community.posts.rules.activities import POST
from community.posts.rules.hashtags import hashtag_id
from community.posts.rules.reactions import Reaction
from tests.announcements import everything_is_heard
from tests.community.campaigns.contests import (
    TAG,
    a_text,
    again,
    an_open_campaign,
    enter,
    id_of,
    later,
)
from tests.factories import a_member

pytestmark = pytest.mark.usefixtures("database")


async def test_of_equal_scores_who_reached_it_earlier_is_ahead() -> None:
    campaign = await an_open_campaign()
    mei, lin, kai = await a_member(), await a_member(), await a_member()
    for author in (mei, lin, kai, lin, mei):
        await enter(author)
    (page,) = await queries.leaderboards([campaign], PageRequest(), clock.now())
    assert [(leader.member_id, leader.rank, leader.score) for leader in page.items] == [
        (id_of(lin), 1, 2),
        (id_of(mei), 2, 2),
        (id_of(kai), 3, 1),
    ]


async def test_a_leaderboard_is_paged_both_ways() -> None:
    campaign = await an_open_campaign()
    for _ in range(5):
        await enter(await a_member())
    (whole,) = await queries.leaderboards([campaign], PageRequest(), clock.now())
    (first,) = await queries.leaderboards([campaign], PageRequest(size=2), clock.now())
    shape = queries.LEADER_SHAPE
    (second,) = await queries.leaderboards(
        [campaign], PageRequest.of(first=2, after=first.cursors[-1], shape=shape), clock.now()
    )
    (back,) = await queries.leaderboards(
        [campaign], PageRequest.of(last=2, before=second.cursors[0], shape=shape), clock.now()
    )
    assert [*first.items, *second.items] == list(whole.items)[:4]
    assert back.items == first.items
    assert (first.has_next, second.has_previous) == (True, True)


async def test_a_leaderboard_may_count_weeks_or_reactions() -> None:
    weekly = await an_open_campaign(cycle=Cycle.WEEK)
    mei, lin = await a_member(), await a_member()
    await enter(mei)
    with later(days=7):
        await enter(lin)
        (present,) = await queries.leaderboards([weekly], PageRequest(), clock.now())
    (past,) = await queries.leaderboards([weekly], PageRequest(), clock.now(), week=1)
    assert [leader.member_id for leader in past.items] == [id_of(mei)]
    assert [leader.member_id for leader in present.items] == [id_of(lin)]
    for week in (0, len(queries.weeks_of(weekly)) + 1):
        with pytest.raises(BadInput):
            await queries.leaderboards([weekly], PageRequest(), clock.now(), week=week)
    liked = await an_open_campaign(score=Score.REACTIONS, hashtags=("豆漿",))
    await enter(mei, "黑豆漿要熱的才香，冰的就只剩下甜味而已了 #豆漿")
    entry = await enter(lin, "這間的豆漿每天早上現磨，七點以前才買得到 #豆漿")
    await posts.react(mei, entry.post_id, Reaction.LOVE)
    await everything_is_heard(by="campaigns")
    (page,) = await queries.leaderboards([liked], PageRequest(), clock.now())
    assert [(leader.member_id, leader.score) for leader in page.items] == [(id_of(lin), 1), (id_of(mei), 0)]


async def test_results_count_entries_reach_joins_and_cost() -> None:
    campaign = await an_open_campaign(reward=Reward(points=10, credits=3), budget=Budget(entries=2))
    authors = [await a_member() for _ in range(3)]
    found = [await enter(author) for author in authors]
    assert [entry.state for entry in found] == [EntryState.ACCEPTED, EntryState.ACCEPTED, EntryState.REFUSED]
    viewer = await a_member()
    await engagement.keep_views(
        [Showing(id_of(who), POST, [entry.post_id for entry in found], clock.now()) for who in (viewer, authors[2])]
    )
    (before,) = await queries.results_of(SYSTEM, [campaign.id])
    assert (before.joins, before.points_per_join) == (0, None)
    for number in range(4):
        source = Source(campaign=campaign.slug if number else "another")
        await a_member(handle=f"new{number}", source=source)
    await everything_is_heard(by="campaigns", times=2)
    (results,) = await queries.results_of(SYSTEM, [campaign.id])
    assert results.entries == {EntryState.ACCEPTED: 2, EntryState.REFUSED: 1}
    assert results.refused == {Reason.BUDGET_EXHAUSTED: 1}
    assert (results.members, results.reach, results.joins) == (2, 2, 3)
    assert (results.points, results.credits) == (20, 6)
    assert results.points_per_join == pytest.approx(20 / 3)
    with pytest.raises(Forbidden):
        await queries.results_of(authors[0], [campaign.id])


async def test_whether_somebody_could_enter_is_known_before_they_write() -> None:
    campaign = await an_open_campaign(limits=Limits(per_day=1))
    mei = await a_member()

    async def reason() -> Reason | None:
        (opening,) = await queries.openings([await again(campaign)], id_of(mei), clock.now())
        assert (opening.until is not None) is (opening.reason is Reason.DAILY_LIMIT)
        return opening.reason

    assert await reason() is None
    await enter(mei)
    assert await reason() is Reason.DAILY_LIMIT
    with clock.frozen(campaign.plan.opens_at - timedelta(seconds=1)):
        assert await reason() is Reason.TOO_EARLY
    with clock.frozen(campaign.plan.closes_at):
        assert await reason() is Reason.TOO_LATE
    await campaigns.cancel(SYSTEM, campaign.id, "Rain.")
    assert await reason() is Reason.CANCELLED


async def test_entries_that_count_are_public_and_others_their_authors_and_reviewers() -> None:
    campaign = await an_open_campaign(review=Review.STAFF)
    mei, lin = await a_member(), await a_member()
    shown, hidden = await enter(mei), await enter(mei)
    await campaigns.accept_entries(SYSTEM, [shown.id])
    for viewer, seen in (
        (ANONYMOUS, {shown.id}),
        (lin, {shown.id}),
        (mei, {shown.id, hidden.id}),
        (SYSTEM, {shown.id, hidden.id}),
    ):
        assert set(await queries.entries_by_ids(viewer, [shown.id, hidden.id])) == seen
        (page,) = await queries.entries_of_campaigns(viewer, [campaign.id], PageRequest())
        assert {entry.id for entry in page.items} == seen
        found = [
            each for post in await queries.entries_of_posts(viewer, [shown.post_id, hidden.post_id]) for each in post
        ]
        assert {entry.id for entry in found} == seen
    (queue,) = await queries.entries_of_campaigns(
        SYSTEM, [campaign.id], PageRequest(), queries.EntryFilter(states=[EntryState.PENDING])
    )
    assert [entry.id for entry in queue.items] == [hidden.id]


async def test_the_campaigns_of_a_hashtag_are_those_one_can_still_enter() -> None:
    campaign = await an_open_campaign()
    ids = [hashtag_id(TAG), hashtag_id("別的")]
    assert [[each.id for each in found] for found in await queries.campaigns_of_hashtags(ANONYMOUS, ids)] == [
        [campaign.id],
        [],
    ]
    await campaigns.close(SYSTEM, campaign.id)
    assert await queries.campaigns_of_hashtags(ANONYMOUS, ids) == [[], []]


async def test_campaigns_are_listed_in_either_order_by_pages() -> None:
    first = await an_open_campaign()
    with later(minutes=1):
        second = await an_open_campaign(closes_at=first.plan.closes_at - timedelta(days=1))
    newest = await queries.campaigns(ANONYMOUS, PageRequest(size=1))
    rest = await queries.campaigns(
        ANONYMOUS, PageRequest.of(first=1, after=newest.cursors[0], shape=queries.CAMPAIGN_SHAPE)
    )
    assert [each.id for each in (*newest.items, *rest.items)] == [second.id, first.id]
    closing = await queries.campaigns(ANONYMOUS, PageRequest(), order=queries.Order.CLOSING_FIRST)
    assert [each.id for each in closing.items] == [second.id, first.id]
    assert (await queries.campaigns(ANONYMOUS, PageRequest(), queries.Filter(states=[]))).items == []


async def test_a_post_in_no_campaign_costs_a_statement() -> None:
    post = await posts.write(await a_member(), "沒有活動的一天")
    with database.counting_statements() as statements:
        await campaigns.consider(post.id, [])
    assert statements.count == 1


async def test_entering_costs_the_same_however_much_was_entered_before() -> None:
    await an_open_campaign(limits=Limits(per_day=5))
    counts = []
    for _ in range(4):
        post = await posts.write(await a_member(), a_text())
        with database.counting_statements() as statements:
            await campaigns.consider(post.id, [hashtag_id(TAG)])
        counts.append(statements.count)
    assert set(counts) <= {19, 20}, "one more where a text looks like another one and has to be compared"
