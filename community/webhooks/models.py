"""The rows of webhooks: endpoints, what they are to be told, and every attempt to tell it."""

from tortoise import fields
from tortoise.contrib.postgres.fields import ArrayField

from community.database.tables import Model


class WebhookEndpoint(Model):
    """Where somebody wants to be told. `position` is the last sequence of the feed that was looked at for it.

    Its secret is not here: it follows from the server's key, the id and `generation`; the digest tells whether it still
    does. Until `previous_until` the generation before signs as well.
    """

    id = fields.UUIDField(primary_key=True)
    owner_kind = fields.CharField(max_length=16)
    owner_id = fields.UUIDField(null=True)
    url = fields.CharField(max_length=2_000)
    description = fields.CharField(max_length=500)
    event_types = ArrayField(element_type="text")
    api_version = fields.SmallIntField()
    generation = fields.IntField()
    secret_digest = fields.BinaryField()
    previous_until = fields.DatetimeField(null=True)
    position = fields.BigIntField()
    disabled_reason = fields.CharField(max_length=16, null=True)
    disabled_at = fields.DatetimeField(null=True)
    quiet_until = fields.DatetimeField(null=True)
    failing_since = fields.DatetimeField(null=True)
    failures = fields.IntField()
    created_by_id = fields.UUIDField(null=True)
    created_at = fields.DatetimeField()
    deleted_at = fields.DatetimeField(null=True)

    class Meta:
        app = "community"
        table = "webhooks_endpoint"


class WebhookDelivery(Model):
    """One event for one endpoint. While `state` is waiting it is due at `due_at`, unless somebody holds its lease."""

    id = fields.UUIDField(primary_key=True)
    endpoint_id = fields.UUIDField()
    event_id = fields.UUIDField()
    event_type = fields.CharField(max_length=100)
    version = fields.SmallIntField()
    sequence = fields.BigIntField(null=True)
    ordering_key = fields.CharField(max_length=255)
    data = fields.JSONField[dict[str, object]]()
    occurred_at = fields.DatetimeField()
    created_at = fields.DatetimeField()
    state = fields.CharField(max_length=16)
    attempts = fields.SmallIntField()
    due_at = fields.DatetimeField()
    lease = fields.UUIDField(null=True)
    leased_until = fields.DatetimeField(null=True)
    settled_at = fields.DatetimeField(null=True)

    class Meta:
        app = "community"
        table = "webhooks_delivery"


class WebhookAttempt(Model):
    """What came of one attempt: the status, or why there was none, and the beginning of the answer."""

    id = fields.UUIDField(primary_key=True)
    delivery_id = fields.UUIDField()
    number = fields.SmallIntField()
    began_at = fields.DatetimeField()
    took_ms = fields.IntField()
    status = fields.SmallIntField(null=True)
    failure = fields.CharField(max_length=16, null=True)
    answer = fields.TextField()

    class Meta:
        app = "community"
        table = "webhooks_attempt"
