"""The kinds of items, and the life of one: draft, scheduled, published, archived."""

from community.kernel.words import Word


class Kind(Word):
    """What an item is."""

    ARTICLE = "article", "Something to read."
    VIDEO = "video", "Something to watch."
    AUDIO = "audio", "Something to listen to."
    DOWNLOAD = "download", "Files to take home."
    MODEL = "model", "A thing to look at from all sides, or to place in a room."


class Status(Word):
    """Where an item is in its life. Only what is published is found by readers."""

    DRAFT = "draft", "Being written."
    SCHEDULED = "scheduled", "Will be published by itself."
    PUBLISHED = "published", "Readers find it."
    ARCHIVED = "archived", "Readers do not find it any more."


COMPLETE_PERCENT = 95
"""Who came so far has finished: credits and footnotes are not read to the last line."""

MAX_MEDIA = 50
MAX_TOPICS = 10
