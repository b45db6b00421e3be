"""What members write as the graph shows it: posts, their hashtags, comments."""

from schema.posts.types.comments import Comment, company_of_comments
from schema.posts.types.hashtags import Hashtag, HashtagTrend
from schema.posts.types.posts import Post, company_of_posts
from schema.posts.types.reactions import Reactable

__all__ = ["Comment", "Hashtag", "HashtagTrend", "Post", "Reactable", "company_of_comments", "company_of_posts"]
