"""The rows of campaigns. Whoever locks a campaign's row decides what enters it next."""

from tortoise import fields
from tortoise.contrib.postgres.fields import ArrayField

from community.database.tables import Model


class Campaign(Model):
    """A campaign with what it has given so far. `plan` is the version in force; the window stands beside it."""

    id = fields.UUIDField(primary_key=True)
    slug = fields.CharField(max_length=60)
    state = fields.CharField(max_length=16)
    version = fields.IntField()
    plan = fields.JSONField[dict[str, object]]()
    hashtag_ids = ArrayField(element_type="uuid")
    opens_at = fields.DatetimeField()
    closes_at = fields.DatetimeField()
    points = fields.BigIntField()
    entries = fields.IntField()
    created_at = fields.DatetimeField()
    created_by = fields.UUIDField(null=True)
    cancel_reason = fields.TextField(null=True)

    class Meta:
        app = "community"
        table = "campaigns_campaign"


class CampaignVersion(Model):
    """What a campaign said, and since when. It never changes. `(campaign_id, version)` is unique."""

    id = fields.UUIDField(primary_key=True)
    campaign_id = fields.UUIDField()
    version = fields.IntField()
    plan = fields.JSONField[dict[str, object]]()
    edited_at = fields.DatetimeField()
    edited_by = fields.UUIDField(null=True)

    class Meta:
        app = "community"
        table = "campaigns_version"


class CampaignEntry(Model):
    """A post in a campaign. `(campaign_id, post_id)` is unique. `round` counts how often it was accepted."""

    id = fields.UUIDField(primary_key=True)
    campaign_id = fields.UUIDField()
    post_id = fields.UUIDField()
    member_id = fields.UUIDField()
    version = fields.IntField()
    state = fields.CharField(max_length=16)
    reason = fields.CharField(max_length=32, null=True)
    note = fields.TextField(null=True)
    written_at = fields.DatetimeField()
    decided_at = fields.DatetimeField()
    decided_by = fields.UUIDField(null=True)
    round = fields.IntField()
    reward = fields.CharField(max_length=16)
    points = fields.BigIntField()
    credits = fields.BigIntField()
    gate_until = fields.DatetimeField(null=True)
    reactors = fields.IntField()
    fingerprint = fields.CharField(max_length=64)
    sketch = ArrayField(element_type="bigint")

    class Meta:
        app = "community"
        table = "campaigns_entry"


class CampaignReview(Model):
    """What staff decided on an entry, and how it stood before, so that it can be undone."""

    id = fields.UUIDField(primary_key=True)
    entry_id = fields.UUIDField()
    decision = fields.CharField(max_length=16)
    note = fields.TextField(null=True)
    state_before = fields.CharField(max_length=16)
    reason_before = fields.CharField(max_length=32, null=True)
    note_before = fields.TextField(null=True)
    decided_at = fields.DatetimeField()
    decided_by = fields.UUIDField(null=True)
    undone_at = fields.DatetimeField(null=True)
    undone_by = fields.UUIDField(null=True)

    class Meta:
        app = "community"
        table = "campaigns_review"


class CampaignDraw(Model):
    """The draw of a campaign: the seed is secret until it is drawn, its hash is not."""

    campaign_id = fields.UUIDField(primary_key=True)
    seed = fields.BinaryField()
    commitment = fields.CharField(max_length=64)
    committed_at = fields.DatetimeField()
    entries = fields.JSONField[list[object]](null=True)
    prizes = fields.JSONField[list[object]](null=True)
    list_hash = fields.CharField(max_length=64, null=True)
    sealed_at = fields.DatetimeField(null=True)
    beacon_value = fields.TextField(null=True)
    drawn_at = fields.DatetimeField(null=True)
    drawn_by = fields.UUIDField(null=True)
    disqualified = fields.JSONField[list[object]]()

    class Meta:
        app = "community"
        table = "campaigns_draw"


class CampaignJoin(Model):
    """A member who came because of a campaign."""

    member_id = fields.UUIDField(primary_key=True)
    campaign_id = fields.UUIDField()
    joined_at = fields.DatetimeField()

    class Meta:
        app = "community"
        table = "campaigns_join"
