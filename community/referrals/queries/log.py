"""Why a member counts as brought by somebody, or by nobody: every touch with its verdict."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from community import database
from community.access.policy import Actor
from community.kernel.pages import Page, PageRequest, page_of
from community.referrals import policy
from community.referrals.rules.attribution import Verdict
from community.referrals.rules.owners import Owner, OwnerKind
from community.referrals.rules.programme import TouchKind


@dataclass(frozen=True, slots=True, kw_only=True)
class TouchView:
    """A touch, and what the policy said of it."""

    id: UUID
    member_id: UUID
    kind: TouchKind
    owner: Owner | None
    link_id: UUID | None
    click_id: UUID | None
    code: str | None
    campaign: str | None
    touched_at: datetime
    verdict: Verdict
    programme_version: str
    decided_at: datetime


async def touches_of(actor: Actor, member_id: UUID, request: PageRequest) -> Page[TouchView]:
    """The attribution log of a member, the latest decision first. For trusted staff."""
    policy.require_reader(actor)
    question = database.Question()
    question.require("member_id = {}", member_id)
    direction, limit = question.window("id", request, newest_first=True)
    rows = await database.fetch(
        "select id, member_id, kind, owner_kind, owner_id, link_id, click_id, code, campaign, touched_at, verdict,"
        f" programme_version, decided_at from referrals_touch where {question.met} order by id {direction} {limit}",
        *question.arguments,
    )
    touches = [
        TouchView(
            owner=Owner(OwnerKind(row["owner_kind"]), row["owner_id"]) if row["owner_id"] else None,
            kind=TouchKind(row["kind"]),
            verdict=Verdict(row["verdict"]),
            **{name: row[name] for name in _PLAIN},
        )
        for row in rows
    ]
    return page_of(touches, request, lambda touch: (touch.id,))


_PLAIN = (
    "id",
    "member_id",
    "link_id",
    "click_id",
    "code",
    "campaign",
    "touched_at",
    "programme_version",
    "decided_at",
)
