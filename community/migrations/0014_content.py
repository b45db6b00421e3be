"""What models of content cannot say."""

from tortoise import migrations
from tortoise.migrations import operations as ops

FORWARD: list[str] = []

BACKWARD: list[str] = []


class Migration(migrations.Migration):
    dependencies = [("community", "0013_orders")]

    operations = [ops.RunSQL(FORWARD, BACKWARD)]
