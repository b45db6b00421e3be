"""Links: by owner, by code, as the door needs them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from community import database
from community.access.policy import Actor
from community.kernel.pages import Page, PageRequest, page_of
from community.referrals import policy
from community.referrals.rules.codes import code_key
from community.referrals.rules.owners import Owner, OwnerKind

COLUMNS = (
    "id, owner_kind, owner_id, code, is_default, label, sub_source, campaign, target, shows_owner, created_at, ends_at,"
    " disabled_at"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkView:
    """A link."""

    id: UUID
    owner: Owner
    code: str
    is_default: bool
    label: str
    sub_source: str | None
    campaign: str | None
    target: str | None
    shows_owner: bool
    created_at: datetime
    ends_at: datetime | None
    disabled_at: datetime | None

    def is_open(self, now: datetime) -> bool:
        """Whether it leads anywhere."""
        return self.disabled_at is None and (self.ends_at is None or now < self.ends_at)


async def default_link(owner: Owner) -> LinkView | None:
    """The link under which an owner is known; None before the first ask."""
    row = await database.fetch_one(
        f"select {COLUMNS} from referrals_link where owner_id = $1 and owner_kind = $2 and is_default",
        owner.id,
        owner.kind,
    )
    return link_of(row) if row else None


async def links_of(owner: Owner, request: PageRequest) -> Page[LinkView]:
    """An owner's links, the newest first. Whoever shows them has asked whether the caller may see them."""
    question = database.Question()
    question.require("owner_id = {} and owner_kind = {}", owner.id, owner.kind)
    direction, limit = question.window("id", request, newest_first=True)
    rows = await database.fetch(
        f"select {COLUMNS} from referrals_link where {question.met} order by id {direction} {limit}",
        *question.arguments,
    )
    return page_of(list(map(link_of, rows)), request, lambda link: (link.id,))


async def links_by_ids(ids: Iterable[UUID]) -> dict[UUID, LinkView]:
    """The links among these."""
    rows = await database.fetch(f"select {COLUMNS} from referrals_link where id = any($1)", list(set(ids)))
    return {row["id"]: link_of(row) for row in rows}


async def links_seen_by(actor: Actor, ids: Sequence[UUID]) -> list[LinkView | None]:
    """The links with these ids, in order; None where the actor may see none."""
    found = await links_by_ids(ids)
    return [link if (link := found.get(each)) and policy.can_read_link(actor, link.owner) else None for each in ids]


async def links_by_codes(codes: Iterable[str]) -> dict[str, LinkView]:
    """Links by their codes, however they are spelled; the keys are what `code_key` gives."""
    return await links_by_keys({code_key(code) for code in codes})


async def links_by_keys(keys: Iterable[str]) -> dict[str, LinkView]:
    """Links by the keys of their codes."""
    rows = await database.fetch(f"select {COLUMNS}, code_key from referrals_link where code_key = any($1)", list(keys))
    return {row["code_key"]: link_of(row) for row in rows}


async def newest_links(limit: int) -> dict[str, LinkView]:
    """The links made last, by the keys of their codes: what a door begins with."""
    rows = await database.fetch(f"select {COLUMNS}, code_key from referrals_link order by id desc limit {limit}")
    return {row["code_key"]: link_of(row) for row in rows}


def link_of(row: Mapping[str, Any]) -> LinkView:
    """The link in a row of COLUMNS, which may hold others."""
    plain = {name: row[name] for name in COLUMNS.split(", ") if name not in ("owner_kind", "owner_id")}
    return LinkView(owner=Owner(OwnerKind(row["owner_kind"]), row["owner_id"]), **plain)
