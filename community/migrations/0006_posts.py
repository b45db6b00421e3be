"""What the models of posts cannot say: tables with keys of two columns, the indexes of feeds, threads and search, checks.

Nothing refers to a post by a foreign key: a check of one locks the post's row, and a viral post would make its readers queue.
"""

from tortoise import migrations
from tortoise.migrations import operations as ops

FORWARD = [
    # Which live posts carry a hashtag. Read backward it is the hashtag's feed, newest first.
    "create table posts_tagging (hashtag_id uuid not null, post_id uuid not null, primary key (hashtag_id, post_id))",
    # A counter is its rolled-up value and the changes since, which are appended and never wait for each other.
    "create table posts_tally (subject_id uuid not null, measure text not null, value bigint not null,"
    " primary key (subject_id, measure))",
    "create table posts_tally_delta (id bigint generated always as identity primary key,"
    " subject_id uuid not null, measure text not null, delta smallint not null check (delta <> 0))",
    "create index posts_tally_delta_subject on posts_tally_delta (subject_id)",
    "create index posts_post_author on posts_post (author_id, id)",
    "create index posts_post_words on posts_post using gin (words) where removed_at is null",
    "create index posts_post_renderer on posts_post (renderer)",
    "alter table posts_post add constraint posts_post_removal check"
    " (num_nulls(removed_at, removed_by, removal_reason) in (0, 3))",
    "create index posts_comment_post on posts_comment (post_id, id) where parent_id is null",
    "create index posts_comment_parent on posts_comment (parent_id, id) where parent_id is not null",
    "create index posts_comment_author on posts_comment (author_id, id)",
    "create index posts_comment_renderer on posts_comment (renderer)",
    "alter table posts_comment add constraint posts_comment_depth check"
    " (depth between 1 and 8 and (depth = 1) = (parent_id is null))",
    "alter table posts_comment add constraint posts_comment_removal check"
    " (num_nulls(removed_at, removed_by, removal_reason) in (0, 3))",
    "create index posts_revision_subject on posts_revision (subject_id, id)",
    "create unique index posts_reaction_once on posts_reaction (subject_id, member_id, kind)",
    "create index posts_reaction_member on posts_reaction (member_id, id)",
    'create unique index posts_hashtag_name on posts_hashtag (name collate "C")',
    "create index posts_hashtag_popular on posts_hashtag (post_count, id) where post_count > 0",
]

BACKWARD = [
    "drop index posts_hashtag_popular",
    "drop index posts_hashtag_name",
    "drop index posts_reaction_member",
    "drop index posts_reaction_once",
    "drop index posts_revision_subject",
    "alter table posts_comment drop constraint posts_comment_removal",
    "alter table posts_comment drop constraint posts_comment_depth",
    "drop index posts_comment_renderer",
    "drop index posts_comment_author",
    "drop index posts_comment_parent",
    "drop index posts_comment_post",
    "alter table posts_post drop constraint posts_post_removal",
    "drop index posts_post_renderer",
    "drop index posts_post_words",
    "drop index posts_post_author",
    "drop table posts_tally_delta",
    "drop table posts_tally",
    "drop table posts_tagging",
]


class Migration(migrations.Migration):
    dependencies = [("community", "0005_members")]

    operations = [ops.RunSQL(FORWARD, BACKWARD)]
