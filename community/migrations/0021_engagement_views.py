"""One index for what was shown to whom: it keeps a view once, and finds who was shown a subject."""

from tortoise import migrations
from tortoise.migrations import operations as ops

FORWARD: list[str] = [
    "create unique index engagement_view_shown on engagement_view (subject_id, member_id, day, subject_type)",
    "drop index engagement_view_once, engagement_view_subject",
]

BACKWARD: list[str] = [
    "create unique index engagement_view_once on engagement_view (member_id, subject_id, subject_type, day)",
    "create index engagement_view_subject on engagement_view (subject_id, day)",
    "drop index engagement_view_shown",
]


class Migration(migrations.Migration):
    dependencies = [("community", "0020_quota_credit")]

    operations = [ops.RunSQL(FORWARD, BACKWARD)]
