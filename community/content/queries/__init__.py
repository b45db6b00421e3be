"""Content as an actor sees it: items, what stands in them, lists, recommendations, topics, media, what readers did."""

from community.content.queries.bodies import BodyView, PartView, bodies, reading_minutes
from community.content.queries.items import ContentView, company, item, item_by_slug, items
from community.content.queries.lists import (
    EVERYTHING,
    LATEST_SHAPE,
    SERIES_SHAPE,
    Filter,
    bookmarked,
    desk,
    in_series,
    in_topics,
    latest,
    matching,
    related,
)
from community.content.queries.media import MEDIA, MediaView, linked, media_for_editors
from community.content.queries.readers import (
    BOOKMARK,
    PROGRESS,
    ProgressView,
    bookmarked_among,
    progress_of,
    wants_recommendations,
)
from community.content.queries.recommendations import SHAPE as RECOMMENDATION_SHAPE
from community.content.queries.recommendations import Because, Recommendation, recommended
from community.content.queries.revisions import SHAPE as REVISION_SHAPE
from community.content.queries.revisions import RevisionView, revisions_by_ids, revisions_of
from community.content.queries.topics import (
    SERIES,
    TOPIC,
    SeriesView,
    TopicView,
    series_by_ids,
    series_by_slug,
    subscribed_among,
    topic_by_slug,
    topics,
    topics_by_ids,
)

__all__ = [
    "BOOKMARK",
    "EVERYTHING",
    "LATEST_SHAPE",
    "MEDIA",
    "PROGRESS",
    "RECOMMENDATION_SHAPE",
    "REVISION_SHAPE",
    "SERIES",
    "SERIES_SHAPE",
    "TOPIC",
    "Because",
    "BodyView",
    "ContentView",
    "Filter",
    "MediaView",
    "PartView",
    "ProgressView",
    "Recommendation",
    "RevisionView",
    "SeriesView",
    "TopicView",
    "bodies",
    "bookmarked",
    "bookmarked_among",
    "company",
    "desk",
    "in_series",
    "in_topics",
    "item",
    "item_by_slug",
    "items",
    "latest",
    "linked",
    "matching",
    "media_for_editors",
    "progress_of",
    "reading_minutes",
    "recommended",
    "related",
    "revisions_by_ids",
    "revisions_of",
    "series_by_ids",
    "series_by_slug",
    "subscribed_among",
    "topic_by_slug",
    "topics",
    "topics_by_ids",
    "wants_recommendations",
]
