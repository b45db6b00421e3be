"""How much room a standing leaves before anybody has to decide on it anew; and what models cannot say."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

FORWARD: list[str] = []

BACKWARD: list[str] = []


class Migration(migrations.Migration):
    dependencies = [("community", "0010_engagement")]

    operations = [
        ops.AddField(model_name="TierStanding", name="room_spend", field=fields.BigIntField(null=True)),
        ops.AddField(model_name="TierStanding", name="room_engagement", field=fields.BigIntField(null=True)),
        ops.RunSQL(FORWARD, BACKWARD),
    ]
