"""What a member typed, made ready for its row: read, rendered, its mentions resolved."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from community.engagement import service as engagement
from community.idempotency import service as idempotency
from community.kernel import search
from community.kernel.along import Along
from community.kernel.threads import beside
from community.members import queries as members
from community.posts.rules import texts
from community.posts.rules.markdown import RENDERER, Document


@dataclass(frozen=True, slots=True)
class Text:
    """The columns that a post or a comment has because of what it says."""

    source: str
    html: str
    words: str
    hashtags: tuple[str, ...]
    mention_handles: tuple[str, ...]
    mention_ids: tuple[UUID, ...]
    renderer: int = RENDERER


async def understand(source: str, max_length: int) -> Text:
    """Everything that a text says. Reads the mentioned members in one statement, if any are mentioned.

    Raises EmptyText, TextTooLong, HashtagTooLong, TooManyHashtags or TooManyMentions.
    """
    source = texts.normalized(source)
    document = await beside(source, lambda: texts.read(source, max_length))
    mentioned = await members.by_handles(document.mentions) if document.mentions else {}
    found = {handle: member.id for handle, member in mentioned.items()}
    return await beside(source, lambda: _written(source, document, found))


def about_the_writer(along: Along | None) -> Along:
    """What is read of who writes along with taking the key: what they may do and earn, beside what `along` brings."""
    found = along or Along()
    for companion in (members.RESTRICTIONS, *engagement.TURNS):
        found.bring(companion, idempotency.ABOUT)
    return found


def _written(source: str, document: Document, mentioned: Mapping[str, UUID]) -> Text:
    return Text(
        source=source,
        html=document.html(mentioned),
        words=search.words_of(document.text),
        hashtags=tuple(dict.fromkeys(document.hashtags)),
        mention_handles=tuple(mentioned),
        mention_ids=tuple(mentioned.values()),
    )
