"""Content as an actor sees it: items, what stands in them, lists, recommendations, topics, media, what readers did."""

from community.content.queries.bodies import BodyView, PartView, bodies, reading_minutes
from community.content.queries.items import ContentView, along, item, item_by_slug, items
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
from community.content.queries.media import MediaView, linked, media_beside, media_for_editors
from community.content.queries.readers import (
    ProgressView,
    bookmark_beside,
    bookmarked_among,
    progress_beside,
    progress_of,
    wants_recommendations,
)
from community.content.queries.recommendations import SHAPE as RECOMMENDATION_SHAPE
from community.content.queries.recommendations import Because, Recommendation, recommended
from community.content.queries.revisions import SHAPE as REVISION_SHAPE
from community.content.queries.revisions import RevisionView, revisions_by_ids, revisions_of
from community.content.queries.topics import (
    SeriesView,
    TopicView,
    series_beside,
    series_by_ids,
    series_by_slug,
    subscribed_among,
    topic_by_slug,
    topics,
    topics_beside,
    topics_by_ids,
)

__all__ = [
    "EVERYTHING",
    "LATEST_SHAPE",
    "RECOMMENDATION_SHAPE",
    "REVISION_SHAPE",
    "SERIES_SHAPE",
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
    "along",
    "bodies",
    "bookmark_beside",
    "bookmarked",
    "bookmarked_among",
    "desk",
    "in_series",
    "in_topics",
    "item",
    "item_by_slug",
    "items",
    "latest",
    "linked",
    "matching",
    "media_beside",
    "media_for_editors",
    "progress_beside",
    "progress_of",
    "reading_minutes",
    "recommended",
    "related",
    "revisions_by_ids",
    "revisions_of",
    "series_beside",
    "series_by_ids",
    "series_by_slug",
    "subscribed_among",
    "topic_by_slug",
    "topics",
    "topics_beside",
    "topics_by_ids",
    "wants_recommendations",
]
