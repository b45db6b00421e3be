"""What campaigns can refuse. Why a post is no entry is not here: nobody asked, so it is told in the entry."""

from dataclasses import dataclass

from community.campaigns.rules.plan import Flaw
from community.campaigns.rules.states import Harm, State
from community.kernel.errors import Problem


@dataclass
class InvalidCampaign(Problem):
    """A part of the plan cannot be."""

    flaw: Flaw
    message = "This campaign cannot be: {flaw}. See the description of that part."


@dataclass
class CampaignSlugTaken(Problem):
    """Another campaign has this slug."""

    slug: str
    message = "Another campaign is called {slug}. Choose another name for its address."


@dataclass
class EntrantsHarmed(Problem):
    """The edit would take something from members who rely on the campaign as it was announced."""

    harm: Harm
    message = "Members rely on what was announced: {harm} cannot change like this now."


@dataclass
class CampaignInState(Problem):
    """The campaign stands where this is not possible."""

    state: State
    message = "This is not possible while the campaign is {state}."


@dataclass
class WindowPassed(Problem):
    """The campaign would open or close in the past."""

    message = "The window of this campaign is not ahead any more. Move it first."


@dataclass
class BudgetExhausted(Problem):
    """There is nothing left to give for another entry: too few points, or no place."""

    left: int
    needed: int
    message = "An entry that counts takes a place and {needed} points; {left} points are left. Raise the budget first."


@dataclass
class EntryNotReviewable(Problem):
    """The entry's post was removed or edited, or nothing of it was decided."""

    message = "There is nothing to decide on this entry, or nothing to undo."


@dataclass
class NothingToDraw(Problem):
    """The campaign has no prizes, or nobody entered."""

    message = "There are no prizes to draw, or nobody entered."


@dataclass
class ListNotSealed(Problem):
    """The list of entries is not sealed yet, or entries still wait for staff."""

    pending: int
    message = (
        "The list of entries is sealed some minutes after closing, and {pending} entries still wait for a decision."
    )


@dataclass
class BeaconNeeded(Problem):
    """The draw needs the public number that the campaign named, and no other time than now."""

    beacon: str
    message = "This draw needs the published value of: {beacon}."
