"""Posts, comments, reactions and hashtags as an actor sees them."""

from community.posts.queries.comments import CommentView, comment, comments, replies, threads
from community.posts.queries.hashtags import SHAPE as HASHTAG_SHAPE
from community.posts.queries.hashtags import HashtagView, hashtag, hashtags, name_of, popular
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
    "HASHTAG_SHAPE",
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
    "feed",
    "hashtag",
    "hashtags",
    "histories",
    "home",
    "matching",
    "name_of",
    "popular",
    "post",
    "posts",
    "reactions_of",
    "reactor_counts",
    "replies",
    "subject",
    "tagged",
    "tallies_of",
    "threads",
    "trends",
    "writing",
]
