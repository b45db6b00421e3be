"""Members that nobody else changes until the transaction ends."""

from uuid import UUID

from community import database
from community.access.policy import Actor, require_member
from community.kernel.errors import NotFound
from community.members import queries
from community.members.queries import MemberView


async def held(member_id: UUID) -> MemberView:
    """The member, whose row nobody else changes until the transaction ends. Raises NotFound."""
    await database.execute("select 1 from members_member where id = $1 for no key update", member_id)
    member = await queries.one(member_id)
    if member is None:
        raise NotFound("Member")
    return member


async def held_own(actor: Actor) -> MemberView:
    """The acting member, held likewise. Raises Unauthenticated."""
    return await held(require_member(actor))
