"""Conversions, reported server to server: each answered by itself, recorded once under its partner's own id."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from community import database
from community.access.policy import Actor, Scope
from community.database import transaction
from community.kernel import clock, ids
from community.kernel.errors import BadInput, NotFound, Problem
from community.outbox import service as outbox
from community.partners import errors, facts, policy, queries
from community.partners.queries import ConversionView
from community.partners.queries.conversions import COLUMNS
from community.partners.rules.plans import Plan
from community.partners.rules.reports import CLOCKS_APART, MAX_CONVERSIONS, Report, flaw_in, is_credited
from community.partners.rules.words import CauseKind, Status
from community.partners.service.accounts import checked_reason, held
from community.partners.service.earning import was_active
from community.partners.service.lines import Owed, write
from community.referrals import queries as referrals
from community.referrals import tokens
from community.referrals.queries import LinkView
from community.referrals.queries.programmes import PublishedProgramme
from community.referrals.rules.codes import code_key, could_be_code
from community.referrals.rules.owners import Owner
from community.settings import settings

SANDBOX_CLICK = "test-"
"""In the sandbox, `test-` and the code of a link stands for a click on it, at the moment of the conversion."""


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
    partner = await held(partner_id)
    if partner.status is not Status.ACTIVE:
        raise errors.PartnerNotActive(partner.status)
    desk = await _desk(actor, partner_id, reports)
    answers = [desk.answer(each) for each in reports]
    await _record(desk, actor)
    return answers


@transaction()
async def reject_conversion(actor: Actor, conversion_id: UUID, *, reason: str) -> ConversionView:
    """Staff do not believe a conversion: what it earned is taken back. Raises NotFound and ConversionSettled."""
    policy.require_manager(actor)
    reason = checked_reason(reason)
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


@dataclass(frozen=True, slots=True)
class Click:
    """A click of which a partner reports what it led to. `at` is None for one of the sandbox."""

    id: UUID
    link: LinkView
    at: datetime | None


@dataclass(slots=True)
class Desk:
    """All that is needed to answer the reports of one request, and what is recorded by it."""

    actor: Actor
    partner_id: UUID
    now: datetime
    currency: str
    plans: Sequence[Plan]
    standings: Sequence[tuple[datetime, Status]]
    programmes: Sequence[PublishedProgramme]
    clicks: Mapping[str, Click]
    joined: set[UUID]
    known: dict[str, ConversionView]
    new: list[dict[str, Any]]

    def answer(self, report: Report) -> Answer:
        """What becomes of one report, after those before it."""
        if before := self.known.get(report.external_id):
            if before.digest != report.digest():
                return self._refused(report, errors.ConversionDiffers(report.external_id))
            return Answer(external_id=report.external_id, conversion=before, is_repeat=True)
        if flaw := flaw_in(report, currency=self.currency, now=self.now) or self._flaw_in_click(report):
            return self._refused(report, flaw)
        recorded = self._recorded(report)
        self.known[report.external_id] = recorded
        return Answer(external_id=report.external_id, conversion=recorded)

    def _flaw_in_click(self, report: Report) -> Problem | None:
        click = self.clicks.get(report.click_id)
        if click is None or click.link.owner != Owner.partner(self.partner_id):
            return errors.ClickNotYours()
        window_days = self._programme_at(report.occurred_at).programme.window_days
        if click.at and not is_credited(click.at, report.occurred_at, window_days=window_days):
            return errors.ClickExpired(window_days)
        return errors.ClickCounted() if click.id in self.joined else None

    def _recorded(self, report: Report) -> ConversionView:
        click = self.clicks[report.click_id]
        plan = self._plan_at(report.occurred_at)
        earns = was_active(self.standings, min(report.occurred_at + CLOCKS_APART, self.now))
        recorded = ConversionView(
            id=ids.new_id(),
            partner_id=self.partner_id,
            is_sandbox=self.actor.is_sandbox,
            external_id=report.external_id,
            digest=report.digest(),
            link_id=click.link.id,
            amount=report.amount,
            currency=report.currency,
            occurred_at=report.occurred_at,
            reported_at=self.now,
            commission=plan.share_of(report.amount) if earns else 0,
            due_at=plan.due_at(self.now),
            rejected_at=None,
            reject_reason=None,
        )
        self.new.append(
            {
                "view": recorded,
                "click_id": click.id,
                "link": click.link,
                "plan_version": plan.version,
                "programme_version": self._programme_at(report.occurred_at).version,
            }
        )
        return recorded

    def _plan_at(self, instant: datetime) -> Plan:
        """The plan in force then; the first one for what clocks that are apart put before it."""
        return next((plan for plan in reversed(self.plans) if plan.starts_at <= instant), self.plans[0])

    def _programme_at(self, instant: datetime) -> PublishedProgramme:
        return next(each for each in reversed(self.programmes) if each.starts_at <= instant)

    def _refused(self, report: Report, problem: Problem) -> Answer:
        return Answer(external_id=report.external_id, problem=problem)


async def _desk(actor: Actor, partner_id: UUID, reports: Sequence[Report]) -> Desk:
    now, currency = clock.now(), settings().currency
    sound = [each for each in reports if not isinstance(flaw_in(each, currency=currency, now=now), _UNREADABLE)]
    clicks = await _clicks({each.click_id for each in sound}, is_sandbox=actor.is_sandbox)
    return Desk(
        actor=actor,
        partner_id=partner_id,
        now=now,
        currency=currency,
        plans=(await queries.plans_of([partner_id]))[partner_id],
        standings=await queries.standings_of(partner_id),
        programmes=await referrals.programmes(),
        clicks=clicks,
        joined=await referrals.joined_by({click.id for click in clicks.values()}),
        known=await queries.conversions_by_external_ids(
            partner_id, {each.external_id for each in sound}, is_sandbox=actor.is_sandbox
        ),
        new=[],
    )


_UNREADABLE = errors.InvalidConversion


async def _clicks(click_ids: set[str], *, is_sandbox: bool) -> dict[str, Click]:
    """The clicks that these ids stand for, whosever links they were on; those made up are left out."""
    read = {each: token for each in click_ids if (token := tokens.read(each))}
    links = await referrals.links_by_ids({token.link_id for token in read.values()})
    found = {
        each: Click(token.click_id, links[token.link_id], token.at)
        for each, token in read.items()
        if token.link_id in links
    }
    return {**found, **(await _clicks_of_sandbox(click_ids) if is_sandbox else {})}


async def _clicks_of_sandbox(click_ids: set[str]) -> dict[str, Click]:
    codes = {each: each.removeprefix(SANDBOX_CLICK) for each in click_ids if each.startswith(SANDBOX_CLICK)}
    codes = {each: code for each, code in codes.items() if could_be_code(code)}
    links = await referrals.links_by_codes(codes.values())
    return {
        each: Click(uuid5(NAMESPACE_URL, each), links[code_key(code)], None)
        for each, code in codes.items()
        if code_key(code) in links
    }


async def _record(desk: Desk, actor: Actor) -> None:
    if not desk.new:
        return
    views: list[ConversionView] = [each["view"] for each in desk.new]
    await database.execute(
        _INSERT,
        desk.partner_id,
        actor.is_sandbox,
        desk.currency,
        desk.now,
        actor.key_id,
        [view.id for view in views],
        [view.external_id for view in views],
        [view.digest for view in views],
        [each["click_id"] for each in desk.new],
        [view.link_id for view in views],
        [view.amount for view in views],
        [view.occurred_at for view in views],
        [view.commission for view in views],
        [view.due_at for view in views],
        [each["plan_version"] for each in desk.new],
        [each["programme_version"] for each in desk.new],
    )
    if actor.is_sandbox:
        return
    await outbox.record_all([_fact(each["view"], each["link"]) for each in desk.new], actor=actor)
    await write(desk.partner_id, [_owed(each["view"], each["plan_version"]) for each in desk.new], actor)


_INSERT = """
    insert into partners_conversion (partner_id, is_sandbox, currency, reported_at, key_id, id, external_id, digest,
        click_id, link_id, amount, occurred_at, commission, due_at, plan_version, programme_version)
    select $1, $2, $3, $4, $5, new.* from unnest($6::uuid[], $7::text[], $8::bytea[], $9::uuid[], $10::uuid[],
        $11::bigint[], $12::timestamptz[], $13::bigint[], $14::timestamptz[], $15::int[], $16::text[]) new
"""


def _owed(view: ConversionView, plan_version: int) -> Owed:
    return Owed(
        cause=CauseKind.CONVERSION,
        cause_id=view.id,
        amount=view.commission,
        due_at=view.due_at,
        plan_version=plan_version,
        link_id=view.link_id,
    )


def _fact(view: ConversionView, link: LinkView) -> facts.ConversionReported:
    return facts.ConversionReported(
        conversion_id=view.id,
        partner_id=view.partner_id,
        link_id=view.link_id,
        amount=view.amount,
        currency=view.currency,
        source=link.sub_source,
        campaign=link.campaign,
        occurred_at=view.occurred_at,
    )
