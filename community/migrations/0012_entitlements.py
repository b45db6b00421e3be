"""The rows of entitlements, what their models cannot say, and the first features."""

import json
from uuid import uuid4

from orjson import loads
from tortoise import fields, migrations
from tortoise.fields.data import JSON_DUMPS
from tortoise.migrations import operations as ops

# Word for word what `rules.catalogue.DEFAULTS` were when this was written; a published version never changes.
FEATURES = (
    {
        "key": "articles.premium",
        "names": {"en": "Premium articles", "zh-Hant": "精選專文"},
        "descriptions": {
            "en": "Every article in full, with its pictures and downloads.",
            "zh-Hant": "完整閱讀所有專文，包含圖片與下載。",
        },
        "tier": "gold",
        "passes": [
            {"sku": "pass.articles.30d", "days": 30, "amount": 900},
            {"sku": "pass.articles.365d", "days": 365, "amount": 9_000},
        ],
        "points": {"points": 200, "days": 7},
    },
    {
        "key": "early_access",
        "names": {"en": "Early access", "zh-Hant": "搶先體驗"},
        "descriptions": {
            "en": "New products and registrations before everyone else.",
            "zh-Hant": "新品與活動報名，比別人早一步。",
        },
        "tier": "gold",
        "passes": [],
        "points": {"points": 500, "days": 30},
    },
    {
        "key": "lounge",
        "names": {"en": "Members' lounge", "zh-Hant": "會員交誼廳"},
        "descriptions": {
            "en": "The room where our most faithful members meet the makers.",
            "zh-Hant": "資深會員與品牌團隊面對面的專屬空間。",
        },
        "tier": "vip",
        "passes": [{"sku": "pass.lounge.30d", "days": 30, "amount": 2_900}],
        "points": None,
    },
)

KINDS = "('plan', 'purchase', 'points', 'event', 'gift', 'staff')"

FORWARD: list[str] = [
    "alter table entitlements_feature add constraint entitlements_feature_version_positive check (version > 0)",
    "create index entitlements_feature_latest on entitlements_feature (key, version desc)",
    *(
        f"""
        insert into entitlements_feature (id, key, version, terms, published_at)
          values ('0199a000-0000-7000-8000-00000000010{version}', '{feature["key"]}', {version},
            $${json.dumps(feature, ensure_ascii=False)}$$, '1970-01-01 00:00Z')
        """
        for version, feature in enumerate(FEATURES, start=1)
    ),
    f"""
    alter table entitlements_grant
      add constraint entitlements_grant_order check (ends_at > starts_at),
      add constraint entitlements_grant_source check (source_kind in {KINDS}),
      add constraint entitlements_grant_closing
        check ((closed_at is null) = (closing is null) and closing in ('ended', 'revoked', 'replaced'))
    """,
    """
    create unique index entitlements_grant_open on entitlements_grant (member_id, feature, source_kind, source_key)
      where closed_at is null
    """,
    "create index entitlements_grant_latest on entitlements_grant (member_id, id desc)",
    "create index entitlements_grant_source on entitlements_grant (source_kind, source_key)",
    """
    alter table entitlements_right
      add constraint entitlements_right_once unique (member_id, feature),
      add constraint entitlements_right_held
        check ((since is null) = (source_kind is null) and (since is null) = (source_key is null)
          and (since is not null or until is null) and until > since)
    """,
    "create index entitlements_right_due on entitlements_right (due_at) where due_at is not null",
    "create index entitlements_right_held on entitlements_right (feature) where since is not null",
    """
    alter table entitlements_gift
      add constraint entitlements_gift_days check (days > 0),
      add constraint entitlements_gift_points check (points > 0 and (points is null) = (answer_by is null)),
      add constraint entitlements_gift_to_others check (sender_id <> recipient_id),
      add constraint entitlements_gift_outcome
        check ((outcome is null) = (settled_at is null) and outcome in ('accepted', 'declined', 'expired'))
    """,
    "create index entitlements_gift_received on entitlements_gift (recipient_id, id desc)",
    "create index entitlements_gift_sent on entitlements_gift (sender_id, id desc)",
    "create index entitlements_gift_open on entitlements_gift (answer_by) where outcome is null",
    """
    create function entitlements_refuse_change() returns trigger language plpgsql as $$
    begin
        raise exception '% never changes', tg_table_name using errcode = '42501';
    end
    $$
    """,
    """
    create trigger entitlements_feature_immutable before update or delete or truncate on entitlements_feature
      for each statement execute function entitlements_refuse_change()
    """,
    # A grant is closed once; nothing else about it changes.
    """
    create function entitlements_close_once() returns trigger language plpgsql as $$
    declare
        closed entitlements_grant := old;
    begin
        closed.closed_at := new.closed_at;
        closed.closed_by := new.closed_by;
        closed.closing := new.closing;
        closed.closing_reason := new.closing_reason;
        if old.closed_at is not null or closed is distinct from new then
            raise exception 'a grant is closed once' using errcode = '42501';
        end if;
        return new;
    end
    $$
    """,
    """
    create trigger entitlements_grant_closed_once before update on entitlements_grant
      for each row execute function entitlements_close_once()
    """,
    """
    create trigger entitlements_grant_kept before delete or truncate on entitlements_grant
      for each statement execute function entitlements_refuse_change()
    """,
]

BACKWARD: list[str] = [
    "drop trigger entitlements_grant_kept on entitlements_grant",
    "drop trigger entitlements_grant_closed_once on entitlements_grant",
    "drop function entitlements_close_once()",
    "drop trigger entitlements_feature_immutable on entitlements_feature",
    "drop function entitlements_refuse_change()",
    "drop index entitlements_gift_open, entitlements_gift_sent, entitlements_gift_received",
    """
    alter table entitlements_gift
      drop constraint entitlements_gift_outcome, drop constraint entitlements_gift_to_others,
      drop constraint entitlements_gift_points, drop constraint entitlements_gift_days
    """,
    "drop index entitlements_right_held, entitlements_right_due",
    """
    alter table entitlements_right
      drop constraint entitlements_right_held, drop constraint entitlements_right_once
    """,
    "drop index entitlements_grant_source, entitlements_grant_latest, entitlements_grant_open",
    """
    alter table entitlements_grant
      drop constraint entitlements_grant_closing, drop constraint entitlements_grant_source,
      drop constraint entitlements_grant_order
    """,
    "delete from entitlements_feature",
    "drop index entitlements_feature_latest",
    "alter table entitlements_feature drop constraint entitlements_feature_version_positive",
]


class Migration(migrations.Migration):
    dependencies = [("community", "0011_spine")]

    operations = [
        ops.CreateModel(
            name="EntitlementFeature",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4)),
                ("key", fields.CharField(max_length=40)),
                ("version", fields.IntField(unique=True)),
                ("terms", fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ("published_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("published_by", fields.UUIDField(null=True)),
            ],
            options={
                "table": "entitlements_feature",
                "app": "community",
                "pk_attr": "id",
                "table_description": "One version of one feature. The catalogue is the latest of each key; versions are"
                " counted over all keys.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="EntitlementGift",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4)),
                ("feature", fields.CharField(max_length=40)),
                ("days", fields.IntField()),
                ("points", fields.BigIntField(null=True)),
                ("sender_id", fields.UUIDField(null=True)),
                ("recipient_id", fields.UUIDField()),
                ("message", fields.TextField(unique=False)),
                ("sent_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("answer_by", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("outcome", fields.CharField(null=True, max_length=16)),
                ("settled_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "entitlements_gift",
                "app": "community",
                "pk_attr": "id",
                "table_description": "A feature for some days that one member pays for and another may accept, or that"
                " staff present.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="EntitlementGrant",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4)),
                ("member_id", fields.UUIDField()),
                ("feature", fields.CharField(max_length=40)),
                ("source_kind", fields.CharField(max_length=16)),
                ("source_key", fields.CharField(max_length=200)),
                ("starts_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("ends_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("reason", fields.TextField(null=True, unique=False)),
                ("granted_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("granted_by", fields.UUIDField(null=True)),
                ("closed_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("closed_by", fields.UUIDField(null=True)),
                ("closing", fields.CharField(null=True, max_length=16)),
                ("closing_reason", fields.TextField(null=True, unique=False)),
            ],
            options={
                "table": "entitlements_grant",
                "app": "community",
                "pk_attr": "id",
                "table_description": "That a source gives a member a feature. Open until it has ended, is revoked, or"
                " another period replaces it.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="EntitlementRight",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4)),
                ("member_id", fields.UUIDField()),
                ("feature", fields.CharField(max_length=40)),
                ("since", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("until", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("source_kind", fields.CharField(null=True, max_length=16)),
                ("source_key", fields.CharField(null=True, max_length=200)),
                ("due_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "entitlements_right",
                "app": "community",
                "pk_attr": "id",
                "table_description": "What was announced of a member's right to a feature. Whoever locks it changes the"
                " grants behind it.",
            },
            bases=["Model"],
        ),
        ops.RunSQL(FORWARD, BACKWARD),
    ]
