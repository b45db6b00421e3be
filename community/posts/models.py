"""The rows of posts: texts and their revisions, hashtags, reactions.

Three tables are not here but in the migration `0006_posts`, because a Tortoise model cannot have a key of two columns:
`posts_tagging` (which live posts carry a hashtag), `posts_tally` with `posts_tally_delta` (counters).
"""

from tortoise import fields
from tortoise.contrib.postgres.fields import ArrayField, TSVectorField

from community.database.tables import Model


class Post(Model):
    """What a member wrote. Its HTML is kept beside its Markdown, with the version of the renderer that made it."""

    id = fields.UUIDField(primary_key=True)
    author_id = fields.UUIDField()
    source = fields.TextField()
    html = fields.TextField()
    renderer = fields.SmallIntField()
    words = TSVectorField()
    hashtags = ArrayField(element_type="text")
    mention_handles = ArrayField(element_type="text")
    mention_ids = ArrayField(element_type="uuid")
    written_at = fields.DatetimeField()
    edited_at = fields.DatetimeField(null=True)
    removed_at = fields.DatetimeField(null=True)
    removed_by = fields.UUIDField(null=True)
    removal_reason = fields.TextField(null=True)

    class Meta:
        table = "posts_post"


class Comment(Model):
    """An answer to a post, or to another comment on it. `depth` is 1 for an answer to the post itself."""

    id = fields.UUIDField(primary_key=True)
    post_id = fields.UUIDField()
    parent_id = fields.UUIDField(null=True)
    depth = fields.SmallIntField()
    author_id = fields.UUIDField()
    source = fields.TextField()
    html = fields.TextField()
    renderer = fields.SmallIntField()
    mention_handles = ArrayField(element_type="text")
    mention_ids = ArrayField(element_type="uuid")
    written_at = fields.DatetimeField()
    edited_at = fields.DatetimeField(null=True)
    removed_at = fields.DatetimeField(null=True)
    removed_by = fields.UUIDField(null=True)
    removal_reason = fields.TextField(null=True)

    class Meta:
        table = "posts_comment"


class Revision(Model):
    """What a post or a comment said before an edit, and when it stopped saying so."""

    id = fields.UUIDField(primary_key=True)
    subject_id = fields.UUIDField()
    source = fields.TextField()
    replaced_at = fields.DatetimeField()

    class Meta:
        table = "posts_revision"


class Hashtag(Model):
    """A hashtag that was ever used. Its id comes from its name. A hearer keeps the numbers, which follow late."""

    id = fields.UUIDField(primary_key=True)
    name = fields.TextField()
    post_count = fields.BigIntField(db_default=0)
    last_used_at = fields.DatetimeField(null=True)

    class Meta:
        table = "posts_hashtag"


class Reaction(Model):
    """What one member feels about a post or a comment. `(subject_id, member_id, kind)` is unique."""

    id = fields.UUIDField(primary_key=True)
    subject_id = fields.UUIDField()
    member_id = fields.UUIDField()
    kind = fields.CharField(max_length=16)
    reacted_at = fields.DatetimeField()

    class Meta:
        table = "posts_reaction"
