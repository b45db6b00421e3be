"""The verbs of posts: write, comment, react, and what keeps their numbers and renderings up to date."""

from community.posts.service.comments import comment, edit_comment, remove_comment, reply
from community.posts.service.hashtags import count_uses
from community.posts.service.posts import edit, remove
from community.posts.service.reactions import react, reward_authors, unreact, unreward_author
from community.posts.service.renderings import refresh as refresh_renderings
from community.posts.service.tallies import ROLLED_UP_AT_ONCE
from community.posts.service.tallies import roll_up as roll_up_tallies
from community.posts.service.trends import chart
from community.posts.service.writing import write

__all__ = [
    "ROLLED_UP_AT_ONCE",
    "chart",
    "comment",
    "count_uses",
    "edit",
    "edit_comment",
    "react",
    "refresh_renderings",
    "remove",
    "remove_comment",
    "reply",
    "reward_authors",
    "roll_up_tallies",
    "unreact",
    "unreward_author",
    "write",
]
