"""The tables that are asked for, as a model of Tortoise each.

A model has one key, so of a table whose key is two columns it declares one, and such rows are read as values alone.
"""

import uuid_utils.compat
from tortoise import fields, models
from tortoise.contrib.postgres.fields import ArrayField, TSVectorField


class Member(models.Model):
    """Who writes and reads."""

    id = fields.UUIDField(primary_key=True)
    handle = fields.CharField(max_length=30)
    display_name = fields.CharField(max_length=50)

    class Meta:
        table = "members_member"


class Standing(models.Model):
    """In which tier a member is. Without one it is the lowest."""

    member_id = fields.UUIDField(primary_key=True)
    tier = fields.CharField(max_length=30)

    class Meta:
        table = "tiers_standing"


class Block(models.Model):
    """Two who do not want to meet."""

    id = fields.UUIDField(primary_key=True)
    blocker_id = fields.UUIDField()
    blocked_id = fields.UUIDField()

    class Meta:
        table = "members_block"


class Hashtag(models.Model):
    """A hashtag that was ever used."""

    id = fields.UUIDField(primary_key=True, default=uuid_utils.compat.uuid7)
    name = fields.TextField()

    class Meta:
        table = "posts_hashtag"


class Post(models.Model):
    """What a member wrote. The names of its hashtags are on the row too, in their order."""

    id = fields.UUIDField(primary_key=True, default=uuid_utils.compat.uuid7)
    author_id = fields.UUIDField()
    source = fields.TextField()
    html = fields.TextField()
    renderer = fields.SmallIntField()
    words = TSVectorField()
    hashtags = ArrayField(element_type="text")
    mention_handles = ArrayField(element_type="text")
    mention_ids = ArrayField(element_type="uuid")
    written_at = fields.DatetimeField()
    removed_at = fields.DatetimeField(null=True)
    tags: fields.ManyToManyRelation[Hashtag] = fields.ManyToManyField(
        "models.Hashtag",
        related_name="posts",
        through="posts_tagging",
        forward_key="hashtag_id",
        backward_key="post_id",
    )

    class Meta:
        table = "posts_post"


class Reaction(models.Model):
    """What one member feels about a post."""

    id = fields.UUIDField(primary_key=True)
    subject_id = fields.UUIDField()
    member_id = fields.UUIDField()

    class Meta:
        table = "posts_reaction"


class Tally(models.Model):
    """How often something was done to a post. Its key is both columns."""

    subject_id = fields.UUIDField(primary_key=True)
    measure = fields.TextField()
    value = fields.BigIntField()

    class Meta:
        table = "posts_tally"


class TallyDelta(models.Model):
    """What is not yet in the tally."""

    id = fields.BigIntField(primary_key=True)
    subject_id = fields.UUIDField()
    measure = fields.TextField()
    delta = fields.SmallIntField()

    class Meta:
        table = "posts_tally_delta"


class Activity(models.Model):
    """What a member did."""

    id = fields.UUIDField(primary_key=True, default=uuid_utils.compat.uuid7)
    kind = fields.CharField(max_length=40)
    member_id = fields.UUIDField()
    subject_type = fields.CharField(max_length=40)
    subject_id = fields.UUIDField()
    origin = fields.CharField(max_length=64, default="")
    metadata = fields.JSONField[dict[str, object]](default=dict)
    cause_kind = fields.CharField(max_length=40)
    cause_key = fields.CharField(max_length=150)
    programme_version = fields.CharField(max_length=20)
    refusals = fields.JSONField[list[object]](default=list)
    occurred_at = fields.DatetimeField()
    recorded_at = fields.DatetimeField()

    class Meta:
        table = "engagement_activity"


class Grant(models.Model):
    """What one rule paid for it."""

    id = fields.UUIDField(primary_key=True, default=uuid_utils.compat.uuid7)
    activity_id = fields.UUIDField()
    member_id = fields.UUIDField()
    rule = fields.CharField(max_length=40)
    currency = fields.CharField(max_length=16)
    amount = fields.BigIntField()
    subject_type = fields.CharField(max_length=40)
    subject_id = fields.UUIDField()
    granted_at = fields.DatetimeField()
    day = fields.DateField()
    day_since = fields.DatetimeField()
    day_until = fields.DatetimeField()

    class Meta:
        table = "engagement_grant"


class Account(models.Model):
    """A balance. Those of the system, that what is given comes from, have a shard and no member."""

    id = fields.UUIDField(primary_key=True)
    currency = fields.CharField(max_length=16)
    holding = fields.CharField(max_length=16)
    member_id = fields.UUIDField(null=True)
    shard = fields.SmallIntField(null=True)
    balance = fields.BigIntField()
    sequence = fields.BigIntField()

    class Meta:
        table = "ledger_account"


class Transfer(models.Model):
    """So many units from one account to another."""

    id = fields.UUIDField(primary_key=True, default=uuid_utils.compat.uuid7)
    currency = fields.CharField(max_length=16)
    kind = fields.CharField(max_length=16)
    member_id = fields.UUIDField()
    source_id = fields.UUIDField()
    target_id = fields.UUIDField()
    amount = fields.BigIntField()
    cause_kind = fields.CharField(max_length=40)
    cause_key = fields.CharField(max_length=200)
    rule_version = fields.CharField(max_length=40)
    effective_at = fields.DatetimeField()
    posted_at = fields.DatetimeField()

    class Meta:
        table = "ledger_transfer"


class Lot(models.Model):
    """What one earning gave and how much of it is left. Pending until it is activated."""

    id = fields.UUIDField(primary_key=True, default=uuid_utils.compat.uuid7)
    member_id = fields.UUIDField()
    currency = fields.CharField(max_length=16)
    transfer_id = fields.UUIDField()
    amount = fields.BigIntField()
    remaining = fields.BigIntField()
    earned_at = fields.DatetimeField()
    pending_until = fields.DatetimeField(null=True)
    activated_at = fields.DatetimeField(null=True)
    expires_at = fields.DatetimeField(null=True)

    class Meta:
        table = "ledger_lot"


class Fact(models.Model):
    """Something that happened, for whoever hears of it."""

    id = fields.UUIDField(primary_key=True, default=uuid_utils.compat.uuid7)
    arrival = fields.BigIntField()
    type = fields.CharField(max_length=100)
    version = fields.SmallIntField()
    subject_id = fields.UUIDField()
    ordering_key = fields.CharField(max_length=255)
    payload = fields.JSONField[dict[str, object]]()
    recorded_at = fields.DatetimeField()
    actor_id = fields.UUIDField()

    class Meta:
        table = "outbox_fact"
