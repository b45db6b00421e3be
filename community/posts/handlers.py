"""What posts hears: its own facts, to know how often each hashtag is used, and to reward whoever others react to."""

from collections.abc import Sequence

from community.outbox import service as outbox
from community.posts import service as posts
from community.posts.facts import PostEdited, PostRemoved, PostWritten, ReactionAdded, ReactionRemoved
from community.posts.rules.reactions import Reaction


@outbox.hears(PostWritten)
async def count_hashtags_written(fact: PostWritten) -> None:
    """A new post carries its hashtags."""
    await posts.count_uses(fact.hashtag_ids, [], fact.written_at)


@outbox.hears(PostEdited)
async def count_hashtags_edited(fact: PostEdited) -> None:
    """An edited post carries others."""
    await posts.count_uses(fact.added_hashtag_ids, fact.dropped_hashtag_ids, fact.edited_at)


@outbox.hears(PostRemoved)
async def count_hashtags_removed(fact: PostRemoved) -> None:
    """A removed post carries none."""
    await posts.count_uses([], fact.hashtag_ids)


@outbox.hears_together(ReactionAdded, name="posts.reward_author")
async def reward_authors(facts: Sequence[ReactionAdded]) -> None:
    """Whoever is reacted to earns: hundreds at a time, when everybody reacts to one post."""
    await posts.reward_authors(facts)


@outbox.hears(ReactionRemoved)
async def unreward_author(fact: ReactionRemoved) -> None:
    """A reaction that is taken back takes that with it."""
    await posts.unreward_author(fact.subject_id, fact.member_id, Reaction(fact.kind))
