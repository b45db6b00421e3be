"""What the models of members cannot say: constraints, partial indexes, triggers, functions."""

from tortoise import migrations
from tortoise.migrations import operations as ops

FORWARD: list[str] = [
    """
    alter table members_member
      add constraint members_member_handle_shape check (handle ~ '^[A-Za-z][A-Za-z0-9_]{2,29}$')
    """,
    """
    alter table members_consent
      add constraint members_consent_member foreign key (member_id) references members_member (id)
    """,
    """
    create index members_consent_latest
      on members_consent (member_id, purpose, channel, given_at desc, id desc)
    """,
    """
    alter table members_restriction
      add constraint members_restriction_member foreign key (member_id) references members_member (id),
      add constraint members_restriction_ability check (ability in ('earn', 'spend', 'post')),
      add constraint members_restriction_order check (ends_at > starts_at and lifted_at >= starts_at)
    """,
    """
    create unique index members_restriction_in_force
      on members_restriction (member_id, ability) where lifted_at is null
    """,
    """
    alter table members_follow
      add constraint members_follow_follower foreign key (follower_id) references members_member (id),
      add constraint members_follow_followed foreign key (followed_id) references members_member (id),
      add constraint members_follow_not_oneself check (follower_id <> followed_id),
      add constraint members_follow_once unique (follower_id, followed_id)
    """,
    "create index members_follow_followers on members_follow (followed_id, id desc)",
    "create index members_follow_following on members_follow (follower_id, id desc)",
    """
    alter table members_block
      add constraint members_block_blocker foreign key (blocker_id) references members_member (id),
      add constraint members_block_blocked foreign key (blocked_id) references members_member (id),
      add constraint members_block_not_oneself check (blocker_id <> blocked_id),
      add constraint members_block_once unique (blocker_id, blocked_id)
    """,
    "create index members_block_blocks on members_block (blocker_id, id desc)",
    "create index members_block_blocked_by on members_block (blocked_id)",
]

BACKWARD: list[str] = [
    "drop index members_block_blocked_by, members_block_blocks",
    """
    alter table members_block
      drop constraint members_block_blocker, drop constraint members_block_blocked,
      drop constraint members_block_not_oneself, drop constraint members_block_once
    """,
    "drop index members_follow_following, members_follow_followers",
    """
    alter table members_follow
      drop constraint members_follow_follower, drop constraint members_follow_followed,
      drop constraint members_follow_not_oneself, drop constraint members_follow_once
    """,
    "drop index members_restriction_in_force",
    """
    alter table members_restriction
      drop constraint members_restriction_member, drop constraint members_restriction_ability,
      drop constraint members_restriction_order
    """,
    "drop index members_consent_latest",
    "alter table members_consent drop constraint members_consent_member",
    "alter table members_member drop constraint members_member_handle_shape",
]


class Migration(migrations.Migration):
    dependencies = [("community", "0004_outbox")]

    operations = [ops.RunSQL(FORWARD, BACKWARD)]
