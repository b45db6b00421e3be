"""The rows of orders, what grants and members have because of them, and what their models cannot say."""

from uuid import uuid4

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

FORWARD: list[str] = [
    "create unique index members_member_external_id on members_member (external_id) where external_id is not null",
    """
    alter table engagement_grant
      add constraint engagement_grant_percent check (percent >= 0),
      add constraint engagement_grant_reversed check (reversed between 0 and amount)
    """,
    """
    alter table orders_order
      add constraint orders_order_member foreign key (member_id) references members_member (id),
      add constraint orders_order_once unique (source, external_id),
      add constraint orders_order_currency check (currency ~ '^[A-Z]{3}$'),
      add constraint orders_order_amount check (amount >= 0 and discount >= 0),
      add constraint orders_order_refunded check (refunded between 0 and amount),
      add constraint orders_order_past check (placed_at <= recorded_at)
    """,
    "create index orders_order_latest on orders_order (member_id, placed_at desc, id desc)",
    """
    alter table orders_line
      add constraint orders_line_order foreign key (order_id) references orders_order (id),
      add constraint orders_line_once unique (order_id, position),
      add constraint orders_line_quantity check (quantity > 0 and returned between 0 and quantity),
      add constraint orders_line_amount check (unit_amount >= 0)
    """,
    """
    alter table orders_customer
      add constraint orders_customer_member foreign key (member_id) references members_member (id),
      add constraint orders_customer_first foreign key (first_order_id) references orders_order (id)
    """,
    """
    alter table orders_refund
      add constraint orders_refund_order foreign key (order_id) references orders_order (id),
      add constraint orders_refund_amount check (amount > 0 and taken >= 0 and short >= 0)
    """,
    "create index orders_refund_of_order on orders_refund (order_id, id)",
]

BACKWARD: list[str] = [
    "drop index orders_refund_of_order",
    """
    alter table orders_refund drop constraint orders_refund_amount, drop constraint orders_refund_order
    """,
    """
    alter table orders_customer drop constraint orders_customer_first, drop constraint orders_customer_member
    """,
    """
    alter table orders_line
      drop constraint orders_line_amount, drop constraint orders_line_quantity, drop constraint orders_line_once,
      drop constraint orders_line_order
    """,
    "drop index orders_order_latest",
    """
    alter table orders_order
      drop constraint orders_order_past, drop constraint orders_order_refunded, drop constraint orders_order_amount,
      drop constraint orders_order_currency, drop constraint orders_order_once, drop constraint orders_order_member
    """,
    """
    alter table engagement_grant
      drop constraint engagement_grant_reversed, drop constraint engagement_grant_percent
    """,
    "drop index members_member_external_id",
]


class Migration(migrations.Migration):
    dependencies = [("community", "0012_entitlements")]

    operations = [
        ops.AddField(
            model_name="Member",
            name="external_id",
            field=fields.CharField(null=True, max_length=64),
        ),
        ops.AddField(
            model_name="EngagementGrant",
            name="percent",
            field=fields.SmallIntField(db_default=100),
        ),
        ops.AddField(
            model_name="EngagementGrant",
            name="reversed",
            field=fields.BigIntField(db_default=0),
        ),
        ops.CreateModel(
            name="Order",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4)),
                ("member_id", fields.UUIDField()),
                ("source", fields.CharField(max_length=64)),
                ("external_id", fields.CharField(max_length=100)),
                ("currency", fields.CharField(max_length=3)),
                ("amount", fields.BigIntField()),
                ("discount", fields.BigIntField()),
                ("refunded", fields.BigIntField(default=0)),
                ("digest", fields.BinaryField()),
                ("tier_reached", fields.CharField(null=True, max_length=30)),
                ("placed_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("recorded_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "orders_order",
                "app": "community",
                "pk_attr": "id",
                "table_description": "A purchase. `(source, external_id)` is unique; `digest` tells whether the same"
                " one is reported again.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="OrderLine",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4)),
                ("order_id", fields.UUIDField()),
                ("position", fields.SmallIntField()),
                ("sku", fields.CharField(max_length=64)),
                ("name", fields.CharField(max_length=200)),
                ("quantity", fields.IntField()),
                ("unit_amount", fields.BigIntField()),
                ("returned", fields.IntField(default=0)),
            ],
            options={
                "table": "orders_line",
                "app": "community",
                "pk_attr": "id",
                "table_description": "So many of one thing in an order. `returned` of them were refunded by name.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="OrderCustomer",
            fields=[
                ("member_id", fields.UUIDField(primary_key=True, default=uuid4)),
                ("first_order_id", fields.UUIDField()),
            ],
            options={
                "table": "orders_customer",
                "app": "community",
                "pk_attr": "member_id",
                "table_description": "A member who paid for something, and what was recorded first of it: whoever"
                " writes the row was first.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="OrderRefund",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4)),
                ("order_id", fields.UUIDField()),
                ("member_id", fields.UUIDField()),
                ("amount", fields.BigIntField()),
                ("reason", fields.TextField(unique=False)),
                ("taken", fields.BigIntField()),
                ("short", fields.BigIntField()),
                ("actor_id", fields.UUIDField(null=True)),
                ("refunded_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "orders_refund",
                "app": "community",
                "pk_attr": "id",
                "table_description": "Money that went back, what it took of the points and credits, and what the"
                " member no longer had of them.",
            },
            bases=["Model"],
        ),
        ops.RunSQL(FORWARD, BACKWARD),
    ]
