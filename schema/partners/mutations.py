"""What partners report and make by their keys, and what staff decide about them and pay."""

from datetime import datetime
from typing import Annotated

import strawberry

from community.access.policy import Scope
from community.partners import service as partners
from community.partners.rules.reports import Report
from community.partners.service import Answer, Terms
from community.referrals.service import LinkPlan
from schema.access.types import ApiKey
from schema.context import Info
from schema.errors import inside
from schema.idempotency.problems import IdempotencyKeyMalformed, IdempotencyKeyReused
from schema.nodes import decode_id
from schema.partners.problems import (
    ConversionProblem,
    ConversionSettled,
    InvalidPartner,
    InvalidPaymentReference,
    NothingToPay,
    PartnerNotActive,
    PartnerReasonMissing,
    PlanStartsInThePast,
    StatementSettled,
)
from schema.partners.types import CommissionPlan, CommissionStatement, Conversion, Partner
from schema.prices import PRICE, Price
from schema.referrals.problems import (
    InvalidLink,
    InvalidReferralCode,
    ReferralCodeTaken,
    TargetNotAllowed,
    TooManyLinks,
)
from schema.referrals.types import ReferralLink
from schema.scalars import Long


@strawberry.input(description="What a plan shall say.")
class CommissionPlanInput:
    """A version of a plan."""

    per_sign_up: Long = strawberry.field(
        default=Long(0), description="For each friend who qualifies, 0 to 10^9 minor units."
    )
    basis_points: int = strawberry.field(
        default=0, description="Of what friends buy and of conversions, 0 to 10,000; rounded down to the minor unit."
    )
    recurring_months: int = strawberry.field(
        default=0,
        description="So many months, 0 to 120, from the order by which a friend qualified all count; 0: that one.",
    )
    hold_days: int = strawberry.field(default=30, description="So long a commission is held, 0 to 365 days.")
    starts_at: datetime | None = strawberry.field(
        default=None, description="When it begins, not in the past; at once without it, as the first one has to."
    )

    @property
    def terms(self) -> Terms:
        return Terms(
            per_sign_up=self.per_sign_up,
            basis_points=self.basis_points,
            recurring_months=self.recurring_months,
            hold_days=self.hold_days,
            starts_at=self.starts_at,
        )


@strawberry.input(description="A new partner.")
class CreatePartnerInput:
    """A partner."""

    name: str = strawberry.field(description="What it is called, 1 to 100 characters.")
    contact: str = strawberry.field(description="Whom to write to, 1 to 254 characters.")
    plan: CommissionPlanInput = strawberry.field(description="What it earns.")


@strawberry.input(description="What to change. What is left out stays as it is.")
class EditPartnerInput:
    """A change of a partner."""

    partner_id: strawberry.ID = strawberry.field(description="The partner.")
    name: str | None = strawberry.field(default=None, description="What it is called, 1 to 100 characters.")
    contact: str | None = strawberry.field(default=None, description="Whom to write to, 1 to 254 characters.")


@strawberry.input(description="What a partner earns from now on, or later.")
class PublishCommissionPlanInput:
    """Another version of a plan."""

    partner_id: strawberry.ID = strawberry.field(description="The partner.")
    plan: CommissionPlanInput = strawberry.field(description="The plan. Friends keep the one under which they joined.")


@strawberry.input(description="Which partner earns nothing for now.")
class SuspendPartnerInput:
    """A partner and why."""

    partner_id: strawberry.ID = strawberry.field(description="The partner.")
    reason: str = strawberry.field(description="Why, in 1 to 500 characters; kept, and shown to staff alone.")


@strawberry.input(description="Which partner earns again.")
class ReinstatePartnerInput:
    """A partner and why."""

    partner_id: strawberry.ID = strawberry.field(description="The partner.")
    reason: str = strawberry.field(description="Why, in 1 to 500 characters; kept, and shown to staff alone.")


@strawberry.input(description="Which partner leaves for good.")
class ClosePartnerInput:
    """A partner and why."""

    partner_id: strawberry.ID = strawberry.field(description="The partner.")
    reason: str = strawberry.field(description="Why, in 1 to 500 characters; kept, and shown to staff alone.")


@strawberry.input(description="A key that acts as a partner.")
class CreatePartnerKeyInput:
    """A key."""

    partner_id: strawberry.ID = strawberry.field(description="The partner.")
    name: str = strawberry.field(description="What to call the key, 1 to 100 characters.")
    scopes: list[Scope] = strawberry.field(
        description="What it may be used for: referrals:read, conversions:write, statements:read, webhooks:manage."
    )
    is_sandbox: bool = strawberry.field(
        default=False, description="Whether it is for trying out: what it reports is answered, and nothing comes of it."
    )
    expires_at: datetime | None = strawberry.field(default=None, description="When it stops working; never without it.")


@strawberry.input(description="Whom to pay what.")
class PayCommissionsInput:
    """A partner and a date."""

    partner_id: strawberry.ID = strawberry.field(description="The partner.")
    until: datetime = strawberry.field(description="What is approved and was due by then.")
    idempotency_key: str = strawberry.field(description="The same key makes one statement, however often it is sent.")


@strawberry.input(description="Which statement was paid.")
class MarkStatementPaidInput:
    """A statement and its payment."""

    statement_id: strawberry.ID = strawberry.field(description="The statement.")
    reference: str = strawberry.field(description="What the bank calls the payment, 1 to 100 characters.")


@strawberry.input(description="Which statement is not paid.")
class CancelStatementInput:
    """A statement and why."""

    statement_id: strawberry.ID = strawberry.field(description="The statement.")
    reason: str = strawberry.field(description="Why, in 1 to 500 characters.")


@strawberry.input(description="Which conversion is not believed.")
class RejectConversionInput:
    """A conversion and why."""

    conversion_id: strawberry.ID = strawberry.field(description="The conversion.")
    reason: str = strawberry.field(description="Why, in 1 to 500 characters. The partner reads it.")


@strawberry.input(description="What a click led to.")
class ConversionInput:
    """A conversion."""

    external_id: str = strawberry.field(
        description="Your own id of it, 1 to 100 characters: the same id again is recorded once."
    )
    click_id: str = strawberry.field(
        description="The click id that came with the visitor. In the sandbox also `test-` and the code of a link."
    )
    amount: Long = strawberry.field(description="What it came to, 1 to 10^12 minor units.")
    currency: str = strawberry.field(description="The ISO 4217 code of its currency: the programme's.")
    occurred_at: datetime = strawberry.field(description="When it happened: at most 30 days ago.")

    @property
    def report(self) -> Report:
        return Report(
            external_id=self.external_id,
            click_id=self.click_id,
            amount=self.amount,
            currency=self.currency,
            occurred_at=self.occurred_at,
        )


@strawberry.input(description="What clicks led to.")
class ReportConversionsInput:
    """Conversions."""

    conversions: list[ConversionInput] = strawberry.field(description="The conversions, 1 to 100.")


@strawberry.type(description="What became of one conversion.")
class ConversionAnswer:
    """The conversion, or its problem."""

    external_id: str = strawberry.field(description="Your id of it.")
    conversion: Conversion | None = strawberry.field(description="The conversion; null when it was not recorded.")
    is_repeat: bool = strawberry.field(description="Whether it had been reported before.")
    problem: ConversionProblem | None = strawberry.field(description="Why it was not recorded; null when it was.")

    @classmethod
    def of(cls, answer: Answer, info: Info) -> "ConversionAnswer":
        return cls(
            external_id=answer.external_id,
            conversion=Conversion.of(answer.conversion) if answer.conversion else None,
            is_repeat=answer.is_repeat,
            problem=inside(answer.problem, info) if answer.problem else None,
        )


@strawberry.input(description="What a new link shall be.")
class CreatePartnerLinkInput:
    """A link of a partner."""

    code: str | None = strawberry.field(
        default=None, description="4 to 30 letters a-z, digits and single hyphens; made for you without it."
    )
    target: str | None = strawberry.field(
        default=None, description="A path that begins with /, or an https address on an allowed host."
    )
    label: str = strawberry.field(default="", description="What you call it, at most 80 characters.")
    sub_source: str | None = strawberry.field(
        default=None, description="Where it is used: at most 40 letters a-z, digits, dots, hyphens, underscores."
    )
    campaign: str | None = strawberry.field(default=None, description="The campaign it belongs to, spelled likewise.")
    ends_at: datetime | None = strawberry.field(default=None, description="When it ends; without it, it does not.")


@strawberry.input(description="Which link to disable.")
class DisablePartnerLinkInput:
    """A link."""

    link_id: strawberry.ID = strawberry.field(description="The link.")


@strawberry.type(description="The partner is made.")
class CreatePartnerPayload:
    """The partner is made."""

    partner: Partner = strawberry.field(description="The new partner.")


CreatePartnerResult = Annotated[
    CreatePartnerPayload | InvalidPartner | PlanStartsInThePast,
    strawberry.union("CreatePartnerResult", description="The new partner, or why not."),
]


@strawberry.type(description="The partner is changed.")
class EditPartnerPayload:
    """The partner is changed."""

    partner: Partner = strawberry.field(description="The partner as it is now.")


EditPartnerResult = Annotated[
    EditPartnerPayload | InvalidPartner,
    strawberry.union("EditPartnerResult", description="The partner, or why not."),
]


@strawberry.type(description="The plan is published.")
class PublishCommissionPlanPayload:
    """The plan is published."""

    plan: CommissionPlan = strawberry.field(description="The plan.")


PublishCommissionPlanResult = Annotated[
    PublishCommissionPlanPayload | InvalidPartner | PlanStartsInThePast,
    strawberry.union("PublishCommissionPlanResult", description="The plan, or why not."),
]


@strawberry.type(description="The partner earns nothing for now.")
class SuspendPartnerPayload:
    """The partner earns nothing for now."""

    partner: Partner = strawberry.field(description="The partner as it is now.")


SuspendPartnerResult = Annotated[
    SuspendPartnerPayload | PartnerReasonMissing | PartnerNotActive,
    strawberry.union("SuspendPartnerResult", description="The partner, or why not."),
]


@strawberry.type(description="The partner earns again.")
class ReinstatePartnerPayload:
    """The partner earns again."""

    partner: Partner = strawberry.field(description="The partner as it is now.")


ReinstatePartnerResult = Annotated[
    ReinstatePartnerPayload | PartnerReasonMissing | PartnerNotActive,
    strawberry.union("ReinstatePartnerResult", description="The partner, or why not."),
]


@strawberry.type(description="The partner has left.")
class ClosePartnerPayload:
    """The partner has left."""

    partner: Partner = strawberry.field(description="The partner as it is now.")


ClosePartnerResult = Annotated[
    ClosePartnerPayload | PartnerReasonMissing | PartnerNotActive,
    strawberry.union("ClosePartnerResult", description="The partner, or why not."),
]


@strawberry.type(description="The key is made.")
class CreatePartnerKeyPayload:
    """The key is made."""

    api_key: ApiKey = strawberry.field(description="The key.")
    secret: str = strawberry.field(description="The key itself. It is shown now and never again.")


CreatePartnerKeyResult = Annotated[
    CreatePartnerKeyPayload | PartnerNotActive,
    strawberry.union("CreatePartnerKeyResult", description="The key with its secret, or why not."),
]


@strawberry.type(description="There is a statement to be paid.")
class PayCommissionsPayload:
    """There is a statement to be paid."""

    statement: CommissionStatement = strawberry.field(description="The statement.")


PayCommissionsResult = Annotated[
    PayCommissionsPayload | PartnerNotActive | NothingToPay | IdempotencyKeyReused | IdempotencyKeyMalformed,
    strawberry.union("PayCommissionsResult", description="The statement, or why not."),
]


@strawberry.type(description="The statement is paid.")
class MarkStatementPaidPayload:
    """The statement is paid."""

    statement: CommissionStatement = strawberry.field(description="The statement as it is now.")


MarkStatementPaidResult = Annotated[
    MarkStatementPaidPayload | StatementSettled | InvalidPaymentReference,
    strawberry.union("MarkStatementPaidResult", description="The statement, or why not."),
]


@strawberry.type(description="The statement is cancelled.")
class CancelStatementPayload:
    """The statement is cancelled."""

    statement: CommissionStatement = strawberry.field(description="The statement as it is now.")


CancelStatementResult = Annotated[
    CancelStatementPayload | StatementSettled | PartnerReasonMissing,
    strawberry.union("CancelStatementResult", description="The statement, or why not."),
]


@strawberry.type(description="The conversion is rejected.")
class RejectConversionPayload:
    """The conversion is rejected."""

    conversion: Conversion = strawberry.field(description="The conversion as it is now.")


RejectConversionResult = Annotated[
    RejectConversionPayload | ConversionSettled | PartnerReasonMissing,
    strawberry.union("RejectConversionResult", description="The conversion, or why not."),
]


@strawberry.type(description="The conversions were looked at, each by itself.")
class ReportConversionsPayload:
    """The conversions were looked at, each by itself."""

    answers: list[ConversionAnswer] = strawberry.field(
        description="What became of each conversion, in their order.", metadata={PRICE: Price(items=10)}
    )


ReportConversionsResult = Annotated[
    ReportConversionsPayload | PartnerNotActive,
    strawberry.union("ReportConversionsResult", description="What became of each, or why none was looked at."),
]


@strawberry.type(description="The link is made.")
class CreatePartnerLinkPayload:
    """The link is made."""

    link: ReferralLink = strawberry.field(description="The new link.")


CreatePartnerLinkResult = Annotated[
    CreatePartnerLinkPayload
    | PartnerNotActive
    | InvalidReferralCode
    | ReferralCodeTaken
    | TargetNotAllowed
    | InvalidLink
    | TooManyLinks,
    strawberry.union("CreatePartnerLinkResult", description="The new link, or why not."),
]


@strawberry.type(description="The link leads nowhere any more.")
class DisablePartnerLinkPayload:
    """The link leads nowhere any more."""

    link: ReferralLink = strawberry.field(description="The link, disabled.")


DisablePartnerLinkResult = Annotated[
    DisablePartnerLinkPayload,
    strawberry.union("DisablePartnerLinkResult", description="The disabled link."),
]


@strawberry.type
class PartnerMutations:
    """Partners, by their own hands and by staff's."""

    @strawberry.mutation(
        description="Report what clicks on your links led to; each external id is recorded once. For a key with"
        " conversions:write."
    )
    async def report_conversions(self, info: Info, input: ReportConversionsInput) -> ReportConversionsResult:
        answers = await partners.report(info.context.actor, [each.report for each in input.conversions])
        return ReportConversionsPayload(answers=[ConversionAnswer.of(answer, info) for answer in answers])

    @strawberry.mutation(description="Make a link of your own. For a partner's key with conversions:write.")
    async def create_partner_link(self, info: Info, input: CreatePartnerLinkInput) -> CreatePartnerLinkResult:
        plan = LinkPlan(
            code=input.code,
            target=input.target,
            label=input.label,
            sub_source=input.sub_source,
            campaign=input.campaign,
            ends_at=input.ends_at,
        )
        return CreatePartnerLinkPayload(link=ReferralLink.of(await partners.create_link(info.context.actor, plan)))

    @strawberry.mutation(description="Disable a link of your own. For a partner's key with conversions:write.")
    async def disable_partner_link(self, info: Info, input: DisablePartnerLinkInput) -> DisablePartnerLinkResult:
        link_id = decode_id(input.link_id, ReferralLink, "linkId")
        return DisablePartnerLinkPayload(link=ReferralLink.of(await partners.disable_link(info.context.actor, link_id)))

    @strawberry.mutation(description="Staff: make a partner. Needs partners.manage.")
    async def create_partner(self, info: Info, input: CreatePartnerInput) -> CreatePartnerResult:
        made = await partners.create(info.context.actor, input.name, contact=input.contact, terms=input.plan.terms)
        return CreatePartnerPayload(partner=Partner.of(made))

    @strawberry.mutation(description="Staff: change what is said about a partner. Needs partners.manage.")
    async def edit_partner(self, info: Info, input: EditPartnerInput) -> EditPartnerResult:
        partner_id = decode_id(input.partner_id, Partner, "partnerId")
        edited = await partners.edit(info.context.actor, partner_id, name=input.name, contact=input.contact)
        return EditPartnerPayload(partner=Partner.of(edited))

    @strawberry.mutation(description="Staff: give a partner another plan. Needs partners.manage.")
    async def publish_commission_plan(
        self, info: Info, input: PublishCommissionPlanInput
    ) -> PublishCommissionPlanResult:
        partner_id = decode_id(input.partner_id, Partner, "partnerId")
        plan = await partners.publish_plan(info.context.actor, partner_id, input.plan.terms)
        return PublishCommissionPlanPayload(plan=CommissionPlan.of(plan))

    @strawberry.mutation(
        description="Staff: a partner earns and changes nothing for now; it still reads. Needs partners.manage."
    )
    async def suspend_partner(self, info: Info, input: SuspendPartnerInput) -> SuspendPartnerResult:
        partner_id = decode_id(input.partner_id, Partner, "partnerId")
        changed = await partners.suspend(info.context.actor, partner_id, reason=input.reason)
        return SuspendPartnerPayload(partner=Partner.of(changed))

    @strawberry.mutation(description="Staff: a suspended partner earns again. Needs partners.manage.")
    async def reinstate_partner(self, info: Info, input: ReinstatePartnerInput) -> ReinstatePartnerResult:
        partner_id = decode_id(input.partner_id, Partner, "partnerId")
        changed = await partners.reinstate(info.context.actor, partner_id, reason=input.reason)
        return ReinstatePartnerPayload(partner=Partner.of(changed))

    @strawberry.mutation(description="Staff: a partner leaves for good, its keys with it. Needs partners.manage.")
    async def close_partner(self, info: Info, input: ClosePartnerInput) -> ClosePartnerResult:
        partner_id = decode_id(input.partner_id, Partner, "partnerId")
        changed = await partners.close(info.context.actor, partner_id, reason=input.reason)
        return ClosePartnerPayload(partner=Partner.of(changed))

    @strawberry.mutation(description="Staff: make a key that acts as a partner. Needs partners.manage.")
    async def create_partner_key(self, info: Info, input: CreatePartnerKeyInput) -> CreatePartnerKeyResult:
        made = await partners.create_key(
            info.context.actor,
            decode_id(input.partner_id, Partner, "partnerId"),
            input.name,
            scopes=input.scopes,
            is_sandbox=input.is_sandbox,
            expires_at=input.expires_at,
        )
        return CreatePartnerKeyPayload(api_key=ApiKey.of(made.key), secret=made.secret)

    @strawberry.mutation(description="Staff: put what is approved into a statement. Needs partners.pay.")
    async def pay_commissions(self, info: Info, input: PayCommissionsInput) -> PayCommissionsResult:
        statement = await partners.pay(
            info.context.actor,
            decode_id(input.partner_id, Partner, "partnerId"),
            until=input.until,
            idempotency_key=input.idempotency_key,
        )
        return PayCommissionsPayload(statement=CommissionStatement.of(statement))

    @strawberry.mutation(description="Staff: say that a statement was paid. Needs partners.pay.")
    async def mark_statement_paid(self, info: Info, input: MarkStatementPaidInput) -> MarkStatementPaidResult:
        statement_id = decode_id(input.statement_id, CommissionStatement, "statementId")
        paid = await partners.mark_paid(info.context.actor, statement_id, reference=input.reference)
        return MarkStatementPaidPayload(statement=CommissionStatement.of(paid))

    @strawberry.mutation(description="Staff: do not pay a statement; its lines go into the next. Needs partners.pay.")
    async def cancel_statement(self, info: Info, input: CancelStatementInput) -> CancelStatementResult:
        statement_id = decode_id(input.statement_id, CommissionStatement, "statementId")
        cancelled = await partners.cancel(info.context.actor, statement_id, reason=input.reason)
        return CancelStatementPayload(statement=CommissionStatement.of(cancelled))

    @strawberry.mutation(
        description="Staff: do not believe a conversion; what it earned is taken back. Needs partners.manage."
    )
    async def reject_conversion(self, info: Info, input: RejectConversionInput) -> RejectConversionResult:
        conversion_id = decode_id(input.conversion_id, Conversion, "conversionId")
        rejected = await partners.reject_conversion(info.context.actor, conversion_id, reason=input.reason)
        return RejectConversionPayload(conversion=Conversion.of(rejected))
