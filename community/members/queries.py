"""Members as others read them: by id, by handle, who follows and blocks whom, what they allow and may do."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

import orjson

from community import database
from community.access.policy import Actor, Permission
from community.kernel.along import NOTHING, Along, Companion
from community.kernel.errors import Forbidden
from community.kernel.pages import Page, PageRequest, page_of
from community.kernel.text import fold
from community.members import policy, rules
from community.members.rules import Ability, Source


class MemberView(NamedTuple):
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
class EarnerView:
    """What decides when and whether a member earns: their zone, and the restriction of that ability in force."""

    id: UUID
    time_zone: str
    reason: str | None
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class Relation:
    """A member met through a follow or a block, with when that began."""

    member: MemberView
    since: datetime
    link_id: UUID


COLUMNS = (
    "m.id, m.handle, m.display_name, m.bio, m.locale, m.time_zone, m.time_zone_changed_at, m.birthday, m.joined_at"
)


BLOCKS_BETWEEN = (
    "select blocked_id from members_block where blocker_id = {member}"
    " union select blocker_id from members_block where blocked_id = {member}"
)
"""Everybody the member blocks or who blocks them, for the statement of another area: `author_id not in (…)`."""


FOLLOWED_BY = "select followed_id from members_follow where follower_id = {member}"
"""Everybody the member follows, for the statement of another area."""


async def by_ids(ids: Iterable[UUID], along: Along = NOTHING) -> dict[UUID, MemberView]:
    """The members among `ids` who exist. No statement for those who came along as `beside`."""

    async def read(missing: list[UUID]) -> dict[UUID, MemberView]:
        rows = await database.fetch(f"select {COLUMNS} from members_member m where m.id = any($1)", missing)
        return {row["id"]: MemberView._make(row) for row in rows}

    return await along.found(BESIDE, ids, read)


def beside() -> Companion[MemberView]:
    """A member, for the statement of another area."""
    return Companion(BESIDE, "members_member m where m.id = {}".format, MemberView, tuple(COLUMNS.split(", ")))


BESIDE = "member"


async def known_among(ids: Iterable[UUID]) -> set[UUID]:
    """Those of these ids that are members'."""
    rows = await database.fetch("select id from members_member where id = any($1)", list(set(ids)))
    return {row["id"] for row in rows}


async def by_external_ids(external_ids: Iterable[str]) -> dict[str, UUID]:
    """The ids of members by how another system calls them; who is none is missing."""
    rows = await database.fetch(
        "select external_id, id from members_member where external_id = any($1)", list(external_ids)
    )
    return {row["external_id"]: row["id"] for row in rows}


async def each_of(ids: Sequence[UUID]) -> list[MemberView | None]:
    """The member with each of these ids, in their order."""
    found = await by_ids(ids)
    return [found.get(each) for each in ids]


async def one(member_id: UUID, along: Along = NOTHING) -> MemberView | None:
    """The member with this id, and what comes along."""
    return await _one("m.id = {}", member_id, along)


def along(*companions: Companion[Any]) -> Along:
    """What is to be read along with a member, about them."""
    found = Along()
    for companion in companions:
        found.bring(companion, "m.id")
    return found


async def by_handles(handles: Iterable[str]) -> dict[str, MemberView]:
    """Members by their handles, whatever the case; the keys are folded."""
    folded = list({fold(handle) for handle in handles})
    rows = await database.fetch(
        f"select {COLUMNS}, m.handle_folded from members_member m where m.handle_folded = any($1)", folded
    )
    return {row["handle_folded"]: MemberView(**_without(row, "handle_folded")) for row in rows}


async def by_handle(handle: str, along: Along = NOTHING) -> MemberView | None:
    """The member with this handle, whatever the case, and what comes along."""
    return await _one("m.handle_folded = {}", fold(handle), along)


async def source_of(member_id: UUID) -> Source | None:
    """How a member came, as their app told it when they joined; None where it told nothing."""
    kept = await database.fetch_value("select source::text from members_member where id = $1", member_id)
    return Source.of_json(orjson.loads(kept)) if kept else None


async def followers_of(ids: Sequence[UUID], request: PageRequest) -> dict[UUID, Page[Relation]]:
    """For each member a page of who follows them, latest first."""
    return await _relations("members_follow", "follower_id", "followed_id", "followed_at", ids, request)


async def following_of(ids: Sequence[UUID], request: PageRequest) -> dict[UUID, Page[Relation]]:
    """For each member a page of whom they follow, latest first."""
    return await _relations("members_follow", "followed_id", "follower_id", "followed_at", ids, request)


async def blocks_of(ids: Sequence[UUID], request: PageRequest) -> dict[UUID, Page[Relation]]:
    """For each member a page of whom they block, latest first."""
    return await _relations("members_block", "blocked_id", "blocker_id", "blocked_at", ids, request)


async def followed_by(member_id: UUID) -> list[UUID]:
    """The ids of everybody the member follows."""
    rows = await database.fetch("select followed_id from members_follow where follower_id = $1", member_id)
    return [row["followed_id"] for row in rows]


async def followed_among(follower_id: UUID, ids: Iterable[UUID], along: Along = NOTHING) -> set[UUID]:
    """Those among `ids` whom the member follows. No statement for those who came along as `followed_beside`."""

    async def read(missing: list[UUID]) -> dict[UUID, bool]:
        rows = await database.fetch(
            "select followed_id from members_follow where follower_id = $1 and followed_id = any($2)",
            follower_id,
            missing,
        )
        return dict.fromkeys((row["followed_id"] for row in rows), True)

    found = await along.found(FOLLOWED, ids, read)
    return {member_id for member_id, is_followed in found.items() if is_followed}


def followed_beside(follower_id: UUID) -> Companion[bool]:
    """Whether the member follows somebody, for the statement that reads those."""
    followed = "(select true from members_follow where followed_id = {} and follower_id = {}::uuid)"
    return Companion(FOLLOWED, followed.format, bool, arguments=(follower_id,))


FOLLOWED = "followed"


async def blocked_among(member_id: UUID, ids: Iterable[UUID]) -> set[UUID]:
    """Those among `ids` whom the member blocks or who block the member."""
    rows = await database.fetch(
        "select blocked_id as other from members_block where blocker_id = $1 and blocked_id = any($2)"
        " union select blocker_id from members_block where blocked_id = $1 and blocker_id = any($2)",
        member_id,
        list(ids),
    )
    return {row["other"] for row in rows}


async def blocking_among(blocker_id: UUID, ids: Iterable[UUID]) -> set[UUID]:
    """Those among `ids` whom the member blocks."""
    rows = await database.fetch(
        "select blocked_id from members_block where blocker_id = $1 and blocked_id = any($2)", blocker_id, list(ids)
    )
    return {row["blocked_id"] for row in rows}


async def follower_counts(ids: Sequence[UUID], along: Along = NOTHING) -> dict[UUID, int]:
    """How many follow each of these members. No statement for those of whom it came along as `followers_beside`."""
    return await _counts(followers_beside(), ids, along)


async def following_counts(ids: Sequence[UUID], along: Along = NOTHING) -> dict[UUID, int]:
    """How many each of these members follows. No statement for those of whom it came along as `following_beside`."""
    return await _counts(following_beside(), ids, along)


def followers_beside() -> Companion[int]:
    """How many follow a member, for the statement that reads them."""
    return Companion(FOLLOWERS, "(select count(*) from members_follow where followed_id = {})".format, int)


def following_beside() -> Companion[int]:
    """How many a member follows, for the statement that reads them."""
    return Companion(FOLLOWING, "(select count(*) from members_follow where follower_id = {})".format, int)


FOLLOWERS, FOLLOWING = "followers", "following"


async def _counts(counted: Companion[int], ids: Sequence[UUID], along: Along) -> dict[UUID, int]:
    async def read(missing: list[UUID]) -> dict[UUID, int]:
        rows = await database.fetch(
            f"select id, {counted.source('wanted.id')} as count from unnest($1::uuid[]) wanted(id)", missing
        )
        return {row["id"]: row["count"] for row in rows}

    return await along.found(counted.name, ids, read)


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


async def restrictions_seen_by(actor: Actor, ids: Iterable[UUID], now: datetime) -> dict[UUID, list[RestrictionView]]:
    """The same for those of whom the actor may know it; the others are missing."""
    readable = [member_id for member_id in ids if policy.can_read_private(actor, member_id)]
    return await restrictions_of(readable, now) if readable else {}


async def restriction_on(
    member_id: UUID, ability: Ability, now: datetime, along: Along = NOTHING
) -> RestrictionView | None:
    """The restriction that keeps a member from an ability at `now`, the longest if there are several.

    No statement where it came along as `restrictions_beside`.
    """
    came: dict[UUID, list[RestrictionView]] = along.among(RESTRICTIONS, [member_id])
    found = came or await restrictions_of([member_id], now)
    return next((r for r in found[member_id] if r.ability == ability), None)


def restrictions_beside(now: datetime) -> Companion[list[RestrictionView]]:
    """What is taken from a member, for the statement of another area."""
    taken = (
        "array(select row(id, member_id, ability, reason, starts_at, ends_at) from members_restriction"
        " where member_id = {} and lifted_at is null and (ends_at is null or ends_at > {}::timestamptz)"
        " order by ends_at desc nulls first, id)"
    )
    return Companion(RESTRICTIONS, taken.format, lambda rows: [RestrictionView(*row) for row in rows], arguments=(now,))


RESTRICTIONS = "restrictions"


EARNERS = (
    "select m.id, m.time_zone, r.reason, r.ends_at from members_member m left join members_restriction r"
    " on r.member_id = m.id and r.ability = 'earn' and r.lifted_at is null and (r.ends_at is null or r.ends_at > {now})"
    " where m.id = any({ids})"
)
"""Those among `ids` who exist, as the columns of an EarnerView, for the statement of another area too."""


async def earners(ids: Iterable[UUID], now: datetime) -> dict[UUID, EarnerView]:
    """The members among `ids` who exist, as those who earn. One statement."""
    rows = await database.fetch(EARNERS.format(ids="$1", now="$2"), list(set(ids)), now)
    return {row["id"]: EarnerView(**row) for row in rows}


async def labels_of(ids: Iterable[UUID]) -> dict[UUID, frozenset[str]]:
    """What staff have marked each of these members with. One statement. Never for the members themselves."""
    wanted = list(set(ids))
    rows = await database.fetch(
        "select member_id, array_agg(label) as labels from members_label where member_id = any($1) group by member_id",
        wanted,
    )
    return dict.fromkeys(wanted, frozenset[str]()) | {row["member_id"]: frozenset(row["labels"]) for row in rows}


async def labels_seen_by(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, frozenset[str]]:
    """The same for staff who label; empty for everybody else."""
    return await labels_of(ids) if policy.can_label(actor) else {}


async def abilities_of(member_id: UUID, now: datetime, along: Along = NOTHING) -> list[Ability]:
    """What nobody keeps the member from at `now`. No statement where it came along as `abilities_beside`."""

    async def read(missing: list[UUID]) -> dict[UUID, list[Ability]]:
        return {
            each: _left_by(taken.ability for taken in restrictions)
            for each, restrictions in (await restrictions_of(missing, now)).items()
        }

    return (await along.found(ABILITIES, [member_id], read))[member_id]


def abilities_beside(now: datetime) -> Companion[list[Ability]]:
    """What nobody keeps a member from, for the statement that reads them."""
    taken = (
        "array(select ability::text from members_restriction where member_id = {} and lifted_at is null"
        " and (ends_at is null or ends_at > {}::timestamptz))"
    )
    return Companion(ABILITIES, taken.format, _left_by, arguments=(now,))


ABILITIES = "abilities"


def _left_by(taken: Iterable[str]) -> list[Ability]:
    restricted = set(taken)
    return [ability for ability in Ability if ability not in restricted]


async def _one(condition: str, value: Any, along: Along) -> MemberView | None:
    question = database.Question()
    question.require(condition, value)
    columns = COLUMNS + along.columns(question)
    row = await database.fetch_one(
        f"select {columns} from members_member m{along.joined} where {question.met}", *question.arguments
    )
    along.keep([row] if row else [])
    return MemberView._make(row[: len(MemberView._fields)]) if row else None


def _require_private(actor: Actor, member_id: UUID) -> None:
    if not policy.can_read_private(actor, member_id):
        raise Forbidden(Permission.MEMBERS_READ_PRIVATE.value)


async def _relations(
    table: str, other: str, own: str, since: str, ids: Sequence[UUID], request: PageRequest
) -> dict[UUID, Page[Relation]]:
    """A keyset page of links per member, newest link first: a link's UUIDv7 is the order and the cursor."""
    direction = "asc" if request.backward else "desc"
    rows = await database.fetch(
        f"select owner.id as owner_id, l.link_id, l.since, {COLUMNS}"
        f" from unnest($1::uuid[]) as owner(id) cross join lateral ("
        f"   select id as link_id, {since} as since, {other} as other_id from {table}"
        f"   where {own} = owner.id and ($2::uuid is null or id < $2) and ($3::uuid is null or id > $3)"
        f"   order by id {direction} limit {request.size + 1}"
        f" ) l join members_member m on m.id = l.other_id order by l.link_id {direction}",
        list(set(ids)),
        *(request.after or (None,)),
        *(request.before or (None,)),
    )
    found: dict[UUID, list[Relation]] = {member_id: [] for member_id in ids}
    for row in rows:
        member = MemberView(**_without(row, "owner_id", "link_id", "since"))
        found[row["owner_id"]].append(Relation(member=member, since=row["since"], link_id=row["link_id"]))
    return {
        member_id: page_of(links, request, lambda relation: (relation.link_id,)) for member_id, links in found.items()
    }


def _without(row: Iterable[tuple[str, Any]], *names: str) -> dict[str, Any]:
    return {name: value for name, value in dict(row).items() if name not in names}
