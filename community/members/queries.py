"""Members as others read them: by id, by handle, who follows and blocks whom, what they allow and may do."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from community import database
from community.access.policy import Actor
from community.kernel.errors import Forbidden
from community.kernel.pages import Page, PageRequest, page_of
from community.kernel.text import fold
from community.members import policy, rules
from community.members.rules import Ability


@dataclass(frozen=True, slots=True)
class MemberView:
    """A member's row."""

    id: UUID
    handle: str
    display_name: str
    bio: str
    locale: str
    time_zone: str
    time_zone_changed_at: datetime | None
    birthday: date | None
    joined_at: datetime

    @property
    def time_zone_changeable_at(self) -> datetime | None:
        """When the time zone may change next; None means at once."""
        return rules.time_zone_changeable_at(self.time_zone_changed_at)


@dataclass(frozen=True, slots=True)
class ConsentView:
    """The latest answer of a member for one purpose on one channel."""

    purpose: str
    channel: str
    granted: bool
    source: str
    given_at: datetime


@dataclass(frozen=True, slots=True)
class RestrictionView:
    """An ability that is taken at present."""

    id: UUID
    member_id: UUID
    ability: str
    reason: str
    starts_at: datetime
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class Relation:
    """A member met through a follow or a block, with when that began."""

    member: MemberView
    since: datetime
    link_id: UUID


COLUMNS = "m.id, m.handle, m.display_name, m.bio, m.locale, m.time_zone, m.time_zone_changed_at, m.birthday, m.joined_at"


async def by_ids(ids: Iterable[UUID]) -> dict[UUID, MemberView]:
    """The members among `ids` who exist."""
    rows = await database.fetch(f"select {COLUMNS} from members_member m where m.id = any($1)", list(set(ids)))
    return {row["id"]: MemberView(**row) for row in rows}


async def one(member_id: UUID) -> MemberView | None:
    """The member with this id."""
    return (await by_ids([member_id])).get(member_id)


async def by_handles(handles: Iterable[str]) -> dict[str, MemberView]:
    """Members by their handles, whatever the case; the keys are folded."""
    folded = list({fold(handle) for handle in handles})
    rows = await database.fetch(
        f"select {COLUMNS}, m.handle_folded from members_member m where m.handle_folded = any($1)", folded
    )
    return {row["handle_folded"]: MemberView(**_without(row, "handle_folded")) for row in rows}


async def by_handle(handle: str) -> MemberView | None:
    """The member with this handle, whatever the case."""
    return (await by_handles([handle])).get(fold(handle))


async def followers_of(member_id: UUID, request: PageRequest) -> Page[Relation]:
    """Who follows the member, latest first."""
    return await _relations("members_follow", "follower_id", "followed_id", "followed_at", member_id, request)


async def followed_by_of(member_id: UUID, request: PageRequest) -> Page[Relation]:
    """Whom the member follows, latest first."""
    return await _relations("members_follow", "followed_id", "follower_id", "followed_at", member_id, request)


async def blocks_of(member_id: UUID, request: PageRequest) -> Page[Relation]:
    """Whom the member blocks, latest first."""
    return await _relations("members_block", "blocked_id", "blocker_id", "blocked_at", member_id, request)


async def followed_by(member_id: UUID) -> list[UUID]:
    """The ids of everybody the member follows."""
    rows = await database.fetch("select followed_id from members_follow where follower_id = $1", member_id)
    return [row["followed_id"] for row in rows]


async def followed_among(follower_id: UUID, ids: Iterable[UUID]) -> set[UUID]:
    """Those among `ids` whom the member follows."""
    rows = await database.fetch(
        "select followed_id from members_follow where follower_id = $1 and followed_id = any($2)", follower_id, list(ids)
    )
    return {row["followed_id"] for row in rows}


async def blocked_among(member_id: UUID, ids: Iterable[UUID]) -> set[UUID]:
    """Those among `ids` whom the member blocks or who block the member."""
    rows = await database.fetch(
        "select blocked_id as other from members_block where blocker_id = $1 and blocked_id = any($2)"
        " union select blocker_id from members_block where blocked_id = $1 and blocker_id = any($2)",
        member_id,
        list(ids),
    )
    return {row["other"] for row in rows}


async def blocks_between(member_id: UUID) -> set[UUID]:
    """Everybody the member blocks or who blocks the member."""
    rows = await database.fetch(
        "select blocked_id as other from members_block where blocker_id = $1"
        " union select blocker_id from members_block where blocked_id = $1",
        member_id,
    )
    return {row["other"] for row in rows}


async def blocking_among(blocker_id: UUID, ids: Iterable[UUID]) -> set[UUID]:
    """Those among `ids` whom the member blocks."""
    rows = await database.fetch(
        "select blocked_id from members_block where blocker_id = $1 and blocked_id = any($2)", blocker_id, list(ids)
    )
    return {row["blocked_id"] for row in rows}


async def follow_counts(ids: Sequence[UUID]) -> dict[UUID, tuple[int, int]]:
    """For each member: how many follow them, how many they follow."""
    rows = await database.fetch(
        "select m.id,"
        " (select count(*) from members_follow f where f.followed_id = m.id) as followers,"
        " (select count(*) from members_follow f where f.follower_id = m.id) as following"
        " from unnest($1::uuid[]) as m(id)",
        list(set(ids)),
    )
    return {row["id"]: (row["followers"], row["following"]) for row in rows}


async def consents_of(actor: Actor, member_id: UUID) -> list[ConsentView]:
    """The latest answer for each purpose and channel that was ever asked. For the member and trusted staff."""
    _require_private(actor, member_id)
    rows = await database.fetch(
        "select distinct on (purpose, channel) purpose, channel, granted, source, given_at"
        " from members_consent where member_id = $1 order by purpose, channel, given_at desc, id desc",
        member_id,
    )
    return [ConsentView(**row) for row in rows]


async def restrictions_of(ids: Sequence[UUID], now: datetime) -> dict[UUID, list[RestrictionView]]:
    """What is taken from each of these members at `now`, the one that ends last first."""
    rows = await database.fetch(
        "select id, member_id, ability, reason, starts_at, ends_at from members_restriction"
        " where member_id = any($1) and lifted_at is null and (ends_at is null or ends_at > $2)"
        " order by ends_at desc nulls first, id",
        list(set(ids)),
        now,
    )
    found: dict[UUID, list[RestrictionView]] = {member_id: [] for member_id in ids}
    for row in rows:
        found[row["member_id"]].append(RestrictionView(**row))
    return found


async def restriction_on(member_id: UUID, ability: Ability, now: datetime) -> RestrictionView | None:
    """The restriction that keeps a member from an ability at `now`, the longest if there are several."""
    return next((r for r in (await restrictions_of([member_id], now))[member_id] if r.ability == ability), None)


def _require_private(actor: Actor, member_id: UUID) -> None:
    if not policy.can_read_private(actor, member_id):
        raise Forbidden("members.read_private")


async def _relations(table: str, other: str, own: str, since: str, member_id: UUID, request: PageRequest) -> Page[Relation]:
    """A keyset page over links, newest link first: a link's UUIDv7 is the order and the cursor."""
    ascending = "asc" if request.backward else "desc"
    rows = await database.fetch(
        f"select l.id as link_id, l.{since} as since, {COLUMNS}"
        f" from {table} l join members_member m on m.id = l.{other}"
        f" where l.{own} = $1 and ($2::uuid is null or l.id < $2) and ($3::uuid is null or l.id > $3)"
        f" order by l.id {ascending} limit {request.size + 1}",
        member_id,
        *(request.after or (None,)),
        *(request.before or (None,)),
    )
    found = [
        Relation(member=MemberView(**_without(row, "link_id", "since")), since=row["since"], link_id=row["link_id"])
        for row in rows
    ]
    return page_of(found, request, lambda relation: (relation.link_id,))


def _without(row: Iterable[tuple[str, object]], *names: str) -> dict[str, object]:
    return {name: value for name, value in dict(row).items() if name not in names}
