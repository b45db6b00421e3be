"""Buckets change in their place: each process tells every second what was spent of many."""

from tortoise import migrations
from tortoise.migrations import operations as ops

FORWARD: list[str] = [
    # No query looks by it: when a bucket is full again depends on its rate. With it, no update could be a hot one.
    "drop index quota_bucket_refilled_at",
    "alter table quota_bucket set (fillfactor = 50)",
]

BACKWARD: list[str] = [
    "alter table quota_bucket reset (fillfactor)",
    "create index quota_bucket_refilled_at on quota_bucket (refilled_at)",
]


class Migration(migrations.Migration):
    dependencies = [("community", "0019_engagement_scores")]

    operations = [ops.RunSQL(FORWARD, BACKWARD)]
