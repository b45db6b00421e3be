"""Posts, comments, reactions and hashtags as an actor sees them."""

from community.posts.queries.beside import with_comments, with_posts
from community.posts.queries.comments import CommentView, comment, comments, replies, threads
from community.posts.queries.crowds import comments_for, posts_for
from community.posts.queries.hashtags import (
    HASHTAG,
    HashtagView,
    hashtag,
    hashtags,
    hashtags_of,
    name_of,
    popular,
)
from community.posts.queries.hashtags import SHAPE as HASHTAG_SHAPE
from community.posts.queries.posts import (
    EVERYTHING,
    Filter,
    Order,
    PostView,
    Writing,
    feed,
    home,
    matching,
    post,
    posts,
    tagged,
    writing,
)
from community.posts.queries.reactions import (
    OWN_REACTIONS,
    TALLIES,
    Subject,
    Tallies,
    reactions_of,
    reactor_counts,
    subject,
    tallies_of,
)
from community.posts.queries.trends import TrendView, UseView, histories, trends

__all__ = [
    "EVERYTHING",
    "HASHTAG",
    "HASHTAG_SHAPE",
    "OWN_REACTIONS",
    "TALLIES",
    "CommentView",
    "Filter",
    "HashtagView",
    "Order",
    "PostView",
    "Subject",
    "Tallies",
    "TrendView",
    "UseView",
    "Writing",
    "comment",
    "comments",
    "comments_for",
    "feed",
    "hashtag",
    "hashtags",
    "hashtags_of",
    "histories",
    "home",
    "matching",
    "name_of",
    "popular",
    "post",
    "posts",
    "posts_for",
    "reactions_of",
    "reactor_counts",
    "replies",
    "subject",
    "tagged",
    "tallies_of",
    "threads",
    "trends",
    "with_comments",
    "with_posts",
    "writing",
]
