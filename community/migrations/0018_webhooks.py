"""What models of webhooks cannot say."""

from tortoise import migrations
from tortoise.migrations import operations as ops

FORWARD: list[str] = []

BACKWARD: list[str] = []


class Migration(migrations.Migration):
    dependencies = [("community", "0017_campaigns")]

    operations = [ops.RunSQL(FORWARD, BACKWARD)]
