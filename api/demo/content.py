"""Something to read: for strangers, for members, for Gold, for whoever pays, and one that opens to one tier a day.

Made through the verbs that editors use. What is there already, by its slug, is not made again.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from api.demo.people import PEOPLE, STAFF
from community.access.policy import Actor, Role
from community.access.policy import Kind as ActorKind
from community.content import queries
from community.content import service as content
from community.content.rules.access import OPEN, Requirement, Terms, Visibility, Window
from community.content.rules.life import Kind
from community.content.service import Draft
from community.kernel import clock
from community.members import queries as members

TOPICS = {
    "coffee": {"en": "Coffee", "zh-Hant": "咖啡"},
    "travel": {"en": "Slow travel", "zh-Hant": "慢旅行"},
}
SERIES = ("south-lake", {"en": "South Lake", "zh-Hant": "南湖散步"})

EDITOR = next(person for person in STAFF if person.role is Role.EDITOR)
READERS = PEOPLE[5:25]

GOLD = Requirement(visibility=Visibility.TIER, tier="gold")
MEMBERS = Requirement(visibility=Visibility.MEMBERS)
POINTS = Requirement(visibility=Visibility.POINTS, points=50)


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """An article of the demo. `terms` may depend on when the demo was made."""

    slug: str
    locale: str
    title: str
    summary: str
    body: str
    topic: str
    ago: timedelta
    asks: Requirement = OPEN.requirement
    opens_to_all: bool = True
    position: int | None = None

    def terms(self, now: datetime) -> Terms:
        """Whom it asks for; what does not open to all at once is for VIP today, Gold tomorrow, everyone next week."""
        if self.opens_to_all:
            return Terms(requirement=self.asks)
        days = {"vip": 0, "gold": 1, None: 7}
        windows = tuple(Window(tier=tier, opens_at=now + timedelta(days=each)) for tier, each in days.items())
        return Terms(requirement=self.asks, windows=windows)


PIECES = (
    Piece(
        slug="手沖咖啡入門",
        locale="zh-Hant",
        title="手沖咖啡入門：一杯好咖啡的五個步驟",
        summary="水溫、研磨、比例、悶蒸與注水，一次說清楚。",
        body="## 準備\n\n* 92 °C 的熱水\n* 中研磨的豆子 15 克\n\n## 悶蒸\n\n先注入 **30 克** 熱水，等 30 秒。",
        topic="coffee",
        ago=timedelta(days=20),
    ),
    Piece(
        slug="roasters-we-visit",
        locale="en",
        title="Five roasters we visit again and again",
        summary="Small rooms, good light, beans that tell where they come from.",
        body="We went to Taipei, Tainan and Hualien.\n\n::: wall\n\n"
        "1. **Lakeside**, Hualien: ask for the washed Ethiopian.",
        topic="coffee",
        ago=timedelta(days=12),
        asks=MEMBERS,
    ),
    Piece(
        slug="南湖的早晨",
        locale="zh-Hant",
        title="南湖的早晨",
        summary="天還沒亮，湖邊已經有人在跑步。",
        body="沿著木棧道往東，第一班公車六點到。\n\n"
        "::: gate members\n會員限定：停車場旁的早餐店，報上會員名送豆漿。\n:::\n\n"
        "::: wall\n\n日出在 5:47，最好的位置是第三座涼亭。",
        topic="travel",
        ago=timedelta(days=8),
        asks=GOLD,
        position=1,
    ),
    Piece(
        slug="南湖的黃昏",
        locale="zh-Hant",
        title="南湖的黃昏",
        summary="回程的路線，和一家只開晚上的咖啡店。",
        body="從涼亭往西，太陽在對面。\n\n::: wall\n\n咖啡店的門牌是 27 號，按兩下鈴。",
        topic="travel",
        ago=timedelta(days=4),
        asks=POINTS,
        position=2,
    ),
    Piece(
        slug="winter-collection",
        locale="en",
        title="The winter collection, early",
        summary="VIP see it today, Gold tomorrow, everyone next week.",
        body="A first look.\n\n::: wall\n\nWool from Shetland, buttons from Yingge.",
        topic="travel",
        ago=timedelta(0),
        opens_to_all=False,
    ),
)


async def seed_content(now: datetime) -> None:
    """The editor makes the pieces, and some members read them. Goes on where an earlier run stopped."""
    editor = await _actor(EDITOR.handle, EDITOR.role)
    topics = {slug: await _topic(editor, slug) for slug in TOPICS}
    series_id = await _series(editor)
    for piece in PIECES:
        await _publish(editor, piece, topics[piece.topic], series_id if piece.position else None, now)
    for number, person in enumerate(READERS):
        await _read(await _actor(person.handle), PIECES[number % 2].slug, now - timedelta(hours=number))


async def _actor(handle: str, role: Role = Role.MEMBER) -> Actor:
    found = await members.by_handle(handle)
    assert found, "people join first"
    return Actor(kind=ActorKind.MEMBER, member_id=found.id, roles=frozenset({Role.MEMBER, role}))


async def _topic(editor: Actor, slug: str) -> UUID:
    found = await queries.topic_by_slug(slug) or await content.create_topic(editor, slug, TOPICS[slug])
    return found.id


async def _series(editor: Actor) -> UUID:
    slug, names = SERIES
    found = await queries.series_by_slug(slug) or await content.create_series(editor, slug, names)
    return found.id


async def _publish(editor: Actor, piece: Piece, topic_id: UUID, series_id: UUID | None, now: datetime) -> None:
    item = await queries.item_by_slug(editor, piece.slug)
    with clock.frozen(now - piece.ago):
        if item is None:
            draft = Draft(
                title=piece.title,
                summary=piece.summary,
                body=piece.body,
                terms=piece.terms(now),
                topic_ids=[topic_id],
                series_id=series_id,
                series_position=piece.position,
            )
            item = await content.create(editor, Kind.ARTICLE, piece.locale, draft, slug=piece.slug)
        if item.published_at is None:
            await content.publish(editor, item.id, expected_revision=item.revision)


async def _read(reader: Actor, slug: str, at: datetime) -> None:
    item = await queries.item_by_slug(reader, slug)
    if item is not None and item.access.granted:
        await content.report_progress(reader, item.id, percent=100, position=0, read_at=at, dwell_seconds=60)
        await content.bookmark(reader, item.id)
