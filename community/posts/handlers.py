"""What posts hears: its own facts, to know how often each hashtag is used."""

from community.outbox import service as outbox
from community.posts import service as posts
from community.posts.facts import PostEdited, PostRemoved, PostWritten


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
