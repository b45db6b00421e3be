"""What can be done with content: one input, one result union each."""

from strawberry.tools import merge_types

from schema.content.mutations.publishing import Publishing
from schema.content.mutations.reading import Reading
from schema.content.mutations.topics import Topics
from schema.content.mutations.uploads import Uploads
from schema.content.mutations.writing import Writing

ContentMutations = merge_types("ContentMutations", (Writing, Publishing, Uploads, Topics, Reading))
