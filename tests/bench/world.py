"""A database like a grown company's: members, posts with threads, reactions, follows, a ledger, at any size.

Rows are written by PostgreSQL itself, in batches, without triggers: 100,000 members with a million posts, five million
reactions and five million ledger rows take minutes. The same numbers always give the same rows. Hash chains are not
made, so `reconcile` would complain; nothing that is measured reads them.
"""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from community.engagement.service.scoring import scored
from community.ledger.rules.accounts import SHARDS, AccountName, Holding
from community.ledger.rules.transfers import Currency
from community.posts.rules.hashtags import hashtag_id
from community.posts.rules.markdown import RENDERER

Progress = Callable[[str, int, int], None]
"""Called with what is written, how many of them are, and how many will be."""

REACTOR = 1
"""The number of the member who may have reacted to very much."""

TAGS = ("旅行", "美食", "咖啡", "讀書", "電影", "跑步", "貓", "設計", "音樂", "開箱")
BATCH = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much there is. A ledger row is an entry: each award writes two."""

    members: int = 100_000
    posts: int = 1_000_000
    reactions: int = 5_000_000
    ledger_rows: int = 5_000_000
    comments: int = 0
    follows_each: int = 0
    grants: int = 0
    """So many activities earned credits in this month."""
    reactions_of_one: int = 0
    """So many posts has one member, REACTOR, reacted to besides."""

    @property
    def awards_each(self) -> int:
        """How many awards each member has got."""
        return max(1, self.ledger_rows // 2 // self.members)


async def fill(connection: asyncpg.Connection, size: Size, progress: Progress = lambda *_: None) -> None:
    """Fill a migrated, empty database. The connection's user has to be a superuser."""
    await connection.execute("set session_replication_role = replica; set synchronous_commit = off; set jit = off")
    await connection.execute("set statement_timeout = 0")
    await connection.execute(_FUNCTIONS)
    await _accounts(connection, size)
    for what, count, write in _batches(size):
        for first in range(0, count, BATCH):
            last = min(first + BATCH, count)
            await write(connection, first, last - 1)
            progress(what, last, count)
    await connection.execute(_HASHTAGS, [hashtag_id(tag) for tag in TAGS], list(TAGS))
    await connection.execute("reset session_replication_role")
    await connection.execute("vacuum (analyze, freeze)")


def post_id(number: int) -> UUID:
    """The id of the post with this number, the newest the highest."""
    return UUID(f"0195b{number >> 20:07x}7001" + f"8{number & 0xFFFFF:015x}")


def member_id(number: int) -> UUID:
    """The id of the member with this number."""
    return UUID(f"0195a000-{number >> 32 & 0xFFFF:04x}-7000-8000-{number & 0xFFFFFFFF:012x}")


THREAD = 20
"""A post with comments has so many: the first half answers the post, the other half one of those each."""

Write = Callable[[asyncpg.Connection, int, int], Awaitable[object]]


def _batches(size: Size) -> Iterator[tuple[str, int, Write]]:
    def statement(sql: str) -> Write:
        filled = sql.format(**_vars(size))
        return lambda connection, first, last: connection.execute(filled, first, last)

    yield "members", size.members, statement(_MEMBERS)
    yield "standings", size.members, statement(_STANDINGS)
    yield "posts", size.posts, statement(_POSTS)
    yield "tags of posts", size.posts, statement(_TAGGINGS)
    yield "reactions", size.reactions, statement(_REACTIONS)
    yield "counts of reactions", size.posts, statement(_TALLIES)
    yield "comments", size.comments, statement(_COMMENTS)
    yield "counts of comments", size.comments // THREAD, statement(_COMMENT_TALLIES)
    yield "follows", size.members * size.follows_each, statement(_FOLLOWS)
    yield "grants", size.grants, statement(_GRANTS)
    yield "scores", size.members, statement(_SCORES)
    yield "reactions of one", min(size.reactions_of_one, size.posts), statement(_REACTIONS_OF_ONE)
    awards = size.members * size.awards_each
    yield "transfers", awards, statement(_TRANSFERS)
    yield "entries", awards, statement(_ENTRIES)
    yield "lots", awards, statement(_LOTS)


def _vars(size: Size) -> dict[str, object]:
    return {
        "members": size.members,
        "posts": size.posts,
        "reactions": size.reactions,
        "awards": size.awards_each,
        "each": max(1, size.reactions // size.posts),
        "thread": THREAD,
        "every": max(1, THREAD * size.posts // max(1, size.comments)),
        "follows": max(1, size.follows_each),
        "favourites": max(1, size.reactions_of_one),
        "reactor": REACTOR,
        "tags": "array[" + ", ".join(f"'{tag}'" for tag in TAGS) + "]",
        "tag_ids": "array[" + ", ".join(f"'{hashtag_id(tag)}'::uuid" for tag in TAGS) + "]",
        "tag_count": len(TAGS),
        "renderer": RENDERER,
    }


async def _accounts(connection: asyncpg.Connection, size: Size) -> None:
    """The ledger's accounts: their ids come from names, which only Python can tell."""
    each, per_award = size.awards_each, 10
    kept, rank = [], [0] * SHARDS
    for number in range(size.members):
        owner = member_id(number)
        name = AccountName.of(owner, Currency.POINTS, Holding.ACTIVE)
        shard = owner.int % SHARDS
        kept.append((number, name.id, shard, rank[shard]))
        rank[shard] += 1
    await connection.execute("create temp table account (number bigint primary key, id uuid, shard int, place bigint)")
    await connection.copy_records_to_table("account", records=kept)
    await connection.execute("create temp table issuance (shard int primary key, id uuid)")
    shards = [
        (shard, AccountName(Currency.POINTS, Holding.ISSUANCE, None, shard).id, rank[shard]) for shard in range(SHARDS)
    ]
    await connection.copy_records_to_table("issuance", records=[(shard, id) for shard, id, _ in shards])
    columns = ("id", "currency", "holding", "member_id", "shard", "floor", "balance", "sequence", "head")
    await connection.copy_records_to_table(
        "ledger_account",
        columns=columns,
        records=(
            (id, "points", "active", member_id(number), None, 0, each * per_award, each, bytes(32))
            for number, id, _, _ in kept
        ),
    )
    await connection.copy_records_to_table(
        "ledger_account",
        columns=columns,
        records=[
            (id, "points", "issuance", None, shard, None, -count * each * per_award, count * each, bytes(32))
            for shard, id, count in shards
        ],
    )


# Ids are UUIDv7 in the order of their numbers; a fixed spread makes what looks random.
_FUNCTIONS = """
    create or replace function pg_temp.bench_member(n bigint) returns uuid language sql immutable as $$
        select ('0195a000-' || lpad(to_hex(n >> 32), 4, '0') || '-7000-8000-'
            || lpad(to_hex(n & 4294967295), 12, '0'))::uuid
    $$;
    create or replace function pg_temp.bench_id(kind int, n bigint) returns uuid language sql immutable as $$
        select ('0195b' || lpad(to_hex(n >> 20), 7, '0') || '7' || lpad(to_hex(kind), 3, '0')
            || '8' || lpad(to_hex(n & 1048575), 15, '0'))::uuid
    $$;
    create or replace function pg_temp.bench_spread(n bigint, count bigint) returns bigint language sql immutable as $$
        select (n * 2654435761 % 4294967296) * count / 4294967296
    $$;
"""
_MEMBERS = """
    insert into members_member (id, handle, handle_folded, display_name, bio, locale, time_zone, joined_at)
    select pg_temp.bench_member(n), 'member' || n, 'member' || n, 'Member ' || n, '', 'zh-Hant', 'Asia/Taipei',
        now() - interval '400 days' from generate_series($1::bigint, $2::bigint) n
"""
_STANDINGS = """
    insert into tiers_standing (member_id, tier, since, earned, earned_since, version)
    select pg_temp.bench_member(n), tier, now() - interval '300 days', tier, now() - interval '300 days', 1
    from generate_series($1::bigint, $2::bigint) n,
        lateral (select case when n % 50 = 0 then 'gold' when n % 5 = 0 then 'silver' else 'member' end as tier) t
"""
_POSTS = """
    insert into posts_post (id, author_id, source, html, renderer, words, hashtags, mention_handles, mention_ids,
        written_at)
    select pg_temp.bench_id(1, n), pg_temp.bench_member(pg_temp.bench_spread(n, {members})), body,
        '<p>' || body || '</p>', {renderer},
        to_tsvector('simple', body), array[a, b], '{{}}', '{{}}',
        now() - interval '300 days' * (1 - n::float / {posts})
    from generate_series($1::bigint, $2::bigint) n,
        lateral (select ({tags})[n % {tag_count} + 1] as a, ({tags})[(n * 7 + 3) % {tag_count} + 1] as b) t,
        lateral (select 'Post number ' || n || ', of some length, as people write them here. #' || a || ' #' || b
            as body) s
"""
_TAGGINGS = """
    insert into posts_tagging (hashtag_id, post_id)
    select distinct tag, pg_temp.bench_id(1, n) from generate_series($1::bigint, $2::bigint) n,
        lateral (values (({tag_ids})[n % {tag_count} + 1]), (({tag_ids})[(n * 7 + 3) % {tag_count} + 1])) t(tag)
"""
_REACTIONS = """
    insert into posts_reaction (id, subject_id, member_id, kind, reacted_at)
    select pg_temp.bench_id(2, n), pg_temp.bench_id(1, n / {each} % {posts}),
        pg_temp.bench_member((pg_temp.bench_spread(n / {each}, {members}) + n % {each} * 7919) % {members}), 'like',
        now() - interval '100 days'
    from generate_series($1::bigint, $2::bigint) n on conflict do nothing
"""
_TALLIES = """
    insert into posts_tally (subject_id, measure, value)
    select pg_temp.bench_id(1, n), 'like', {each} from generate_series($1::bigint, $2::bigint) n
"""
_COMMENTS = """
    insert into posts_comment (id, post_id, parent_id, depth, author_id, source, html, renderer, mention_handles,
        mention_ids, written_at)
    select pg_temp.bench_id(7, n), pg_temp.bench_id(1, n / {thread} * {every}), parent, case when parent is null
        then 1 else 2 end, pg_temp.bench_member(pg_temp.bench_spread(n, {members})), 'Answer ' || n,
        '<p>Answer ' || n || '</p>', {renderer}, '{{}}', '{{}}', now() - interval '90 days'
    from generate_series($1::bigint, $2::bigint) n,
        lateral (select case when n % {thread} >= {thread} / 2 then pg_temp.bench_id(7, n - {thread} / 2) end) p(parent)
"""
_COMMENT_TALLIES = """
    insert into posts_tally (subject_id, measure, value)
    select subject, 'comments', value from generate_series($1::bigint, $2::bigint) n, lateral (
        select pg_temp.bench_id(1, n * {every}), {thread} union all
        select pg_temp.bench_id(7, n * {thread} + k), 1 from generate_series(0, {thread} / 2 - 1) k
    ) counted(subject, value)
"""
_FOLLOWS = """
    insert into members_follow (id, follower_id, followed_id, followed_at)
    select pg_temp.bench_id(8, n), pg_temp.bench_member(n / {follows}),
        pg_temp.bench_member((n / {follows} + 1 + n % {follows} * 37) % {members}), now() - interval '200 days'
    from generate_series($1::bigint, $2::bigint) n on conflict do nothing
"""
_GRANTS = """
    insert into engagement_grant (id, activity_id, member_id, rule, currency, amount, granted_at, day, day_since,
        day_until)
    select pg_temp.bench_id(9, n), pg_temp.bench_id(10, n), pg_temp.bench_member(pg_temp.bench_spread(n, {members})),
        'bench', 'credits', 1 + n % 7, now(), current_date, current_date, current_date + interval '1 day'
    from generate_series($1::bigint, $2::bigint) n
"""
_SCORES = scored(
    "g.amount",
    "(select * from engagement_grant where member_id between pg_temp.bench_member($1) and pg_temp.bench_member($2)) g",
)
_REACTIONS_OF_ONE = """
    with favourite as (
        select n, pg_temp.bench_id(1, {posts} - 1 - n * (greatest(1, {posts} / {favourites}))) as id
        from generate_series($1::bigint, $2::bigint) n
    ), reacted as (
        insert into posts_reaction (id, subject_id, member_id, kind, reacted_at)
        select pg_temp.bench_id(11, n), id, pg_temp.bench_member({reactor}), 'love', now() - interval '50 days'
        from favourite
    )
    insert into posts_tally (subject_id, measure, value) select id, 'love', 1 from favourite
"""
_TRANSFERS = """
    insert into ledger_transfer (id, currency, kind, member_id, source_id, target_id, amount, cause_kind, cause_key,
        rule_version, effective_at, posted_at)
    select pg_temp.bench_id(3, n), 'points', 'award', pg_temp.bench_member(account.number), issuance.id, account.id, 10,
        'bench', n::text, '1', now() - interval '90 days', now() - interval '90 days'
    from generate_series($1::bigint, $2::bigint) n
    join account on account.number = n / {awards} join issuance using (shard)
"""
_ENTRIES = """
    insert into ledger_entry (id, transfer_id, account_id, sequence, amount, balance, hash)
    select pg_temp.bench_id(4 + side, n), pg_temp.bench_id(3, n), account_id, sequence, amount, amount * sequence,
        '\\x00'::bytea
    from generate_series($1::bigint, $2::bigint) n
    join account on account.number = n / {awards} join issuance using (shard),
        lateral (values (0, issuance.id, account.place * {awards} + n % {awards} + 1, -10),
            (1, account.id, n % {awards} + 1, 10)) entry(side, account_id, sequence, amount)
"""
_LOTS = """
    insert into ledger_lot (id, member_id, currency, transfer_id, amount, remaining, earned_at, lifetime_months,
        activated_at, expires_at)
    select pg_temp.bench_id(6, n), pg_temp.bench_member(n / {awards}), 'points', pg_temp.bench_id(3, n), 10, 10,
        now() - interval '90 days', 12, now() - interval '90 days', date_trunc('month', now()) + interval '10 months'
    from generate_series($1::bigint, $2::bigint) n
"""
_HASHTAGS = """
    insert into posts_hashtag (id, name, post_count, last_used_at)
    select tag.id, tag.name, (select count(*) from posts_tagging where hashtag_id = tag.id), now()
    from unnest($1::uuid[], $2::text[]) tag(id, name)
"""
