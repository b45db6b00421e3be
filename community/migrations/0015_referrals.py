"""Links, clicks, referrals and the programme; how members came; and what models cannot say of them."""

from uuid import uuid4

from orjson import loads
from tortoise import fields, migrations
from tortoise.fields.data import JSON_DUMPS
from tortoise.migrations import operations as ops

FORWARD: list[str] = [
    "create index access_session_of on access_session (account_id, id)",
    """
    alter table referrals_link
      add constraint referrals_link_code unique (code_key),
      add constraint referrals_link_owner check (owner_kind in ('member', 'partner')),
      add constraint referrals_link_order check (ends_at > created_at and disabled_at >= created_at)
    """,
    "create unique index referrals_link_default on referrals_link (owner_id, owner_kind) where is_default",
    "create index referrals_link_of on referrals_link (owner_id, owner_kind, id)",
    """
    alter table referrals_click
      add constraint referrals_click_link foreign key (link_id) references referrals_link (id)
    """,
    "create index referrals_click_visitor on referrals_click (link_id, visitor, clicked_at) where visitor is not null",
    "create index referrals_click_traces on referrals_click (clicked_at) where visitor is not null",
    """
    alter table referrals_tally
      add constraint referrals_tally_link foreign key (link_id) references referrals_link (id),
      add constraint referrals_tally_once unique (link_id, day),
      add constraint referrals_tally_announced check (announced between 0 and clicks)
    """,
    "create index referrals_tally_news on referrals_tally (link_id) where announced < clicks",
    "create index referrals_batch_kept on referrals_batch (kept_at)",
    "create unique index referrals_programme_version on referrals_programme (version)",
    "create unique index referrals_programme_start on referrals_programme (starts_at)",
    """
    create function referrals_refuse_change() returns trigger language plpgsql as $$
    begin
        raise exception 'a published programme is never changed: publish another version' using errcode = '42501';
    end
    $$
    """,
    "create trigger referrals_programme_immutable before update or delete or truncate on referrals_programme"
    " for each statement execute function referrals_refuse_change()",
    """
    alter table referrals_touch
      add constraint referrals_touch_member foreign key (member_id) references members_member (id),
      add constraint referrals_touch_owner check ((owner_id is null) = (owner_kind is null))
    """,
    "create index referrals_touch_log on referrals_touch (member_id, id)",
    """
    alter table referrals_referral
      add constraint referrals_referral_member foreign key (member_id) references members_member (id),
      add constraint referrals_referral_link foreign key (link_id) references referrals_link (id),
      add constraint referrals_referral_once unique (member_id),
      add constraint referrals_referral_click unique (click_id),
      add constraint referrals_referral_stage
        check (stage in ('signed_up', 'qualified', 'rewarded', 'rejected', 'reversed')),
      add constraint referrals_referral_review
        check (review in ('clear', 'waiting', 'approved', 'rejected', 'refused')),
      add constraint referrals_referral_qualified
        check (qualified_at is not null or stage not in ('qualified', 'rewarded', 'reversed')),
      add constraint referrals_referral_ended check ((stage in ('rejected', 'reversed')) = (ended_at is not null)),
      add constraint referrals_referral_oneself check (owner_kind <> 'member' or owner_id <> member_id)
    """,
    "create index referrals_referral_of on referrals_referral (owner_id, owner_kind, id)",
    "create index referrals_referral_link_of on referrals_referral (link_id) where link_id is not null",
    "create index referrals_referral_review_queue on referrals_referral (id) where review = 'waiting'",
    "create index referrals_referral_due on referrals_referral (held_until) where stage = 'qualified'",
    "create index referrals_referral_cause on referrals_referral (qualified_by) where qualified_by is not null",
]

BACKWARD: list[str] = [
    """
    drop index referrals_referral_cause, referrals_referral_due, referrals_referral_review_queue,
      referrals_referral_link_of, referrals_referral_of
    """,
    """
    alter table referrals_referral
      drop constraint referrals_referral_oneself, drop constraint referrals_referral_ended,
      drop constraint referrals_referral_qualified, drop constraint referrals_referral_review,
      drop constraint referrals_referral_stage, drop constraint referrals_referral_click,
      drop constraint referrals_referral_once, drop constraint referrals_referral_link,
      drop constraint referrals_referral_member
    """,
    "drop index referrals_touch_log",
    "alter table referrals_touch drop constraint referrals_touch_owner, drop constraint referrals_touch_member",
    "drop trigger referrals_programme_immutable on referrals_programme",
    "drop function referrals_refuse_change()",
    "drop index referrals_programme_start, referrals_programme_version, referrals_batch_kept, referrals_tally_news",
    """
    alter table referrals_tally
      drop constraint referrals_tally_announced, drop constraint referrals_tally_once,
      drop constraint referrals_tally_link
    """,
    "drop index referrals_click_traces, referrals_click_visitor",
    "alter table referrals_click drop constraint referrals_click_link",
    "drop index referrals_link_of, referrals_link_default",
    """
    alter table referrals_link
      drop constraint referrals_link_order, drop constraint referrals_link_owner, drop constraint referrals_link_code
    """,
    "drop index access_session_of",
]


class Migration(migrations.Migration):
    dependencies = [("community", "0014_content")]

    operations = [
        ops.CreateModel(
            name='Referral',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4)),
                ('member_id', fields.UUIDField()),
                ('owner_kind', fields.CharField(max_length=16)),
                ('owner_id', fields.UUIDField()),
                ('link_id', fields.UUIDField(null=True)),
                ('click_id', fields.UUIDField(null=True)),
                ('touch_kind', fields.CharField(max_length=16)),
                ('source', fields.CharField(null=True, max_length=64)),
                ('campaign', fields.CharField(null=True, max_length=64)),
                ('programme_version', fields.CharField(max_length=20)),
                ('household', fields.BinaryField(null=True)),
                ('stage', fields.CharField(max_length=16)),
                ('review', fields.CharField(max_length=16)),
                ('score', fields.IntField()),
                ('signals', fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ('bound_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('qualified_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('qualified_by', fields.UUIDField(null=True)),
                ('held_until', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('rewarded_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('ended_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('end_reason', fields.CharField(null=True, max_length=500)),
                ('decided_by', fields.UUIDField(null=True)),
                ('decided_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'referrals_referral', 'app': 'community', 'pk_attr': 'id', 'table_description': 'Who brought a member, and how far that has come. One for each member, for ever.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='ReferralBatch',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4)),
                ('kept_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'referrals_batch', 'app': 'community', 'pk_attr': 'id', 'table_description': 'A segment of a spool that was written down: written again, it changes nothing.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='ReferralClick',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4)),
                ('link_id', fields.UUIDField()),
                ('clicked_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('visitor', fields.BinaryField(null=True)),
                ('household', fields.BinaryField(null=True)),
            ],
            options={'table': 'referrals_click', 'app': 'community', 'pk_attr': 'id', 'table_description': 'A click that counts. The two keyed hashes are forgotten after a while.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='ReferralLink',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4)),
                ('owner_kind', fields.CharField(max_length=16)),
                ('owner_id', fields.UUIDField()),
                ('code', fields.CharField(max_length=30)),
                ('code_key', fields.CharField(max_length=30)),
                ('is_default', fields.BooleanField()),
                ('label', fields.CharField(max_length=80)),
                ('sub_source', fields.CharField(null=True, max_length=40)),
                ('campaign', fields.CharField(null=True, max_length=64)),
                ('target', fields.CharField(null=True, max_length=500)),
                ('shows_owner', fields.BooleanField()),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('ends_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('disabled_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'referrals_link', 'app': 'community', 'pk_attr': 'id', 'table_description': "Somebody's link. Its code is found, and unique for ever, by `code_key`."},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='ReferralProgramme',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4)),
                ('version', fields.CharField(max_length=20)),
                ('starts_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('programme', fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ('published_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('published_by', fields.UUIDField(null=True)),
            ],
            options={'table': 'referrals_programme', 'app': 'community', 'pk_attr': 'id', 'table_description': 'A published version of the programme. It never changes; the last to have begun is in force.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='ReferralTally',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4)),
                ('link_id', fields.UUIDField()),
                ('day', fields.DateField()),
                ('clicks', fields.IntField()),
                ('repeats', fields.IntField()),
                ('bots', fields.IntField()),
                ('heads', fields.IntField()),
                ('prefetches', fields.IntField()),
                ('untracked', fields.IntField()),
                ('announced', fields.IntField()),
            ],
            options={'table': 'referrals_tally', 'app': 'community', 'pk_attr': 'id', 'table_description': 'What came to a link on a day (UTC). `announced` of its clicks are in the feed.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='ReferralTouch',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4)),
                ('member_id', fields.UUIDField()),
                ('kind', fields.CharField(max_length=16)),
                ('owner_kind', fields.CharField(null=True, max_length=16)),
                ('owner_id', fields.UUIDField(null=True)),
                ('link_id', fields.UUIDField(null=True)),
                ('click_id', fields.UUIDField(null=True)),
                ('code', fields.CharField(null=True, max_length=64)),
                ('campaign', fields.CharField(null=True, max_length=64)),
                ('touched_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('verdict', fields.CharField(max_length=16)),
                ('programme_version', fields.CharField(max_length=20)),
                ('decided_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'referrals_touch', 'app': 'community', 'pk_attr': 'id', 'table_description': 'Something that may have brought a member, and what the policy said of it. Never changed.'},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='Member',
            name='source',
            field=fields.JSONField(null=True, encoder=JSON_DUMPS, decoder=loads),
        ),
        ops.RunSQL(FORWARD, BACKWARD),
    ]
