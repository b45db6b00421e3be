"""Content as the graph shows it. Nothing here has seen what the caller may not read: `community.content` keeps it."""

from schema.content import enums as enums
from schema.content.types.bodies import MediaFile
from schema.content.types.items import Content, ReadingProgress
from schema.content.types.places import ContentSeries, Topic

__all__ = ["Content", "ContentSeries", "MediaFile", "ReadingProgress", "Topic"]
