"""What the models of the ledger cannot say: constraints, indexes, and that what is written stays as it is."""

from tortoise import migrations
from tortoise.migrations import operations as ops

IMMUTABLE = ("ledger_transfer", "ledger_entry", "ledger_draw", "ledger_reversal")

FORWARD: list[str] = [
    """
    alter table ledger_account
      add constraint ledger_account_currency check (currency in ('points', 'credits')),
      add constraint ledger_account_holding
        check (holding in ('active', 'pending', 'issuance', 'spent', 'expired', 'adjustments')),
      add constraint ledger_account_owner check ((member_id is null) <> (shard is null)),
      add constraint ledger_account_floor check (balance >= floor),
      add constraint ledger_account_members_floor check (member_id is null or floor is not null),
      add constraint ledger_account_sequence check (sequence >= 0)
    """,
    # Balances change all the time and are in no index: room on the page keeps the changes there.
    "alter table ledger_account set (fillfactor = 70)",
    "alter table ledger_lot set (fillfactor = 80)",
    "create unique index ledger_account_name on ledger_account (member_id, shard, currency, holding) nulls not distinct",
    """
    alter table ledger_transfer
      add constraint ledger_transfer_amount check (amount > 0),
      add constraint ledger_transfer_between_two check (source_id <> target_id),
      add constraint ledger_transfer_kind
        check (kind in ('award', 'activation', 'spend', 'expiry', 'adjustment', 'reversal')),
      add constraint ledger_transfer_reverses check ((kind = 'reversal') = (reverses_id is not null))
    """,
    "create unique index ledger_transfer_cause on ledger_transfer (currency, cause_kind, cause_key)",
    "create index ledger_transfer_reversing on ledger_transfer (reverses_id) where reverses_id is not null",
    """
    alter table ledger_entry
      add constraint ledger_entry_account foreign key (account_id) references ledger_account (id),
      add constraint ledger_entry_amount check (amount <> 0)
    """,
    "create unique index ledger_entry_sequence on ledger_entry (account_id, sequence)",
    "create index ledger_entry_latest on ledger_entry (account_id, id)",
    "create index ledger_entry_transfer on ledger_entry (transfer_id)",
    """
    alter table ledger_lot
      add constraint ledger_lot_remaining check (remaining between 0 and amount),
      add constraint ledger_lot_amount check (amount > 0),
      add constraint ledger_lot_waits_for_one check (pending_for is null or pending_until is null),
      add constraint ledger_lot_waits check (
        activated_at is not null or pending_for is not null or pending_until is not null
      )
    """,
    "create index ledger_lot_spendable on ledger_lot (member_id, currency, expires_at, id) where remaining > 0",
    """
    create index ledger_lot_due on ledger_lot
      ((case when activated_at is null then pending_until else expires_at end)) where remaining > 0
    """,
    "create index ledger_lot_event on ledger_lot (pending_for) where pending_for is not null",
    "create index ledger_lot_transfer on ledger_lot (transfer_id)",
    "create index ledger_lot_credits on ledger_lot (member_id, earned_at) include (remaining) where currency = 'credits'",
    """
    alter table ledger_draw
      add constraint ledger_draw_lot foreign key (lot_id) references ledger_lot (id),
      add constraint ledger_draw_amount check (amount <> 0)
    """,
    "create unique index ledger_draw_once on ledger_draw (transfer_id, lot_id)",
    "create index ledger_draw_of_lot on ledger_draw (lot_id)",
    """
    alter table ledger_reversal
      add constraint ledger_reversal_adds_up
        check (asked = taken + expired + short and least(asked, taken, expired, short) >= 0)
    """,
    "create unique index ledger_reversal_once on ledger_reversal (reversed_id, part)",
    "create index ledger_note_subject on ledger_note (subject_id)",
    """
    create function ledger_refuse_change() returns trigger language plpgsql as $$
    begin
        raise exception '% is append-only: correct it with a reversal', tg_table_name using errcode = '42501';
    end
    $$
    """,
    *(
        f"create trigger {table}_immutable before update or delete or truncate on {table}"
        " for each statement execute function ledger_refuse_change()"
        for table in IMMUTABLE
    ),
    # No grant either: an owner that is no superuser cannot, even without the trigger.
    *(f"revoke update, delete, truncate on {table} from public, current_user" for table in IMMUTABLE),
    """
    create function ledger_check_balance() returns trigger language plpgsql as $$
    declare
        unbalanced uuid;
    begin
        select transfer_id into unbalanced from added group by transfer_id having sum(amount) <> 0 limit 1;
        if found then
            raise exception 'the entries of transfer % do not sum to zero', unbalanced using errcode = '23514';
        end if;
        return null;
    end
    $$
    """,
    """
    create trigger ledger_entry_balanced after insert on ledger_entry referencing new table as added
      for each statement execute function ledger_check_balance()
    """,
]

BACKWARD: list[str] = [
    "drop trigger ledger_entry_balanced on ledger_entry",
    "drop function ledger_check_balance()",
    *(f"grant update, delete, truncate on {table} to current_user" for table in IMMUTABLE),
    *(f"drop trigger {table}_immutable on {table}" for table in IMMUTABLE),
    "drop function ledger_refuse_change()",
    "drop index ledger_note_subject, ledger_reversal_once",
    "alter table ledger_reversal drop constraint ledger_reversal_adds_up",
    "drop index ledger_draw_of_lot, ledger_draw_once",
    "alter table ledger_draw drop constraint ledger_draw_amount, drop constraint ledger_draw_lot",
    "drop index ledger_lot_credits, ledger_lot_transfer, ledger_lot_event, ledger_lot_due, ledger_lot_spendable",
    """
    alter table ledger_lot
      drop constraint ledger_lot_waits, drop constraint ledger_lot_waits_for_one, drop constraint ledger_lot_amount,
      drop constraint ledger_lot_remaining
    """,
    "drop index ledger_entry_transfer, ledger_entry_latest, ledger_entry_sequence",
    "alter table ledger_entry drop constraint ledger_entry_amount, drop constraint ledger_entry_account",
    "drop index ledger_transfer_reversing, ledger_transfer_cause",
    """
    alter table ledger_transfer
      drop constraint ledger_transfer_reverses, drop constraint ledger_transfer_kind,
      drop constraint ledger_transfer_between_two, drop constraint ledger_transfer_amount
    """,
    "drop index ledger_account_name",
    "alter table ledger_lot reset (fillfactor)",
    "alter table ledger_account reset (fillfactor)",
    """
    alter table ledger_account
      drop constraint ledger_account_sequence, drop constraint ledger_account_members_floor,
      drop constraint ledger_account_floor, drop constraint ledger_account_owner,
      drop constraint ledger_account_holding, drop constraint ledger_account_currency
    """,
]


class Migration(migrations.Migration):
    dependencies = [("community", "0007_front")]

    operations = [ops.RunSQL(FORWARD, BACKWARD)]
