"""What staff can do with the outbox."""

from typing import Annotated

import strawberry

from community.outbox import service as outbox
from schema.context import Info
from schema.nodes import decode_id
from schema.outbox.problems import DeliveryNotParked
from schema.outbox.types import Delivery, number_of


@strawberry.input(description="Which delivery to try again.")
class ReplayDeliveryInput:
    """A parked delivery."""

    delivery_id: strawberry.ID = strawberry.field(description="The id of a parked delivery.")


@strawberry.type(description="The delivery will be tried again, as if for the first time.")
class ReplayDeliveryPayload:
    """The delivery as it was parked."""

    delivery: Delivery = strawberry.field(description="The delivery as it was when it was parked.")


ReplayDeliveryResult = Annotated[
    ReplayDeliveryPayload | DeliveryNotParked,
    strawberry.union("ReplayDeliveryResult", description="The delivery on its way, or why not."),
]


@strawberry.type
class OutboxMutations:
    """Second chances."""

    @strawberry.mutation(description="Try a parked delivery again, after its cause was mended. Needs outbox.replay.")
    async def replay_delivery(
        self,
        info: Info,
        input: Annotated[ReplayDeliveryInput, strawberry.argument(description="Which one.")],
    ) -> ReplayDeliveryResult:
        delivery_id = number_of(decode_id(input.delivery_id, Delivery, "deliveryId"))
        return ReplayDeliveryPayload(delivery=Delivery.of(await outbox.replay(info.context.actor, delivery_id)))
