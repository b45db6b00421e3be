"""What the models of engagement cannot say: constraints, indexes, and that a published programme stays as it is."""

from tortoise import migrations
from tortoise.migrations import operations as ops

FORWARD: list[str] = [
    "create unique index engagement_programme_version on engagement_programme (version)",
    "create unique index engagement_programme_start on engagement_programme (starts_at)",
    """
    create function engagement_refuse_change() returns trigger language plpgsql as $$
    begin
        raise exception 'a published programme is never changed: publish another version' using errcode = '42501';
    end
    $$
    """,
    "create trigger engagement_programme_immutable before update or delete or truncate on engagement_programme"
    " for each statement execute function engagement_refuse_change()",
    """
    alter table engagement_participant
      add constraint engagement_participant_member foreign key (member_id) references members_member (id)
    """,
    """
    alter table engagement_activity
      add constraint engagement_activity_subject check ((subject_type is null) = (subject_id is null)),
      add constraint engagement_activity_quantity check (quantity >= 0),
      add constraint engagement_activity_undone check ((undone_at is null) = (undo_reason is null))
    """,
    "create unique index engagement_activity_cause on engagement_activity (cause_kind, cause_key)",
    "create index engagement_activity_member on engagement_activity (member_id, id)",
    "create index engagement_activity_about on engagement_activity (subject_id, member_id) where subject_id is not null",
    """
    alter table engagement_grant
      add constraint engagement_grant_activity foreign key (activity_id) references engagement_activity (id),
      add constraint engagement_grant_amount check (amount > 0),
      add constraint engagement_grant_currency check (currency in ('points', 'credits')),
      add constraint engagement_grant_day check (day_since < day_until)
    """,
    "create unique index engagement_grant_once on engagement_grant (activity_id, rule)",
    # Whatever went wrong before it: a rule pays a member once for a subject.
    "create unique index engagement_grant_matter"
    " on engagement_grant (member_id, rule, subject_id, subject_type, other_id) nulls not distinct"
    " where subject_id is not null",
    "create index engagement_grant_counted on engagement_grant (member_id, rule, granted_at)",
    "create index engagement_grant_period on engagement_grant (granted_at) include (currency, member_id, amount)"
    " where undone_at is null",
    "create unique index engagement_removal_subject on engagement_removal (subject_id, subject_type)",
    "create unique index engagement_view_once on engagement_view (member_id, subject_id, subject_type, day)",
    "create index engagement_view_subject on engagement_view (subject_id, day)",
]

BACKWARD: list[str] = [
    "drop index engagement_view_subject, engagement_view_once, engagement_removal_subject",
    "drop index engagement_grant_period, engagement_grant_counted, engagement_grant_matter, engagement_grant_once",
    """
    alter table engagement_grant
      drop constraint engagement_grant_day, drop constraint engagement_grant_currency,
      drop constraint engagement_grant_amount, drop constraint engagement_grant_activity
    """,
    "drop index engagement_activity_about, engagement_activity_member, engagement_activity_cause",
    """
    alter table engagement_activity
      drop constraint engagement_activity_undone, drop constraint engagement_activity_quantity,
      drop constraint engagement_activity_subject
    """,
    "alter table engagement_participant drop constraint engagement_participant_member",
    "drop trigger engagement_programme_immutable on engagement_programme",
    "drop function engagement_refuse_change()",
    "drop index engagement_programme_start, engagement_programme_version",
]


class Migration(migrations.Migration):
    dependencies = [("community", "0009_tiers")]

    operations = [ops.RunSQL(FORWARD, BACKWARD)]
