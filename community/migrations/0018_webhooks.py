"""Endpoints, what they are to be told and every attempt; and what the models of webhooks cannot say."""

from uuid import uuid4

from orjson import loads
from tortoise import fields, migrations
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.fields.data import JSON_DUMPS
from tortoise.migrations import operations as ops

FORWARD = [
    """
    alter table webhooks_endpoint
      add constraint webhooks_endpoint_owner check ((owner_kind = 'house') = (owner_id is null)),
      add constraint webhooks_endpoint_disabled check ((disabled_at is null) = (disabled_reason is null)),
      add constraint webhooks_endpoint_failing check ((failing_since is null) = (failures = 0))
    """,
    "create index webhooks_endpoint_owner_id on webhooks_endpoint (owner_id) where deleted_at is null",
    """
    alter table webhooks_delivery
      add constraint webhooks_delivery_endpoint foreign key (endpoint_id) references webhooks_endpoint (id),
      add constraint webhooks_delivery_lease check ((lease is null) = (leased_until is null)),
      add constraint webhooks_delivery_settled check ((state = 'waiting') = (settled_at is null))
    """,
    # An event waits for an endpoint once, however often it is replayed.
    "create unique index webhooks_delivery_once on webhooks_delivery (endpoint_id, event_id) where state = 'waiting'",
    "create index webhooks_delivery_due on webhooks_delivery (endpoint_id, due_at, sequence) where state = 'waiting'",
    # What holds back later ones of its key: see HOLDING_ATTEMPTS in rules/retries.py.
    "create index webhooks_delivery_order on webhooks_delivery (endpoint_id, ordering_key, sequence)"
    " where state = 'waiting' and attempts < 4",
    "create index webhooks_delivery_log on webhooks_delivery (endpoint_id, id)",
    "create index webhooks_delivery_failed on webhooks_delivery (id) where state = 'failed'",
    "create index webhooks_delivery_settled_at on webhooks_delivery (settled_at) where settled_at is not null",
    "create index webhooks_delivery_event on webhooks_delivery (event_id)",
    """
    alter table webhooks_attempt
      add constraint webhooks_attempt_delivery foreign key (delivery_id) references webhooks_delivery (id) on delete cascade
    """,
    "create index webhooks_attempt_log on webhooks_attempt (delivery_id, id)",
]

BACKWARD = [
    "drop index webhooks_attempt_log",
    "alter table webhooks_attempt drop constraint webhooks_attempt_delivery",
    "drop index webhooks_delivery_event, webhooks_delivery_settled_at, webhooks_delivery_failed, webhooks_delivery_log",
    "drop index webhooks_delivery_order, webhooks_delivery_due, webhooks_delivery_once",
    """
    alter table webhooks_delivery
      drop constraint webhooks_delivery_settled, drop constraint webhooks_delivery_lease,
      drop constraint webhooks_delivery_endpoint
    """,
    "drop index webhooks_endpoint_owner_id",
    """
    alter table webhooks_endpoint
      drop constraint webhooks_endpoint_failing, drop constraint webhooks_endpoint_disabled,
      drop constraint webhooks_endpoint_owner
    """,
]


class Migration(migrations.Migration):
    dependencies = [("community", "0017_campaigns")]

    operations = [
        ops.CreateModel(
            name='WebhookAttempt',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4)),
                ('delivery_id', fields.UUIDField()),
                ('number', fields.SmallIntField()),
                ('began_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('took_ms', fields.IntField()),
                ('status', fields.SmallIntField(null=True)),
                ('failure', fields.CharField(null=True, max_length=16)),
                ('answer', fields.TextField(unique=False)),
            ],
            options={'table': 'webhooks_attempt', 'app': 'community', 'pk_attr': 'id', 'table_description': 'What came of one attempt: the status, or why there was none, and the beginning of the answer.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='WebhookDelivery',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4)),
                ('endpoint_id', fields.UUIDField()),
                ('event_id', fields.UUIDField()),
                ('event_type', fields.CharField(max_length=100)),
                ('version', fields.SmallIntField()),
                ('sequence', fields.BigIntField(null=True)),
                ('ordering_key', fields.CharField(max_length=255)),
                ('data', fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ('occurred_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('state', fields.CharField(max_length=16)),
                ('attempts', fields.SmallIntField()),
                ('due_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('lease', fields.UUIDField(null=True)),
                ('leased_until', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('settled_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'webhooks_delivery', 'app': 'community', 'pk_attr': 'id', 'table_description': 'One event for one endpoint. While `state` is waiting it is due at `due_at`, unless somebody holds its lease.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='WebhookEndpoint',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4)),
                ('owner_kind', fields.CharField(max_length=16)),
                ('owner_id', fields.UUIDField(null=True)),
                ('url', fields.CharField(max_length=2000)),
                ('description', fields.CharField(max_length=500)),
                ('event_types', ArrayField(element_type='TEXT')),
                ('api_version', fields.SmallIntField()),
                ('generation', fields.IntField()),
                ('secret_digest', fields.BinaryField()),
                ('previous_until', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('position', fields.BigIntField()),
                ('disabled_reason', fields.CharField(null=True, max_length=16)),
                ('disabled_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('quiet_until', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('failing_since', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('failures', fields.IntField()),
                ('created_by_id', fields.UUIDField(null=True)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('deleted_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'webhooks_endpoint', 'app': 'community', 'pk_attr': 'id', 'table_description': 'Where somebody wants to be told. `position` is the last sequence of the feed that was looked at for it.'},
            bases=['Model'],
        ),
        ops.RunSQL(FORWARD, BACKWARD),
    ]
