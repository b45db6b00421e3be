"""What can be done with content: one input, one result union each."""

import strawberry

from schema.content.mutations.publishing import Publishing
from schema.content.mutations.reading import Reading
from schema.content.mutations.topics import Topics
from schema.content.mutations.uploads import Uploads
from schema.content.mutations.writing import Writing


@strawberry.type
class ContentMutations(Writing, Publishing, Uploads, Topics, Reading):
    """Everything that changes content, in the order in which it happens."""
