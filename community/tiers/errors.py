"""What tiers can refuse."""

from dataclasses import dataclass

from community.kernel.errors import Problem
from community.tiers.rules.programme import Flaw


@dataclass
class UnknownTier(Problem):
    """There is no such tier on the ladder."""

    tier: str
    known: list[str]
    message = "There is no tier {tier}. The ladder has: {known}."


@dataclass
class InvalidTierLock(Problem):
    """A lock ends, if it does, in the future."""

    message = "The end of the lock is over already. Set one in the future, or none."


@dataclass
class InvalidTierProgramme(Problem):
    """The rules contradict themselves, or what members have already. `flaw` names how."""

    flaw: Flaw
    message = "These rules cannot be published: {flaw}."


@dataclass
class TierProgrammeStartsTooEarly(Problem):
    """Rules do not reach into the past, nor before those that are published already."""

    message = "Rules start now or later, and not before those that are published already."
