"""The daily visit."""

from community.access.policy import Actor, require_member
from community.engagement.queries.effects import Effects
from community.engagement.rules.activities import Activity, OwnKind
from community.engagement.service.recording import record
from community.kernel import clock, ids
from community.ledger.rules.transfers import Cause


async def visit(actor: Actor) -> Effects:
    """A member is here: the first time on each of their days earns what the rules say, later ones say when to be back.

    Their day is that of the zone in their profile, whatever their device claims; a day that was paid in one zone is
    not paid in another. Raises Unauthenticated.
    """
    activity = Activity(kind=OwnKind.VISIT, member_id=require_member(actor), occurred_at=clock.now())
    return await record(activity, cause=Cause(OwnKind.VISIT, str(ids.new_id())), actor=actor)
