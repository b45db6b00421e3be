"""What the models of tiers cannot say: constraints, indexes, what never changes, and the first version of the rules."""

import json

from tortoise import migrations
from tortoise.migrations import operations as ops

IMMUTABLE = ("tiers_programme", "tiers_contribution", "tiers_grant", "tiers_transition")

# Word for word what `rules.programme.DEFAULT` was when this was written; a published version never changes.
FIRST = json.dumps(
    {
        "ladder": [
            {
                "key": "member",
                "names": {"en": "Member", "zh-Hant": "一般會員"},
                "perks": [],
                "spend": None,
                "engagement": None,
            },
            {
                "key": "silver",
                "names": {"en": "Silver", "zh-Hant": "銀卡會員"},
                "perks": [{"en": "Early notice of campaigns and events", "zh-Hant": "搶先得知活動消息"}],
                "spend": 10_000,
                "engagement": 200,
            },
            {
                "key": "gold",
                "names": {"en": "Gold", "zh-Hant": "金卡會員"},
                "perks": [
                    {"en": "Exclusive articles a day before everyone", "zh-Hant": "專屬內容提前一天閱讀"},
                    {"en": "Early registration for events", "zh-Hant": "活動優先報名"},
                ],
                "spend": 30_000,
                "engagement": 1_000,
            },
            {
                "key": "vip",
                "names": {"en": "VIP", "zh-Hant": "VIP 會員"},
                "perks": [
                    {"en": "Exclusive articles the moment they appear", "zh-Hant": "專屬內容搶先看"},
                    {
                        "en": "Product try-outs and live sessions with the makers",
                        "zh-Hant": "新品試用與線上見面會",
                    },
                ],
                "spend": 100_000,
                "engagement": 5_000,
            },
        ],
        "period": "rolling",
        "months": 12,
        "down": "one_step",
        "grace_days": 30,
        "keep_percent": 90,
        "minimum_stay_days": 14,
        "warning_days": 30,
        "gates": {"reactions": {"units_per_member": 4, "units_per_day": 3}},
    },
    ensure_ascii=False,
)

FORWARD: list[str] = [
    "alter table tiers_programme add constraint tiers_programme_version_positive check (version > 0)",
    f"""
    insert into tiers_programme (id, version, terms, starts_at, published_at)
      values ('0199a000-0000-7000-8000-000000000001', 1, $${FIRST}$$, '1970-01-01 00:00Z', '1970-01-01 00:00Z')
    """,
    """
    alter table tiers_standing
      add constraint tiers_standing_period
        check ((period_since is null) = (period_until is null) and period_since < period_until),
      add constraint tiers_standing_grace check (grace_until is null or period_until is not null),
      add constraint tiers_standing_lock check (locked is not null or locked_until is null)
    """,
    # Rows change whenever somebody climbs: room on the page keeps the changes there.
    "alter table tiers_standing set (fillfactor = 80)",
    "create index tiers_standing_due on tiers_standing (due_at) where due_at is not null",
    "create index tiers_standing_version on tiers_standing (version)",
    """
    alter table tiers_contribution
      add constraint tiers_contribution_amount check (amount <> 0 and (amount < 0) = (withdraws_id is not null)),
      add constraint tiers_contribution_part check ((part is not null) = (withdraws_id is not null)),
      add constraint tiers_contribution_once unique (cause_kind, cause_key)
    """,
    "create index tiers_contribution_counted on tiers_contribution (member_id, counts_at, id) include (amount)",
    """
    create index tiers_contribution_withdrawn on tiers_contribution (withdraws_id) where withdraws_id is not null
    """,
    """
    alter table tiers_reception
      add constraint tiers_reception_credits check (credits > 0),
      add constraint tiers_reception_from_others check (giver_id <> member_id),
      add constraint tiers_reception_once unique (cause_kind, cause_key)
    """,
    "create index tiers_reception_received on tiers_reception (member_id, received_at)",
    "alter table tiers_grant add constraint tiers_grant_once unique (member_id, cause_kind, cause_key)",
    "create index tiers_grant_latest on tiers_grant (member_id, id desc)",
    """
    alter table tiers_lock
      add constraint tiers_lock_order check (ends_at > starts_at and lifted_at >= starts_at)
    """,
    "create index tiers_lock_latest on tiers_lock (member_id, id desc)",
    """
    alter table tiers_transition
      add constraint tiers_transition_moves check (before <> after),
      add constraint tiers_transition_reason
        check (reason in ('earned', 'plan', 'period_end', 'lock', 'lock_ended')),
      add constraint tiers_transition_track check (track in ('plan', 'spend', 'engagement'))
    """,
    "create index tiers_transition_latest on tiers_transition (member_id, id desc)",
    """
    create function tiers_refuse_change() returns trigger language plpgsql as $$
    begin
        raise exception '% is append-only', tg_table_name using errcode = '42501';
    end
    $$
    """,
    *(
        f"create trigger {table}_immutable before update or delete or truncate on {table}"
        " for each statement execute function tiers_refuse_change()"
        for table in IMMUTABLE
    ),
]

BACKWARD: list[str] = [
    *(f"drop trigger {table}_immutable on {table}" for table in IMMUTABLE),
    "drop function tiers_refuse_change()",
    "drop index tiers_transition_latest, tiers_lock_latest, tiers_grant_latest, tiers_reception_received",
    "drop index tiers_contribution_withdrawn, tiers_contribution_counted",
    "drop index tiers_standing_version, tiers_standing_due",
    """
    alter table tiers_transition
      drop constraint tiers_transition_track, drop constraint tiers_transition_reason,
      drop constraint tiers_transition_moves
    """,
    "alter table tiers_lock drop constraint tiers_lock_order",
    "alter table tiers_grant drop constraint tiers_grant_once",
    """
    alter table tiers_reception
      drop constraint tiers_reception_once, drop constraint tiers_reception_from_others,
      drop constraint tiers_reception_credits
    """,
    """
    alter table tiers_contribution
      drop constraint tiers_contribution_once, drop constraint tiers_contribution_part,
      drop constraint tiers_contribution_amount
    """,
    "alter table tiers_standing reset (fillfactor)",
    """
    alter table tiers_standing
      drop constraint tiers_standing_lock, drop constraint tiers_standing_grace,
      drop constraint tiers_standing_period
    """,
    "delete from tiers_programme",
    "alter table tiers_programme drop constraint tiers_programme_version_positive",
]


class Migration(migrations.Migration):
    dependencies = [("community", "0008_ledger")]

    operations = [ops.RunSQL(FORWARD, BACKWARD)]
