"""The verbs of content: write, publish, upload; read, unlock, keep; make topics and subscribe to them."""

from community.content.service.drafts import Draft
from community.content.service.editing import create, edit, revert
from community.content.service.publishing import (
    announce_windows,
    archive,
    publish,
    publish_due,
    schedule,
    unschedule,
)
from community.content.service.reading import (
    Reading,
    bookmark,
    choose_recommendations,
    report_progress,
    unbookmark,
    unlock,
)
from community.content.service.topics import create_series, create_topic, subscribe, unsubscribe
from community.content.service.uploads import Upload, complete_upload, forget_uploads, request_upload

__all__ = [
    "Draft",
    "Reading",
    "Upload",
    "announce_windows",
    "archive",
    "bookmark",
    "choose_recommendations",
    "complete_upload",
    "create",
    "create_series",
    "create_topic",
    "edit",
    "forget_uploads",
    "publish",
    "publish_due",
    "report_progress",
    "request_upload",
    "revert",
    "schedule",
    "subscribe",
    "unbookmark",
    "unlock",
    "unschedule",
    "unsubscribe",
]
