"""Items and terms with small defaults, for tests of content."""

from datetime import datetime
from typing import Any

from community.access.policy import Actor, Role
from community.content import service as content
from community.content.queries import ContentView
from community.content.rules.access import Requirement, Terms, Visibility, Window
from community.content.rules.life import Kind
from community.content.service import Draft
from community.kernel import clock
from community.ledger.rules.transfers import Cause
from community.tiers import service as tiers
from tests.factories import a_member

MEMBERS_ONLY = Terms(requirement=Requirement(visibility=Visibility.MEMBERS))


async def an_editor() -> Actor:
    """Somebody who writes and publishes."""
    return await a_member(roles=frozenset({Role.EDITOR}))


async def a_reader(tier: str | None = None) -> Actor:
    """A member, perhaps on a tier."""
    reader = await a_member()
    if tier is not None:
        assert reader.member_id
        await tiers.set_plan_tier(reader.member_id, tier, Cause("plan", str(reader.member_id)), now=clock.now())
    return reader


def asks_for_tier(tier: str, *windows: Window) -> Terms:
    """For a tier and above."""
    return Terms(requirement=Requirement(visibility=Visibility.TIER, tier=tier), windows=windows)


def asks_for_points(points: int, *windows: Window) -> Terms:
    """For whoever pays."""
    return Terms(requirement=Requirement(visibility=Visibility.POINTS, points=points), windows=windows)


def asks_for_feature(feature: str) -> Terms:
    """For whoever has a feature."""
    return Terms(requirement=Requirement(visibility=Visibility.FEATURE, feature=feature))


def opening(at: datetime, tier: str | None = None, until: datetime | None = None) -> Window:
    """An access window."""
    return Window(tier=tier, opens_at=at, closes_at=until)


async def a_draft(editor: Actor, body: str = "自由\n\n::: wall\n\n祕密", **said: Any) -> ContentView:
    """Something begun."""
    slug = said.pop("slug", None)
    kind, locale = said.pop("kind", Kind.ARTICLE), said.pop("locale", "zh-Hant")
    draft = Draft(**{"title": "南湖的早晨", "body": body, **said})
    return await content.create(editor, kind, locale, draft, slug=slug)


async def an_item(editor: Actor, body: str = "自由\n\n::: wall\n\n祕密", **said: Any) -> ContentView:
    """Something published."""
    draft = await a_draft(editor, body, **said)
    return await content.publish(editor, draft.id, expected_revision=draft.revision)
