"""The rows of engagement. What was granted is never deleted: it counts towards limits even after it was taken back."""

from tortoise import fields

from community.database.tables import Model


class EngagementProgramme(Model):
    """A published version of the earning rules. It never changes; the last to have begun is in force."""

    id = fields.UUIDField(primary_key=True)
    version = fields.CharField(max_length=20)
    starts_at = fields.DatetimeField()
    programme = fields.JSONField[dict[str, object]]()
    published_at = fields.DatetimeField()
    published_by = fields.UUIDField(null=True)

    class Meta:
        app = "community"
        table = "engagement_programme"


class EngagementParticipant(Model):
    """A member who did something. Whoever locks the row decides what the member earns next."""

    member_id = fields.UUIDField(primary_key=True)

    class Meta:
        app = "community"
        table = "engagement_participant"


class EngagementActivity(Model):
    """What a member did and what was refused for it. `(cause_kind, cause_key)` is unique: one cause, one activity."""

    id = fields.UUIDField(primary_key=True)
    kind = fields.CharField(max_length=40)
    member_id = fields.UUIDField()
    subject_type = fields.CharField(max_length=40, null=True)
    subject_id = fields.UUIDField(null=True)
    other_id = fields.UUIDField(null=True)
    quantity = fields.BigIntField(null=True)
    origin = fields.CharField(max_length=64)
    metadata = fields.JSONField[dict[str, object]]()
    cause_kind = fields.CharField(max_length=40)
    cause_key = fields.CharField(max_length=150)
    programme_version = fields.CharField(max_length=20)
    refusals = fields.JSONField[list[object]]()
    tier_reached = fields.CharField(max_length=40, null=True)
    occurred_at = fields.DatetimeField()
    recorded_at = fields.DatetimeField()
    undone_at = fields.DatetimeField(null=True)
    undo_reason = fields.TextField(null=True)

    class Meta:
        app = "community"
        table = "engagement_activity"


class EngagementGrant(Model):
    """What one rule paid for one activity, at which percent of its price, and on which of the member's days.

    `reversed` of it was taken back because the activity turned out smaller; all of it, once `undone_at` is set.
    """

    id = fields.UUIDField(primary_key=True)
    activity_id = fields.UUIDField()
    member_id = fields.UUIDField()
    rule = fields.CharField(max_length=40)
    currency = fields.CharField(max_length=16)
    amount = fields.BigIntField()
    subject_type = fields.CharField(max_length=40, null=True)
    subject_id = fields.UUIDField(null=True)
    other_id = fields.UUIDField(null=True)
    granted_at = fields.DatetimeField()
    day = fields.DateField()
    day_since = fields.DatetimeField()
    day_until = fields.DatetimeField()
    pending_until = fields.DatetimeField(null=True)
    pending_for = fields.CharField(max_length=200, null=True)
    undone_at = fields.DatetimeField(null=True)
    percent = fields.SmallIntField(db_default=100)
    reversed = fields.BigIntField(db_default=0)

    class Meta:
        app = "community"
        table = "engagement_grant"


class EngagementGate(Model):
    """What a grant waits for: so many different members who do something about a subject, until it lapses.

    Opened when there were enough, closed when it lapsed or was undone; waiting, while neither.
    """

    id = fields.UUIDField(primary_key=True)
    activity_id = fields.UUIDField()
    rule = fields.CharField(max_length=40)
    member_id = fields.UUIDField()
    subject_type = fields.CharField(max_length=40)
    subject_id = fields.UUIDField()
    counts = fields.CharField(max_length=40)
    members = fields.IntField()
    held_until = fields.DatetimeField(null=True)
    expires_at = fields.DatetimeField()
    opened_at = fields.DatetimeField(null=True)
    closed_at = fields.DatetimeField(null=True)

    class Meta:
        app = "community"
        table = "engagement_gate"


class EngagementRemoval(Model):
    """A subject that was taken down. Nothing about it earns any more."""

    id = fields.UUIDField(primary_key=True)
    subject_type = fields.CharField(max_length=40)
    subject_id = fields.UUIDField()
    reason = fields.TextField()
    removed_at = fields.DatetimeField()

    class Meta:
        app = "community"
        table = "engagement_removal"


class EngagementView(Model):
    """That a member was shown a subject on one of their days."""

    id = fields.UUIDField(primary_key=True)
    member_id = fields.UUIDField()
    subject_type = fields.CharField(max_length=40)
    subject_id = fields.UUIDField()
    day = fields.DateField()
    seen_at = fields.DatetimeField()

    class Meta:
        app = "community"
        table = "engagement_view"
