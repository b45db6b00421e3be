"""What campaigns hears: that posts were written, edited, removed and reacted to, and that somebody joined."""

from collections.abc import Sequence

from community.campaigns import service as campaigns
from community.members.facts import MemberJoined
from community.outbox import service as outbox
from community.posts.facts import PostEdited, PostRemoved, PostWritten, ReactionAdded, ReactionRemoved


@outbox.hears(PostWritten)
async def enter_written(fact: PostWritten) -> None:
    """A post may be an entry."""
    await campaigns.consider(fact.post_id, fact.hashtag_ids)


@outbox.hears(PostEdited)
async def look_again(fact: PostEdited) -> None:
    """An edited post may cease to be one, or be told why it is none."""
    await campaigns.consider(fact.post_id, fact.added_hashtag_ids)


@outbox.hears(PostRemoved)
async def withdraw_removed(fact: PostRemoved) -> None:
    """A removed post ceases to be one."""
    await campaigns.consider(fact.post_id, [])


@outbox.hears_together(ReactionAdded, name="campaigns.count_reaction")
async def count_reactions(facts: Sequence[ReactionAdded]) -> None:
    """Reactions open gates and count on leaderboards. However many react to a post, it is counted once."""
    await campaigns.count_reactions({fact.subject_id for fact in facts})


@outbox.hears_together(ReactionRemoved, name="campaigns.uncount_reaction")
async def uncount_reactions(facts: Sequence[ReactionRemoved]) -> None:
    """What was taken back does not count."""
    await campaigns.count_reactions({fact.subject_id for fact in facts})


@outbox.hears(MemberJoined)
async def note_join(fact: MemberJoined) -> None:
    """Somebody came because of a campaign."""
    if fact.campaign is not None:
        await campaigns.note_join(fact.member_id, fact.campaign)
