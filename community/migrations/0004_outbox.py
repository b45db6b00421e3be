"""What the models of outbox cannot say: constraints, partial indexes, triggers, functions."""

from tortoise import migrations
from tortoise.migrations import operations as ops

FORWARD: list[str] = []

BACKWARD: list[str] = []


class Migration(migrations.Migration):
    dependencies = [("community", "0003_idempotency")]

    operations = [ops.RunSQL(FORWARD, BACKWARD)]
