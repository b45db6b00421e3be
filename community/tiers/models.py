"""The rows of tiers. Contributions, grants and transitions are never changed; a trigger sees to it."""

from typing import Any

from tortoise import fields

from community.database.tables import Model


class TierProgramme(Model):
    """One version of the rules. The one in force is the highest that has started."""

    id = fields.UUIDField(primary_key=True)
    version = fields.IntField(unique=True)
    terms: fields.JSONField[Any] = fields.JSONField()
    starts_at = fields.DatetimeField()
    published_at = fields.DatetimeField()
    published_by = fields.UUIDField(null=True)

    class Meta:
        table = "tiers_programme"


class TierStanding(Model):
    """Where one member stands. Whoever locks it decides; `due_at` is when the clock has to.

    The rooms are how much more may come in before somebody has to decide; null when nobody has looked.
    """

    member_id = fields.UUIDField(primary_key=True)
    tier = fields.CharField(max_length=30)
    since = fields.DatetimeField()
    earned = fields.CharField(max_length=30)
    earned_by = fields.CharField(max_length=16, null=True)
    earned_since = fields.DatetimeField()
    period_since = fields.DatetimeField(null=True)
    period_until = fields.DatetimeField(null=True)
    grace_until = fields.DatetimeField(null=True)
    warned_at = fields.DatetimeField(null=True)
    plan = fields.CharField(max_length=30, null=True)
    locked = fields.CharField(max_length=30, null=True)
    locked_until = fields.DatetimeField(null=True)
    version = fields.IntField()
    due_at = fields.DatetimeField(null=True)
    room_spend = fields.BigIntField(null=True)
    room_engagement = fields.BigIntField(null=True)

    class Meta:
        table = "tiers_standing"


class TierContribution(Model):
    """What counts for the spend track, in minor units of money; a withdrawal is below zero and counts when it did."""

    id = fields.UUIDField(primary_key=True)
    member_id = fields.UUIDField()
    amount = fields.BigIntField()
    counts_at = fields.DatetimeField()
    cause_kind = fields.CharField(max_length=40)
    cause_key = fields.CharField(max_length=200)
    withdraws_id = fields.UUIDField(null=True)
    part = fields.CharField(max_length=200, null=True)
    recorded_at = fields.DatetimeField()

    class Meta:
        table = "tiers_contribution"


class TierReception(Model):
    """From whom a member received what earned them credits. It gives nothing; the diversity gates look at it."""

    id = fields.UUIDField(primary_key=True)
    member_id = fields.UUIDField()
    metric = fields.CharField(max_length=30)
    giver_id = fields.UUIDField()
    credits = fields.BigIntField()
    received_at = fields.DatetimeField()
    cause_kind = fields.CharField(max_length=40)
    cause_key = fields.CharField(max_length=200)

    class Meta:
        table = "tiers_reception"


class TierGrant(Model):
    """That plans began or ended to grant a tier. The latest one holds; no tier means that none does."""

    id = fields.UUIDField(primary_key=True)
    member_id = fields.UUIDField()
    tier = fields.CharField(max_length=30, null=True)
    cause_kind = fields.CharField(max_length=40)
    cause_key = fields.CharField(max_length=200)
    granted_at = fields.DatetimeField()

    class Meta:
        table = "tiers_grant"


class TierLock(Model):
    """That staff hold a member's tier where it is. Kept after it ended."""

    id = fields.UUIDField(primary_key=True)
    member_id = fields.UUIDField()
    tier = fields.CharField(max_length=30)
    reason = fields.TextField()
    starts_at = fields.DatetimeField()
    ends_at = fields.DatetimeField(null=True)
    locked_by = fields.UUIDField(null=True)
    lifted_at = fields.DatetimeField(null=True)
    lifted_by = fields.UUIDField(null=True)

    class Meta:
        table = "tiers_lock"


class TierTransition(Model):
    """One change of a member's tier: why, by which version, and on which numbers."""

    id = fields.UUIDField(primary_key=True)
    member_id = fields.UUIDField()
    before = fields.CharField(max_length=30)
    after = fields.CharField(max_length=30)
    reason = fields.CharField(max_length=16)
    track = fields.CharField(max_length=16, null=True)
    version = fields.IntField()
    spend = fields.BigIntField()
    engagement = fields.BigIntField()
    decided_at = fields.DatetimeField()
    actor_id = fields.UUIDField(null=True)

    class Meta:
        table = "tiers_transition"
