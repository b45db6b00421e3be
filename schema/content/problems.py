"""The problems of content, as the graph shows them."""

from datetime import datetime

import strawberry

from community.content import errors
from community.content.rules.access import Flaw
from community.content.rules.uploads import Flaw as FileFlaw
from schema.content import enums as enums
from schema.errors import Problem, problem
from schema.scalars import Long


@problem(errors.TextMissing)
class TextMissing(Problem):
    field: str = strawberry.field(description="What lacks text.")


@problem(errors.TextTooLong)
class ContentTextTooLong(Problem):
    field: str = strawberry.field(description="What is too long.")
    length: int = strawberry.field(description="How many characters it has.")
    max_length: int = strawberry.field(description="How many it may have.")


@problem(errors.BodyTooLong)
class BodyTooLong(Problem):
    length: int = strawberry.field(description="How many characters it has.")
    max_length: int = strawberry.field(description="How many it may have.")


@problem(errors.BodyTooDeep)
class BodyTooDeep(Problem):
    max_depth: int = strawberry.field(description="How deep they may stand.")


@problem(errors.TooManyParts)
class TooManyParts(Problem):
    max_count: int = strawberry.field(description="How many parts a body may have.")


@problem(errors.SecondWall)
class SecondWall(Problem):
    line: int = strawberry.field(description="The line of the second one, from 1.")


@problem(errors.WallInGate)
class WallInGate(Problem):
    line: int = strawberry.field(description="The line of the wall, from 1.")


@problem(errors.NestedGate)
class NestedGate(Problem):
    line: int = strawberry.field(description="The line where the inner one begins, from 1.")


@problem(errors.UnclosedGate)
class UnclosedGate(Problem):
    line: int = strawberry.field(description="The line where it begins, from 1.")


@problem(errors.UnopenedGate)
class UnopenedGate(Problem):
    line: int = strawberry.field(description="The line of the end, from 1.")


@problem(errors.UnknownGate)
class UnknownGate(Problem):
    line: int = strawberry.field(description="The line of the gate, from 1.")


@problem(errors.SlugUnusable)
class SlugUnusable(Problem):
    pass


@problem(errors.SlugTaken)
class SlugTaken(Problem):
    slug: str = strawberry.field(description="The slug.")


@problem(errors.InvalidTerms)
class InvalidTerms(Problem):
    flaw: Flaw = strawberry.field(description="What is wrong with them.")


@problem(errors.RevisionConflict)
class RevisionConflict(Problem):
    expected: int = strawberry.field(description="The revision you edited.")
    current: int = strawberry.field(description="The last one there is.")


@problem(errors.ScheduleInPast)
class ScheduleInPast(Problem):
    publish_at: datetime = strawberry.field(description="The time you gave.")


@problem(errors.ContentArchived)
class ContentArchived(Problem):
    pass


@problem(errors.MediaMissing)
class MediaMissing(Problem):
    pass


@problem(errors.TooManyMedia)
class TooManyMedia(Problem):
    max_count: int = strawberry.field(description="How many an item may have.")


@problem(errors.MediaTypeRefused)
class MediaTypeRefused(Problem):
    media_type: str = strawberry.field(description="The type.")


@problem(errors.FileSizeRefused)
class FileSizeRefused(Problem):
    size: Long = strawberry.field(description="How many bytes it has.")
    max_size: Long = strawberry.field(description="How many files of its kind may have.")


@problem(errors.FileNotUploaded)
class FileNotUploaded(Problem):
    pass


@problem(errors.FileRefused)
class FileRefused(Problem):
    flaw: FileFlaw = strawberry.field(description="How.")


@problem(errors.UploadExpired)
class UploadExpired(Problem):
    pass


@problem(errors.NothingToUnlock)
class NothingToUnlock(Problem):
    pass


@problem(errors.ContentClosed)
class ContentClosed(Problem):
    pass
