"""Partners with their plans, conversions, lines of commission and statements; keys that act as partners."""

from uuid import uuid4

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

FORWARD: list[str] = [
    """
    alter table access_api_key
      add constraint access_api_key_partner check (partner_id is null or owner = 'partner'),
      add constraint access_api_key_sandbox check (not is_sandbox or partner_id is not null)
    """,
    "create index access_api_key_of on access_api_key (partner_id) where partner_id is not null",
    "alter table partners_partner add constraint partners_partner_status"
    " check (status in ('active', 'suspended', 'closed'))",
    """
    alter table partners_standing
      add constraint partners_standing_partner foreign key (partner_id) references partners_partner (id),
      add constraint partners_standing_status check (status in ('active', 'suspended', 'closed'))
    """,
    "create index partners_standing_of on partners_standing (partner_id, since)",
    """
    alter table partners_plan
      add constraint partners_plan_partner foreign key (partner_id) references partners_partner (id),
      add constraint partners_plan_version unique (partner_id, version),
      add constraint partners_plan_start unique (partner_id, starts_at),
      add constraint partners_plan_figures check (per_sign_up >= 0 and basis_points between 0 and 10000
        and recurring_months >= 0 and hold_days >= 0)
    """,
    """
    alter table partners_conversion
      add constraint partners_conversion_partner foreign key (partner_id) references partners_partner (id),
      add constraint partners_conversion_once unique (partner_id, is_sandbox, external_id),
      add constraint partners_conversion_amounts check (amount > 0 and commission between 0 and amount),
      add constraint partners_conversion_rejected check ((rejected_at is null) = (reject_reason is null))
    """,
    "create index partners_conversion_of on partners_conversion (partner_id, is_sandbox, id)",
    "create index partners_conversion_click on partners_conversion (click_id) where not is_sandbox",
    """
    alter table partners_statement
      add constraint partners_statement_partner foreign key (partner_id) references partners_partner (id),
      add constraint partners_statement_number unique (partner_id, number),
      add constraint partners_statement_total check (total > 0),
      add constraint partners_statement_status check (status in ('open', 'paid', 'cancelled')),
      add constraint partners_statement_settled check ((status = 'open') = (settled_at is null)),
      add constraint partners_statement_paid check ((status = 'paid') = (reference is not null))
    """,
    """
    alter table partners_line
      add constraint partners_line_partner foreign key (partner_id) references partners_partner (id),
      add constraint partners_line_statement foreign key (statement_id) references partners_statement (id),
      add constraint partners_line_number unique (partner_id, number),
      add constraint partners_line_cause unique (cause_kind, cause_id, step),
      add constraint partners_line_kind check (kind in ('earned', 'reversed', 'paid')),
      add constraint partners_line_cause_kind check (cause_kind in ('sign_up', 'order', 'conversion', 'payout')),
      add constraint partners_line_sign check (amount <> 0 and (amount > 0) = (kind = 'earned')),
      add constraint partners_line_approved check (statement_id is null or approved_at is not null)
    """,
    "create index partners_line_due on partners_line (due_at) where approved_at is null",
    "create index partners_line_in on partners_line (statement_id) where statement_id is not null",
    "create index partners_line_unpaid on partners_line (partner_id, due_at)"
    " where statement_id is null and kind <> 'paid'",
    "create index partners_line_months on partners_line (partner_id, recorded_at)",
    """
    create function partners_refuse_change() returns trigger language plpgsql as $$
    begin
        raise exception '% is only ever added to', tg_table_name using errcode = '42501';
    end
    $$
    """,
    "create trigger partners_standing_immutable before update or delete or truncate on partners_standing"
    " for each statement execute function partners_refuse_change()",
    "create trigger partners_plan_immutable before update or delete or truncate on partners_plan"
    " for each statement execute function partners_refuse_change()",
    "create trigger partners_line_immutable before delete or truncate on partners_line"
    " for each statement execute function partners_refuse_change()",
    """
    create function partners_keep_line() returns trigger language plpgsql as $$
    begin
        if (old.id, old.partner_id, old.number, old.kind, old.cause_kind, old.cause_id, old.step, old.amount,
            old.balance, old.recorded_at, old.due_at)
           is distinct from
           (new.id, new.partner_id, new.number, new.kind, new.cause_kind, new.cause_id, new.step, new.amount,
            new.balance, new.recorded_at, new.due_at)
           or (old.approved_at is not null and new.approved_at is distinct from old.approved_at)
        then
            raise exception 'a line of commission is never changed: write another one' using errcode = '42501';
        end if;
        return new;
    end
    $$
    """,
    "create trigger partners_line_kept before update on partners_line"
    " for each row execute function partners_keep_line()",
]

BACKWARD: list[str] = [
    "drop trigger partners_line_kept on partners_line",
    "drop function partners_keep_line()",
    "drop trigger partners_line_immutable on partners_line",
    "drop trigger partners_plan_immutable on partners_plan",
    "drop trigger partners_standing_immutable on partners_standing",
    "drop function partners_refuse_change()",
    "drop index partners_line_months, partners_line_unpaid, partners_line_in, partners_line_due",
    """
    alter table partners_line
      drop constraint partners_line_approved,
      drop constraint partners_line_sign,
      drop constraint partners_line_cause_kind,
      drop constraint partners_line_kind,
      drop constraint partners_line_cause,
      drop constraint partners_line_number,
      drop constraint partners_line_statement,
      drop constraint partners_line_partner
    """,
    """
    alter table partners_statement
      drop constraint partners_statement_paid,
      drop constraint partners_statement_settled,
      drop constraint partners_statement_status,
      drop constraint partners_statement_total,
      drop constraint partners_statement_number,
      drop constraint partners_statement_partner
    """,
    "drop index partners_conversion_click, partners_conversion_of",
    """
    alter table partners_conversion
      drop constraint partners_conversion_rejected,
      drop constraint partners_conversion_amounts,
      drop constraint partners_conversion_once,
      drop constraint partners_conversion_partner
    """,
    """
    alter table partners_plan
      drop constraint partners_plan_figures,
      drop constraint partners_plan_start,
      drop constraint partners_plan_version,
      drop constraint partners_plan_partner
    """,
    "drop index partners_standing_of",
    """
    alter table partners_standing
      drop constraint partners_standing_status,
      drop constraint partners_standing_partner
    """,
    """
    alter table partners_partner
      drop constraint partners_partner_status
    """,
    "drop index access_api_key_of",
    """
    alter table access_api_key
      drop constraint access_api_key_sandbox,
      drop constraint access_api_key_partner
    """,
]


class Migration(migrations.Migration):
    dependencies = [("community", "0015_referrals")]

    operations = [
        ops.CreateModel(
            name="CommissionLine",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4)),
                ("partner_id", fields.UUIDField()),
                ("number", fields.IntField()),
                ("kind", fields.CharField(max_length=16)),
                ("cause_kind", fields.CharField(max_length=16)),
                ("cause_id", fields.UUIDField()),
                ("step", fields.IntField()),
                ("amount", fields.BigIntField()),
                ("balance", fields.BigIntField()),
                ("plan_version", fields.IntField(null=True)),
                ("link_id", fields.UUIDField(null=True)),
                ("recorded_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("due_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("approved_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("statement_id", fields.UUIDField(null=True)),
            ],
            options={
                "table": "partners_line",
                "app": "community",
                "pk_attr": "id",
                "table_description": "What was earned, taken back or paid. Only when it was approved, and in which statement it is, are said later.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="CommissionPlan",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4)),
                ("partner_id", fields.UUIDField()),
                ("version", fields.IntField()),
                ("starts_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("per_sign_up", fields.BigIntField()),
                ("basis_points", fields.IntField()),
                ("recurring_months", fields.IntField()),
                ("hold_days", fields.IntField()),
                ("published_by_id", fields.UUIDField(null=True)),
            ],
            options={
                "table": "partners_plan",
                "app": "community",
                "pk_attr": "id",
                "table_description": "A version of what a partner earns. It never changes; the last to have begun is in force.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Conversion",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4)),
                ("partner_id", fields.UUIDField()),
                ("is_sandbox", fields.BooleanField()),
                ("external_id", fields.CharField(max_length=100)),
                ("digest", fields.BinaryField()),
                ("click_id", fields.UUIDField()),
                ("link_id", fields.UUIDField()),
                ("amount", fields.BigIntField()),
                ("currency", fields.CharField(max_length=3)),
                ("occurred_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("reported_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("commission", fields.BigIntField()),
                ("due_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("plan_version", fields.IntField()),
                ("programme_version", fields.CharField(max_length=20)),
                ("key_id", fields.UUIDField(null=True)),
                ("rejected_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("reject_reason", fields.CharField(null=True, max_length=500)),
            ],
            options={
                "table": "partners_conversion",
                "app": "community",
                "pk_attr": "id",
                "table_description": "Something that a partner says a click led to. What is reported in the sandbox earns nothing.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Partner",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4)),
                ("name", fields.CharField(max_length=100)),
                ("contact", fields.CharField(max_length=254)),
                ("status", fields.CharField(max_length=16)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "partners_partner",
                "app": "community",
                "pk_attr": "id",
                "table_description": "Another company that brings members. Whoever writes lines of it holds this row.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="PartnerStanding",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4)),
                ("partner_id", fields.UUIDField()),
                ("status", fields.CharField(max_length=16)),
                ("reason", fields.CharField(max_length=500)),
                ("since", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("decided_by_id", fields.UUIDField(null=True)),
            ],
            options={
                "table": "partners_standing",
                "app": "community",
                "pk_attr": "id",
                "table_description": "Since when a partner stands as it does, who said so, and why. Never changed.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Statement",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4)),
                ("partner_id", fields.UUIDField()),
                ("number", fields.IntField()),
                ("until", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("total", fields.BigIntField()),
                ("line_count", fields.IntField()),
                ("status", fields.CharField(max_length=16)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("created_by_id", fields.UUIDField(null=True)),
                ("settled_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("settled_by_id", fields.UUIDField(null=True)),
                ("reference", fields.CharField(null=True, max_length=100)),
                ("reason", fields.CharField(null=True, max_length=500)),
            ],
            options={
                "table": "partners_statement",
                "app": "community",
                "pk_attr": "id",
                "table_description": "Approved lines that are paid together.",
            },
            bases=["Model"],
        ),
        ops.AddField(
            model_name="ApiKey",
            name="is_sandbox",
            field=fields.BooleanField(db_default=False),
        ),
        ops.AddField(
            model_name="ApiKey",
            name="partner_id",
            field=fields.UUIDField(null=True),
        ),
        ops.RunSQL(FORWARD, BACKWARD),
    ]
