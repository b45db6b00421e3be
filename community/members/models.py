"""The rows of members. A member's id is also their account's id in access."""

from tortoise import fields

from community.database.tables import Model


class Member(Model):
    """Somebody who joined, as others see them and as the programme needs them.

    `external_id` is how another system of the company calls them. Who was introduced by it has no account yet.
    """

    id = fields.UUIDField(primary_key=True)
    handle = fields.CharField(max_length=30)
    handle_folded = fields.CharField(max_length=30, unique=True)
    display_name = fields.CharField(max_length=50)
    bio = fields.TextField(default="")
    locale = fields.CharField(max_length=16)
    time_zone = fields.CharField(max_length=64)
    time_zone_changed_at = fields.DatetimeField(null=True)
    birthday = fields.DateField(null=True)
    joined_at = fields.DatetimeField()
    external_id = fields.CharField(max_length=64, null=True)
    source = fields.JSONField[dict[str, object]](null=True)

    class Meta:
        table = "members_member"


class Consent(Model):
    """One answer to "may we": appended at every change, so the latest one holds and the rest is the record."""

    id = fields.UUIDField(primary_key=True)
    member_id = fields.UUIDField()
    purpose = fields.CharField(max_length=32)
    channel = fields.CharField(max_length=16)
    granted = fields.BooleanField()
    source = fields.CharField(max_length=64)
    given_at = fields.DatetimeField()

    class Meta:
        table = "members_consent"


class Restriction(Model):
    """An ability taken from a member, with its reason and its end. Kept after it was lifted."""

    id = fields.UUIDField(primary_key=True)
    member_id = fields.UUIDField()
    ability = fields.CharField(max_length=16)
    reason = fields.TextField()
    starts_at = fields.DatetimeField()
    ends_at = fields.DatetimeField(null=True)
    imposed_by = fields.UUIDField(null=True)
    lifted_at = fields.DatetimeField(null=True)
    lifted_by = fields.UUIDField(null=True)

    class Meta:
        table = "members_restriction"


class Follow(Model):
    """One member following another."""

    id = fields.UUIDField(primary_key=True)
    follower_id = fields.UUIDField()
    followed_id = fields.UUIDField()
    followed_at = fields.DatetimeField()

    class Meta:
        table = "members_follow"


class Block(Model):
    """One member who does not want to meet another."""

    id = fields.UUIDField(primary_key=True)
    blocker_id = fields.UUIDField()
    blocked_id = fields.UUIDField()
    blocked_at = fields.DatetimeField()

    class Meta:
        table = "members_block"
