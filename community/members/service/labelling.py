"""The words by which staff find members again."""

from uuid import UUID

from community import database
from community.access.policy import Actor, Permission, require
from community.database import transaction
from community.members import errors, facts, rules
from community.members.queries import MemberView
from community.members.service.holding import held
from community.outbox import service as outbox


@transaction()
async def label(actor: Actor, member_id: UUID, label: str) -> MemberView:
    """Staff mark a member with a word, for campaigns and offers. Again, it changes nothing. Raises InvalidLabel."""
    require(actor, Permission.MEMBERS_LABEL)
    member = await held(member_id)
    if not rules.is_label(label):
        raise errors.InvalidLabel(rules.LABEL_MAX)
    is_new = await database.fetch_value(
        "insert into members_label (member_id, label) values ($1, $2) on conflict do nothing returning true",
        member_id,
        label,
    )
    if is_new:
        await outbox.record(facts.MemberLabelled(member_id=member_id, label=label), actor=actor)
    return member


@transaction()
async def unlabel(actor: Actor, member_id: UUID, label: str) -> MemberView:
    """Staff take a word from a member. Where it is not, nothing changes."""
    require(actor, Permission.MEMBERS_LABEL)
    member = await held(member_id)
    was_there = await database.fetch_value(
        "delete from members_label where member_id = $1 and label = $2 returning true", member_id, label
    )
    if was_there:
        await outbox.record(facts.MemberUnlabelled(member_id=member_id, label=label), actor=actor)
    return member
