"""What lets every post in the world earn, so that the third request measures a whole award each time.

The rule for posts pays three times a day: a load of posts would soon be one of refusals. Here another version of the
rules is in force, with the same limit further away. And members have earned before: their accounts are open, they took
turns, and how far they are from another tier is known.
"""

from dataclasses import replace

import asyncpg
import orjson

from community.engagement.rules.activities import OwnKind
from community.engagement.rules.programme import DEFAULT, Limit
from community.engagement.rules.windows import Window
from community.kernel import ids
from community.ledger.rules.accounts import SHARDS, AccountName, Holding
from community.ledger.rules.transfers import Currency
from tests.bench.world import member_id
from tests.bench.wrk import WrongAnswer

FAR = Limit(window=Window.DAY, times=1_000_000)


async def let_posts_earn(connection: asyncpg.Connection, members: int) -> None:
    """For a database that was filled. The connection's user has to be a superuser."""
    await _publish_rules(connection)
    await _open_accounts(connection, members)
    await connection.execute("insert into engagement_participant (member_id) select id from members_member")
    await connection.execute("update tiers_standing set room_spend = 1000000, room_engagement = 1000000")
    await connection.execute("vacuum (analyze, freeze)")


async def _publish_rules(connection: asyncpg.Connection) -> None:
    rules = (replace(r, limits=(FAR,)) if r.trigger == OwnKind.POST_WRITTEN else r for r in DEFAULT.rules)
    await connection.execute(
        "insert into engagement_programme (id, version, starts_at, programme, published_at)"
        " values ($1, '2', now() - interval '100 days', $2::text::jsonb, now())",
        ids.new_id(),
        orjson.dumps(replace(DEFAULT, rules=tuple(rules)).as_json()).decode(),
    )


async def _open_accounts(connection: asyncpg.Connection, members: int) -> None:
    """For credits, the members' and the system's: their ids come from names, which only Python can tell."""
    names = [AccountName.of(member_id(number), Currency.CREDITS, Holding.ACTIVE) for number in range(members)]
    names += [AccountName(Currency.CREDITS, Holding.ISSUANCE, None, shard) for shard in range(SHARDS)]
    columns = ("id", "currency", "holding", "member_id", "shard", "floor", "balance", "sequence", "head")
    rows = [(n.id, n.currency, n.holding, n.member_id, n.shard, n.floor, 0, 0, bytes(32)) for n in names]
    await connection.copy_records_to_table("ledger_account", columns=columns, records=rows)


async def require_books_that_agree(connection: asyncpg.Connection, *, posts_before: int) -> None:
    """Raise WrongAnswer unless every post since was written whole, whoever wrote it."""
    book = await connection.fetchrow(_BOOK, posts_before)
    if len(set(book.values())) != 1:
        raise WrongAnswer(f"not every post was written whole: {dict(book)}")


# What each post has one of, and two of; and what it earned.
_BOOK = """
    select
        (select count(*) from posts_post) - $1 as posts,
        (select count(*) from engagement_activity where kind = 'post.written') as activities,
        (select count(*) from engagement_grant where rule = 'post') as grants,
        (select count(*) from ledger_transfer where currency = 'credits') as transfers,
        (select count(*) from ledger_lot where currency = 'credits') as lots,
        (select count(*) from outbox_fact where type = 'post.written') as facts,
        (select count(*) from ledger_entry join ledger_account account on account.id = account_id
            where currency = 'credits') / 2 as entries,
        (select sum(balance)::bigint from ledger_account where currency = 'credits' and member_id is not null) / 10
            as earned,
        (select -sum(balance)::bigint from ledger_account where currency = 'credits' and member_id is null) / 10
            as issued
"""
