"""What members are to each other: follows and blocks."""

from uuid import UUID

from community import database
from community.access.policy import Actor, require_member
from community.database import transaction
from community.kernel import clock
from community.kernel.errors import NotFound
from community.kernel.ids import new_id
from community.members import errors, facts, queries
from community.members.models import Block, Follow
from community.members.queries import MemberView
from community.outbox import service as outbox


@transaction()
async def follow(actor: Actor, member_id: UUID) -> MemberView:
    """A member follows another. Doing it again changes nothing."""
    follower_id, other = await _pair(actor, member_id)
    if await queries.blocked_among(follower_id, [member_id]):
        raise errors.MemberBlocksYou
    followed = await _insert_once("members_follow (id, follower_id, followed_id, followed_at)", follower_id, member_id)
    if followed:
        await outbox.record(facts.MemberFollowed(member_id=member_id, follower_id=follower_id), actor=actor)
    return other


@transaction()
async def unfollow(actor: Actor, member_id: UUID) -> MemberView:
    """A member stops following another. Doing it again changes nothing."""
    follower_id, other = await _pair(actor, member_id)
    if await Follow.filter(follower_id=follower_id, followed_id=member_id).delete():
        await outbox.record(facts.MemberUnfollowed(member_id=member_id, follower_id=follower_id), actor=actor)
    return other


@transaction()
async def block(actor: Actor, member_id: UUID) -> MemberView:
    """A member blocks another; neither follows the other any more. Doing it again changes nothing."""
    blocker_id, other = await _pair(actor, member_id)
    if not await _insert_once("members_block (id, blocker_id, blocked_id, blocked_at)", blocker_id, member_id):
        return other
    for follower_id, followed_id in ((blocker_id, member_id), (member_id, blocker_id)):
        if await Follow.filter(follower_id=follower_id, followed_id=followed_id).delete():
            await outbox.record(facts.MemberUnfollowed(member_id=followed_id, follower_id=follower_id), actor=actor)
    await outbox.record(facts.MemberBlocked(member_id=member_id, blocker_id=blocker_id), actor=actor)
    return other


@transaction()
async def unblock(actor: Actor, member_id: UUID) -> MemberView:
    """A member unblocks another. Doing it again changes nothing."""
    blocker_id, other = await _pair(actor, member_id)
    if await Block.filter(blocker_id=blocker_id, blocked_id=member_id).delete():
        await outbox.record(facts.MemberUnblocked(member_id=member_id, blocker_id=blocker_id), actor=actor)
    return other


async def _pair(actor: Actor, member_id: UUID) -> tuple[UUID, MemberView]:
    """The acting member's id and the other member. What the two do about each other happens in turn."""
    own_id = require_member(actor)
    if own_id == member_id:
        raise errors.CannotTargetSelf
    pair = ":".join(sorted((str(own_id), str(member_id))))
    await database.hold(f"members:{pair}")
    other = await queries.one(member_id)
    if other is None:
        raise NotFound("Member")
    return own_id, other


async def _insert_once(target: str, own_id: UUID, other_id: UUID) -> bool:
    """Insert a link between two members. False when it is there already."""
    sql = f"insert into {target} values ($1, $2, $3, $4) on conflict do nothing returning true"
    return await database.fetch_value(sql, new_id(), own_id, other_id, clock.now()) is True
