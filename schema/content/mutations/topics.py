"""Topics and series: make them, subscribe."""

from typing import Annotated

import strawberry

from community.content import service as content
from schema.content.problems import (
    ContentTextTooLong,
    SlugTaken,
    SlugUnusable,
    TextMissing,
)
from schema.content.types import ContentSeries, Topic
from schema.context import Info
from schema.errors import UnforeseenProblem
from schema.nodes import decode_id

SLUG = "How it is called in addresses: letters and digits of any script, hyphens."


@strawberry.input(description="A name in one language.")
class LocalizedNameInput:
    """A name."""

    locale: str = strawberry.field(description="The language: en or zh-Hant. One name is in en.")
    name: str = strawberry.field(description="1 to 60 characters.")


@strawberry.input(description="Which topic to make.")
class CreateTopicInput:
    """A topic."""

    slug: str = strawberry.field(description=SLUG)
    names: list[LocalizedNameInput] = strawberry.field(description="How it is called.")


@strawberry.type(description="The topic is made.")
class CreateTopicPayload:
    """The new topic."""

    topic: Topic = strawberry.field(description="The topic.")


CreateTopicResult = Annotated[
    CreateTopicPayload | SlugTaken | SlugUnusable | TextMissing | ContentTextTooLong,
    strawberry.union("CreateTopicResult", description="The new topic, or why not."),
]


@strawberry.input(description="Which series to make.")
class CreateContentSeriesInput:
    """A series."""

    slug: str = strawberry.field(description=SLUG)
    names: list[LocalizedNameInput] = strawberry.field(description="How it is called.")


@strawberry.type(description="The series is made.")
class CreateContentSeriesPayload:
    """The new series."""

    series: ContentSeries = strawberry.field(description="The series.")


CreateContentSeriesResult = Annotated[
    CreateContentSeriesPayload | SlugTaken | SlugUnusable | TextMissing | ContentTextTooLong,
    strawberry.union("CreateContentSeriesResult", description="The new series, or why not."),
]


@strawberry.input(description="Which topic to hear of.")
class SubscribeToTopicInput:
    """A subscription."""

    topic_id: strawberry.ID = strawberry.field(description="The topic.")


@strawberry.type(description="You subscribed.")
class SubscribeToTopicPayload:
    """What was subscribed to."""

    topic: Topic = strawberry.field(description="The topic.")


SubscribeToTopicResult = Annotated[
    SubscribeToTopicPayload | UnforeseenProblem, strawberry.union("SubscribeToTopicResult", description="The topic.")
]


@strawberry.input(description="Which topic to hear of no more.")
class UnsubscribeFromTopicInput:
    """The end of a subscription."""

    topic_id: strawberry.ID = strawberry.field(description="The topic.")


@strawberry.type(description="You are subscribed no more.")
class UnsubscribeFromTopicPayload:
    """What is subscribed to no more."""

    topic: Topic = strawberry.field(description="The topic.")


UnsubscribeFromTopicResult = Annotated[
    UnsubscribeFromTopicPayload | UnforeseenProblem,
    strawberry.union("UnsubscribeFromTopicResult", description="The topic."),
]


@strawberry.type
class Topics:
    """Topics."""

    @strawberry.mutation(description="Make a topic. For editors.")
    async def create_topic(self, info: Info, input: CreateTopicInput) -> CreateTopicResult:
        topic = await content.create_topic(info.context.actor, input.slug, _names(input.names))
        return CreateTopicPayload(topic=Topic.of(topic))

    @strawberry.mutation(description="Make a series. For editors.")
    async def create_content_series(self, info: Info, input: CreateContentSeriesInput) -> CreateContentSeriesResult:
        series = await content.create_series(info.context.actor, input.slug, _names(input.names))
        return CreateContentSeriesPayload(series=ContentSeries.of(series))

    @strawberry.mutation(description="Hear of a topic. Doing it again changes nothing.")
    async def subscribe_to_topic(self, info: Info, input: SubscribeToTopicInput) -> SubscribeToTopicResult:
        topic = await content.subscribe(info.context.actor, decode_id(input.topic_id, Topic, "topicId"))
        return SubscribeToTopicPayload(topic=Topic.of(topic))

    @strawberry.mutation(description="Hear of a topic no more. Doing it again changes nothing.")
    async def unsubscribe_from_topic(self, info: Info, input: UnsubscribeFromTopicInput) -> UnsubscribeFromTopicResult:
        topic = await content.unsubscribe(info.context.actor, decode_id(input.topic_id, Topic, "topicId"))
        return UnsubscribeFromTopicPayload(topic=Topic.of(topic))


def _names(names: list[LocalizedNameInput]) -> dict[str, str]:
    return {each.locale: each.name for each in names}
