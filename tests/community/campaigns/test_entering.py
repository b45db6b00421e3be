"""Posts become entries by themselves: each is accepted or refused with a reason, and paid exactly once."""

import asyncio
from datetime import timedelta

import pytest

from community import database
from community.access.policy import SYSTEM
from community.campaigns import service as campaigns
from community.campaigns.queries import RewardState
from community.campaigns.rules.judging import EntryState, Reason
from community.campaigns.rules.plan import Audience, Budget, Limits, Match, Reward
from community.kernel import clock
from community.ledger import service as ledger
from community.ledger.rules.transfers import Cause
from community.members import service as members
from community.members.rules import Ability
from community.posts import service as posts
from community.posts.rules.hashtags import hashtag_id
from community.tiers import queries as tiers
from tests.announcements import announced, everything_is_heard
from tests.community.campaigns.contests import (
    TAG,
    a_text,
    again,
    an_open_campaign,
    changed,
    enter,
    entries,
    entry_again,
    id_of,
    later,
    points_of,
    write,
)
from tests.factories import a_member

pytestmark = pytest.mark.usefixtures("database")

PICTURE = "![蛋餅](https://example.com/a.jpg)"


async def test_a_post_with_the_hashtag_becomes_an_entry_and_earns() -> None:
    campaign = await an_open_campaign()
    mei = await a_member()
    entry = await enter(mei)
    assert (entry.state, entry.reward, entry.points) == (EntryState.ACCEPTED, RewardState.GIVEN, 10)
    assert await points_of(mei) == (10, 0)
    assert ((await again(campaign)).spent.points, (await again(campaign)).spent.entries) == (10, 1)
    kinds = [fact["type"] for fact in await announced(id_of(mei))]
    assert "campaign_entry.accepted" in kinds
    assert kinds.count("activity.recorded") == 2, "the post and the entry"


async def test_whatever_is_heard_twice_counts_once() -> None:
    campaign = await an_open_campaign()
    mei = await a_member()
    post = await posts.write(mei, a_text())
    await everything_is_heard(by="campaigns", times=2)
    await asyncio.gather(*[campaigns.consider(post.id, [hashtag_id(TAG)]) for _ in range(4)])
    assert await points_of(mei) == (10, 0)
    assert (await again(campaign)).spent.entries == 1


async def test_a_post_without_the_hashtag_is_no_business_of_a_campaign() -> None:
    await an_open_campaign()
    assert await entries(await write(await a_member(), "早餐真好吃 #別的")) == []


async def test_any_spelling_of_the_hashtag_enters() -> None:
    await an_open_campaign(hashtags=("BreakFast",))
    assert (
        await enter(await a_member(), "Scrambled eggs and a lot of coffee ＃ｂｒｅａｋｆａｓｔ")
    ).state is EntryState.ACCEPTED


async def test_all_or_any_of_several_hashtags() -> None:
    await an_open_campaign(hashtags=("甲", "乙"))
    mei = await a_member()
    assert await entries(await write(mei, "這一家的蛋餅比想像中的更好吃 #甲")) == []
    await an_open_campaign(hashtags=("丙", "丁"), match=Match.ANY)
    assert (await enter(mei, "這一家的豆漿也比想像中的更好喝 #丁")).state is EntryState.ACCEPTED


async def test_two_campaigns_in_one_post_are_an_entry_in_each() -> None:
    await an_open_campaign(reward=Reward(points=10))
    await an_open_campaign(hashtags=("豆漿",), reward=Reward(points=7))
    mei = await a_member()
    both = await entries(await write(mei, f"冰豆漿配蛋餅，這樣的早餐才算早餐啊 #{TAG} #豆漿"))
    assert [entry.state for entry in both] == [EntryState.ACCEPTED] * 2
    assert await points_of(mei) == (17, 0)


async def test_the_hashtags_of_more_campaigns_than_three_are_stuffing() -> None:
    names = ("一番", "二番", "三番", "四番")
    for name in names:
        await an_open_campaign(hashtags=(name,))
    text = "今天把所有活動的標籤都放進來看看會怎麼樣，反正字數寫得夠多也不會怎樣吧"
    found = await entries(await write(await a_member(), text + " " + " ".join(f"#{name}" for name in names)))
    assert [entry.reason for entry in found] == [Reason.STUFFING] * 4


@pytest.mark.parametrize(
    "text",
    [f"#{TAG}", f"好 #{TAG}#早午餐#豆漿#蛋餅", f"{'很長的句子' * 30} #{TAG} " + "".join(f"#t{n}x" for n in range(10))],
)
async def test_more_hashtags_than_text_is_stuffing(text: str) -> None:
    await an_open_campaign()
    entry = await enter(await a_member(), text)
    assert (entry.state, entry.reason) == (EntryState.REFUSED, Reason.STUFFING)


async def test_a_post_written_before_or_after_the_window_is_told_so() -> None:
    campaign = await an_open_campaign()
    early = await a_member()
    with clock.frozen(campaign.plan.opens_at - timedelta(minutes=1)):
        before = await posts.write(early, a_text())
    with clock.frozen(campaign.plan.closes_at):
        after = await posts.write(early, a_text())
        await campaigns.close_due()
        await everything_is_heard(by="campaigns")
    assert [entry.reason for entry in await entries(before)] == [Reason.TOO_EARLY]
    assert [entry.reason for entry in await entries(after)] == [Reason.TOO_LATE]


async def test_what_was_written_in_time_counts_however_late_it_is_heard_of() -> None:
    campaign = await an_open_campaign()
    mei, lin = await a_member(), await a_member()
    with later(minutes=1):
        before = await posts.write(mei, a_text())
    with later(minutes=2):
        await campaigns.close(SYSTEM, campaign.id)
    with later(minutes=3):
        after = await posts.write(lin, a_text())
        await everything_is_heard(by="campaigns")
    assert [entry.state for entry in await entries(before)] == [EntryState.ACCEPTED]
    assert [entry.reason for entry in await entries(after)] == [Reason.TOO_LATE]


async def test_closing_while_posts_are_written_has_one_answer_for_each() -> None:
    campaign = await an_open_campaign()
    writers = [await a_member() for _ in range(6)]
    *written, closed = await asyncio.gather(
        *[posts.write(writer, a_text()) for writer in writers], campaigns.close(SYSTEM, campaign.id)
    )
    await everything_is_heard(by="campaigns")
    for post in written:
        (entry,) = await entries(post)
        counts = post.written_at < closed.plan.closes_at
        assert entry.reason is (None if counts else Reason.TOO_LATE)


async def test_a_picture_may_be_asked_for_and_added_in_a_quarter_of_an_hour() -> None:
    await an_open_campaign(needs_media=True)
    mei = await a_member()
    entry = await enter(mei, text := a_text())
    assert entry.reason is Reason.MISSING_MEDIA
    with later(minutes=14):
        await posts.edit(mei, entry.post_id, f"{text} {PICTURE}")
        await everything_is_heard(by="campaigns")
    assert (await entry_again(entry)).state is EntryState.ACCEPTED
    other = await enter(mei, text := a_text())
    with later(minutes=16):
        await posts.edit(mei, other.post_id, f"{text} {PICTURE}")
        await everything_is_heard(by="campaigns")
    assert (await entry_again(other)).reason is Reason.MISSING_MEDIA
    assert await points_of(mei) == (10, 0)


async def test_hashtags_that_are_added_later_do_not_count() -> None:
    await an_open_campaign()
    mei = await a_member()
    post = await write(mei, plain := "蛋餅要現煎的才好吃，放涼了就只是麵皮")
    with later(hours=1):
        await posts.edit(mei, post.id, f"{plain} #{TAG}")
        await everything_is_heard(by="campaigns")
    assert [entry.reason for entry in await entries(post)] == [Reason.LATE_EDIT]


async def test_an_entry_that_is_edited_away_loses_its_reward_once() -> None:
    campaign = await an_open_campaign()
    mei = await a_member()
    entry = await enter(mei, text := a_text())
    with later(hours=1):
        await posts.edit(mei, entry.post_id, "換成別的內容，跟早餐一點關係都沒有")
        await everything_is_heard(by="campaigns", times=2)
    gone = await entry_again(entry)
    assert (gone.state, gone.reason, gone.reward) == (EntryState.WITHDRAWN, Reason.EDITED_AFTER, RewardState.TAKEN_BACK)
    assert await points_of(mei) == (0, 0)
    assert (await again(campaign)).spent.points == 0
    with later(hours=2):
        await posts.edit(mei, entry.post_id, text)
        await everything_is_heard(by="campaigns")
    assert (await entry_again(entry)).state is EntryState.WITHDRAWN
    assert await points_of(mei) == (0, 0)


async def test_an_edit_into_somebody_elses_words_ends_the_entry() -> None:
    await an_open_campaign()
    mei, lin = await a_member(), await a_member()
    await enter(mei, words := a_text())
    copied = await enter(lin)
    with later(hours=1):
        await posts.edit(lin, copied.post_id, words)
        await everything_is_heard(by="campaigns")
    assert (await entry_again(copied)).reason is Reason.EDITED_AFTER


async def test_an_edit_that_still_fits_changes_nothing() -> None:
    await an_open_campaign()
    mei = await a_member()
    entry = await enter(mei, text := a_text())
    with later(hours=1):
        await posts.edit(mei, entry.post_id, f"{text} 補充：老闆人也很好")
        await everything_is_heard(by="campaigns")
    assert (await entry_again(entry)).state is EntryState.ACCEPTED


async def test_a_removed_post_gives_its_reward_back_exactly_once_and_frees_the_budget() -> None:
    campaign = await an_open_campaign(budget=Budget(entries=1), reward=Reward(points=10, credits=5))
    mei, lin, kai = await a_member(), await a_member(), await a_member()
    entry = await enter(mei)
    assert (await enter(lin)).reason is Reason.BUDGET_EXHAUSTED
    await posts.remove(mei, entry.post_id)
    await everything_is_heard(by="campaigns", times=2)
    gone = await entry_again(entry)
    assert (gone.state, gone.reason) == (EntryState.WITHDRAWN, Reason.POST_REMOVED)
    assert await points_of(mei) == (0, 0)
    assert (await again(campaign)).spent.entries == 0
    assert (await enter(kai)).state is EntryState.ACCEPTED


async def test_points_that_were_spent_do_not_come_back_into_the_budget() -> None:
    campaign = await an_open_campaign(budget=Budget(points=15))
    mei = await a_member()
    entry = await enter(mei)
    await ledger.spend(id_of(mei), 4, Cause("test", "a coffee"), purpose="coffee")
    await posts.remove(mei, entry.post_id)
    await everything_is_heard(by="campaigns")
    assert (await again(campaign)).spent.points == 4
    assert await points_of(mei) == (0, 0)


async def test_an_entry_whose_points_were_spent_keeps_its_place() -> None:
    limits = Limits(in_all=1)
    campaign = await an_open_campaign(budget=Budget(entries=2), limits=limits, reward=Reward(points=10))
    mei, lin, kai = await a_member(), await a_member(), await a_member()
    entry = await enter(mei)
    await ledger.spend(id_of(mei), 4, Cause("test", "a coffee"), purpose="coffee")
    await posts.remove(mei, entry.post_id)
    await everything_is_heard(by="campaigns", times=2)
    gone = await entry_again(entry)
    assert (gone.state, gone.points) == (EntryState.WITHDRAWN, 4)
    assert (await enter(mei)).reason is Reason.ENTRY_LIMIT
    assert (await enter(lin)).state is EntryState.ACCEPTED
    assert (await enter(kai)).reason is Reason.BUDGET_EXHAUSTED
    assert (await again(campaign)).spent.entries == 2


async def test_a_post_that_is_gone_before_it_is_heard_of_never_was_an_entry() -> None:
    await an_open_campaign()
    mei = await a_member()
    post = await posts.write(mei, a_text())
    await posts.remove(mei, post.id)
    await everything_is_heard(by="campaigns")
    assert await entries(post) == []


async def test_the_same_words_again_do_not_count_whoever_says_them() -> None:
    await an_open_campaign()
    mei, lin = await a_member(), await a_member()
    text = "這家店的蔥抓餅外酥內軟，老闆還會多送一顆溫泉蛋，排隊也值得"
    assert (await enter(mei, f"{text} #{TAG}")).state is EntryState.ACCEPTED
    assert (await enter(mei, f"#{TAG} {text}！！！😋")).reason is Reason.DUPLICATE_OWN
    assert (await enter(lin, f"{text}。 #{TAG}")).reason is Reason.DUPLICATE_OTHER
    assert (await enter(lin, f"{text}了 #{TAG}")).reason is Reason.DUPLICATE_OTHER
    assert (
        await enter(lin, f"跟別人的心得完全不同，我比較喜歡飯糰加蛋再配一杯溫米漿 #{TAG}")
    ).state is EntryState.ACCEPTED


async def test_of_two_with_the_same_words_at_once_one_counts() -> None:
    campaign = await an_open_campaign()
    writers = [await a_member() for _ in range(4)]
    text = a_text()
    written = [await posts.write(writer, text) for writer in writers]
    await asyncio.gather(*[campaigns.consider(post.id, [hashtag_id(TAG)]) for post in written])
    assert (await again(campaign)).spent.entries == 1


async def test_limits_are_for_a_day_of_the_member_and_in_all() -> None:
    campaign = await an_open_campaign(limits=Limits(per_day=1, in_all=2))
    mei = await a_member(time_zone="Asia/Taipei")
    with clock.frozen(campaign.plan.opens_at.replace(hour=2) + timedelta(days=1)):
        assert (await enter(mei)).state is EntryState.ACCEPTED
        assert (await enter(mei)).reason is Reason.DAILY_LIMIT
    with clock.frozen(campaign.plan.opens_at.replace(hour=17) + timedelta(days=1)):  # tomorrow in Taipei
        assert (await enter(mei)).state is EntryState.ACCEPTED
    with later(days=5):
        assert (await enter(mei)).reason is Reason.ENTRY_LIMIT


async def test_at_once_a_member_enters_no_more_than_the_limit() -> None:
    campaign = await an_open_campaign(limits=Limits(in_all=2))
    mei = await a_member()
    written = [await posts.write(mei, a_text()) for _ in range(6)]
    await asyncio.gather(*[campaigns.consider(post.id, [hashtag_id(TAG)]) for post in written])
    assert (await again(campaign)).spent.entries == 2


async def test_who_may_not_enter_is_told_why() -> None:
    now = clock.now()
    mei = await a_member()
    campaign = await an_open_campaign(audience=Audience(joined_from=now + timedelta(days=1)))
    assert (await enter(mei)).reason is Reason.JOINED_OUTSIDE
    await campaigns.cancel(SYSTEM, campaign.id, "Another one follows.")
    campaign = await an_open_campaign(audience=Audience(min_tier="gold"))
    assert (await enter(mei)).reason is Reason.TIER_TOO_LOW
    await campaigns.cancel(SYSTEM, campaign.id, "Another one follows.")
    campaign = await an_open_campaign(audience=Audience(labels=("guests",)))
    assert (await enter(mei)).reason is Reason.NOT_INVITED
    await members.label(SYSTEM, id_of(mei), "guests")
    assert (await enter(mei)).state is EntryState.ACCEPTED
    await members.restrict(SYSTEM, id_of(mei), Ability.EARN, reason="Being looked into")
    assert (await enter(mei)).reason is Reason.MAY_NOT_EARN
    await changed(campaign, audience=Audience())
    assert (await enter(await a_member())).state is EntryState.ACCEPTED


async def test_credits_of_an_entry_move_a_member_up_and_going_takes_them_back() -> None:
    await an_open_campaign(reward=Reward(credits=100_000))
    mei = await a_member()
    entry = await enter(mei)
    tier = (await tiers.tiers_of([id_of(mei)], clock.now()))[id_of(mei)]
    assert tier.key == "vip"
    await posts.remove(mei, entry.post_id)
    await everything_is_heard(by="campaigns")
    balance = await database.fetch_value(
        "select sum(remaining) from ledger_lot where member_id = $1 and currency = 'credits'", id_of(mei)
    )
    assert balance == 0


async def test_the_last_place_goes_to_one_of_many_at_once() -> None:
    campaign = await an_open_campaign(budget=Budget(points=55, entries=50))
    writers = [await a_member() for _ in range(12)]
    written = [await posts.write(writer, a_text()) for writer in writers]
    await asyncio.gather(*[campaigns.consider(post.id, [hashtag_id(TAG)]) for post in written])
    assert ((await again(campaign)).spent.points, (await again(campaign)).spent.entries) == (50, 5)
    judged = [entry for post in written for entry in await entries(post)]
    assert [entry.state for entry in judged].count(EntryState.ACCEPTED) == 5
    assert {entry.reason for entry in judged} == {None, Reason.BUDGET_EXHAUSTED}
    assert sum([(await points_of(writer))[0] for writer in writers]) == 50
    assert (await ledger.reconcile()).is_clean


async def test_pictures_alone_are_not_like_each_other() -> None:
    await an_open_campaign(hashtags=("圖",))
    text = f"😋😋😋😋😋😋😋 {PICTURE.replace('蛋餅', '')} #圖"
    assert (await enter(await a_member(), text)).state is EntryState.ACCEPTED
    assert (await enter(await a_member(), text)).state is EntryState.ACCEPTED
