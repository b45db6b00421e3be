"""Is this a friend, or the referrer in another hat? Evidence in, signals with their weights out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from community.referrals.rules import mailboxes
from community.referrals.rules.programme import Programme
from community.referrals.rules.signals import Scalar, Signal, SignalCode
from community.referrals.rules.stages import Review


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """What is known of somebody's account: its mailbox, and from which addresses and devices it is used."""

    account_id: UUID
    email: str | None = None
    addresses: frozenset[str] = frozenset()
    devices: frozenset[tuple[str, str]] = frozenset()
    """An address with what the program there says of itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All that a judgement depends on. `referrer` is None where the link is no member's."""

    friend: Person
    referrer: Person | None = None
    signed_in_as: UUID | None = None
    is_own_click: bool = False
    seconds_since_click: float | None = None
    joined_in_an_hour: int = 0
    joined_in_a_day: int = 0
    joined_from_address: int = 0
    clicks_today: int = 0
    noise_today: int = 0


@dataclass(frozen=True, slots=True)
class Judgement:
    """The signals, what they come to, and what follows."""

    signals: list[Signal]
    score: int
    review: Review

    @property
    def reason(self) -> SignalCode | None:
        """The heaviest signal."""
        return max(self.signals, key=lambda signal: signal.weight).code if self.signals else None


def judge(evidence: Evidence, programme: Programme) -> Judgement:
    """One sure sign refuses; doubts that add up are for people to look at; each doubt alone may be a coincidence."""
    signals = [
        Signal(code, programme.weight(code), figures)
        for code, look in LOOKS.items()
        if (figures := look(evidence, programme)) is not None and programme.weight(code)
    ]
    score = sum(signal.weight for signal in signals)
    if any(signal.weight >= programme.refuse_from for signal in signals):
        return Judgement(signals, score, Review.REFUSED)
    return Judgement(signals, score, Review.WAITING if score >= programme.review_from else Review.CLEAR)


Figures = Mapping[str, Scalar]
Look = Callable[[Evidence, Programme], Figures | None]
"""What was seen, as figures; None for nothing."""


def _oneself(evidence: Evidence, _: Programme) -> Figures | None:
    referrer = evidence.referrer
    if referrer and referrer.account_id in (evidence.friend.account_id, evidence.signed_in_as):
        return {"signed_in": evidence.signed_in_as is not None}
    return None


def _same_mailbox(evidence: Evidence, _: Programme) -> Figures | None:
    pair = _emails(evidence)
    return {} if pair and mailboxes.mailbox(pair[0]) == mailboxes.mailbox(pair[1]) else None


def _look_alike_mailbox(evidence: Evidence, programme: Programme) -> Figures | None:
    pair = _emails(evidence)
    alike = pair and mailboxes.look_alike(*pair) and _same_mailbox(evidence, programme) is None
    return {} if alike else None


def _disposable_mailbox(evidence: Evidence, _: Programme) -> Figures | None:
    email = evidence.friend.email
    return {"domain": email.rpartition("@")[2]} if email and mailboxes.is_disposable(email) else None


def _same_device(evidence: Evidence, _: Programme) -> Figures | None:
    shared = evidence.friend.devices & (evidence.referrer.devices if evidence.referrer else frozenset())
    return {"devices": len(shared)} if shared else None


def _same_household(evidence: Evidence, programme: Programme) -> Figures | None:
    shared = evidence.friend.addresses & (evidence.referrer.addresses if evidence.referrer else frozenset())
    return {"addresses": len(shared)} if shared and _same_device(evidence, programme) is None else None


def _own_click(evidence: Evidence, _: Programme) -> Figures | None:
    return {} if evidence.is_own_click else None


def _too_quick(evidence: Evidence, programme: Programme) -> Figures | None:
    seconds, least = evidence.seconds_since_click, programme.limits.seconds_to_join
    return {"seconds": round(seconds), "least": least} if seconds is not None and seconds < least else None


def _many_in_an_hour(evidence: Evidence, programme: Programme) -> Figures | None:
    return _over(evidence.joined_in_an_hour, programme.limits.joined_in_an_hour)


def _many_in_a_day(evidence: Evidence, programme: Programme) -> Figures | None:
    return _over(evidence.joined_in_a_day, programme.limits.joined_in_a_day)


def _many_from_one_address(evidence: Evidence, programme: Programme) -> Figures | None:
    return _over(evidence.joined_from_address, programme.limits.joined_from_an_address)


def _noisy_link(evidence: Evidence, programme: Programme) -> Figures | None:
    total, limits = evidence.clicks_today + evidence.noise_today, programme.limits
    if total < limits.noise_from or evidence.noise_today * 100 < limits.noise_percent * total:
        return None
    return {"arrivals": total, "noise": evidence.noise_today}


LOOKS: Mapping[SignalCode, Look] = {
    SignalCode.ONESELF: _oneself,
    SignalCode.SAME_MAILBOX: _same_mailbox,
    SignalCode.LOOK_ALIKE_MAILBOX: _look_alike_mailbox,
    SignalCode.DISPOSABLE_MAILBOX: _disposable_mailbox,
    SignalCode.SAME_DEVICE: _same_device,
    SignalCode.SAME_HOUSEHOLD: _same_household,
    SignalCode.OWN_CLICK: _own_click,
    SignalCode.TOO_QUICK: _too_quick,
    SignalCode.MANY_IN_AN_HOUR: _many_in_an_hour,
    SignalCode.MANY_IN_A_DAY: _many_in_a_day,
    SignalCode.MANY_FROM_ONE_ADDRESS: _many_from_one_address,
    SignalCode.NOISY_LINK: _noisy_link,
}


def _emails(evidence: Evidence) -> tuple[str, str] | None:
    friend, referrer = evidence.friend.email, evidence.referrer.email if evidence.referrer else None
    return (friend, referrer) if friend and referrer else None


def _over(count: int, limit: int) -> Figures | None:
    """This sign-up is one of them."""
    return {"count": count, "limit": limit} if count > limit else None
