"""The rows of access: accounts and what they are trusted with, sessions, API keys, and attempts to sign in."""

from tortoise import fields
from tortoise.contrib.postgres.fields import ArrayField

from community.database.tables import Model


class Account(Model):
    """Somebody who may sign in. A member's id is their account's id. A closed account has no e-mail and no password."""

    id = fields.UUIDField(primary_key=True)
    email = fields.CharField(max_length=254, null=True)
    email_key = fields.CharField(max_length=1000, null=True)
    password_hash = fields.CharField(max_length=255, null=True)
    created_at = fields.DatetimeField()
    password_version = fields.IntField()
    roles_changed_at = fields.DatetimeField(null=True)
    closed_at = fields.DatetimeField(null=True)

    class Meta:
        app = "community"
        table = "access_account"


class RoleGrant(Model):
    """A staff role that an account has, or had: the history says who gave and who took it."""

    id = fields.UUIDField(primary_key=True)
    account_id = fields.UUIDField()
    role = fields.CharField(max_length=32)
    granted_by_id = fields.UUIDField(null=True)
    granted_at = fields.DatetimeField()
    revoked_by_id = fields.UUIDField(null=True)
    revoked_at = fields.DatetimeField(null=True)

    class Meta:
        app = "community"
        table = "access_role_grant"


class Session(Model):
    """A device that is signed in, and the family of its refresh tokens, of which only `generation` is still good."""

    id = fields.UUIDField(primary_key=True)
    account_id = fields.UUIDField()
    device_name = fields.CharField(max_length=100)
    user_agent = fields.CharField(max_length=300)
    address = fields.CharField(max_length=45)
    salt = fields.BinaryField()
    generation = fields.IntField()
    rotated_at = fields.DatetimeField()
    created_at = fields.DatetimeField()
    last_used_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)
    end_reason = fields.CharField(max_length=32, null=True)

    class Meta:
        app = "community"
        table = "access_session"


class ApiKey(Model):
    """A key of a partner or a service. The key itself is not here, only its hash and what it begins with."""

    id = fields.UUIDField(primary_key=True)
    name = fields.CharField(max_length=100)
    owner = fields.CharField(max_length=16)
    prefix = fields.CharField(max_length=32)
    hash = fields.BinaryField()
    scopes = ArrayField(element_type="text")
    partner_id = fields.UUIDField(null=True)
    is_sandbox = fields.BooleanField(db_default=False)
    created_by_id = fields.UUIDField(null=True)
    created_at = fields.DatetimeField()
    last_used_at = fields.DatetimeField(null=True)
    expires_at = fields.DatetimeField(null=True)
    revoked_by_id = fields.UUIDField(null=True)
    revoked_at = fields.DatetimeField(null=True)

    class Meta:
        app = "community"
        table = "access_api_key"


class Attempt(Model):
    """When somebody tried to sign in to an account lately. `key` is the hash of an e-mail, which nobody need have."""

    key = fields.BinaryField(primary_key=True)
    tried_at = ArrayField(element_type="timestamptz")
    last_at = fields.DatetimeField()

    class Meta:
        app = "community"
        table = "access_attempt"
