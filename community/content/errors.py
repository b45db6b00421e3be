"""What can be wrong with what editors publish, with what they upload, and with what readers do."""

from dataclasses import dataclass
from datetime import datetime

from community.kernel.errors import Problem


@dataclass
class TextMissing(Problem):
    """A title is needed, and there is nothing to read in it."""

    field: str
    message = "{field}: write something that can be read."


@dataclass
class TextTooLong(Problem):
    """A title, a summary or a note is too long."""

    field: str
    length: int
    max_length: int
    message = "{field}: {length} characters, and at most {max_length} are possible."


@dataclass
class BodyTooLong(Problem):
    """The body is longer than one item may be."""

    length: int
    max_length: int
    message = "This body has {length} characters; at most {max_length} are possible. Make a series of it."


@dataclass
class BodyTooDeep(Problem):
    """Quotes and lists stand in each other too deep."""

    max_depth: int
    message = "Quotes, lists and emphasis stand in each other more than {max_depth} deep."


@dataclass
class TooManyParts(Problem):
    """The body is cut into too many pieces."""

    max_count: int
    message = "Walls and gates cut this body into more than {max_count} parts."


@dataclass
class SecondWall(Problem):
    """A body has one wall at most."""

    line: int
    message = "Line {line}: there is a wall already. A body has one."


@dataclass
class WallInGate(Problem):
    """The wall stands inside a gated block."""

    line: int
    message = "Line {line}: the wall stands inside a gated block. Close the block before it."


@dataclass
class NestedGate(Problem):
    """A gated block begins inside another one."""

    line: int
    message = "Line {line}: a gated block begins inside another one. Close that first."


@dataclass
class UnclosedGate(Problem):
    """A gated block has no end."""

    line: int
    message = "Line {line}: the gated block that begins here is never closed. Write ::: on a line of its own."


@dataclass
class UnopenedGate(Problem):
    """A gated block ends that never began."""

    line: int
    message = "Line {line}: no gated block is open here."


@dataclass
class UnknownGate(Problem):
    """What a gate asks for cannot be understood, or is not there."""

    line: int
    message = "Line {line}: a gate is `members`, `tier=` with a tier, or `feature=` with a feature that exist."


@dataclass
class SlugUnusable(Problem):
    """Nothing is left of the slug that could stand in an address."""

    message = "This slug has no letter or digit. Give one that has."


@dataclass
class SlugTaken(Problem):
    """Another item, topic or series is found under this slug."""

    slug: str
    message = "The slug {slug} is taken. Choose another."


@dataclass
class InvalidTerms(Problem):
    """The requirement or the access windows cannot be kept; `flaw` says which of them and why."""

    flaw: str
    message = "These access terms cannot be used ({flaw}): see what the fields of the input say."


@dataclass
class RevisionConflict(Problem):
    """Somebody saved the item meanwhile."""

    expected: int
    current: int
    message = "You edited revision {expected}, and revision {current} was saved meanwhile. Look at it first."


@dataclass
class ScheduleInPast(Problem):
    """The time to publish has passed."""

    publish_at: datetime
    message = "{publish_at} has passed. Choose a later time, or publish now."


@dataclass
class ContentArchived(Problem):
    """The item is archived: it is neither edited nor published."""

    message = "This is archived. Restore one of its revisions first."


@dataclass
class MediaMissing(Problem):
    """A cover, a file or a picture in the body is not there, not checked yet, or of another kind."""

    message = "One of the media is not there, was not completed, or is of a kind that cannot stand here."


@dataclass
class TooManyMedia(Problem):
    """More media than one item may have."""

    max_count: int
    message = "An item has at most {max_count} media."


@dataclass
class MediaTypeRefused(Problem):
    """Files of this type are not taken."""

    media_type: str
    message = "Files of the type {media_type} are not taken."


@dataclass
class FileSizeRefused(Problem):
    """The file is empty, or larger than its kind may be."""

    size: int
    max_size: int
    message = "This file has {size} bytes; 1 to {max_size} are possible."


@dataclass
class FileNotUploaded(Problem):
    """Nothing arrived under the link of this upload."""

    message = "Nothing arrived for this upload. Send the file to its link first."


@dataclass
class FileRefused(Problem):
    """What arrived is not what was announced; `flaw` says how."""

    flaw: str
    message = "What arrived is not what was announced ({flaw}). Ask for another upload."


@dataclass
class UploadExpired(Problem):
    """The upload was asked for too long ago."""

    message = "This upload has expired. Ask for another one."


@dataclass
class NothingToUnlock(Problem):
    """The item does not cost points, or its time is over."""

    message = "This cannot be unlocked with points."


@dataclass
class ContentClosed(Problem):
    """The reader may not see the item, so nothing of it can be read or completed."""

    message = "This is not open to you, so it cannot be read."
