"""What the model of idempotency cannot say: that a key has one effect per scope."""

from tortoise import migrations
from tortoise.migrations import operations as ops

FORWARD = ["create unique index idempotency_key_once on idempotency_key (scope, key)"]

BACKWARD = ["drop index idempotency_key_once"]


class Migration(migrations.Migration):
    dependencies = [("community", "0002_access")]

    operations = [ops.RunSQL(FORWARD, BACKWARD)]
