"""Posts become entries by themselves: each is accepted or refused with a reason, and paid exactly once."""

import pytest

from community.campaigns.rules.judging import EntryState, Reason
from community.campaigns.queries import RewardState
from community.posts import service as posts
from tests.announcements import announced, everything_is_heard
from tests.community.campaigns.contests import (
    TAG,
    a_text,
    again,
    an_open_campaign,
    enter,
    entries,
    entry_again,
    id_of,
    points_of,
    write,
)
from tests.factories import a_member

pytestmark = pytest.mark.usefixtures("database")


async def test_a_post_with_the_hashtag_becomes_an_entry_and_earns() -> None:
    campaign = await an_open_campaign()
    mei = await a_member()
    entry = await enter(mei)
    assert (entry.state, entry.reward, entry.points) == (EntryState.ACCEPTED, RewardState.GIVEN, 10)
    assert await points_of(mei) == (10, 0)
    assert (await again(campaign)).spent.points == 10
