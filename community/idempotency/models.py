"""The rows of idempotency: one for each key that had its effect. They are kept for ever."""

from tortoise import fields

from community.database.tables import Model


class IdempotencyKey(Model):
    """A key of one scope, what was asked under it, and what that gave. `(scope, key)` is unique."""

    id = fields.UUIDField(primary_key=True)
    scope = fields.CharField(max_length=255)
    key = fields.CharField(max_length=255)
    fingerprint = fields.BinaryField()
    result = fields.JSONField[dict[str, object]](null=True)
    created_at = fields.DatetimeField()

    class Meta:
        app = "community"
        table = "idempotency_key"
