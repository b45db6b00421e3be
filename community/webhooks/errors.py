"""What can be wrong with an endpoint, or with what is asked of it."""

from dataclasses import dataclass

from community.kernel.errors import Problem
from community.webhooks.rules.destinations import Flaw


@dataclass
class UnusableWebhookUrl(Problem):
    """No endpoint can be at this URL."""

    flaw: Flaw
    message = (
        "Give an https address with the full name of a public host, on port 443 or 8443, without user name, password "
        "or fragment."
    )


@dataclass
class UnknownEventTypes(Problem):
    """Some of the wanted types of events do not exist, or are not told to this owner."""

    types: list[str]
    message = "These types of events are not known here: {types}. Ask webhookEventTypes for those that are."


@dataclass
class TooManyEndpoints(Problem):
    """One owner has only so many endpoints."""

    max_count: int
    message = "There are {max_count} endpoints already. Delete one that nobody needs."


@dataclass
class WebhookSecretLost(Problem):
    """The server's own key was changed, and the endpoint's secret with it."""

    message = "The secret of this endpoint is lost, because the server's key was changed. Rotate it first."


@dataclass
class EventNotInFeed(Problem):
    """The event is unknown, has left the feed, or is not for this endpoint."""

    message = "The feed does not hold this event for this endpoint. It may be too old."
