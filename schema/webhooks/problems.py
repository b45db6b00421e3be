"""The problems of webhooks, as the graph shows them."""

import strawberry

import schema.webhooks.enums  # noqa: F401  (declares the enums that the fields below use)
from community.webhooks import errors
from community.webhooks.rules.destinations import Flaw
from schema.errors import Problem, problem


@problem(errors.UnusableWebhookUrl)
class UnusableWebhookUrl(Problem):
    flaw: Flaw = strawberry.field(description="What is wrong with it.")


@problem(errors.UnknownEventTypes)
class UnknownEventTypes(Problem):
    types: list[str] = strawberry.field(description="Those of the wanted types that do not exist here.")


@problem(errors.TooManyEndpoints)
class TooManyEndpoints(Problem):
    max_count: int = strawberry.field(description="How many endpoints one owner has at most.")


@problem(errors.WebhookSecretLost)
class WebhookSecretLost(Problem):
    pass


@problem(errors.EventNotInFeed)
class EventNotInFeed(Problem):
    pass
