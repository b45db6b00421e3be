"""What makes a referral doubtful, and how heavy each sign is by default."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from community.kernel.words import Word

Scalar = str | int | bool


class SignalCode(Word):
    """One kind of sign."""

    ONESELF = "oneself", "The friend signed up where the referrer was signed in."
    SAME_MAILBOX = "same_mailbox", "Both have the same mailbox, spelled differently."
    LOOK_ALIKE_MAILBOX = "look_alike_mailbox", "The two mailboxes differ in digits and dots only."
    DISPOSABLE_MAILBOX = "disposable_mailbox", "The friend's mailbox is one that is thrown away."
    SAME_DEVICE = "same_device", "The friend's device says the same of itself, at the same address, as the referrer's."
    SAME_HOUSEHOLD = "same_household", "The friend signed up from an address that the referrer uses."
    OWN_CLICK = "own_click", "The click came from where the referrer is."
    TOO_QUICK = "too_quick", "Nobody fills in a form in so few seconds after the click."
    MANY_IN_AN_HOUR = "many_in_an_hour", "Many friends of one referrer signed up within an hour."
    MANY_IN_A_DAY = "many_in_a_day", "Many friends of one referrer signed up within a day."
    MANY_FROM_ONE_ADDRESS = "many_from_one_address", "Many friends of one referrer signed up from one address."
    NOISY_LINK = "noisy_link", "Most clicks of the link today were repeats and robots."


WEIGHTS: Mapping[SignalCode, int] = {
    SignalCode.ONESELF: 100,
    SignalCode.SAME_MAILBOX: 100,
    SignalCode.DISPOSABLE_MAILBOX: 100,
    SignalCode.LOOK_ALIKE_MAILBOX: 40,
    SignalCode.SAME_DEVICE: 60,
    SignalCode.SAME_HOUSEHOLD: 40,
    SignalCode.OWN_CLICK: 30,
    SignalCode.TOO_QUICK: 40,
    SignalCode.MANY_IN_AN_HOUR: 40,
    SignalCode.MANY_IN_A_DAY: 60,
    SignalCode.MANY_FROM_ONE_ADDRESS: 60,
    SignalCode.NOISY_LINK: 40,
}


@dataclass(frozen=True, slots=True)
class Signal:
    """A sign that was seen: how heavy it is, and the figures behind it. Nothing personal is among them."""

    code: SignalCode
    weight: int
    evidence: Mapping[str, Scalar] = field(default_factory=dict)
