"""Who brought a member: what they came with becomes touches, the policy decides, the first binding stays."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from uuid import UUID

from community import database
from community.database import transaction
from community.kernel import clock, ids
from community.members import queries as members
from community.members.queries import MemberView
from community.members.rules import Source
from community.outbox import service as outbox
from community.referrals import facts, queries, tokens
from community.referrals.queries import LinkView, PublishedProgramme, ReferralView
from community.referrals.queries.referrals import COLUMNS, view_of
from community.referrals.rules.attribution import Decision, Occasion, Touch, Verdict, decide
from community.referrals.rules.codes import code_key
from community.referrals.rules.fraud import Judgement
from community.referrals.rules.owners import Owner, OwnerKind
from community.referrals.rules.programme import TouchKind
from community.referrals.rules.stages import Review, Stage
from community.referrals.service.announcing import of_referral, rejected
from community.referrals.service.judging import Case, judged

KIND_OF = {OwnerKind.MEMBER: TouchKind.MEMBER_LINK, OwnerKind.PARTNER: TouchKind.PARTNER_LINK}


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What is known of where a member came from beside the touches themselves."""

    source: str | None = None
    campaign: str | None = None
    signed_in_as: UUID | None = None


@transaction()
async def bind_joined(member_id: UUID) -> ReferralView | None:
    """Decide who brought a member, from what their app told when they joined. Again: the first decision."""
    source, member = await members.source_of(member_id), await members.one(member_id)
    if source is None or member is None:
        return None
    await _hold(member_id)
    if await _is_decided(member_id):
        return await queries.referral_of(member_id)
    touches = await _touches(source, member)
    origin = Origin(source=source.source, campaign=source.campaign, signed_in_as=source.signed_in_as)
    return await _decide(member, touches, origin)


@transaction()
async def consider(member_id: UUID, touches: Sequence[Touch], origin: Origin | None = None) -> ReferralView | None:
    """Something touched a member after they joined: a coupon, a campaign, what a partner reports. The policy decides.

    Every touch is kept. Returns who counts as having brought the member from now on, which the first binding decides.
    """
    member = await members.one(member_id)
    if member is None or not touches:
        return await queries.referral_of(member_id)
    await _hold(member_id)
    return await _decide(member, touches, origin or Origin())


async def _decide(member: MemberView, touches: Sequence[Touch], origin: Origin) -> ReferralView | None:
    now = clock.now()
    published = await queries.programme_at(now)
    bound = await queries.referral_of(member.id)
    touches = await _without_replays(touches, member.id)
    occasion = Occasion(member_id=member.id, joined_at=member.joined_at, now=now, is_bound=bound is not None)
    decision = decide(touches, occasion, published.programme)
    await _log(member.id, decision, published)
    winner = decision.winner
    if bound is not None or winner is None or winner.owner is None:
        return bound
    await database.hold(f"referrals:owner:{winner.owner.id}")
    return await _bind(member, winner, winner.owner, origin, published)


async def _bind(
    member: MemberView, winner: Touch, owner: Owner, origin: Origin, published: PublishedProgramme
) -> ReferralView:
    case = Case(
        friend=member,
        owner=owner,
        link_id=winner.link_id,
        click_id=winner.click_id,
        signed_in_as=origin.signed_in_as,
        at=clock.now(),
    )
    judgement, household = await judged(case, published.programme)
    link = (await queries.links_by_ids([winner.link_id])).get(winner.link_id) if winner.link_id else None
    view = await _insert(member, winner, owner, origin, published, judgement, household, link)
    announced = facts.MemberReferred(**of_referral(view), click_id=view.click_id, review=view.review)
    await outbox.record(announced)
    if view.stage is Stage.REJECTED:
        await outbox.record(rejected(view, by_staff=False))
    return view


async def _insert(
    member: MemberView,
    winner: Touch,
    owner: Owner,
    origin: Origin,
    published: PublishedProgramme,
    judgement: Judgement,
    household: bytes | None,
    link: LinkView | None,
) -> ReferralView:
    now, is_refused = clock.now(), judgement.review is Review.REFUSED
    row = await database.fetch_one(
        "insert into referrals_referral as r (id, member_id, owner_kind, owner_id, link_id, click_id, touch_kind,"
        " source, campaign, programme_version, household, stage, review, score, signals, bound_at, ended_at,"
        " end_reason)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15::text::jsonb, $16, $17, $18)"
        f" returning {COLUMNS}",
        ids.new_id(),
        member.id,
        owner.kind,
        owner.id,
        winner.link_id,
        winner.click_id,
        winner.kind,
        (link.sub_source if link else None) or origin.source,
        winner.campaign or (link.campaign if link else None) or origin.campaign,
        published.version,
        household,
        Stage.REJECTED if is_refused else Stage.SIGNED_UP,
        judgement.review,
        judgement.score,
        database.as_json(map(asdict, judgement.signals)),
        now,
        now if is_refused else None,
        judgement.reason if is_refused else None,
    )
    assert row is not None, "who is not bound can be"
    return view_of(row)


async def _touches(source: Source, member: MemberView) -> list[Touch]:
    """What a member came with, each once. A campaign by its name is a touch of its own."""
    given = dict.fromkeys([*source.earlier_click_ids, *filter(None, [source.click_id])])
    read = {text: tokens.read(text) for text in given}
    links = await queries.links_by_ids(token.link_id for token in read.values() if token)
    touches = [
        _touch_of_link(links[token.link_id], at=token.at, click_id=token.click_id)
        if token and token.link_id in links
        else Touch(id=ids.new_id(), kind=TouchKind.MEMBER_LINK, at=member.joined_at, flaw=Verdict.FORGED)
        for token in read.values()
    ]
    if source.code:
        touches.append(await _touch_of_code(source.code, member))
    if source.campaign:
        touches.append(Touch(id=ids.new_id(), kind=TouchKind.CAMPAIGN, at=member.joined_at, campaign=source.campaign))
    return touches


def _touch_of_link(link: LinkView, **known: object) -> Touch:
    return Touch(
        id=ids.new_id(),
        kind=KIND_OF[link.owner.kind],
        owner=link.owner,
        link_id=link.id,
        code=link.code,
        campaign=link.campaign,
        **known,  # type: ignore[arg-type]
    )


async def _touch_of_code(code: str, member: MemberView) -> Touch:
    """A code that somebody typed counts as of the moment they joined."""
    link = (await queries.links_by_codes([code])).get(code_key(code))
    if link is None:
        unknown = Verdict.UNKNOWN
        return Touch(id=ids.new_id(), kind=TouchKind.MEMBER_LINK, at=member.joined_at, code=code[:64], flaw=unknown)
    flaw = None if link.is_open(member.joined_at) else Verdict.ENDED
    return _touch_of_link(link, at=member.joined_at, flaw=flaw)


async def _without_replays(touches: Sequence[Touch], member_id: UUID) -> list[Touch]:
    """One click brings one member. Two who show the same one at once take turns."""
    clicks = sorted({touch.click_id for touch in touches if touch.click_id})
    for click_id in clicks:
        await database.hold(f"referrals:click:{click_id}")
    rows = await database.fetch(
        "select click_id from referrals_referral where click_id = any($1) and member_id <> $2", clicks, member_id
    )
    used = {row["click_id"] for row in rows}
    return [replace(touch, flaw=Verdict.REPLAYED) if touch.click_id in used else touch for touch in touches]


async def _log(member_id: UUID, decision: Decision, published: PublishedProgramme) -> None:
    now = clock.now()
    rows = decision.verdicts
    touches = [touch for touch, _ in rows]
    await database.execute(
        "insert into referrals_touch (id, member_id, kind, owner_kind, owner_id, link_id, click_id, code, campaign,"
        " touched_at, verdict, programme_version, decided_at)"
        " select t.id, $1, t.kind, t.owner_kind, t.owner_id, t.link_id, t.click_id, t.code, t.campaign, t.touched_at,"
        " t.verdict, $2, $3 from unnest($4::uuid[], $5::text[], $6::text[], $7::uuid[], $8::uuid[], $9::uuid[],"
        " $10::text[], $11::text[], $12::timestamptz[], $13::text[])"
        " as t (id, kind, owner_kind, owner_id, link_id, click_id, code, campaign, touched_at, verdict)"
        " on conflict (id) do nothing",
        member_id,
        published.version,
        now,
        [touch.id for touch in touches],
        [touch.kind for touch in touches],
        [touch.owner.kind if touch.owner else None for touch in touches],
        [touch.owner.id if touch.owner else None for touch in touches],
        [touch.link_id for touch in touches],
        [touch.click_id for touch in touches],
        [touch.code for touch in touches],
        [touch.campaign for touch in touches],
        [touch.at for touch in touches],
        [verdict for _, verdict in rows],
    )


async def _is_decided(member_id: UUID) -> bool:
    decided: bool = await database.fetch_value(
        "select exists(select from referrals_touch where member_id = $1)", member_id
    )
    return decided


async def _hold(member_id: UUID) -> None:
    await database.hold(f"referrals:member:{member_id}")
