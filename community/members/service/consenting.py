"""What members allow and forbid."""

from community.access.policy import Actor
from community.database import transaction
from community.kernel import clock
from community.kernel.ids import new_id
from community.members import errors, facts, queries, rules
from community.members.models import Consent
from community.members.queries import MemberView
from community.members.rules import Channel, Purpose
from community.members.service.holding import held_own
from community.outbox import service as outbox


@transaction()
async def set_consent(actor: Actor, purpose: Purpose, channel: Channel, *, granted: bool, source: str) -> MemberView:
    """A member allows or forbids a purpose on a channel. Every answer is kept with its time and source."""
    if not rules.is_consent_source(source):
        raise errors.InvalidConsentSource(rules.SOURCE_MAX)
    member = await held_own(actor)
    latest = {(c.purpose, c.channel): c.granted for c in await queries.consents_of(actor, member.id)}
    if latest.get((purpose, channel)) == granted:
        return member
    await Consent.create(
        id=new_id(),
        member_id=member.id,
        purpose=purpose,
        channel=channel,
        granted=granted,
        source=source,
        given_at=clock.now(),
    )
    await outbox.record(
        facts.ConsentChanged(member_id=member.id, purpose=purpose, channel=channel, granted=granted), actor=actor
    )
    return member
