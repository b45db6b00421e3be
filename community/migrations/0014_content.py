"""The rows of content, and what their models cannot say."""

from orjson import loads
from tortoise import fields, migrations
from tortoise.contrib.postgres.fields import ArrayField, TSVectorField
from tortoise.fields.data import JSON_DUMPS
from tortoise.migrations import operations as ops
from uuid import uuid4

FORWARD: list[str] = [
    """
    alter table content_item
      add constraint content_item_slug unique (slug),
      add constraint content_item_kind check (kind in ('article', 'video', 'audio', 'download', 'model')),
      add constraint content_item_status check (status in ('draft', 'scheduled', 'published', 'archived')),
      add constraint content_item_archived check ((status = 'archived') = (archived_at is not null)),
      add constraint content_item_published check ((published_revision is null) = (published_at is null)),
      add constraint content_item_shown check (status <> 'published' or published_revision is not null),
      add constraint content_item_schedule check ((publish_at is null) = (scheduled_revision is null)),
      add constraint content_item_scheduled check (status <> 'scheduled' or publish_at is not null),
      add constraint content_item_revision check (revision >= greatest(published_revision, scheduled_revision, 1)),
      add constraint content_item_series check ((series_id is null) = (series_position is null))
    """,
    # What is listed for readers, newest first; of a topic; of a series in its order; by what it says.
    "create index content_item_latest on content_item (published_at, id) where status = 'published'",
    "create index content_item_topics on content_item using gin (topic_ids) where status = 'published'",
    "create index content_item_series_order on content_item (series_id, series_position, id)"
    " where status = 'published'",
    "create index content_item_words on content_item using gin (words) where status = 'published'",
    "create index content_item_due on content_item (publish_at) where publish_at is not null",
    "create unique index content_revision_number on content_revision (item_id, number)",
    """
    create function content_refuse_change() returns trigger language plpgsql as $$
    begin
        raise exception 'a revision is never changed: save another one' using errcode = '42501';
    end
    $$
    """,
    "create trigger content_revision_immutable before update or delete on content_revision"
    " for each statement execute function content_refuse_change()",
    "create index content_window_item on content_window (item_id)",
    "create index content_window_due on content_window (opens_at) where announced_at is null",
    "alter table content_window add constraint content_window_end check (closes_at > opens_at)",
    "create unique index content_topic_slug on content_topic (slug)",
    "create unique index content_series_slug on content_series (slug)",
    """
    alter table content_media
      add constraint content_media_kind check (kind in ('image', 'video', 'audio', 'document', 'model')),
      add constraint content_media_size check (size > 0),
      add constraint content_media_checked check ((object_id is null) = (checked_at is null))
    """,
    "create unique index content_bookmark_once on content_bookmark (member_id, item_id)",
    "create index content_bookmark_page on content_bookmark (member_id, id)",
    """
    alter table content_progress
      add constraint content_progress_percent check (percent between 0 and 100),
      add constraint content_progress_position check (position >= 0)
    """,
    "create unique index content_progress_once on content_progress (member_id, item_id)",
    "create index content_progress_lately on content_progress (member_id, read_at)",
    "create index content_progress_popular on content_progress (tier, read_at) include (item_id)",
    "create unique index content_subscription_once on content_subscription (member_id, topic_id)",
    "create index content_subscription_topic on content_subscription (topic_id)",
]

BACKWARD: list[str] = [
    """
    drop index
      content_subscription_topic, content_subscription_once, content_progress_popular,
      content_progress_lately, content_progress_once, content_bookmark_page, content_bookmark_once,
      content_series_slug, content_topic_slug
    """,
    """
    drop index
      content_window_due, content_window_item, content_revision_number, content_item_due,
      content_item_words, content_item_series_order, content_item_topics, content_item_latest
    """,
    """
    alter table content_progress
      drop constraint content_progress_position, drop constraint content_progress_percent
    """,
    """
    alter table content_media
      drop constraint content_media_checked, drop constraint content_media_size, drop constraint content_media_kind
    """,
    "alter table content_window drop constraint content_window_end",
    "drop trigger content_revision_immutable on content_revision",
    "drop function content_refuse_change()",
    """
    alter table content_item
      drop constraint content_item_series, drop constraint content_item_revision,
      drop constraint content_item_scheduled, drop constraint content_item_schedule,
      drop constraint content_item_shown, drop constraint content_item_published,
      drop constraint content_item_archived, drop constraint content_item_status,
      drop constraint content_item_kind, drop constraint content_item_slug
    """,
]


class Migration(migrations.Migration):
    dependencies = [("community", "0013_orders")]

    operations = [
        ops.CreateModel(
            name='ContentBookmark',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4)),
                ('member_id', fields.UUIDField()),
                ('item_id', fields.UUIDField()),
                ('kept_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'content_bookmark', 'app': 'community', 'pk_attr': 'id', 'table_description': 'An item that a member keeps for later. `(member_id, item_id)` is unique.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='ContentItem',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4)),
                ('kind', fields.CharField(max_length=16)),
                ('locale', fields.CharField(max_length=16)),
                ('slug', fields.CharField(max_length=100)),
                ('status', fields.CharField(max_length=16)),
                ('revision', fields.IntField()),
                ('published_revision', fields.IntField(null=True)),
                ('scheduled_revision', fields.IntField(null=True)),
                ('title', fields.TextField(unique=False)),
                ('summary', fields.TextField(unique=False)),
                ('cover_id', fields.UUIDField(null=True)),
                ('media_ids', ArrayField(element_type='UUID')),
                ('terms', fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ('parts', fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ('words', TSVectorField(source_fields=(), stored=False)),
                ('topic_ids', ArrayField(element_type='UUID')),
                ('series_id', fields.UUIDField(null=True)),
                ('series_position', fields.IntField(null=True)),
                ('created_by', fields.UUIDField()),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('saved_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('publish_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('published_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('archived_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'content_item', 'app': 'community', 'pk_attr': 'id', 'table_description': 'Something that is published: what readers get of it, where it is in its life. Words are the free ones only.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='ContentMedia',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4)),
                ('kind', fields.CharField(max_length=16)),
                ('media_type', fields.CharField(max_length=80)),
                ('file_name', fields.TextField(unique=False)),
                ('size', fields.BigIntField()),
                ('width', fields.IntField(null=True)),
                ('height', fields.IntField(null=True)),
                ('alt', fields.TextField(unique=False)),
                ('uploaded_by', fields.UUIDField()),
                ('requested_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('object_id', fields.UUIDField(null=True)),
                ('checked_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'content_media', 'app': 'community', 'pk_attr': 'id', 'table_description': 'A file: announced, uploaded, checked. Only a checked one can be shown; `object_id` is where it is kept.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='ContentProgress',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4)),
                ('member_id', fields.UUIDField()),
                ('item_id', fields.UUIDField()),
                ('percent', fields.SmallIntField()),
                ('position', fields.IntField()),
                ('tier', fields.CharField(max_length=40)),
                ('read_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('completed_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'content_progress', 'app': 'community', 'pk_attr': 'id', 'table_description': 'How far a member is with an item, as the device that reported last says. `(member_id, item_id)` is unique.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='ContentReader',
            fields=[
                ('member_id', fields.UUIDField(primary_key=True, default=uuid4)),
                ('recommends', fields.BooleanField()),
                ('chosen_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'content_reader', 'app': 'community', 'pk_attr': 'member_id', 'table_description': 'What a member chose about recommendations. Who chose nothing has no row, and gets them.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='ContentRevision',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4)),
                ('item_id', fields.UUIDField()),
                ('number', fields.IntField()),
                ('title', fields.TextField(unique=False)),
                ('summary', fields.TextField(unique=False)),
                ('body', fields.TextField(unique=False)),
                ('parts', fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ('words', TSVectorField(source_fields=(), stored=False)),
                ('cover_id', fields.UUIDField(null=True)),
                ('media_ids', ArrayField(element_type='UUID')),
                ('terms', fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ('topic_ids', ArrayField(element_type='UUID')),
                ('series_id', fields.UUIDField(null=True)),
                ('series_position', fields.IntField(null=True)),
                ('note', fields.TextField(unique=False)),
                ('editor_id', fields.UUIDField(null=True)),
                ('saved_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'content_revision', 'app': 'community', 'pk_attr': 'id', 'table_description': 'An item as somebody saved it. `(item_id, number)` is unique; nothing of it ever changes.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='ContentSeries',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4)),
                ('slug', fields.CharField(max_length=100)),
                ('names', fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'content_series', 'app': 'community', 'pk_attr': 'id', 'table_description': 'Items in an order, each with its position in the series. `names` by locale.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='ContentSubscription',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4)),
                ('member_id', fields.UUIDField()),
                ('topic_id', fields.UUIDField()),
                ('subscribed_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'content_subscription', 'app': 'community', 'pk_attr': 'id', 'table_description': 'A topic that a member wants to hear of. `(member_id, topic_id)` is unique.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='ContentTopic',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4)),
                ('slug', fields.CharField(max_length=100)),
                ('names', fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'content_topic', 'app': 'community', 'pk_attr': 'id', 'table_description': 'What items are about. `names` by locale.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='ContentWindow',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4)),
                ('item_id', fields.UUIDField()),
                ('tier', fields.CharField(null=True, max_length=40)),
                ('opens_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('closes_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('announced_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'content_window', 'app': 'community', 'pk_attr': 'id', 'table_description': "An access window of what is published, so that its opening can be announced. The item's terms decide."},
            bases=['Model'],
        ),
        ops.RunSQL(FORWARD, BACKWARD),
    ]
