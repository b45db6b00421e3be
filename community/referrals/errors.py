"""What can be refused about links and referrals."""

from dataclasses import dataclass

from community.kernel.errors import Problem


@dataclass
class InvalidReferralCode(Problem):
    """The code cannot be chosen."""

    wanted: str
    message = "A code has 4 to 30 letters a-z and digits, with single hyphens between, and is none of our own words."


@dataclass
class ReferralCodeTaken(Problem):
    """Somebody has this code, or one that looks like it."""

    wanted: str
    message = "The code {wanted} is taken, or looks like one that is. Choose another."


@dataclass
class TargetNotAllowed(Problem):
    """A link may not lead there."""

    target: str
    message = "A link may not lead there. Give a path that begins with /, or an https address on an allowed host."


@dataclass
class InvalidLink(Problem):
    """A label, sub-source, campaign or end that cannot be used."""

    field: str
    message = "{field} cannot be used for a link. See the description of the field."


@dataclass
class TooManyLinks(Problem):
    """The owner has as many links as they may."""

    max_count: int
    message = "You have {max_count} links already. Disable one that you do not need."


@dataclass
class DefaultLinkStays(Problem):
    """The link under which somebody is known cannot be disabled."""

    message = "Your main link cannot be disabled. Make another one and use that."


@dataclass
class ReferralDecided(Problem):
    """Nobody has to decide about this referral any more."""

    stage: str
    message = "This referral is decided: it is {stage}."


@dataclass
class OwnReferral(Problem):
    """Nobody decides about what rewards themselves."""

    message = "Somebody else has to decide about a referral of your own."


@dataclass
class InvalidReferralProgramme(Problem):
    """A programme that cannot be published."""

    flaw: str
    message = "This referral programme cannot be published: {flaw} cannot be used."


@dataclass
class ReferralProgrammeStartsInThePast(Problem):
    """A version begins when it is published, or later."""

    message = "A referral programme begins now or later, and after those that were published before."
