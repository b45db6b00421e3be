"""The rows of campaigns, and what models cannot say; labels of members; how often hashtags were used, by the hour."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from orjson import loads
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.fields.data import JSON_DUMPS
from uuid import uuid4
from tortoise import fields

FORWARD: list[str] = [
    """
    alter table campaigns_campaign
      add constraint campaigns_campaign_state
        check (state in ('draft', 'scheduled', 'open', 'closed', 'settled', 'cancelled')),
      add constraint campaigns_campaign_spent check (points >= 0 and entries >= 0),
      add constraint campaigns_campaign_window check (opens_at <= closes_at)
    """,
    "create unique index campaigns_campaign_slug on campaigns_campaign (slug)",
    "create index campaigns_campaign_hashtags on campaigns_campaign using gin (hashtag_ids)",
    "create index campaigns_campaign_opening on campaigns_campaign (opens_at, id)",
    "create index campaigns_campaign_closing on campaigns_campaign (closes_at, id)",
    "create unique index campaigns_version_number on campaigns_version (campaign_id, version)",
    """
    alter table campaigns_entry
      add constraint campaigns_entry_state check (state in ('pending', 'accepted', 'refused', 'withdrawn')),
      add constraint campaigns_entry_reward
        check (reward in ('none', 'waiting', 'given', 'lapsed', 'taken_back')),
      add constraint campaigns_entry_reason check ((state in ('refused', 'withdrawn')) = (reason is not null)),
      add constraint campaigns_entry_gate check ((reward = 'waiting') <= (gate_until is not null)),
      add constraint campaigns_entry_amounts check (points >= 0 and credits >= 0 and reactors >= 0 and round >= 0)
    """,
    "create unique index campaigns_entry_once on campaigns_entry (post_id, campaign_id)",
    "create index campaigns_entry_of_member on campaigns_entry (member_id, campaign_id, id)",
    "create index campaigns_entry_of_campaign on campaigns_entry (campaign_id, state, id)",
    "create index campaigns_entry_same on campaigns_entry (campaign_id, fingerprint)"
    " where state in ('pending', 'accepted')",
    "create index campaigns_entry_like on campaigns_entry using gin (sketch) where state in ('pending', 'accepted')",
    "create index campaigns_entry_waiting on campaigns_entry (gate_until) where reward = 'waiting'",
    "create index campaigns_review_of_entry on campaigns_review (entry_id, id)",
    """
    alter table campaigns_draw
      add constraint campaigns_draw_seed check (octet_length(seed) = 32),
      add constraint campaigns_draw_sealed check (num_nulls(entries, prizes, list_hash, sealed_at) in (0, 4)),
      add constraint campaigns_draw_order check (drawn_at is null or sealed_at is not null)
    """,
    # What was committed to, sealed or drawn stays: nobody draws again.
    """
    create function campaigns_draw_refuse_change() returns trigger language plpgsql as $$
    begin
        if new.seed <> old.seed or new.commitment <> old.commitment
            or (old.sealed_at is not null and (new.entries, new.prizes, new.list_hash, new.sealed_at)
                is distinct from (old.entries, old.prizes, old.list_hash, old.sealed_at))
            or (old.drawn_at is not null and (new.drawn_at, new.beacon_value)
                is distinct from (old.drawn_at, old.beacon_value))
        then
            raise exception 'what a draw has published stays' using errcode = '42501';
        end if;
        return new;
    end
    $$
    """,
    "create trigger campaigns_draw_published before update on campaigns_draw"
    " for each row execute function campaigns_draw_refuse_change()",
    "create index campaigns_join_of_campaign on campaigns_join (campaign_id)",
    "create table members_label (member_id uuid not null, label text not null, primary key (member_id, label))",
    "create table posts_hashtag_hour (hour timestamptz not null, hashtag_id uuid not null, posts int not null,"
    " authors int not null, primary key (hashtag_id, hour))",
    "create index posts_hashtag_hour_all on posts_hashtag_hour (hour, hashtag_id)",
    "create index posts_post_written on posts_post (written_at)",
]

BACKWARD: list[str] = [
    "drop index posts_post_written",
    "drop table posts_hashtag_hour",
    "drop table members_label",
    "drop index campaigns_join_of_campaign",
    "drop trigger campaigns_draw_published on campaigns_draw",
    "drop function campaigns_draw_refuse_change()",
    "alter table campaigns_draw drop constraint campaigns_draw_seed, drop constraint campaigns_draw_sealed,"
    " drop constraint campaigns_draw_order",
    "drop index campaigns_review_of_entry",
    "drop index campaigns_entry_waiting",
    "drop index campaigns_entry_like",
    "drop index campaigns_entry_same",
    "drop index campaigns_entry_of_campaign",
    "drop index campaigns_entry_of_member",
    "drop index campaigns_entry_once",
    "alter table campaigns_entry drop constraint campaigns_entry_state, drop constraint campaigns_entry_reward,"
    " drop constraint campaigns_entry_reason, drop constraint campaigns_entry_gate,"
    " drop constraint campaigns_entry_amounts",
    "drop index campaigns_version_number",
    "drop index campaigns_campaign_closing",
    "drop index campaigns_campaign_opening",
    "drop index campaigns_campaign_hashtags",
    "drop index campaigns_campaign_slug",
    "alter table campaigns_campaign drop constraint campaigns_campaign_state,"
    " drop constraint campaigns_campaign_spent, drop constraint campaigns_campaign_window",
]


class Migration(migrations.Migration):
    dependencies = [("community", "0016_partners")]

    operations = [
        ops.CreateModel(
            name='Campaign',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4)),
                ('slug', fields.CharField(max_length=60)),
                ('state', fields.CharField(max_length=16)),
                ('version', fields.IntField()),
                ('plan', fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ('hashtag_ids', ArrayField(element_type='UUID')),
                ('opens_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('closes_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('points', fields.BigIntField()),
                ('entries', fields.IntField()),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('created_by', fields.UUIDField(null=True)),
                ('cancel_reason', fields.TextField(null=True, unique=False)),
            ],
            options={'table': 'campaigns_campaign', 'app': 'community', 'pk_attr': 'id', 'table_description': 'A campaign with what it has given so far. `plan` is the version in force; the window stands beside it.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='CampaignDraw',
            fields=[
                ('campaign_id', fields.UUIDField(primary_key=True, default=uuid4)),
                ('seed', fields.BinaryField()),
                ('commitment', fields.CharField(max_length=64)),
                ('committed_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('entries', fields.JSONField(null=True, encoder=JSON_DUMPS, decoder=loads)),
                ('prizes', fields.JSONField(null=True, encoder=JSON_DUMPS, decoder=loads)),
                ('list_hash', fields.CharField(null=True, max_length=64)),
                ('sealed_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('beacon_value', fields.TextField(null=True, unique=False)),
                ('drawn_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('drawn_by', fields.UUIDField(null=True)),
                ('disqualified', fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
            ],
            options={'table': 'campaigns_draw', 'app': 'community', 'pk_attr': 'campaign_id', 'table_description': 'The draw of a campaign: the seed is secret until it is drawn, its hash is not.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='CampaignEntry',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4)),
                ('campaign_id', fields.UUIDField()),
                ('post_id', fields.UUIDField()),
                ('member_id', fields.UUIDField()),
                ('version', fields.IntField()),
                ('state', fields.CharField(max_length=16)),
                ('reason', fields.CharField(null=True, max_length=32)),
                ('note', fields.TextField(null=True, unique=False)),
                ('written_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('decided_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('decided_by', fields.UUIDField(null=True)),
                ('round', fields.IntField()),
                ('reward', fields.CharField(max_length=16)),
                ('points', fields.BigIntField()),
                ('credits', fields.BigIntField()),
                ('gate_until', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('reactors', fields.IntField()),
                ('fingerprint', fields.CharField(max_length=64)),
                ('sketch', ArrayField(element_type='BIGINT')),
            ],
            options={'table': 'campaigns_entry', 'app': 'community', 'pk_attr': 'id', 'table_description': 'A post in a campaign. `(campaign_id, post_id)` is unique. `round` counts how often it was accepted.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='CampaignJoin',
            fields=[
                ('member_id', fields.UUIDField(primary_key=True, default=uuid4)),
                ('campaign_id', fields.UUIDField()),
                ('joined_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'campaigns_join', 'app': 'community', 'pk_attr': 'member_id', 'table_description': 'A member who came because of a campaign.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='CampaignReview',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4)),
                ('entry_id', fields.UUIDField()),
                ('decision', fields.CharField(max_length=16)),
                ('note', fields.TextField(null=True, unique=False)),
                ('state_before', fields.CharField(max_length=16)),
                ('reason_before', fields.CharField(null=True, max_length=32)),
                ('note_before', fields.TextField(null=True, unique=False)),
                ('decided_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('decided_by', fields.UUIDField(null=True)),
                ('undone_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('undone_by', fields.UUIDField(null=True)),
            ],
            options={'table': 'campaigns_review', 'app': 'community', 'pk_attr': 'id', 'table_description': 'What staff decided on an entry, and how it stood before, so that it can be undone.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='CampaignVersion',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4)),
                ('campaign_id', fields.UUIDField()),
                ('version', fields.IntField()),
                ('plan', fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ('edited_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('edited_by', fields.UUIDField(null=True)),
            ],
            options={'table': 'campaigns_version', 'app': 'community', 'pk_attr': 'id', 'table_description': 'What a campaign said, and since when. It never changes. `(campaign_id, version)` is unique.'},
            bases=['Model'],
        ),
        ops.RunSQL(FORWARD, BACKWARD),
    ]
