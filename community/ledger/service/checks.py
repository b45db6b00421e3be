"""The invariants of the ledger as SQL: each finds the first row that breaks its promise, and says what is wrong."""

from community.ledger.rules.chain import GENESIS

DIGEST = """sha256(convert_to(concat_ws(chr(31),
    t.id, t.currency, t.kind, t.member_id, t.source_id, t.target_id, t.amount, t.cause_kind, t.cause_key,
    coalesce(t.rule_version, ''), coalesce(t.purpose, ''), coalesce(t.reverses_id::text, ''),
    (extract(epoch from t.effective_at) * 1000000)::bigint, (extract(epoch from t.posted_at) * 1000000)::bigint
), 'UTF8'))"""
"""`Transfer.digest()` in SQL."""

LINK = f"""sha256(
    coalesce(lag(e.hash) over chain, '\\x{GENESIS.hex()}') || {DIGEST}
    || convert_to(format('%s|%s|%s|%s', e.account_id, e.sequence, e.amount, e.balance), 'UTF8')
)"""
"""`chain.link()` in SQL, for entries `e` of transfers `t` in the window `chain`."""

SKEW = "interval '5 minutes'"
"""How far apart the clocks of two servers may be."""

_EXPIRED = """r.asked - greatest(0, least(
    r.asked, r.given - r.asked_before - ({gone} - r.expired_before)
))"""
"""What of a reversal had expired: what was asked without what `lots.owed` says the member owed."""

CHECKS: dict[str, str] = {
    "each transfer is two entries of its amount, out of its source and into its target": """
        select format('transfer %s', coalesce(t.id, e.transfer_id)) from ledger_transfer t
        full join (
            select transfer_id, count(*), sum(amount) as sum,
                min(account_id::text) filter (where amount < 0) as source, max(amount) as amount,
                min(account_id::text) filter (where amount > 0) as target
            from ledger_entry group by transfer_id
        ) e on e.transfer_id = t.id
        where (e.count, e.sum, e.amount, e.source, e.target)
            is distinct from (2, 0, t.amount, t.source_id::text, t.target_id::text)
        order by coalesce(t.id, e.transfer_id)
    """,
    "each currency sums to zero": """
        select format('%s: accounts sum to %s', currency, sum(balance)) from ledger_account
        group by currency having sum(balance) <> 0 order by currency
    """,
    "the sequence of each account has no gap": """
        select format('account %s: entry %s is in place %s', account_id, sequence, place) from (
            select account_id, sequence, row_number() over (partition by account_id order by sequence) as place
            from ledger_entry
        ) e where sequence <> place order by account_id, place
    """,
    "each running balance is the sum of the entries so far": """
        select format('entry %s: balance %s, entries sum to %s', id, balance, total) from (
            select id, account_id, sequence, balance,
                sum(amount) over (partition by account_id order by sequence) as total
            from ledger_entry
        ) e where balance <> total order by account_id, sequence
    """,
    "each account's chain of hashes is whole": f"""
        select format('entry %s of account %s: hash does not follow', sequence, account_id) from (
            select e.account_id, e.sequence, e.hash, {LINK} as link
            from ledger_entry e left join ledger_transfer t on t.id = e.transfer_id
            window chain as (partition by e.account_id order by e.sequence)
        ) e where hash is distinct from link order by account_id, sequence
    """,
    "each balance, sequence and head is that of the account's last entry": f"""
        select format('account %s: %s after %s, last entry has %s after %s',
            coalesce(a.id, e.account_id), a.balance, a.sequence, e.balance, e.sequence)
        from ledger_account a full join (
            select distinct on (account_id) account_id, sequence, balance, hash
            from ledger_entry order by account_id, sequence desc
        ) e on e.account_id = a.id
        where (a.balance, a.sequence, a.head) is distinct from
            (coalesce(e.balance, 0), coalesce(e.sequence, 0), coalesce(e.hash, '\\x{GENESIS.hex()}'))
        order by coalesce(a.id, e.account_id)
    """,
    "no balance is below its floor": """
        select format('account %s: %s', id, balance) from ledger_account where balance < floor order by id
    """,
    "each lot has left what was not drawn from it": """
        select format('lot %s: %s of %s left, %s drawn', l.id, l.remaining, l.amount, coalesce(d.drawn, 0))
        from ledger_lot l full join (select lot_id, sum(amount) as drawn from ledger_draw group by lot_id) d
            on d.lot_id = l.id
        where l.id is null or l.remaining <> l.amount - coalesce(d.drawn, 0) or l.remaining not between 0 and l.amount
        order by coalesce(l.id, d.lot_id)
    """,
    "each member's lots make up their balances": """
        select format('%s of member %s: %s in the account, %s in lots',
            coalesce(a.currency, l.currency), coalesce(a.member_id, l.member_id), a.balance, l.remaining)
        from (select * from ledger_account where member_id is not null) a full join (
            select member_id, currency, case when activated_at is null then 'pending' else 'active' end as holding,
                sum(remaining) as remaining
            from ledger_lot group by 1, 2, 3
        ) l on l.member_id = a.member_id and l.currency = a.currency and l.holding = a.holding
        where coalesce(a.balance, 0) <> coalesce(l.remaining, 0)
        order by coalesce(a.member_id, l.member_id)
    """,
    "each transfer changes lots as much as it changes what the member has": """
        select format('transfer %s: %s in accounts, %s in lots', id, moved, changed) from (
            select t.id,
                (case when target.member_id is null then 0 else t.amount end)
                - (case when source.member_id is null then 0 else t.amount end) as moved,
                coalesce((select sum(amount) from ledger_lot where transfer_id = t.id), 0)
                - coalesce((select sum(amount) from ledger_draw where transfer_id = t.id), 0) as changed
            from ledger_transfer t
            left join ledger_account source on source.id = t.source_id
            left join ledger_account target on target.id = t.target_id
        ) t where moved <> changed order by id
    """,
    "each reversal undid what it says, and never more than there was": """
        select format('transfer %s: %s moved, %s undone, %s asked', coalesce(r.reversed_id, b.reverses_id),
            t.amount, coalesce(b.amount, 0), r.asked)
        from (
            select reversed_id, sum(asked) as asked, sum(taken) as taken,
                bool_and(asked = taken + expired + short) as adds_up
            from ledger_reversal group by reversed_id
        ) r
        full join (
            select reverses_id, sum(amount) as amount from ledger_transfer where reverses_id is not null group by 1
        ) b on b.reverses_id = r.reversed_id
        left join ledger_transfer t on t.id = r.reversed_id
        where r.taken is distinct from coalesce(b.amount, 0) or r.asked > t.amount or t.id is null or not r.adds_up
        order by coalesce(r.reversed_id, b.reverses_id)
    """,
    "each reversal tells apart what had expired and what was missing": f"""
        with reversal as (
            select r.*, t.amount as given, target.member_id is not null as takes_back,
                coalesce(sum(r.asked) over before, 0) as asked_before,
                coalesce(sum(r.expired) over before, 0) as expired_before
            from ledger_reversal r
            join ledger_transfer t on t.id = r.reversed_id join ledger_account target on target.id = t.target_id
            window before as (
                partition by r.reversed_id order by r.id rows between unbounded preceding and 1 preceding
            )
        ), figured as (
            select r.*, {_EXPIRED.format(gone="gone.surely")} as least, {_EXPIRED.format(gone="gone.perhaps")} as most
            from reversal r cross join lateral (
                select
                    coalesce(sum(d.amount) filter (
                        where e.posted_at = r.reversed_at or e.posted_at < r.reversed_at - {SKEW}
                    ), 0) as surely,
                    coalesce(sum(d.amount) filter (where e.posted_at < r.reversed_at + {SKEW}), 0) as perhaps
                from ledger_lot l join ledger_draw d on d.lot_id = l.id
                join ledger_transfer e on e.id = d.transfer_id and e.kind = 'expiry'
                where l.transfer_id = r.reversed_id
            ) gone
        )
        select format('reversal %s: %s expired, %s short', id, expired, short) from figured
        where case when takes_back then expired not between least and most else expired > 0 or short > 0 end
        order by id
    """,
    "each lot expires when its lifetime says": """
        select format('lot %s: expires %s, its lifetime says %s', id, expires_at, due) from (
            select id, expires_at, case
                when lifetime_months is null then lifetime_until
                else (
                    date_trunc('month', coalesce(activated_at, pending_until) at time zone zone)
                    + make_interval(months => lifetime_months + 1)
                ) at time zone zone
            end as due
            from ledger_lot, current_setting('hourglass.time_zone') zone
        ) lot
        where (expires_at is null) <> (due is null) or abs(extract(epoch from expires_at - due)) > 3600
        order by id
    """,
}
"""What is promised, and the statement that finds whoever breaks it."""

CONTENTS = """
    select
        (select count(*) from ledger_account) as accounts,
        (select count(*) from ledger_transfer) as transfers,
        (select count(*) from ledger_entry) as entries,
        (select count(*) from ledger_lot) as lots
"""
