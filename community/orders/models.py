"""The rows of orders. What was bought never changes; what was refunded of it is kept beside it."""

from tortoise import fields

from community.database.tables import Model


class Order(Model):
    """A purchase. `(source, external_id)` is unique; `digest` tells whether the same one is reported again.

    Money is in minor units of `currency`: `amount` was paid, after `discount`; `refunded` of it went back.
    """

    id = fields.UUIDField(primary_key=True)
    member_id = fields.UUIDField()
    source = fields.CharField(max_length=64)
    external_id = fields.CharField(max_length=100)
    currency = fields.CharField(max_length=3)
    amount = fields.BigIntField()
    discount = fields.BigIntField()
    refunded = fields.BigIntField(default=0)
    digest = fields.BinaryField()
    tier_reached = fields.CharField(max_length=30, null=True)
    placed_at = fields.DatetimeField()
    recorded_at = fields.DatetimeField()

    class Meta:
        app = "community"
        table = "orders_order"


class OrderLine(Model):
    """So many of one thing in an order. `returned` of them were refunded by name."""

    id = fields.UUIDField(primary_key=True)
    order_id = fields.UUIDField()
    position = fields.SmallIntField()
    sku = fields.CharField(max_length=64)
    name = fields.CharField(max_length=200)
    quantity = fields.IntField()
    unit_amount = fields.BigIntField()
    returned = fields.IntField(default=0)

    class Meta:
        app = "community"
        table = "orders_line"


class OrderCustomer(Model):
    """A member who paid for something, and what was recorded first of it: whoever writes the row was first."""

    member_id = fields.UUIDField(primary_key=True)
    first_order_id = fields.UUIDField()

    class Meta:
        app = "community"
        table = "orders_customer"


class OrderRefund(Model):
    """Money that went back, what it took of the points and credits, and what the member no longer had of them."""

    id = fields.UUIDField(primary_key=True)
    order_id = fields.UUIDField()
    member_id = fields.UUIDField()
    amount = fields.BigIntField()
    reason = fields.TextField()
    taken = fields.BigIntField()
    short = fields.BigIntField()
    actor_id = fields.UUIDField(null=True)
    refunded_at = fields.DatetimeField()

    class Meta:
        app = "community"
        table = "orders_refund"
