"""Conversions, reported server to server: each answered by itself, recorded once under its partner's own id."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from community import database
from community.access.policy import Actor, Scope
from community.database import transaction
from community.kernel import clock, ids
from community.kernel.errors import BadInput, NotFound, Problem
from community.kernel.text import reason_in
from community.outbox import service as outbox
from community.partners import errors, facts, policy, queries
from community.partners.queries import ConversionView
from community.partners.queries.conversions import COLUMNS
from community.partners.rules.conversions import Attribution, Books, Click, commission_of, flaw_in
from community.partners.rules.lines import Owed
from community.partners.rules.reports import MAX_CONVERSIONS, Report, misspelled_in
from community.partners.rules.words import CauseKind
from community.partners.service.clicks import clicks_by_ids
from community.partners.service.holding import held, held_active
from community.partners.service.lines import write
from community.referrals import queries as referrals
from community.referrals.rules.owners import Owner
from community.settings import settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What became of one report: the conversion, or the problem for which it was not recorded."""

    external_id: str
    conversion: ConversionView | None = None
    problem: Problem | None = None
    is_repeat: bool = False


@transaction()
async def report(actor: Actor, reports: Sequence[Report]) -> list[Answer]:
    """Record what clicks on a partner's links led to; an answer for each, in their order.

    The same report again changes nothing and returns the first. With a key for the sandbox all is answered as it would
    be, and nothing earns. Raises Forbidden, PartnerNotActive, and BadInput for too many.
    """
    partner_id = policy.require_partner(actor, Scope.CONVERSIONS_WRITE)
    if not 0 < len(reports) <= MAX_CONVERSIONS:
        raise BadInput("conversions", "Report 1 to {limit} conversions at a time.", MAX_CONVERSIONS)
    await held_active(partner_id)
    books, known = await _books(actor, partner_id, reports), await _known(actor, partner_id, reports)
    answers, new = _decide(reports, books, known, actor)
    if new:
        await _record(new, actor)
    return answers


@transaction()
async def reject_conversion(actor: Actor, conversion_id: UUID, *, reason: str) -> ConversionView:
    """Staff do not believe a conversion: what it earned is taken back. Raises NotFound and ConversionSettled."""
    policy.require_manager(actor)
    reason = reason_in(reason)
    (found,) = await queries.conversions_by_ids(actor, [conversion_id])
    if found is None or found.is_sandbox:
        raise NotFound("Conversion")
    await held(found.partner_id)
    row = await database.fetch_one(
        "update partners_conversion set rejected_at = $2, reject_reason = $3"
        f" where id = $1 and rejected_at is null returning {COLUMNS}",
        conversion_id,
        clock.now(),
        reason,
    )
    if row is None:
        raise errors.ConversionSettled
    nothing = Owed(
        cause=CauseKind.CONVERSION, cause_id=conversion_id, amount=0, due_at=found.due_at, link_id=found.link_id
    )
    await write(found.partner_id, [nothing], actor)
    rejected = facts.ConversionRejected(conversion_id=conversion_id, partner_id=found.partner_id)
    await outbox.record(rejected, actor=actor)
    return ConversionView(**row)


@dataclass(frozen=True, slots=True, kw_only=True)
class New:
    """A conversion that is about to be written, the click it came by, and the versions that decided on it."""

    view: ConversionView
    click: Click
    plan_version: int
    programme_version: str


def _decide(
    reports: Sequence[Report], books: Books, known: dict[str, ConversionView], actor: Actor
) -> tuple[list[Answer], list[New]]:
    """An answer for each report, after those before it, and what is new."""
    answers, new = [], []
    for each in reports:
        if before := known.get(each.external_id):
            answers.append(_repeated(each, before))
        elif flaw := flaw_in(each, books):
            answers.append(Answer(external_id=each.external_id, problem=flaw))
        else:
            made = _new(each, books, actor)
            new.append(made)
            known[each.external_id] = made.view
            answers.append(Answer(external_id=each.external_id, conversion=made.view))
    return answers, new


def _repeated(report: Report, before: ConversionView) -> Answer:
    if before.digest != report.digest:
        return Answer(external_id=report.external_id, problem=errors.ConversionDiffers(report.external_id))
    return Answer(external_id=report.external_id, conversion=before, is_repeat=True)


def _new(report: Report, books: Books, actor: Actor) -> New:
    click, commission = books.clicks[report.click_id], commission_of(report, books)
    view = ConversionView(
        id=ids.new_id(),
        partner_id=books.owner.id,
        is_sandbox=actor.is_sandbox,
        external_id=report.external_id,
        digest=report.digest,
        link_id=click.link_id,
        amount=report.amount,
        currency=report.currency,
        occurred_at=report.occurred_at,
        reported_at=books.now,
        commission=commission.amount,
        due_at=commission.due_at,
        rejected_at=None,
        reject_reason=None,
    )
    return New(
        view=view,
        click=click,
        plan_version=commission.plan_version,
        programme_version=commission.programme_version,
    )


async def _books(actor: Actor, partner_id: UUID, reports: Sequence[Report]) -> Books:
    click_ids = {each.click_id for each in reports if misspelled_in(each) is None}
    clicks = await clicks_by_ids(click_ids, is_sandbox=actor.is_sandbox)
    return Books(
        owner=Owner.partner(partner_id),
        now=clock.now(),
        currency=settings().currency,
        plans=(await queries.plans_of([partner_id]))[partner_id],
        standings=await queries.standings_of(partner_id),
        attributions=[
            Attribution(each.version, each.starts_at, each.programme.window_days)
            for each in await referrals.programmes()
        ],
        clicks=clicks,
        joined=await referrals.joined_by({click.id for click in clicks.values()}),
    )


async def _known(actor: Actor, partner_id: UUID, reports: Sequence[Report]) -> dict[str, ConversionView]:
    external_ids = {each.external_id for each in reports if misspelled_in(each) is None}
    return await queries.conversions_by_external_ids(partner_id, external_ids, is_sandbox=actor.is_sandbox)


async def _record(new: Sequence[New], actor: Actor) -> None:
    first = new[0].view
    await database.execute(
        _INSERT,
        first.partner_id,
        first.is_sandbox,
        first.currency,
        first.reported_at,
        actor.key_id,
        [each.view.id for each in new],
        [each.view.external_id for each in new],
        [each.view.digest for each in new],
        [each.click.id for each in new],
        [each.view.link_id for each in new],
        [each.view.amount for each in new],
        [each.view.occurred_at for each in new],
        [each.view.commission for each in new],
        [each.view.due_at for each in new],
        [each.plan_version for each in new],
        [each.programme_version for each in new],
    )
    if first.is_sandbox:
        return
    await outbox.record_all(list(map(_fact, new)), actor=actor)
    await write(first.partner_id, list(map(_owed, new)), actor)


_INSERT = """
    insert into partners_conversion (partner_id, is_sandbox, currency, reported_at, key_id, id, external_id, digest,
        click_id, link_id, amount, occurred_at, commission, due_at, plan_version, programme_version)
    select $1, $2, $3, $4, $5, new.* from unnest($6::uuid[], $7::text[], $8::bytea[], $9::uuid[], $10::uuid[],
        $11::bigint[], $12::timestamptz[], $13::bigint[], $14::timestamptz[], $15::int[], $16::text[]) new
"""


def _owed(new: New) -> Owed:
    return Owed(
        cause=CauseKind.CONVERSION,
        cause_id=new.view.id,
        amount=new.view.commission,
        due_at=new.view.due_at,
        plan_version=new.plan_version,
        link_id=new.view.link_id,
    )


def _fact(new: New) -> facts.ConversionReported:
    return facts.ConversionReported(
        conversion_id=new.view.id,
        partner_id=new.view.partner_id,
        link_id=new.view.link_id,
        amount=new.view.amount,
        currency=new.view.currency,
        source=new.click.source,
        campaign=new.click.campaign,
        occurred_at=new.view.occurred_at,
    )
