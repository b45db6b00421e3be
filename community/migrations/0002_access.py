"""What the models of access cannot say: constraints, partial indexes, triggers, functions."""

from tortoise import migrations
from tortoise.migrations import operations as ops

FORWARD: list[str] = []

BACKWARD: list[str] = []


class Migration(migrations.Migration):
    dependencies = [("community", "0001_initial")]

    operations = [ops.RunSQL(FORWARD, BACKWARD)]
