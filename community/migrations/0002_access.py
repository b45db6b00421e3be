"""What the models of access cannot say: constraints, partial indexes, triggers, functions."""

from tortoise import migrations
from tortoise.migrations import operations as ops

FORWARD: list[str] = [
    # An open account can be signed in to; a closed one holds nothing of the person.
    """
    alter table access_account
      add constraint access_account_email_once unique (email_key),
      add constraint access_account_open_or_closed check (
        case when closed_at is null
          then email is not null and email_key is not null and password_hash is not null
          else email is null and email_key is null and password_hash is null
        end
      )
    """,
    "create index access_account_roles_changed on access_account (roles_changed_at) where roles_changed_at is not null",
    """
    alter table access_role_grant
      add constraint access_role_grant_account foreign key (account_id) references access_account (id),
      add constraint access_role_grant_role check (role in ('moderator', 'editor', 'analyst', 'admin')),
      add constraint access_role_grant_order check (revoked_at >= granted_at)
    """,
    """
    create unique index access_role_grant_in_force
      on access_role_grant (account_id, role) where revoked_at is null
    """,
    """
    alter table access_session
      add constraint access_session_account foreign key (account_id) references access_account (id),
      add constraint access_session_end check ((ended_at is null) = (end_reason is null)),
      add constraint access_session_salt check (octet_length(salt) = 32),
      add constraint access_session_generation check (generation > 0)
    """,
    "create index access_session_live on access_session (account_id, id desc) where ended_at is null",
    "create index access_session_ended on access_session (ended_at) where ended_at is not null",
    """
    alter table access_api_key
      add constraint access_api_key_hash_once unique (hash),
      add constraint access_api_key_owner check (owner in ('partner', 'service')),
      add constraint access_api_key_scopes check (cardinality(scopes) > 0)
    """,
    "create index access_attempt_last on access_attempt (last_at)",
]

BACKWARD: list[str] = [
    "drop index access_attempt_last",
    """
    alter table access_api_key
      drop constraint access_api_key_hash_once, drop constraint access_api_key_owner,
      drop constraint access_api_key_scopes
    """,
    "drop index access_session_ended, access_session_live",
    """
    alter table access_session
      drop constraint access_session_account, drop constraint access_session_end,
      drop constraint access_session_salt, drop constraint access_session_generation
    """,
    "drop index access_role_grant_in_force",
    """
    alter table access_role_grant
      drop constraint access_role_grant_account, drop constraint access_role_grant_role,
      drop constraint access_role_grant_order
    """,
    "drop index access_account_roles_changed",
    """
    alter table access_account
      drop constraint access_account_email_once, drop constraint access_account_open_or_closed
    """,
]


class Migration(migrations.Migration):
    dependencies = [("community", "0001_initial")]

    operations = [ops.RunSQL(FORWARD, BACKWARD)]
