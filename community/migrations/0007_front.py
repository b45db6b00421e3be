"""What the front door counts and keeps: leased buckets, recent hits, documents by hash. No model maps these tables.

The counts are unlogged: after a crash of the database everybody starts with a full bucket, and no write waits for them.
"""

from tortoise import migrations
from tortoise.migrations import operations as ops

FORWARD: list[str] = [
    """
    create unlogged table quota_bucket (
        key text primary key,
        capacity float8 not null,
        rate float8 not null,
        tokens float8 not null,
        leased float8 not null,
        leased_until timestamptz not null,
        refilled_at timestamptz not null
    )
    """,
    "create index quota_bucket_refilled_at on quota_bucket (refilled_at)",
    # Refilling stops at what is not leased, so that tokens and leases together never exceed the capacity.
    # A lease that ran out unreturned frees its room at the moment it ran out, not earlier.
    """
    create function quota_refill(inout bucket quota_bucket, moment timestamptz) language plpgsql as $$
    declare
        pause timestamptz;
    begin
        if bucket.leased > 0 and bucket.leased_until <= moment then
            pause := greatest(bucket.leased_until, bucket.refilled_at);
            bucket.tokens := least(
                bucket.capacity - bucket.leased,
                bucket.tokens + bucket.rate * extract(epoch from pause - bucket.refilled_at)
            );
            bucket.refilled_at := pause;
            bucket.leased := 0;
        end if;
        bucket.tokens := least(
            bucket.capacity - bucket.leased,
            bucket.tokens + bucket.rate * greatest(0, extract(epoch from moment - bucket.refilled_at))
        );
        bucket.refilled_at := greatest(moment, bucket.refilled_at);
    end
    $$
    """,
    """
    create function quota_take(
        bucket_key text, bucket_capacity float8, bucket_rate float8, needed float8, wanted float8, seconds float8,
        out granted float8, out remaining float8, out leased_until timestamptz
    ) language plpgsql as $$
    declare
        bucket quota_bucket;
        moment timestamptz;
    begin
        loop
            insert into quota_bucket
            values (bucket_key, bucket_capacity, bucket_rate, bucket_capacity, 0, clock_timestamp(), clock_timestamp())
            on conflict (key) do nothing;
            select * into bucket from quota_bucket where key = bucket_key for update;
            exit when found;
        end loop;
        moment := clock_timestamp();
        bucket.capacity := bucket_capacity;
        bucket.rate := bucket_rate;
        bucket := quota_refill(bucket, moment);
        granted := 0;
        if bucket.tokens >= needed then
            granted := greatest(needed, least(wanted, floor(bucket.tokens / 4)));
            bucket.tokens := bucket.tokens - granted;
            bucket.leased := bucket.leased + granted;
            bucket.leased_until := greatest(bucket.leased_until, moment + make_interval(secs => seconds));
        end if;
        remaining := bucket.tokens;
        leased_until := bucket.leased_until;
        update quota_bucket set
            capacity = bucket.capacity, rate = bucket.rate, tokens = bucket.tokens, leased = bucket.leased,
            leased_until = bucket.leased_until, refilled_at = bucket.refilled_at
        where key = bucket_key;
    end
    $$
    """,
    """
    create function quota_return(bucket_key text, granted float8, unused float8, lease_end timestamptz)
    returns void language plpgsql as $$
    declare
        bucket quota_bucket;
        moment timestamptz;
    begin
        select * into bucket from quota_bucket where key = bucket_key for update;
        moment := clock_timestamp();
        if not found or lease_end <= moment then
            return;
        end if;
        bucket := quota_refill(bucket, moment);
        update quota_bucket set
            tokens = bucket.tokens + unused, leased = greatest(0, bucket.leased - granted),
            leased_until = bucket.leased_until, refilled_at = bucket.refilled_at
        where key = bucket_key;
    end
    $$
    """,
    """
    create unlogged table quota_hits (
        key text primary key,
        at timestamptz[] not null,
        kept_until timestamptz not null
    )
    """,
    "create index quota_hits_kept_until on quota_hits (kept_until)",
    """
    create function quota_hit(hits_key text, allowed int, seconds float8, amount int)
    returns boolean language plpgsql as $$
    declare
        moment timestamptz;
        recent timestamptz[];
        fits boolean;
    begin
        loop
            insert into quota_hits values (hits_key, '{}', clock_timestamp()) on conflict (key) do nothing;
            select at into recent from quota_hits where key = hits_key for update;
            exit when found;
        end loop;
        moment := clock_timestamp();
        recent := array(select hit from unnest(recent) as hit
                        where hit > moment - make_interval(secs => seconds) order by hit);
        fits := cardinality(recent) + amount <= allowed;
        if fits then
            recent := recent || array_fill(moment, array[amount]);
        end if;
        update quota_hits set at = recent, kept_until = moment + make_interval(secs => seconds) where key = hits_key;
        return fits;
    end
    $$
    """,
    """
    create table documents_text (
        hash text primary key check (hash ~ '^[0-9a-f]{64}$'),
        text text not null,
        kept_at timestamptz not null default now()
    )
    """,
    "create index documents_text_kept_at on documents_text (kept_at)",
]

BACKWARD: list[str] = [
    "drop table documents_text",
    "drop function quota_hit(text, int, float8, int)",
    "drop table quota_hits",
    "drop function quota_return(text, float8, float8, timestamptz)",
    "drop function quota_take(text, float8, float8, float8, float8, float8)",
    "drop function quota_refill(quota_bucket, timestamptz)",
    "drop table quota_bucket",
]


class Migration(migrations.Migration):
    dependencies = [("community", "0006_posts")]

    operations = [ops.RunSQL(FORWARD, BACKWARD)]
