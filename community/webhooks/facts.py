"""What webhooks announces about endpoints. With `partner_id` it is the partner's own to hear; the house's have none."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from community.kernel.facts import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookEndpointCreated(Fact):
    """Somebody will be told what happens."""

    type: ClassVar[str] = "webhook_endpoint.created"
    subject: ClassVar[str] = "endpoint_id"
    endpoint_id: UUID
    partner_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookEndpointEdited(Fact):
    """An endpoint moved, or wants to hear something else."""

    type: ClassVar[str] = "webhook_endpoint.edited"
    subject: ClassVar[str] = "endpoint_id"
    endpoint_id: UUID
    partner_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookSecretRotated(Fact):
    """An endpoint has a new secret."""

    type: ClassVar[str] = "webhook_endpoint.secret_rotated"
    subject: ClassVar[str] = "endpoint_id"
    endpoint_id: UUID
    partner_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookEndpointEnabled(Fact):
    """An endpoint is told again."""

    type: ClassVar[str] = "webhook_endpoint.enabled"
    subject: ClassVar[str] = "endpoint_id"
    endpoint_id: UUID
    partner_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookEndpointDisabled(Fact):
    """An endpoint is told nothing for now: somebody switched it off, or it was given up. Its owner should know."""

    type: ClassVar[str] = "webhook_endpoint.disabled"
    subject: ClassVar[str] = "endpoint_id"
    endpoint_id: UUID
    partner_id: UUID | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookEndpointDeleted(Fact):
    """An endpoint is no more."""

    type: ClassVar[str] = "webhook_endpoint.deleted"
    subject: ClassVar[str] = "endpoint_id"
    endpoint_id: UUID
    partner_id: UUID | None
