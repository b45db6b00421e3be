"""What models of partners cannot say."""

from tortoise import migrations
from tortoise.migrations import operations as ops

FORWARD: list[str] = []

BACKWARD: list[str] = []


class Migration(migrations.Migration):
    dependencies = [("community", "0015_referrals")]

    operations = [ops.RunSQL(FORWARD, BACKWARD)]
