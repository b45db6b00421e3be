"""What models of spine cannot say."""

from tortoise import migrations
from tortoise.migrations import operations as ops

FORWARD: list[str] = []

BACKWARD: list[str] = []


class Migration(migrations.Migration):
    dependencies = [("community", "0010_engagement")]

    operations = [ops.RunSQL(FORWARD, BACKWARD)]
