"""The rows of entitlements. A published feature never changes; a grant only once, when it is closed."""

from typing import Any

from tortoise import fields

from community.database.tables import Model


class EntitlementFeature(Model):
    """One version of one feature. The catalogue is the latest of each key; versions are counted over all keys."""

    id = fields.UUIDField(primary_key=True)
    key = fields.CharField(max_length=40)
    version = fields.IntField(unique=True)
    terms: fields.JSONField[Any] = fields.JSONField()
    published_at = fields.DatetimeField()
    published_by = fields.UUIDField(null=True)

    class Meta:
        table = "entitlements_feature"


class EntitlementGrant(Model):
    """That a source gives a member a feature. Open until it has ended, is revoked, or another period replaces it."""

    id = fields.UUIDField(primary_key=True)
    member_id = fields.UUIDField()
    feature = fields.CharField(max_length=40)
    source_kind = fields.CharField(max_length=16)
    source_key = fields.CharField(max_length=200)
    starts_at = fields.DatetimeField()
    ends_at = fields.DatetimeField(null=True)
    reason = fields.TextField(null=True)
    granted_at = fields.DatetimeField()
    granted_by = fields.UUIDField(null=True)
    closed_at = fields.DatetimeField(null=True)
    closed_by = fields.UUIDField(null=True)
    closing = fields.CharField(max_length=16, null=True)
    closing_reason = fields.TextField(null=True)

    class Meta:
        table = "entitlements_grant"


class EntitlementRight(Model):
    """What was announced of a member's right to a feature. Whoever locks it changes the grants behind it."""

    id = fields.UUIDField(primary_key=True)
    member_id = fields.UUIDField()
    feature = fields.CharField(max_length=40)
    since = fields.DatetimeField(null=True)
    until = fields.DatetimeField(null=True)
    source_kind = fields.CharField(max_length=16, null=True)
    source_key = fields.CharField(max_length=200, null=True)
    due_at = fields.DatetimeField(null=True)

    class Meta:
        table = "entitlements_right"


class EntitlementGift(Model):
    """A feature for some days that one member pays for and another may accept, or that staff present."""

    id = fields.UUIDField(primary_key=True)
    feature = fields.CharField(max_length=40)
    days = fields.IntField()
    points = fields.BigIntField(null=True)
    sender_id = fields.UUIDField(null=True)
    recipient_id = fields.UUIDField()
    message = fields.TextField()
    sent_at = fields.DatetimeField()
    answer_by = fields.DatetimeField(null=True)
    outcome = fields.CharField(max_length=16, null=True)
    settled_at = fields.DatetimeField(null=True)

    class Meta:
        table = "entitlements_gift"
