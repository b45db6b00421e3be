"""Which posts of an author stand is read from the index alone: a home feed looks at the newest of everybody followed."""

from tortoise import migrations
from tortoise.migrations import operations as ops

FORWARD: list[str] = [
    "create index posts_post_newest on posts_post (author_id, id) include (removed_at)",
    "drop index posts_post_author",
]

BACKWARD: list[str] = [
    "create index posts_post_author on posts_post (author_id, id)",
    "drop index posts_post_newest",
]


class Migration(migrations.Migration):
    dependencies = [("community", "0021_engagement_views")]

    operations = [ops.RunSQL(FORWARD, BACKWARD)]
