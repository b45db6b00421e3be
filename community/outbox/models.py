"""The rows of the outbox: facts in order, and who has heard them."""

from tortoise import fields

from community.database.tables import Model


class OutboxFact(Model):
    """Something that happened. `sequence` is null until the fact has been given its place in the feed."""

    id = fields.UUIDField(primary_key=True)
    arrival = fields.BigIntField()
    sequence = fields.BigIntField(null=True)
    type = fields.CharField(max_length=100)
    version = fields.SmallIntField()
    subject_id = fields.UUIDField()
    ordering_key = fields.CharField(max_length=255)
    payload = fields.JSONField[dict[str, object]]()
    recorded_at = fields.DatetimeField()
    actor_id = fields.UUIDField(null=True)
    request_id = fields.CharField(max_length=100, null=True)

    class Meta:
        app = "community"
        table = "outbox_fact"


class OutboxHead(Model):
    """The one row that holds the last sequence given out. Whoever locks it is the sequencer."""

    id = fields.SmallIntField(primary_key=True, generated=False)
    sequence = fields.BigIntField()

    class Meta:
        app = "community"
        table = "outbox_head"


class OutboxReceipt(Model):
    """A hearer's proof that a fact had its effect. Written with the effect. `(fact_id, hearer)` is unique."""

    id = fields.UUIDField(primary_key=True)
    hearer = fields.CharField(max_length=200)
    fact_id = fields.UUIDField()
    heard_at = fields.DatetimeField()

    class Meta:
        app = "community"
        table = "outbox_receipt"
