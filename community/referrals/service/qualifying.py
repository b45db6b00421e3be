"""From a friend who signed up to a reward that is kept: qualify, hold, keep; and back, when it is refunded."""

from datetime import datetime, timedelta
from uuid import UUID

from community import database
from community.access.policy import Actor
from community.database import transaction
from community.engagement import service as engagement
from community.engagement.rules.activities import Activity, OwnKind, Subject
from community.engagement.service import Recording
from community.kernel import clock
from community.ledger import service as ledger
from community.ledger.rules.transfers import Cause
from community.members import queries as members
from community.outbox import service as outbox
from community.referrals import facts, queries
from community.referrals.queries import ReferralView
from community.referrals.queries.referrals import COLUMNS, view_of
from community.referrals.rules.owners import OwnerKind
from community.referrals.rules.programme import Programme
from community.referrals.rules.stages import Review, Stage
from community.referrals.service import changing
from community.referrals.service.announcing import of_referral, rejected
from community.referrals.service.judging import Case, judged

DUE_AT_ONCE = 200


@transaction()
async def qualify(
    member_id: UUID, event: str, *, by: UUID | None = None, amount: int | None = None, at: datetime | None = None
) -> ReferralView | None:
    """A friend did what the programme may wait for. Whoever brought them is rewarded, unless something is doubtful.

    `by` is what they did it with, such as the order, whose refund takes the reward back. `at` is when: what was done
    before they joined qualifies nobody. Anything else than the programme's event, and a second time, change nothing.
    """
    member = await members.one(member_id)
    view = await changing.locked_of(member_id)
    if view is None or view.stage is not Stage.SIGNED_UP or member is None:
        return view
    programme = (await queries.programme_of(view.programme_version)).programme
    is_enough = amount is None or amount >= programme.least_amount
    if event != programme.qualifies_on or not is_enough or (at and at < member.joined_at):
        return view
    if view.review is not Review.APPROVED:
        view = await _judge_again(view, programme)
        if view.stage is Stage.REJECTED:
            await outbox.record(rejected(view, by_staff=False))
            return view
    now = clock.now()
    view = await changing.change(
        view,
        stage=Stage.QUALIFIED,
        qualified_at=now,
        qualified_by=by,
        held_until=now + timedelta(days=programme.holding_days),
    )
    return view if view.review is Review.WAITING else await give(view)


async def give(view: ReferralView, actor: Actor | None = None) -> ReferralView:
    """Both sides get their reward, which is held. Inside a verb; once, whoever asks again."""
    assert view.held_until is not None, "who qualified is held"
    event = event_of(view)
    await engagement.record_all(_recordings(view, event), actor=actor)
    await ledger.activate(event, held_until=view.held_until)
    await outbox.record(
        facts.ReferralQualified(**of_referral(view), qualified_by=view.qualified_by, held_until=view.held_until),
        actor=actor,
    )
    return view


@transaction()
async def take_back(by: UUID, *, reason: str) -> ReferralView | None:
    """What somebody qualified with was refunded: both sides lose exactly what they got. Again: no change."""
    row = await database.fetch_one(
        f"select {COLUMNS} from referrals_referral r where r.qualified_by = $1 for no key update", by
    )
    view = view_of(row) if row else None
    if view is None or view.stage not in (Stage.QUALIFIED, Stage.REWARDED):
        return view
    was_given = view.review is not Review.WAITING
    view = await changing.change(
        view,
        stage=Stage.REVERSED,
        review=view.review if was_given else Review.CLEAR,
        ended_at=clock.now(),
        end_reason=reason,
    )
    if was_given:
        await undo(view, reason)
    await outbox.record(facts.ReferralReversed(**of_referral(view), reason=reason))
    return view


async def undo(view: ReferralView, reason: str, actor: Actor | None = None) -> None:
    """Take back what both sides got, as far as they got anything. Inside a verb."""
    for cause in (_cause(view, OwnKind.REFERRAL_QUALIFIED), _cause(view, OwnKind.REFERRAL_WELCOMED)):
        await engagement.undo(cause, reason=reason, actor=actor)


@transaction()
async def keep_due() -> int:
    """The holding period of some is over: their rewards stay. How many; the ledger lets the points go by itself."""
    rows = await database.fetch(_DUE, clock.now(), DUE_AT_ONCE)
    await outbox.record_all([facts.ReferralRewarded(**of_referral(view_of(row))) for row in rows])
    return len(rows)


_DUE = f"""
    with due as (
        select id from referrals_referral
        where stage = 'qualified' and held_until <= $1 and review in ('clear', 'approved')
        order by held_until limit $2 for update skip locked
    )
    update referrals_referral r set stage = 'rewarded', rewarded_at = $1 from due where r.id = due.id
    returning {COLUMNS}
"""


def event_of(view: ReferralView) -> str:
    """What the points of a referral wait for."""
    return f"referral:{view.id}"


async def _judge_again(view: ReferralView, programme: Programme) -> ReferralView:
    """Many more may have joined since, and devices may have met: the first of a crowd looked like a friend."""
    friend, source = await members.one(view.member_id), await members.source_of(view.member_id)
    assert friend is not None, "who was brought is a member"
    case = Case(
        friend=friend,
        owner=view.owner,
        link_id=view.link_id,
        click_id=view.click_id,
        signed_in_as=source.signed_in_as if source else None,
        at=view.bound_at,
    )
    judgement, _ = await judged(case, programme)
    return await changing.judge(view, judgement)


def _recordings(view: ReferralView, event: str) -> list[Recording]:
    """Who brought somebody, if a member did, and who was brought."""
    now, is_member = clock.now(), view.owner.kind is OwnerKind.MEMBER
    brought = Activity(
        kind=OwnKind.REFERRAL_WELCOMED,
        member_id=view.member_id,
        occurred_at=now,
        subject=Subject("referral", view.id),
        other_id=view.owner.id if is_member else None,
        origin="referrals",
        pending_for=event,
    )
    recordings = [Recording(activity=brought, cause=_cause(view, OwnKind.REFERRAL_WELCOMED))]
    if is_member:
        brought_by = Activity(
            kind=OwnKind.REFERRAL_QUALIFIED,
            member_id=view.owner.id,
            occurred_at=now,
            subject=Subject("referral", view.id),
            other_id=view.member_id,
            origin="referrals",
            pending_for=event,
        )
        recordings.append(Recording(activity=brought_by, cause=_cause(view, OwnKind.REFERRAL_QUALIFIED)))
    return recordings


def _cause(view: ReferralView, kind: OwnKind) -> Cause:
    return Cause(kind, str(view.id))
