"""Who follows and who blocks whom."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from community import database
from community.kernel.along import NOTHING, VIEWER, Along, Companion
from community.kernel.pages import Page, PageRequest, page_of
from community.members.queries.members import COLUMNS, MemberView


@dataclass(frozen=True, slots=True)
class Relation:
    """A member met through a follow or a block, with when that began."""

    member: MemberView
    since: datetime
    link_id: UUID


BLOCKS_BETWEEN = (
    "select blocked_id from members_block where blocker_id = {member}"
    " union select blocker_id from members_block where blocked_id = {member}"
)
"""Everybody the member blocks or who blocks them, for the statement of another area: `author_id not in (…)`."""


FOLLOWED_BY = "select followed_id from members_follow where follower_id = {member}"
"""Everybody the member follows, for the statement of another area."""


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
    """Those among `ids` whom the member follows. No statement for those who came along as `FOLLOWED`."""

    async def read(missing: list[UUID]) -> dict[UUID, bool]:
        rows = await database.fetch(
            "select followed_id from members_follow where follower_id = $1 and followed_id = any($2)",
            follower_id,
            missing,
        )
        return dict.fromkeys((row["followed_id"] for row in rows), True)

    found = await along.found(FOLLOWED, ids, read)
    return {member_id for member_id, is_followed in found.items() if is_followed}


FOLLOWED: Companion[bool] = Companion(
    "(select true from members_follow where followed_id = {} and follower_id = {}::uuid)".format,
    bool,
    arguments=(VIEWER,),
)
"""Whether who asks follows somebody, for the statement that reads those."""


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
    """How many follow each of these members. No statement for those of whom it came along as `FOLLOWERS`."""
    return await _counts(FOLLOWERS, ids, along)


async def following_counts(ids: Sequence[UUID], along: Along = NOTHING) -> dict[UUID, int]:
    """How many each of these members follows. No statement for those of whom it came along as `FOLLOWING`."""
    return await _counts(FOLLOWING, ids, along)


FOLLOWERS = Companion("(select count(*) from members_follow where followed_id = {})".format, int)
FOLLOWING = Companion("(select count(*) from members_follow where follower_id = {})".format, int)
"""How many follow a member, and how many the member follows, for the statement that reads them."""


async def _counts(counted: Companion[int], ids: Sequence[UUID], along: Along) -> dict[UUID, int]:
    async def read(missing: list[UUID]) -> dict[UUID, int]:
        rows = await database.fetch(
            f"select id, {counted.source('wanted.id')} as count from unnest($1::uuid[]) wanted(id)", missing
        )
        return {row["id"]: row["count"] for row in rows}

    return await along.found(counted, ids, read)


async def _relations(
    table: str, other: str, own: str, since: str, ids: Sequence[UUID], request: PageRequest
) -> dict[UUID, Page[Relation]]:
    """A keyset page of links per member, newest link first: a link's UUIDv7 is the order and the cursor."""
    direction = "asc" if request.backward else "desc"
    rows = await database.fetch(
        f"select {COLUMNS}, owner.id as owner_id, l.link_id, l.since"
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
        found[row["owner_id"]].append(Relation(MemberView.of(row), row["since"], row["link_id"]))
    return {
        member_id: page_of(links, request, lambda relation: (relation.link_id,)) for member_id, links in found.items()
    }
