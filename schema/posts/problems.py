"""The problems of posts, as the graph shows them."""

import strawberry

from community.posts import errors
from schema.errors import Problem, problem


@problem(errors.EmptyText)
class EmptyText(Problem):
    pass


@problem(errors.TextTooLong)
class TextTooLong(Problem):
    length: int = strawberry.field(description="How many characters the text has.")
    max_length: int = strawberry.field(description="How many it may have.")


@problem(errors.HashtagTooLong)
class HashtagTooLong(Problem):
    hashtag: str = strawberry.field(description="How the hashtag begins.")
    length: int = strawberry.field(description="How many characters it has.")
    max_length: int = strawberry.field(description="How many it may have.")


@problem(errors.TooManyHashtags)
class TooManyHashtags(Problem):
    count: int = strawberry.field(description="How many hashtags the text has, repeats included.")
    max_count: int = strawberry.field(description="How many it may have.")


@problem(errors.TooManyMentions)
class TooManyMentions(Problem):
    count: int = strawberry.field(description="How many mentions the text has, repeats included.")
    max_count: int = strawberry.field(description="How many it may mention.")


@problem(errors.ThreadTooDeep)
class ThreadTooDeep(Problem):
    max_depth: int = strawberry.field(description="How many levels a thread may have.")


@problem(errors.AlreadyRemoved)
class AlreadyRemoved(Problem):
    pass
