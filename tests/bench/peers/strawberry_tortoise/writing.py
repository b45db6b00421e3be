"""M1: a post with all that follows from it, in one transaction, as rows that are created."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import escape
from typing import Any
from uuid import UUID

import uuid_utils.compat
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.expressions import Q
from tortoise.transactions import in_transaction

from tests.bench.peers.strawberry_tortoise.models import Account, Activity, Fact, Grant, Hashtag, Lot, Post, Transfer

EARNED = 10
RULE = "post"
CURRENCY = "credits"
VERSION = "2"
SHARDS = 32


@dataclass(frozen=True, slots=True)
class Written:
    """The post, and what it earned."""

    post: Post
    rule: str
    currency: str
    amount: int


async def write_post(author_id: UUID, body: str) -> Written:
    """The same rows as the function `peers.write_post` writes."""
    now = datetime.now(UTC)
    async with in_transaction() as connection:
        words, arrival = await _from_postgres(connection, body)
        names = list(dict.fromkeys(tag.lower() for tag in re.findall(r"#([^\s#]+)", body)))
        post = await Post.create(
            author_id=author_id,
            source=body,
            html=f"<p>{escape(body, quote=False)}</p>",
            renderer=1,
            words=words,
            hashtags=names,
            mention_handles=[],
            mention_ids=[],
            written_at=now,
        )
        tags = [await Hashtag.get_or_create(name=name) for name in sorted(names)]
        await post.tags.add(*(tag for tag, _ in tags))
        await _grant(post)
        await _award(connection, post)
        await Fact.create(
            arrival=arrival,
            type="post.written",
            version=1,
            subject_id=post.id,
            ordering_key=str(post.id),
            payload={
                "post_id": str(post.id),
                "author_id": str(author_id),
                "hashtags": names,
                "written_at": now.isoformat(),
            },
            recorded_at=now,
            actor_id=author_id,
        )
    return Written(post, RULE, CURRENCY, EARNED)


async def _from_postgres(connection: BaseDBAsyncClient, body: str) -> tuple[str, int]:
    """What no model can say: the words to find a text by, and the next number of the outbox."""
    (row,) = await connection.execute_query_dict(
        "select to_tsvector('simple', $1)::text as words, nextval('outbox_arrival') as arrival", [body]
    )
    return row["words"], row["arrival"]


async def _grant(post: Post) -> None:
    """The activity, and what it earned."""
    about: dict[str, Any] = {"member_id": post.author_id, "subject_type": "post", "subject_id": post.id}
    activity = await Activity.create(
        **about,
        kind="post.written",
        cause_kind="post.written",
        cause_key=str(post.id),
        programme_version=VERSION,
        occurred_at=post.written_at,
        recorded_at=post.written_at,
    )
    day = post.written_at.replace(hour=0, minute=0, second=0, microsecond=0)
    await Grant.create(
        **about,
        activity_id=activity.id,
        rule=RULE,
        currency=CURRENCY,
        amount=EARNED,
        granted_at=post.written_at,
        day=day.date(),
        day_since=day,
        day_until=day + timedelta(days=1),
    )


async def _award(connection: BaseDBAsyncClient, post: Post) -> None:
    """From the system to the author: a transfer, both balances under lock, both entries, and the lot."""
    its_shard = Q(member_id=None, holding="issuance", shard=post.author_id.bytes[15] % SHARDS)
    its_own = Q(member_id=post.author_id, holding="active")
    accounts = Account.filter(its_shard | its_own, currency=CURRENCY).order_by("id").select_for_update(no_key=True)
    source, target = sorted(await accounts, key=lambda account: account.member_id is not None)
    transfer = await Transfer.create(
        currency=CURRENCY,
        kind="award",
        member_id=post.author_id,
        source_id=source.id,
        target_id=target.id,
        amount=EARNED,
        cause_kind="post.written",
        cause_key=f"{post.id}:{RULE}",
        rule_version=VERSION,
        effective_at=post.written_at,
        posted_at=post.written_at,
    )
    entries: list[object] = []
    for account, step in ((source, -EARNED), (target, EARNED)):
        account.balance += step
        account.sequence += 1
        await account.save(update_fields=["balance", "sequence"])
        entries += (uuid_utils.compat.uuid7(), transfer.id, account.id, account.sequence, step, account.balance)
    # The entries of a transfer have to come in one statement, and Tortoise makes one for each.
    await connection.execute_query(
        "insert into ledger_entry (id, transfer_id, account_id, sequence, amount, balance, hash)"
        " values ($1, $2, $3, $4, $5, $6, ''), ($7, $8, $9, $10, $11, $12, '')",
        entries,
    )
    await Lot.create(
        member_id=post.author_id,
        currency=CURRENCY,
        transfer_id=transfer.id,
        amount=EARNED,
        remaining=EARNED,
        earned_at=post.written_at,
        activated_at=post.written_at,
    )
