"""What writing and reacting earn, and what removing takes back."""

import asyncio

import pytest

from community import database
from community.access.policy import Actor, Role
from community.database import group_commit
from community.engagement import jobs
from community.engagement import queries as engagement
from community.engagement.rules.activities import OwnKind
from community.engagement.rules.programme import Limit, Rule
from community.engagement.rules.windows import Window
from community.kernel import about, clock
from community.kernel.along import Along
from community.kernel.ids import new_id
from community.ledger import queries as ledger
from community.ledger import service as ledger_service
from community.ledger.rules.transfers import Currency
from community.members import service as members
from community.members.rules import Ability
from community.outbox import service as outbox
from community.outbox.hearing import HEARERS
from community.outbox.relay import load_areas
from community.posts import service as posts
from community.posts.queries import PostView
from community.posts.rules import activities
from community.posts.rules.reactions import Reaction
from tests.announcements import everything_is_heard
from tests.community.engagement.happenings import in_force
from tests.factories import a_comment, a_member, a_post

pytestmark = pytest.mark.usefixtures("database")


async def credits_of(*actors: Actor) -> list[int]:
    ids = [actor.member_id for actor in actors if actor.member_id]
    found = await ledger.balances_of(ids, clock.now())
    return [found[each].credits for each in ids]


async def test_a_post_earns_and_its_removal_takes_that_back() -> None:
    mei = await a_member()
    post = await a_post(mei)
    assert await credits_of(mei) == [10]
    for _ in range(2):
        await posts.remove(mei, post.id)
    assert await credits_of(mei) == [0]


async def test_the_same_key_earns_once_and_tells_the_first_effects() -> None:
    mei = await a_member()
    written = await asyncio.gather(*(posts.write(mei, "早安", idempotency_key="once") for _ in range(5)))
    assert len({post.id for post in written}) == 1
    assert await credits_of(mei) == [10]
    assert mei.member_id
    effects = await engagement.effects_of(activities.post_cause(written[0].id), mei.member_id)
    assert [(each.rule, each.amount) for each in effects.earned] == [("post", 10)]


async def write_on_request(request_id: str, author: Actor, along: Along) -> PostView:
    """Write a post as the work for a request of its own."""
    about.begin(request_id)
    return await posts.write(author, f"#same #{request_id}", idempotency_key="key", along=along)


async def test_who_writes_at_the_same_moment_as_others_earns_for_the_own_post(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(group_commit, "LOCK_TIMEOUT", "set local lock_timeout = '60s'")
    authors, alongs = [await a_member() for _ in range(12)], [Along() for _ in range(12)]
    requests = [f"request{number}" for number in range(12)]
    written = await asyncio.gather(*map(write_on_request, requests, authors, alongs))
    assert [post.author_id for post in written] == [author.member_id for author in authors]
    assert [post.hashtags for post in written] == [["same", request] for request in requests]
    assert await credits_of(*authors) == [10] * 12
    for post, along in zip(written, alongs, strict=True):
        effects = await engagement.effects_of(activities.post_cause(post.id), post.author_id, along)
        assert [(each.rule, each.amount) for each in effects.earned] == [("post", 10)]
    assert await database.fetch_value("select count(distinct xmin::text) from posts_post") < 12, "nobody went along"
    told = await database.fetch(
        "select type, subject_id, actor_id, request_id from outbox_fact where actor_id is not null"
    )
    assert sorted(map(tuple, told)) == sorted(
        (what, subject_id, post.author_id, request_id)
        for post, request_id in zip(written, requests, strict=True)
        for what, subject_id in (
            ("activity.recorded", post.author_id),
            ("points.awarded", post.author_id),
            ("post.written", post.id),
        )
    )


async def test_posts_that_somebody_new_writes_at_once_earn_no_more_than_the_limit() -> None:
    mei = await a_member()
    await asyncio.gather(*(posts.write(mei, "早安", idempotency_key=f"key {n}") for n in range(8)))
    assert await credits_of(mei) == [30]


async def test_who_may_not_earn_writes_for_nothing() -> None:
    mei, staff = await a_member(), await a_member(roles=frozenset({Role.MODERATOR}))
    assert mei.member_id
    await members.restrict(staff, mei.member_id, Ability.EARN, reason="spam")
    await posts.write(mei, "早安", idempotency_key="key")
    assert await credits_of(mei) == [0]


async def test_the_fourth_post_of_a_day_is_written_and_earns_nothing() -> None:
    mei = await a_member()
    written = [await a_post(mei) for _ in range(4)]
    assert await credits_of(mei) == [30]
    assert mei.member_id
    effects = await engagement.effects_of(activities.post_cause(written[3].id), mei.member_id)
    assert [each.reason.code for each in effects.refused] == ["DAILY_LIMIT_REACHED"]


async def test_an_answer_to_somebody_else_earns_and_one_to_oneself_does_not() -> None:
    mei, lin = await a_member(), await a_member()
    post = await a_post(mei)
    own, others = await a_comment(mei, post), await a_comment(lin, post)
    await a_comment(lin, others)
    await a_comment(lin, own)
    assert await credits_of(mei, lin) == [10, 6]


async def test_a_removed_comment_takes_back_what_it_gave() -> None:
    mei, boss = await a_member(), await a_member(roles=frozenset({Role.MODERATOR}))
    comment = await a_comment(mei, await a_post(await a_member()))
    assert await credits_of(mei) == [3]
    await posts.remove_comment(boss, comment.id, "spam")
    assert await credits_of(mei) == [0]


async def test_an_author_earns_by_the_reactions_of_others_however_often_they_are_heard() -> None:
    mei, lin = await a_member(), await a_member()
    post = await a_post(mei)
    comment = await a_comment(mei, await a_post(lin))
    for actor, subject_id in ((lin, post.id), (mei, post.id), (lin, comment.id)):
        await posts.react(actor, subject_id, Reaction.LIKE)
    await posts.react(lin, post.id, Reaction.LOVE)
    await everything_is_heard(by="posts", times=2)
    assert await credits_of(mei) == [10 + 3 + 2]


async def test_a_reaction_taken_back_takes_back_what_it_gave_once_for_ever() -> None:
    mei, lin = await a_member(), await a_member()
    post = await a_post(mei)
    await posts.react(lin, post.id, Reaction.LIKE)
    await everything_is_heard(by="posts")
    assert await credits_of(mei) == [11]
    await posts.unreact(lin, post.id, Reaction.LIKE)
    await everything_is_heard(by="posts")
    assert await credits_of(mei) == [10]
    await posts.react(lin, post.id, Reaction.LIKE)
    await everything_is_heard(by="posts")
    assert await credits_of(mei) == [10]


async def test_a_reaction_that_is_gone_before_it_is_heard_gives_nothing() -> None:
    mei, lin = await a_member(), await a_member()
    post = await a_post(mei)
    await posts.react(lin, post.id, Reaction.LIKE)
    await posts.unreact(lin, post.id, Reaction.LIKE)
    await everything_is_heard(by="posts")
    assert await credits_of(mei) == [10]


async def test_a_removed_post_takes_back_its_reactions_too() -> None:
    mei = await a_member()
    post = await a_post(mei)
    for _ in range(3):
        await posts.react(await a_member(), post.id, Reaction.LIKE)
    await everything_is_heard(by="posts")
    assert await credits_of(mei) == [13]
    await posts.remove(mei, post.id)
    await everything_is_heard(by="engagement")
    await jobs.take_back_about(subject_type="post", subject_id=str(post.id), member_id=str(mei.member_id))
    assert await credits_of(mei) == [0]
    assert (await ledger_service.reconcile()).is_clean


async def test_a_reaction_heard_after_the_removal_gives_nothing() -> None:
    mei, lin = await a_member(), await a_member()
    post = await a_post(mei)
    await posts.react(lin, post.id, Reaction.LIKE)
    await posts.remove(mei, post.id)
    await everything_is_heard(by="posts")
    assert await credits_of(mei) == [0]


async def test_many_react_to_one_author_at_once_without_waiting_for_each_other() -> None:
    mei = await a_member()
    post = await a_post(mei)
    people = [await a_member() for _ in range(10)]
    await asyncio.gather(*(posts.react(actor, post.id, Reaction.LIKE) for actor in people))
    given = await database.fetch_value(
        "select count(*) from engagement_activity where kind = 'reaction.given' and subject_id = $1", post.id
    )
    assert given == 10
    await everything_is_heard(by="posts")
    assert await credits_of(mei) == [20]


async def test_what_many_reactions_earn_is_written_together_and_as_one_by_one() -> None:
    mei, people = await a_member(), [await a_member() for _ in range(12)]
    first, second = await a_post(mei), await a_post(mei)
    statements = []
    for post, crowd in ((first, people[:3]), (second, people)):
        for actor in crowd:
            await posts.react(actor, post.id, Reaction.LIKE)
        await posts.react(people[0], post.id, Reaction.LOVE)
        await posts.unreact(people[1], post.id, Reaction.LIKE)
        statements.append(await reward_together())
    assert await credits_of(mei) == [10 + 10 + 2 + 11]
    assert statements[0] == statements[1]
    assert (await ledger_service.reconcile()).is_clean
    recorded = await database.fetch_value("select count(*) from engagement_activity where kind = 'reaction.received'")
    assert recorded == 3 + 12


async def test_a_limit_ends_in_the_midst_of_what_is_written_together() -> None:
    await in_force(
        Rule(
            code="reaction",
            trigger=OwnKind.REACTION_RECEIVED,
            currency=Currency.CREDITS,
            amount=1,
            limits=(Limit(window=Window.DAY, times=3),),
        )
    )
    mei = await a_member()
    post = await a_post(mei)
    for _ in range(5):
        await posts.react(await a_member(), post.id, Reaction.LIKE)
    await reward_together()
    assert await credits_of(mei) == [3]
    refused = await database.fetch_value(
        "select count(*) from engagement_activity where kind = 'reaction.received' and refusals <> '[]'"
    )
    assert refused == 2


async def reward_together() -> int:
    """Let all that waits for the author's rewards be heard at once; how many statements that took."""
    load_areas()
    while await outbox.sequence():
        pass
    rewarding = HEARERS["posts.reward_author"]
    waiting = await database.fetch_value(
        "select convert_from(payload, 'UTF8')::uuid from pgqueuer where entrypoint = 'hear:posts.reward_author' limit 1"
    )
    with database.counting_statements() as counted:
        await outbox.hear_with_others(rewarding, waiting)
    return counted.count


async def test_nothing_recorded_has_no_effects() -> None:
    mei = await a_member()
    assert mei.member_id
    effects = await engagement.effects_of(activities.post_cause(new_id()), mei.member_id)
    assert (effects.earned, effects.refused) == ([], [])
