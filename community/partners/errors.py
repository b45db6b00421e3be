"""What can be refused about partners, conversions and payouts."""

from dataclasses import dataclass
from datetime import datetime

from community.kernel.errors import Problem, Refusal


@dataclass
class PartnersOnly(Refusal):
    """This is for partners, who ask with keys of their own."""

    code = "FORBIDDEN"
    message = "This is for partners: ask with a partner's key."


@dataclass
class NotInSandbox(Refusal):
    """What a key of the sandbox may not do, for it touches nothing real."""

    code = "FORBIDDEN"
    message = "A key of the sandbox touches nothing real. Use one that is not for the sandbox."


@dataclass
class InvalidPartner(Problem):
    """A field of a partner or of its plan that cannot be used."""

    field: str
    message = "{field} cannot be used for a partner. See the description of the field."


@dataclass
class PartnerNotActive(Problem):
    """The partner is suspended or closed."""

    status: str
    message = "This partner is {status}, so that cannot be done."


@dataclass
class ScopeNotForPartners(Problem):
    """A partner's key opens nothing of the house."""

    message = "A partner's key is for what is the partner's own."


@dataclass
class PlanStartsInThePast(Problem):
    """What was earned keeps the plan it was earned under."""

    message = "A commission plan begins now or later, and after those that were published before."


@dataclass
class InvalidConversion(Problem):
    """A field of the conversion cannot be used."""

    field: str
    message = "{field} of the conversion cannot be used. See the description of the field."


@dataclass
class InvalidConversionAmount(Problem):
    """Nothing, less than nothing, or more than can be counted."""

    largest: int
    message = "A conversion amounts to 1 to {largest} minor units."


@dataclass
class ConversionCurrencyNotAccepted(Problem):
    """The programme counts one currency."""

    currency: str
    accepted: str
    message = "Conversions are in {accepted}, not in {currency}."


@dataclass
class ConversionDiffers(Problem):
    """Another conversion was reported under the same external id. Nothing was recorded this time."""

    external_id: str
    message = "Another conversion was reported as {external_id}: with another click, amount or time."


@dataclass
class ConversionInTheFuture(Problem):
    """A conversion is reported after it happened."""

    occurred_at: datetime
    message = "This conversion is from the future: {occurred_at}. Check the clock and the time zone of its source."


@dataclass
class ConversionTooLate(Problem):
    """It was reported too long after it happened."""

    window_days: int
    message = "Conversions are reported within {window_days} days."


@dataclass
class ClickNotYours(Problem):
    """The click id was not given out by this server for one of the partner's links."""

    message = "This click id was not given out for a link of yours."


@dataclass
class ClickExpired(Problem):
    """The click came after what it is said to have led to, or too long before."""

    window_days: int
    message = "A click counts for what happens within {window_days} days after it."


@dataclass
class ClickCounted(Problem):
    """A member joined by this click: what they buy is counted here, so it is not reported."""

    message = "A member joined by this click, so what they buy is counted already."


@dataclass
class ConversionSettled(Problem):
    """Nobody has to decide about this conversion any more."""

    message = "This conversion was rejected before."


@dataclass
class NothingToPay(Problem):
    """What is approved comes to nothing, or less."""

    approved: int
    message = "Nothing can be paid: what is approved comes to {approved}."


@dataclass
class StatementSettled(Problem):
    """The statement was paid or cancelled before."""

    status: str
    message = "This statement is {status} already."


@dataclass
class InvalidPaymentReference(Problem):
    """A payment is known by the bank's or the payment system's name of it."""

    max_length: int
    message = "Give the reference of the payment, in 1 to {max_length} characters."
