"""The rows of partners: accounts, what became of them, plans, conversions, lines of commission, statements."""

from tortoise import fields

from community.database.tables import Model


class Partner(Model):
    """Another company that brings members. Whoever writes lines of it holds this row."""

    id = fields.UUIDField(primary_key=True)
    name = fields.CharField(max_length=100)
    contact = fields.CharField(max_length=254)
    status = fields.CharField(max_length=16)
    created_at = fields.DatetimeField()

    class Meta:
        app = "community"
        table = "partners_partner"


class PartnerStanding(Model):
    """Since when a partner stands as it does, who said so, and why. Never changed."""

    id = fields.UUIDField(primary_key=True)
    partner_id = fields.UUIDField()
    status = fields.CharField(max_length=16)
    reason = fields.CharField(max_length=500)
    since = fields.DatetimeField()
    decided_by_id = fields.UUIDField(null=True)

    class Meta:
        app = "community"
        table = "partners_standing"


class CommissionPlan(Model):
    """A version of what a partner earns. It never changes; the last to have begun is in force."""

    id = fields.UUIDField(primary_key=True)
    partner_id = fields.UUIDField()
    version = fields.IntField()
    starts_at = fields.DatetimeField()
    per_sign_up = fields.BigIntField()
    basis_points = fields.IntField()
    recurring_months = fields.IntField()
    hold_days = fields.IntField()
    published_by_id = fields.UUIDField(null=True)

    class Meta:
        app = "community"
        table = "partners_plan"


class Conversion(Model):
    """Something that a partner says a click led to. What is reported in the sandbox earns nothing."""

    id = fields.UUIDField(primary_key=True)
    partner_id = fields.UUIDField()
    is_sandbox = fields.BooleanField()
    external_id = fields.CharField(max_length=100)
    digest = fields.BinaryField()
    click_id = fields.UUIDField()
    link_id = fields.UUIDField()
    amount = fields.BigIntField()
    currency = fields.CharField(max_length=3)
    occurred_at = fields.DatetimeField()
    reported_at = fields.DatetimeField()
    commission = fields.BigIntField()
    due_at = fields.DatetimeField()
    plan_version = fields.IntField()
    programme_version = fields.CharField(max_length=20)
    key_id = fields.UUIDField(null=True)
    rejected_at = fields.DatetimeField(null=True)
    reject_reason = fields.CharField(max_length=500, null=True)

    class Meta:
        app = "community"
        table = "partners_conversion"


class CommissionLine(Model):
    """What was earned, taken back or paid. Only when it was approved, and in which statement it is, are said later."""

    id = fields.UUIDField(primary_key=True)
    partner_id = fields.UUIDField()
    number = fields.IntField()
    kind = fields.CharField(max_length=16)
    cause_kind = fields.CharField(max_length=16)
    cause_id = fields.UUIDField()
    step = fields.IntField()
    amount = fields.BigIntField()
    balance = fields.BigIntField()
    plan_version = fields.IntField(null=True)
    link_id = fields.UUIDField(null=True)
    recorded_at = fields.DatetimeField()
    due_at = fields.DatetimeField()
    approved_at = fields.DatetimeField(null=True)
    statement_id = fields.UUIDField(null=True)

    class Meta:
        app = "community"
        table = "partners_line"


class Statement(Model):
    """Approved lines that are paid together."""

    id = fields.UUIDField(primary_key=True)
    partner_id = fields.UUIDField()
    number = fields.IntField()
    until = fields.DatetimeField()
    total = fields.BigIntField()
    line_count = fields.IntField()
    status = fields.CharField(max_length=16)
    created_at = fields.DatetimeField()
    created_by_id = fields.UUIDField(null=True)
    settled_at = fields.DatetimeField(null=True)
    settled_by_id = fields.UUIDField(null=True)
    reference = fields.CharField(max_length=100, null=True)
    reason = fields.CharField(max_length=500, null=True)

    class Meta:
        app = "community"
        table = "partners_statement"
