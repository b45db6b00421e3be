"""How much room a standing leaves; gates that grants wait for; and what models cannot say."""

from uuid import uuid4

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

FORWARD: list[str] = [
    """
    alter table engagement_gate
      add constraint engagement_gate_activity foreign key (activity_id) references engagement_activity (id),
      add constraint engagement_gate_once unique (activity_id, rule),
      add constraint engagement_gate_members check (members > 0),
      add constraint engagement_gate_ends check (opened_at is null or closed_at is null)
    """,
    "create index engagement_gate_waiting on engagement_gate (subject_id, member_id)"
    " where opened_at is null and closed_at is null",
    "create index engagement_gate_due on engagement_gate (expires_at) where opened_at is null and closed_at is null",
]

BACKWARD: list[str] = [
    "drop index engagement_gate_due, engagement_gate_waiting",
    """
    alter table engagement_gate
      drop constraint engagement_gate_ends, drop constraint engagement_gate_members,
      drop constraint engagement_gate_once, drop constraint engagement_gate_activity
    """,
]


class Migration(migrations.Migration):
    dependencies = [("community", "0010_engagement")]

    operations = [
        ops.AddField(model_name="TierStanding", name="room_spend", field=fields.BigIntField(null=True)),
        ops.AddField(model_name="TierStanding", name="room_engagement", field=fields.BigIntField(null=True)),
        ops.CreateModel(
            name="EngagementGate",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4)),
                ("activity_id", fields.UUIDField()),
                ("rule", fields.CharField(max_length=40)),
                ("member_id", fields.UUIDField()),
                ("subject_type", fields.CharField(max_length=40)),
                ("subject_id", fields.UUIDField()),
                ("counts", fields.CharField(max_length=40)),
                ("members", fields.IntField()),
                ("held_until", fields.DatetimeField(null=True)),
                ("expires_at", fields.DatetimeField()),
                ("opened_at", fields.DatetimeField(null=True)),
                ("closed_at", fields.DatetimeField(null=True)),
            ],
            options={
                "table": "engagement_gate",
                "app": "community",
                "pk_attr": "id",
                "table_description": "What a grant waits for: so many different members who do something about a subject,"
                " until it lapses.\n\nOpened when there were enough, closed when it lapsed or was undone; waiting,"
                " while neither.",
            },
            bases=["Model"],
        ),
        ops.RunSQL(FORWARD, BACKWARD),
    ]
