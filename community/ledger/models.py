"""The rows of the ledger. Transfers, entries, draws and reversals are never changed; a trigger sees to it."""

from tortoise import fields

from community.database.tables import Model


class LedgerAccount(Model):
    """A balance, with the end of its chain. Whoever locks it writes the next entry."""

    id = fields.UUIDField(primary_key=True)
    currency = fields.CharField(max_length=16)
    holding = fields.CharField(max_length=16)
    member_id = fields.UUIDField(null=True)
    shard = fields.SmallIntField(null=True)
    floor = fields.BigIntField(null=True)
    balance = fields.BigIntField()
    sequence = fields.BigIntField()
    head = fields.BinaryField()

    class Meta:
        app = "community"
        table = "ledger_account"


class LedgerTransfer(Model):
    """So many units from one account to another. `(currency, cause_kind, cause_key)` is unique."""

    id = fields.UUIDField(primary_key=True)
    currency = fields.CharField(max_length=16)
    kind = fields.CharField(max_length=16)
    member_id = fields.UUIDField()
    source_id = fields.UUIDField()
    target_id = fields.UUIDField()
    amount = fields.BigIntField()
    cause_kind = fields.CharField(max_length=40)
    cause_key = fields.CharField(max_length=200)
    rule_version = fields.CharField(max_length=40, null=True)
    purpose = fields.CharField(max_length=40, null=True)
    reverses_id = fields.UUIDField(null=True)
    effective_at = fields.DatetimeField()
    posted_at = fields.DatetimeField()

    class Meta:
        app = "community"
        table = "ledger_transfer"


class LedgerEntry(Model):
    """One side of a transfer in one account. `(account_id, sequence)` is unique and has no gap."""

    id = fields.UUIDField(primary_key=True)
    transfer_id = fields.UUIDField()
    account_id = fields.UUIDField()
    sequence = fields.BigIntField()
    amount = fields.BigIntField()
    balance = fields.BigIntField()
    hash = fields.BinaryField()

    class Meta:
        app = "community"
        table = "ledger_entry"


class LedgerLot(Model):
    """What one earning gave and how much of it is left. Pending until `activated_at` is set."""

    id = fields.UUIDField(primary_key=True)
    member_id = fields.UUIDField()
    currency = fields.CharField(max_length=16)
    transfer_id = fields.UUIDField()
    amount = fields.BigIntField()
    remaining = fields.BigIntField()
    earned_at = fields.DatetimeField()
    pending_for = fields.CharField(max_length=200, null=True)
    pending_until = fields.DatetimeField(null=True)
    lifetime_months = fields.SmallIntField(null=True)
    lifetime_until = fields.DatetimeField(null=True)
    activated_at = fields.DatetimeField(null=True)
    expires_at = fields.DatetimeField(null=True)

    class Meta:
        app = "community"
        table = "ledger_lot"


class LedgerDraw(Model):
    """What a transfer took from a lot; negative when it gave back."""

    id = fields.UUIDField(primary_key=True)
    transfer_id = fields.UUIDField()
    lot_id = fields.UUIDField()
    amount = fields.BigIntField()

    class Meta:
        app = "community"
        table = "ledger_draw"


class LedgerReversal(Model):
    """That a transfer, or a named part of it, was undone; once. What was asked is what was taken, expired or short."""

    id = fields.UUIDField(primary_key=True)
    reversed_id = fields.UUIDField()
    part = fields.CharField(max_length=100)
    asked = fields.BigIntField()
    taken = fields.BigIntField()
    expired = fields.BigIntField()
    short = fields.BigIntField()
    reversed_at = fields.DatetimeField()

    class Meta:
        app = "community"
        table = "ledger_reversal"


class LedgerNote(Model):
    """What somebody wrote about a transfer or a reversal. Not part of the proof: it may have to be erased."""

    id = fields.UUIDField(primary_key=True)
    subject_id = fields.UUIDField()
    reason = fields.TextField()
    actor_id = fields.UUIDField(null=True)

    class Meta:
        app = "community"
        table = "ledger_note"
