"""Prizes: drawn once, from a list and a seed that were fixed before; who leaves hands over to the next in order."""

import asyncio
import json
from datetime import timedelta

import pytest

from api.verifiers import draw as verifier
from community import database
from community.access.policy import SYSTEM
from community.campaigns import errors, queries
from community.campaigns import service as campaigns
from community.campaigns.queries import CampaignView, DrawView, EntryView
from community.campaigns.rules import draw as rules
from community.campaigns.rules.judging import EntryState, Reason
from community.campaigns.rules.plan import Prize, Review, Reward, Tickets
from community.campaigns.rules.states import State
from community.kernel import clock
from community.kernel.errors import BadInput
from community.ledger import service as ledger
from community.posts import service as posts
from community.posts.rules.reactions import Reaction
from tests.announcements import announced, everything_is_heard
from tests.community.campaigns.contests import (
    a_text,
    again,
    an_open_campaign,
    both,
    enter,
    entries,
    entry_again,
    points_of,
    write,
)
from tests.factories import a_member

pytestmark = pytest.mark.usefixtures("database")

PRIZES = (Prize(name=both("A teapot"), points=500), Prize(name=both("Tea"), count=2))


async def draw_of(campaign: CampaignView) -> DrawView:
    current = await again(campaign)
    return (await queries.draws_of([current]))[campaign.id]


async def sealed(campaign: CampaignView) -> DrawView:
    """The draw of a campaign that staff closed and the clock sealed."""
    closed = await campaigns.close(SYSTEM, campaign.id)
    with clock.frozen(closed.plan.closes_at + timedelta(minutes=20)):
        assert await campaigns.seal_due() == 1
        assert await campaigns.seal_due() == 0
    return await draw_of(campaign)


async def verified(campaign: CampaignView) -> DrawView:
    """The draw, after the verifier that shares no code with it has agreed."""
    draw = await draw_of(campaign)
    assert list(verifier.flaws_in(verifier.read(json.dumps(draw.published())))) == []
    return draw


async def test_the_seed_is_committed_to_before_and_revealed_after() -> None:
    campaign = await an_open_campaign(prizes=PRIZES, reward=Reward())
    for _ in range(5):
        await enter(await a_member())
    open_draw = await draw_of(campaign)
    assert (open_draw.seed, open_draw.sealed, open_draw.won) == (None, None, [])
    assert open_draw.published() == {"format": rules.FORMAT, "commitment": open_draw.commitment}
    list_hash = (await sealed(campaign)).list_hash
    drawn = await campaigns.draw_prizes(SYSTEM, campaign.id)
    draw = await verified(campaign)
    assert draw.seed is not None
    assert rules.commitment(draw.seed) == open_draw.commitment
    assert (draw.list_hash, len(draw.won), drawn.state) == (list_hash, 3, State.CLOSED)
    facts = {fact["type"]: fact for fact in await announced(campaign.id)}
    assert facts["campaign.scheduled"]["commitment"] == open_draw.commitment
    assert facts["campaign.sealed"]["list_hash"] == list_hash
    assert facts["campaign.drawn"]["seed"] == draw.seed.hex()
    assert await campaigns.settle_due() == 1


async def test_nobody_draws_again() -> None:
    campaign = await an_open_campaign(prizes=PRIZES)
    authors = [await a_member() for _ in range(4)]
    for author in authors:
        await enter(author)
    await sealed(campaign)
    await asyncio.gather(*[campaigns.draw_prizes(SYSTEM, campaign.id) for _ in range(4)])
    draw = await verified(campaign)
    await campaigns.draw_prizes(SYSTEM, campaign.id)
    assert await draw_of(campaign) == draw
    assert sorted([(await points_of(author))[0] for author in authors]) == [10, 10, 10, 510]
    for change in ("seed = sha256('x')", "drawn_at = null", "entries = '[]'", "list_hash = 'x'"):
        with pytest.raises(Exception, match="published stays"):
            await tampering(f"update campaigns_draw set {change}")


@database.transaction()
async def tampering(sql: str) -> None:
    await database.execute(sql)


async def test_a_draw_needs_a_sealed_list_decisions_and_something_to_win() -> None:
    campaign = await an_open_campaign(prizes=PRIZES, review=Review.STAFF)
    entry = await enter(await a_member())
    with pytest.raises(errors.CampaignInState):
        await campaigns.draw_prizes(SYSTEM, campaign.id)
    await campaigns.close(SYSTEM, campaign.id)
    with pytest.raises(errors.ListNotSealed):
        await campaigns.draw_prizes(SYSTEM, campaign.id)
    with clock.frozen(clock.now() + timedelta(hours=1)):
        await campaigns.seal_due()
    with pytest.raises(errors.ListNotSealed) as refused:
        await campaigns.draw_prizes(SYSTEM, campaign.id)
    assert refused.value.pending == 1
    await campaigns.refuse_entries(SYSTEM, [entry.id], "Blurred.")
    await campaigns.draw_prizes(SYSTEM, campaign.id)
    draw = await verified(campaign)
    assert (draw.won, [each.reason for each in draw.disqualified]) == ([], ["BY_STAFF"])
    bare = await an_open_campaign()
    await sealed(bare)
    with pytest.raises(errors.NothingToDraw):
        await campaigns.draw_prizes(SYSTEM, bare.id)
    await campaigns.settle_due()
    assert (await again(bare)).state is State.SETTLED


async def test_a_named_beacon_has_to_be_told() -> None:
    campaign = await an_open_campaign(prizes=PRIZES, beacon="Lotto of 2026-12-01")
    await enter(await a_member())
    await sealed(campaign)
    with pytest.raises(errors.BeaconNeeded):
        await campaigns.draw_prizes(SYSTEM, campaign.id)
    for value in ("", "1\n2", "x" * 161):
        with pytest.raises(BadInput):
            await campaigns.draw_prizes(SYSTEM, campaign.id, value)
    await campaigns.draw_prizes(SYSTEM, campaign.id, "07 11 19 23 38 41")
    assert (await verified(campaign)).published()["beacon"] == {
        "name": "Lotto of 2026-12-01",
        "value": "07 11 19 23 38 41",
    }
    plain = await an_open_campaign(prizes=PRIZES)
    await enter(await a_member())
    await sealed(plain)
    with pytest.raises(BadInput):
        await campaigns.draw_prizes(SYSTEM, plain.id, "7")


async def test_who_leaves_before_the_draw_is_passed_over_unless_that_is_undone() -> None:
    campaign = await an_open_campaign(prizes=(Prize(name=both("Tea"), count=9),))
    mei, lin, kai = await a_member(), await a_member(), await a_member()
    first, second, third = await enter(mei), await enter(lin), await enter(kai)
    await sealed(campaign)
    await posts.remove(mei, first.post_id)
    await everything_is_heard(by="campaigns", times=2)
    await campaigns.refuse_entries(SYSTEM, [second.id], "A copy.")
    await campaigns.undo_review(SYSTEM, second.id)
    await campaigns.draw_prizes(SYSTEM, campaign.id)
    draw = await verified(campaign)
    assert {won.line.entry for won in draw.won} == {second.id, third.id}
    assert [(each.entry, each.after_draw) for each in draw.disqualified] == [(first.id, False)]


async def test_a_winner_who_leaves_hands_the_prize_and_its_points_to_the_next() -> None:
    campaign = await an_open_campaign(prizes=(Prize(name=both("Points"), points=500),), reward=Reward())
    authors = {(await enter(author)).id: author for author in [await a_member() for _ in range(3)]}
    await sealed(campaign)
    await campaigns.draw_prizes(SYSTEM, campaign.id)
    (won,) = (await verified(campaign)).won
    await campaigns.refuse_entries(SYSTEM, [won.line.entry], "Bought likes.")
    (successor,) = (await verified(campaign)).won
    assert successor.line.entry != won.line.entry
    assert await points_of(authors[won.line.entry]) == (0, 0)
    assert await points_of(authors[successor.line.entry]) == (500, 0)
    await campaigns.undo_review(SYSTEM, won.line.entry)
    assert (await verified(campaign)).won == [successor], "a prize that was handed over stays there"
    assert (await ledger.reconcile()).is_clean


async def test_what_is_heard_after_the_list_was_sealed_is_told_so() -> None:
    campaign = await an_open_campaign(prizes=PRIZES)
    mei = await a_member()
    late = await posts.write(mei, a_text())
    await sealed(campaign)
    await everything_is_heard(by="campaigns")
    assert [entry.reason for entry in await entries(late)] == [Reason.LIST_SEALED]


async def test_tickets_follow_the_stated_rule() -> None:
    mei, lin = await a_member(), await a_member()
    by_reactions = await an_open_campaign(tickets=Tickets.REACTIONS, prizes=PRIZES)
    entry: EntryView = await enter(mei)
    await posts.react(lin, entry.post_id, Reaction.LIKE)
    await everything_is_heard(by="campaigns")
    draw = await sealed(by_reactions)
    assert draw.sealed is not None
    assert [line.weight for line in draw.sealed.lines] == [2]
    by_member = await an_open_campaign(tickets=Tickets.MEMBER, prizes=PRIZES, hashtags=("豆漿",))
    for text in ("今天的豆漿煮得特別濃，冷了以後會結一層皮 #豆漿", "昨天那家改用黑豆，味道完全是另一回事了 #豆漿"):
        await write(mei, text)
    draw = await sealed(by_member)
    assert draw.sealed is not None
    assert (draw.sealed.tickets, len({line.entrant for line in draw.sealed.lines}), len(draw.sealed.lines)) == (
        "member",
        1,
        2,
    )


async def test_after_settling_what_became_of_a_post_changes_nothing_by_itself() -> None:
    campaign = await an_open_campaign()
    mei = await a_member()
    entry = await enter(mei)
    await sealed(campaign)
    await campaigns.settle_due()
    await posts.remove(mei, entry.post_id)
    await everything_is_heard(by="campaigns")
    assert (await entry_again(entry)).state is EntryState.ACCEPTED
    assert await points_of(mei) == (10, 0)
