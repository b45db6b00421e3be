"""Conversions: reported by partners, rejected by staff."""

from datetime import datetime
from typing import Annotated

import strawberry

from community.partners import service as partners
from community.partners.rules.reports import Report
from community.partners.service import Answer
from schema.context import Info
from schema.errors import InvalidReason, inside
from schema.nodes import decode_id
from schema.partners.problems import ConversionProblem, ConversionSettled, PartnerNotActive
from schema.partners.types import Conversion
from schema.prices import PRICE, Price
from schema.scalars import Long


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


@strawberry.input(description="Which conversion is not believed.")
class RejectConversionInput:
    """A conversion and why."""

    conversion_id: strawberry.ID = strawberry.field(description="The conversion.")
    reason: str = strawberry.field(description="Why, in 1 to 500 characters. The partner reads it.")


@strawberry.type(description="The conversion is rejected.")
class RejectConversionPayload:
    """The conversion is rejected."""

    conversion: Conversion = strawberry.field(description="The conversion as it is now.")


RejectConversionResult = Annotated[
    RejectConversionPayload | ConversionSettled | InvalidReason,
    strawberry.union("RejectConversionResult", description="The conversion, or why not."),
]


@strawberry.type
class Conversions:
    """What clicks led to."""

    @strawberry.mutation(
        description="Report what clicks on your links led to; each external id is recorded once. For a key with"
        " conversions:write."
    )
    async def report_conversions(self, info: Info, input: ReportConversionsInput) -> ReportConversionsResult:
        answers = await partners.report(info.context.actor, [each.report for each in input.conversions])
        return ReportConversionsPayload(answers=[ConversionAnswer.of(answer, info) for answer in answers])

    @strawberry.mutation(
        description="Staff: do not believe a conversion; what it earned is taken back. Needs partners.manage."
    )
    async def reject_conversion(self, info: Info, input: RejectConversionInput) -> RejectConversionResult:
        conversion_id = decode_id(input.conversion_id, Conversion, "conversionId")
        rejected = await partners.reject_conversion(info.context.actor, conversion_id, reason=input.reason)
        return RejectConversionPayload(conversion=Conversion.of(rejected))
