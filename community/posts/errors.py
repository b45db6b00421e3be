"""What can be wrong with what members write, and who may not do what with it."""

from dataclasses import dataclass

from community.kernel.errors import Problem, Refusal


@dataclass
class EmptyText(Problem):
    """Nothing in the text can be seen: it is blank, or zero-width characters only."""

    message = "There is nothing to read in this text. Write something first."


@dataclass
class TextTooLong(Problem):
    """The text is longer than a post or a comment may be."""

    length: int
    max_length: int
    message = "This text has {length} characters; at most {max_length} are possible."


@dataclass
class HashtagTooLong(Problem):
    """One of the hashtags is too long. `hashtag` is how it begins."""

    hashtag: str
    length: int
    max_length: int
    message = "The hashtag #{hashtag}… has {length} characters; at most {max_length} are possible."


@dataclass
class TooManyHashtags(Problem):
    """The text has more hashtags than one text may, repeats included."""

    count: int
    max_count: int
    message = "This text has {count} hashtags; at most {max_count} are possible."


@dataclass
class TooManyMentions(Problem):
    """The text mentions members more often than one text may, repeats included."""

    count: int
    max_count: int
    message = "This text has {count} mentions of members; at most {max_count} are possible."


@dataclass
class ThreadTooDeep(Problem):
    """Replies to replies end somewhere."""

    max_depth: int
    message = "This thread is {max_depth} levels deep already. Reply to a comment further up."


@dataclass
class AlreadyRemoved(Problem):
    """What was to be changed or answered has been removed."""

    message = "This has been removed, so nothing can be added or changed."


@dataclass
class NotTheAuthor(Refusal):
    """Only whoever wrote a text may change its words."""

    code = "FORBIDDEN"
    message = "Only the author may change this text."
