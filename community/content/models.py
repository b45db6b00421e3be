"""The rows of content. An item keeps what is published of it beside every revision that was ever saved."""

from typing import Any

from tortoise import fields
from tortoise.contrib.postgres.fields import ArrayField, TSVectorField

from community.database.tables import Model


class ContentItem(Model):
    """Something that is published: what readers get of it, where it is in its life. Words are the free ones only."""

    id = fields.UUIDField(primary_key=True)
    kind = fields.CharField(max_length=16)
    locale = fields.CharField(max_length=16)
    slug = fields.CharField(max_length=100)
    status = fields.CharField(max_length=16)
    revision = fields.IntField()
    published_revision = fields.IntField(null=True)
    scheduled_revision = fields.IntField(null=True)
    title = fields.TextField()
    summary = fields.TextField()
    cover_id = fields.UUIDField(null=True)
    media_ids = ArrayField(element_type="uuid")
    terms: fields.JSONField[Any] = fields.JSONField()
    parts: fields.JSONField[Any] = fields.JSONField()
    words = TSVectorField()
    topic_ids = ArrayField(element_type="uuid")
    series_id = fields.UUIDField(null=True)
    series_position = fields.IntField(null=True)
    created_by = fields.UUIDField()
    created_at = fields.DatetimeField()
    saved_at = fields.DatetimeField()
    publish_at = fields.DatetimeField(null=True)
    published_at = fields.DatetimeField(null=True)
    archived_at = fields.DatetimeField(null=True)

    class Meta:
        table = "content_item"


class ContentRevision(Model):
    """An item as somebody saved it. `(item_id, number)` is unique; nothing of it ever changes."""

    id = fields.UUIDField(primary_key=True)
    item_id = fields.UUIDField()
    number = fields.IntField()
    title = fields.TextField()
    summary = fields.TextField()
    body = fields.TextField()
    parts: fields.JSONField[Any] = fields.JSONField()
    words = TSVectorField()
    cover_id = fields.UUIDField(null=True)
    media_ids = ArrayField(element_type="uuid")
    terms: fields.JSONField[Any] = fields.JSONField()
    topic_ids = ArrayField(element_type="uuid")
    series_id = fields.UUIDField(null=True)
    series_position = fields.IntField(null=True)
    note = fields.TextField()
    editor_id = fields.UUIDField(null=True)
    saved_at = fields.DatetimeField()

    class Meta:
        table = "content_revision"


class ContentWindow(Model):
    """An access window of what is published, so that its opening can be announced. The item's terms decide."""

    id = fields.UUIDField(primary_key=True)
    item_id = fields.UUIDField()
    tier = fields.CharField(max_length=40, null=True)
    opens_at = fields.DatetimeField()
    closes_at = fields.DatetimeField(null=True)
    announced_at = fields.DatetimeField(null=True)

    class Meta:
        table = "content_window"


class ContentTopic(Model):
    """What items are about. `names` by locale."""

    id = fields.UUIDField(primary_key=True)
    slug = fields.CharField(max_length=100)
    names: fields.JSONField[Any] = fields.JSONField()
    created_at = fields.DatetimeField()

    class Meta:
        table = "content_topic"


class ContentSeries(Model):
    """Items in an order, each with its position in the series. `names` by locale."""

    id = fields.UUIDField(primary_key=True)
    slug = fields.CharField(max_length=100)
    names: fields.JSONField[Any] = fields.JSONField()
    created_at = fields.DatetimeField()

    class Meta:
        table = "content_series"


class ContentMedia(Model):
    """A file: announced, uploaded, checked. Only a checked one can be shown; `object_id` is where it is kept."""

    id = fields.UUIDField(primary_key=True)
    kind = fields.CharField(max_length=16)
    media_type = fields.CharField(max_length=80)
    file_name = fields.TextField()
    size = fields.BigIntField()
    width = fields.IntField(null=True)
    height = fields.IntField(null=True)
    alt = fields.TextField()
    uploaded_by = fields.UUIDField()
    requested_at = fields.DatetimeField()
    object_id = fields.UUIDField(null=True)
    checked_at = fields.DatetimeField(null=True)

    class Meta:
        table = "content_media"


class ContentBookmark(Model):
    """An item that a member keeps for later. `(member_id, item_id)` is unique."""

    id = fields.UUIDField(primary_key=True)
    member_id = fields.UUIDField()
    item_id = fields.UUIDField()
    kept_at = fields.DatetimeField()

    class Meta:
        table = "content_bookmark"


class ContentProgress(Model):
    """How far a member is with an item, as the device that reported last says. `(member_id, item_id)` is unique.

    `tier` is the highest the member had reached then: what is popular among whom is counted by it.
    """

    id = fields.UUIDField(primary_key=True)
    member_id = fields.UUIDField()
    item_id = fields.UUIDField()
    percent = fields.SmallIntField()
    position = fields.IntField()
    tier = fields.CharField(max_length=40)
    read_at = fields.DatetimeField()
    completed_at = fields.DatetimeField(null=True)

    class Meta:
        table = "content_progress"


class ContentSubscription(Model):
    """A topic that a member wants to hear of. `(member_id, topic_id)` is unique."""

    id = fields.UUIDField(primary_key=True)
    member_id = fields.UUIDField()
    topic_id = fields.UUIDField()
    subscribed_at = fields.DatetimeField()

    class Meta:
        table = "content_subscription"


class ContentReader(Model):
    """What a member chose about recommendations. Who chose nothing has no row, and gets them."""

    member_id = fields.UUIDField(primary_key=True)
    recommends = fields.BooleanField()
    chosen_at = fields.DatetimeField()

    class Meta:
        table = "content_reader"
