"""Counters that many write at once: a change is appended, and rolled up into one value later."""

from collections.abc import Sequence
from uuid import UUID

from community import database
from community.database import transaction

ROLLED_UP_AT_ONCE = 5_000


async def add(subject_ids: Sequence[UUID], measure: str, change: int) -> None:
    """Count something for each subject, in the caller's transaction, without waiting for anybody."""
    await database.execute(
        "insert into posts_tally_delta (subject_id, measure, delta)"
        " select subject.id, $2, $3 from unnest($1::uuid[]) subject(id)",
        subject_ids,
        measure,
        change,
    )


def add_last(subject_ids: Sequence[UUID], measure: str, change: int) -> None:
    """The same as the last thing in the transaction, where nobody inside it counts."""
    database.write_last(_ADD, [{"subject_id": each, "measure": measure, "delta": change} for each in subject_ids])


_ADD = database.into("posts_tally_delta", "subject_id uuid, measure text, delta smallint")


@transaction()
async def roll_up() -> int:
    """Move the oldest changes into their values, all at once for every reader; how many, at most ROLLED_UP_AT_ONCE.

    Several may run: each takes changes that no other has, and values in the order of their keys.
    """
    moved: int = await database.fetch_value(
        "with moved as (delete from posts_tally_delta where id in"
        " (select id from posts_tally_delta order by id limit $1 for update skip locked)"
        " returning subject_id, measure, delta),"
        " rolled as (insert into posts_tally as tally (subject_id, measure, value)"
        " select subject_id, measure, sum(delta) from moved group by 1, 2 order by 1, 2"
        " on conflict (subject_id, measure) do update set value = tally.value + excluded.value)"
        " select count(*) from moved",
        ROLLED_UP_AT_ONCE,
    )
    return moved
