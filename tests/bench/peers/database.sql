-- What the peers need in the database: views and functions, in a schema of their own, over the same tables.

create schema peers;

create type peers.tier as (key text);
create view peers.members as
    select m.id, m.handle, m.display_name, row(coalesce(s.tier, 'member'))::peers.tier as tier
    from members_member m left join tiers_standing s on s.member_id = m.id;
comment on view peers.members is '@primaryKey id';

create view peers.posts as
    select id, author_id, source as body, written_at, hashtags from posts_post where removed_at is null;
comment on view peers.posts is E'@primaryKey id\n@foreignKey (author_id) references peers.members (id)|@fieldName author';

-- A view and no function: PostgreSQL would plan a function that returns one row anew at every call.
create view peers.balances as
    select m.id as member_id, coalesce(kept.points, 0) + due.points as points,
        coalesce(kept.pending, 0) - due.pending as pending, coalesce(kept.credits, 0) as credits
    from members_member m
    cross join lateral (
        select sum(balance) filter (where currency = 'points' and holding = 'active')::bigint as points,
            sum(balance) filter (where currency = 'points' and holding = 'pending')::bigint as pending,
            sum(balance) filter (where currency = 'credits' and holding = 'active')::bigint as credits
        from ledger_account where member_id = m.id
    ) kept
    cross join lateral (
        select coalesce(sum(case when activated_at is null then remaining else -remaining end), 0)::bigint as points,
            coalesce(sum(remaining) filter (where activated_at is null), 0)::bigint as pending
        from ledger_lot where member_id = m.id and remaining > 0 and currency = 'points'
        and case when activated_at is null then pending_until else expires_at end <= now()
    ) due;
comment on view peers.balances is
    E'@primaryKey member_id\n@foreignKey (member_id) references peers.members (id)|@foreignFieldName balance';

create type peers.reaction_count as (kind text, count bigint);
create function peers.posts_reaction_counts(post peers.posts) returns setof peers.reaction_count stable language sql
    as $$
    select upper(measure), sum(value)::bigint from (
        select measure, value from posts_tally where subject_id = post.id
        union all select measure, delta from posts_tally_delta where subject_id = post.id
    ) tallies where measure <> 'comments' group by measure having sum(value) > 0
$$;
comment on function peers.posts_reaction_counts is '@behavior -connection +list';

-- UUIDv7, in the order of time as ours; PostgreSQL 18 has it built in.
create function peers.new_id() returns uuid volatile language sql as $$
    select encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid()) placing
        substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3) from 1 for 6
    ), 52, 1), 53, 1), 'hex')::uuid
$$;

-- M1 in one call: a post with its hashtags, the activity and what it earned, a transfer with both entries and both
-- balances under lock, its lot, and the fact for the outbox. In the transaction of the statement that calls it.
create type peers.written as (post peers.posts, rule text, currency text, amount bigint);
create function peers.write_post(author uuid, body text) returns peers.written volatile language plpgsql as $$
declare
    post_id constant uuid := peers.new_id();
    activity_id constant uuid := peers.new_id();
    transfer_id constant uuid := peers.new_id();
    moment constant timestamptz := now();
    earned constant bigint := 10;
    tags constant text[] := array(
        select lower(tag[1]) from regexp_matches(body, '#([^\s#]+)', 'g') with ordinality matched(tag, place)
        group by 1 order by min(place)
    );
    source constant uuid := (
        select id from ledger_account where member_id is null and currency = 'credits' and holding = 'issuance'
        and shard = get_byte(uuid_send(author), 15) & 31
    );
    target constant uuid := (
        select id from ledger_account where member_id = author and currency = 'credits' and holding = 'active'
    );
begin
    insert into posts_hashtag (id, name) select gen_random_uuid(), tag from unnest(tags) tag order by tag
        on conflict do nothing;
    insert into posts_tagging (hashtag_id, post_id) select id, post_id from posts_hashtag where name = any(tags);
    insert into posts_post
        (id, author_id, source, html, renderer, words, hashtags, mention_handles, mention_ids, written_at)
    values (post_id, author, body, '<p>' || replace(replace(body, '&', '&amp;'), '<', '&lt;') || '</p>', 1,
        to_tsvector('simple', body), tags, '{}', '{}', moment);

    insert into engagement_activity (id, kind, member_id, subject_type, subject_id, origin, metadata, cause_kind,
        cause_key, programme_version, refusals, occurred_at, recorded_at)
    values (activity_id, 'post.written', author, 'post', post_id, '', '{}', 'post.written', post_id, '2', '[]', moment,
        moment);
    insert into engagement_grant (id, activity_id, member_id, rule, currency, amount, subject_type, subject_id,
        granted_at, day, day_since, day_until)
    values (peers.new_id(), activity_id, author, 'post', 'credits', earned, 'post', post_id, moment, moment::date,
        date_trunc('day', moment), date_trunc('day', moment) + interval '1 day');

    insert into ledger_transfer (id, currency, kind, member_id, source_id, target_id, amount, cause_kind, cause_key,
        rule_version, effective_at, posted_at)
    values (transfer_id, 'credits', 'award', author, source, target, earned, 'post.written', post_id || ':post', '2',
        moment, moment);
    perform from ledger_account where id in (source, target) order by id for no key update;
    with moved as (
        update ledger_account account set balance = balance + step, sequence = sequence + 1
        from (values (source, -earned), (target, earned)) side(account_id, step) where account.id = account_id
        returning account.id, sequence, step, balance
    )
    insert into ledger_entry (id, transfer_id, account_id, sequence, amount, balance, hash)
    select peers.new_id(), transfer_id, moved.id, moved.sequence, step, moved.balance, '' from moved;
    insert into ledger_lot (id, member_id, currency, transfer_id, amount, remaining, earned_at, activated_at)
    values (peers.new_id(), author, 'credits', transfer_id, earned, earned, moment, moment);

    insert into outbox_fact (id, arrival, type, version, subject_id, ordering_key, payload, recorded_at, actor_id)
    values (peers.new_id(), nextval('outbox_arrival'), 'post.written', 1, post_id, post_id,
        jsonb_build_object('post_id', post_id, 'author_id', author, 'hashtags', tags, 'written_at', moment), moment,
        author);
    return ((post_id, author, body, moment, tags)::peers.posts, 'post'::text, 'CREDITS'::text, earned);
end
$$;
comment on function peers.write_post is '@behavior -mutationField -queryField';
