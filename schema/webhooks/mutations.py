"""What can be done with webhooks: keep endpoints, try them out, tell them again."""

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

import strawberry

from community.kernel.pages import encode_cursor
from community.webhooks import service as webhooks
from schema.connections import Edge
from schema.context import Info
from schema.errors import UnforeseenProblem
from schema.nodes import decode_id
from schema.webhooks.problems import (
    EventNotInFeed,
    TooManyEndpoints,
    UnknownEventTypes,
    UnusableWebhookUrl,
    WebhookSecretLost,
)
from schema.webhooks.types import WebhookDelivery, WebhookEndpoint

WANTED = "Types such as `post.written`, all of an area as `posts.*`, or everything as `*`."


@strawberry.input(description="Where to tell what.")
class CreateWebhookEndpointInput:
    """A new endpoint."""

    url: str = strawberry.field(description="An https address with the full name of a public host.")
    event_types: list[str] = strawberry.field(description=WANTED)
    description: str = strawberry.field(default="", description="What it is for, up to 500 characters.")


@strawberry.type(description="From now on it is told what happens.")
class CreateWebhookEndpointPayload:
    """The endpoint, and its secret."""

    endpoint: WebhookEndpoint = strawberry.field(description="The endpoint.")
    endpoint_edge: Edge[WebhookEndpoint] = strawberry.field(description="Its place at the head of webhookEndpoints.")
    secret: str = strawberry.field(description="Verifies what it is sent. It is shown now and never again.")


CreateWebhookEndpointResult = Annotated[
    CreateWebhookEndpointPayload | UnusableWebhookUrl | UnknownEventTypes | TooManyEndpoints,
    strawberry.union("CreateWebhookEndpointResult", description="The endpoint with its secret, or why not."),
]


@strawberry.input(description="What to change. What is left out stays as it is.")
class EditWebhookEndpointInput:
    """A change of an endpoint."""

    endpoint_id: strawberry.ID = strawberry.field(description="The endpoint.")
    url: str | None = strawberry.field(default=None, description="Where it is from now on.")
    event_types: list[str] | None = strawberry.field(default=None, description=WANTED)
    description: str | None = strawberry.field(default=None, description="What it is for, up to 500 characters.")


@strawberry.type(description="The endpoint is changed.")
class EditWebhookEndpointPayload:
    """The endpoint as it is now."""

    endpoint: WebhookEndpoint = strawberry.field(description="The endpoint as it is now.")


EditWebhookEndpointResult = Annotated[
    EditWebhookEndpointPayload | UnusableWebhookUrl | UnknownEventTypes,
    strawberry.union("EditWebhookEndpointResult", description="The endpoint as it is now, or why not."),
]


@strawberry.input(description="Whose secret to rotate.")
class RotateWebhookSecretInput:
    """An endpoint."""

    endpoint_id: strawberry.ID = strawberry.field(description="The endpoint.")
    overlap_hours: int = strawberry.field(
        default=24, description="How long the secret before signs as well: 0 for a leaked one, 168 at most."
    )


@strawberry.type(description="The endpoint has a new secret.")
class RotateWebhookSecretPayload:
    """The endpoint, and its new secret."""

    endpoint: WebhookEndpoint = strawberry.field(description="The endpoint.")
    secret: str = strawberry.field(description="The new secret. It is shown now and never again.")


RotateWebhookSecretResult = Annotated[
    RotateWebhookSecretPayload | UnforeseenProblem,
    strawberry.union("RotateWebhookSecretResult", description="The new secret."),
]


@strawberry.input(description="Which endpoint to tell again.")
class EnableWebhookEndpointInput:
    """An endpoint."""

    endpoint_id: strawberry.ID = strawberry.field(description="The endpoint.")
    skip_backlog: bool = strawberry.field(
        default=False, description="Whether it begins from now on, instead of where it was switched off."
    )


@strawberry.type(description="The endpoint is told what happens.")
class EnableWebhookEndpointPayload:
    """The endpoint as it is now."""

    endpoint: WebhookEndpoint = strawberry.field(description="The endpoint as it is now.")


EnableWebhookEndpointResult = Annotated[
    EnableWebhookEndpointPayload | WebhookSecretLost,
    strawberry.union("EnableWebhookEndpointResult", description="The endpoint as it is now, or why not."),
]


@strawberry.input(description="Which endpoint to tell nothing for now.")
class DisableWebhookEndpointInput:
    """An endpoint."""

    endpoint_id: strawberry.ID = strawberry.field(description="The endpoint.")


@strawberry.type(description="The endpoint is told nothing for now. What happens meanwhile waits in the feed.")
class DisableWebhookEndpointPayload:
    """The endpoint as it is now."""

    endpoint: WebhookEndpoint = strawberry.field(description="The endpoint as it is now.")


DisableWebhookEndpointResult = Annotated[
    DisableWebhookEndpointPayload | UnforeseenProblem,
    strawberry.union("DisableWebhookEndpointResult", description="The endpoint as it is now."),
]


@strawberry.input(description="Which endpoint to delete.")
class DeleteWebhookEndpointInput:
    """An endpoint."""

    endpoint_id: strawberry.ID = strawberry.field(description="The endpoint.")


@strawberry.type(description="The endpoint is no more.")
class DeleteWebhookEndpointPayload:
    """The endpoint as it was."""

    endpoint: WebhookEndpoint = strawberry.field(description="The endpoint as it was.")


DeleteWebhookEndpointResult = Annotated[
    DeleteWebhookEndpointPayload | UnforeseenProblem,
    strawberry.union("DeleteWebhookEndpointResult", description="The endpoint as it was."),
]


@strawberry.input(description="Which endpoint to send a test.")
class TestWebhookEndpointInput:
    """An endpoint."""

    endpoint_id: strawberry.ID = strawberry.field(description="The endpoint, which may be switched off.")


@strawberry.type(description="A `webhook.test` is on its way; it is sent once.")
class TestWebhookEndpointPayload:
    """The delivery on its way."""

    delivery: WebhookDelivery = strawberry.field(description="Ask for it again to see what came of it.")


TestWebhookEndpointResult = Annotated[
    TestWebhookEndpointPayload | UnforeseenProblem,
    strawberry.union("TestWebhookEndpointResult", description="The test on its way."),
]


@strawberry.input(description="What to send again.")
class ReplayWebhookDeliveryInput:
    """A delivery."""

    delivery_id: strawberry.ID = strawberry.field(description="A delivery of the log.")


@strawberry.type(description="It is sent again, under the same event id.")
class ReplayWebhookDeliveryPayload:
    """The delivery on its way."""

    delivery: WebhookDelivery = strawberry.field(description="A new delivery, or the one that still waits.")


ReplayWebhookDeliveryResult = Annotated[
    ReplayWebhookDeliveryPayload | UnforeseenProblem,
    strawberry.union("ReplayWebhookDeliveryResult", description="The delivery on its way."),
]


@strawberry.input(description="What to tell whom.")
class ReplayWebhookEventInput:
    """An event and an endpoint."""

    endpoint_id: strawberry.ID = strawberry.field(description="The endpoint.")
    event_id: UUID = strawberry.field(description="The event's `webhookId`.")


@strawberry.type(description="It is sent, whether or not it was before.")
class ReplayWebhookEventPayload:
    """The delivery on its way."""

    delivery: WebhookDelivery = strawberry.field(description="A new delivery, or the one that still waits.")


ReplayWebhookEventResult = Annotated[
    ReplayWebhookEventPayload | EventNotInFeed,
    strawberry.union("ReplayWebhookEventResult", description="The delivery on its way, or why not."),
]


@strawberry.input(description="What to tell whom again.")
class ReplayWebhooksInput:
    """An endpoint and a moment."""

    endpoint_id: strawberry.ID = strawberry.field(description="The endpoint.")
    since: datetime = strawberry.field(description="Everything since then that the feed still holds, in order.")


@strawberry.type(description="The endpoint is back where the feed was then, and goes on from there.")
class ReplayWebhooksPayload:
    """The endpoint."""

    endpoint: WebhookEndpoint = strawberry.field(description="The endpoint.")


ReplayWebhooksResult = Annotated[
    ReplayWebhooksPayload | UnforeseenProblem, strawberry.union("ReplayWebhooksResult", description="The endpoint.")
]


@strawberry.type
class WebhookMutations:
    """Keeping endpoints, and second chances."""

    @strawberry.mutation(description="Tell a URL what happens, from now on. Needs webhooks.manage.")
    async def create_webhook_endpoint(
        self, info: Info, input: CreateWebhookEndpointInput
    ) -> CreateWebhookEndpointResult:
        made = await webhooks.create(info.context.actor, input.url, input.event_types, description=input.description)
        endpoint = WebhookEndpoint.of(made.endpoint)
        edge = Edge(cursor=encode_cursor((made.endpoint.id,)), node=endpoint)
        return CreateWebhookEndpointPayload(endpoint=endpoint, endpoint_edge=edge, secret=made.secret)

    @strawberry.mutation(description="Move an endpoint, or have it hear something else. Needs webhooks.manage.")
    async def edit_webhook_endpoint(self, info: Info, input: EditWebhookEndpointInput) -> EditWebhookEndpointResult:
        edited = await webhooks.edit(
            info.context.actor,
            _endpoint_id(input.endpoint_id),
            url=input.url,
            event_types=input.event_types,
            description=input.description,
        )
        return EditWebhookEndpointPayload(endpoint=WebhookEndpoint.of(edited))

    @strawberry.mutation(description="Give an endpoint a new secret; both sign for a while. Needs webhooks.manage.")
    async def rotate_webhook_secret(self, info: Info, input: RotateWebhookSecretInput) -> RotateWebhookSecretResult:
        rotated = await webhooks.rotate_secret(
            info.context.actor, _endpoint_id(input.endpoint_id), overlap=timedelta(hours=input.overlap_hours)
        )
        return RotateWebhookSecretPayload(endpoint=WebhookEndpoint.of(rotated.endpoint), secret=rotated.secret)

    @strawberry.mutation(description="Tell an endpoint again what happens. Needs webhooks.manage.")
    async def enable_webhook_endpoint(
        self, info: Info, input: EnableWebhookEndpointInput
    ) -> EnableWebhookEndpointResult:
        enabled = await webhooks.enable(
            info.context.actor, _endpoint_id(input.endpoint_id), skips_backlog=input.skip_backlog
        )
        return EnableWebhookEndpointPayload(endpoint=WebhookEndpoint.of(enabled))

    @strawberry.mutation(description="Tell an endpoint nothing for now. Needs webhooks.manage.")
    async def disable_webhook_endpoint(
        self, info: Info, input: DisableWebhookEndpointInput
    ) -> DisableWebhookEndpointResult:
        disabled = await webhooks.disable(info.context.actor, _endpoint_id(input.endpoint_id))
        return DisableWebhookEndpointPayload(endpoint=WebhookEndpoint.of(disabled))

    @strawberry.mutation(description="Delete an endpoint. Its log stays for a while. Needs webhooks.manage.")
    async def delete_webhook_endpoint(
        self, info: Info, input: DeleteWebhookEndpointInput
    ) -> DeleteWebhookEndpointResult:
        deleted = await webhooks.delete(info.context.actor, _endpoint_id(input.endpoint_id))
        return DeleteWebhookEndpointPayload(endpoint=WebhookEndpoint.of(deleted))

    @strawberry.mutation(description="Send an endpoint a `webhook.test`. Needs webhooks.manage.")
    async def test_webhook_endpoint(self, info: Info, input: TestWebhookEndpointInput) -> TestWebhookEndpointResult:
        sent = await webhooks.send_test(info.context.actor, _endpoint_id(input.endpoint_id))
        return TestWebhookEndpointPayload(delivery=WebhookDelivery.of(sent))

    @strawberry.mutation(description="Send a delivery again, as if for the first time. Needs webhooks.manage.")
    async def replay_webhook_delivery(
        self, info: Info, input: ReplayWebhookDeliveryInput
    ) -> ReplayWebhookDeliveryResult:
        delivery_id = decode_id(input.delivery_id, WebhookDelivery, "deliveryId")
        sent = await webhooks.replay_delivery(info.context.actor, delivery_id)
        return ReplayWebhookDeliveryPayload(delivery=WebhookDelivery.of(sent))

    @strawberry.mutation(description="Send an endpoint an event of the feed. Needs webhooks.manage.")
    async def replay_webhook_event(self, info: Info, input: ReplayWebhookEventInput) -> ReplayWebhookEventResult:
        sent = await webhooks.replay_event(info.context.actor, _endpoint_id(input.endpoint_id), input.event_id)
        return ReplayWebhookEventPayload(delivery=WebhookDelivery.of(sent))

    @strawberry.mutation(description="Tell an endpoint everything since a moment again. Needs webhooks.manage.")
    async def replay_webhooks(self, info: Info, input: ReplayWebhooksInput) -> ReplayWebhooksResult:
        back = await webhooks.replay_since(info.context.actor, _endpoint_id(input.endpoint_id), input.since)
        return ReplayWebhooksPayload(endpoint=WebhookEndpoint.of(back))


def _endpoint_id(id: strawberry.ID) -> UUID:
    return decode_id(id, WebhookEndpoint, "endpointId")
