"""The journal of one posting: accounts locked in the order of their ids, what is entered, one statement that writes it.

journal, claimed = await locked(names, claim=[transfer])    # takes the key, locks the accounts
journal.enter(transfer)                                     # two entries, with balances and hashes
await journal.write()                                       # everything at once
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from community import database
from community.kernel import ids
from community.ledger import errors
from community.ledger.rules import chain
from community.ledger.rules.accounts import AccountName, Holding
from community.ledger.rules.lots import Draw, Lot
from community.ledger.rules.transfers import LARGEST, Cause, Currency, Transfer, TransferKind
from community.ledger.service.rows import LOT, TRANSFER, Row, row_of_lot, row_of_transfer


@dataclass(slots=True)
class Account:
    """A locked account, as it will be after what was entered so far."""

    id: UUID
    floor: int | None
    balance: int
    sequence: int
    head: bytes

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        return cls(row["id"], row["floor"], row["balance"], row["sequence"], row["head"])


class Journal:
    """What one transaction writes into the ledger, in order."""

    def __init__(self, accounts: Iterable[Account], now: datetime) -> None:
        self.now = now
        self._accounts = {account.id: account for account in accounts}
        self._transfers: list[Transfer] = []
        self._entries: list[Row] = []
        self._opened: dict[UUID, Lot] = {}
        self._changed: dict[UUID, Lot] = {}
        self._draws: list[Row] = []
        self._reversals: list[Row] = []
        self._notes: list[Row] = []

    def enter(self, transfer: Transfer) -> None:
        """Write a transfer's two entries: the source gives, the target gets."""
        digest = transfer.digest()
        self._enter(transfer.source_id, -transfer.amount, transfer.id, digest)
        self._enter(transfer.target_id, transfer.amount, transfer.id, digest)

    def post(
        self,
        kind: TransferKind,
        member_id: UUID,
        currency: Currency,
        amount: int,
        *,
        source: UUID | Holding,
        target: UUID | Holding,
        key: str,
        effective_at: datetime,
        reverses_id: UUID | None = None,
    ) -> Transfer:
        """Write a transfer that the ledger makes by itself. Its cause is `kind` and `key`."""
        transfer = Transfer(
            id=ids.new_id(),
            currency=currency,
            kind=kind,
            member_id=member_id,
            source_id=source if isinstance(source, UUID) else account(member_id, currency, source).id,
            target_id=target if isinstance(target, UUID) else account(member_id, currency, target).id,
            amount=amount,
            cause=Cause(kind, key),
            reverses_id=reverses_id,
            effective_at=effective_at,
            posted_at=self.now,
        )
        self._transfers.append(transfer)
        self.enter(transfer)
        return transfer

    def open(self, lot: Lot) -> None:
        """A lot that was not there before."""
        self._opened[lot.id] = lot

    def change(self, lot: Lot) -> None:
        """A lot as it is from now on."""
        (self._opened if lot.id in self._opened else self._changed)[lot.id] = lot

    def take(self, drawn: Draw, transfer: Transfer) -> Lot:
        """Take from a lot, or give back with a negative amount. Returns the lot after it."""
        after = replace(drawn.lot, remaining=drawn.lot.remaining - drawn.amount)
        self.change(after)
        self._draws.append(
            {"id": ids.new_text(), "transfer_id": transfer.id, "lot_id": after.id, "amount": drawn.amount}
        )
        return after

    def note(self, subject_id: UUID, reason: str, actor_id: UUID | None) -> None:
        """Keep why somebody did this."""
        self._notes.append({"id": ids.new_text(), "subject_id": subject_id, "reason": reason, "actor_id": actor_id})

    def undo(self, reversal: Row) -> None:
        """Keep that a transfer was undone."""
        self._reversals.append(reversal)

    async def write(self) -> None:
        """All of it in one statement, ahead of the next."""
        await database.send_rows(
            {
                _TRANSFERS: [row_of_transfer(each) for each in self._transfers],
                _ENTRIES: self._entries,
                _OPENED: [row_of_lot(each) for each in self._opened.values()],
                _CHANGED: [row_of_lot(each) for each in self._changed.values()],
                _DRAWS: self._draws,
                _REVERSALS: self._reversals,
                _NOTES: self._notes,
                _BALANCES: [
                    {"id": a.id, "balance": a.balance, "sequence": a.sequence, "head": a.head}
                    for a in self._accounts.values()
                ],
            }
        )

    def _enter(self, account_id: UUID, amount: int, transfer_id: UUID, digest: bytes) -> None:
        account = self._accounts[account_id]
        account.sequence += 1
        account.balance += amount
        if abs(account.balance) > LARGEST:
            raise errors.InvalidAmount(LARGEST)
        account.head = chain.link(account.head, account_id, account.sequence, amount, account.balance, digest)
        self._entries.append(
            {
                "id": ids.new_text(),
                "transfer_id": transfer_id,
                "account_id": account_id,
                "sequence": account.sequence,
                "amount": amount,
                "balance": account.balance,
                "hash": account.head,
            }
        )


async def locked(
    names: Iterable[AccountName], now: datetime, *, also: Sequence[UUID] = (), claim: Sequence[Transfer] = ()
) -> tuple[Journal, Collection[UUID]]:
    """A journal over these accounts, locked in the order of their ids, and the ids of the claimed transfers.

    `also` are the ids of further accounts, which exist. To claim a transfer is to write it unless its cause is in the
    ledger already: then it is not among the returned ids, and nothing may be entered for it. Accounts that are missing
    are opened. One statement, two if some are missing, three if somebody else opens them at the same time.
    """
    wanted = {name.id: name for name in names}
    rows = await database.fetch(_CLAIM, database.as_json(map(row_of_transfer, claim)), [*wanted, *also])
    accounts = {row["id"]: Account.of(row) for row in rows if row["id"]}
    if missing := {id: name for id, name in wanted.items() if id not in accounts}:
        opened = await database.fetch(_OPEN, database.as_json(map(_row_of_new, missing.values())))
        accounts.update((row["id"], Account.of(row)) for row in opened)
        if faster := missing.keys() - accounts.keys():
            found = await database.fetch(_LOCK, list(faster))
            accounts.update((row["id"], Account.of(row)) for row in found)
    return Journal(accounts.values(), now), set(rows[0]["claimed"])


def account(member_id: UUID, currency: Currency, holding: Holding) -> AccountName:
    """The member's own account, or the part of the system's account for this transaction: it waits for nobody there."""
    return AccountName.of(member_id, currency, holding, database.lane())


def names_for(lots: Iterable[Lot], *holdings: Holding) -> set[AccountName]:
    """The accounts with these holdings of everybody who has one of the lots."""
    return {account(lot.member_id, lot.currency, holding) for lot in lots for holding in holdings}


def _row_of_new(name: AccountName) -> Row:
    return {
        "id": name.id,
        "currency": name.currency,
        "holding": name.holding,
        "member_id": name.member_id,
        "shard": name.shard,
        "floor": name.floor,
        "balance": 0,
        "sequence": 0,
        "head": chain.GENESIS,
    }


def _rows(table: str, parameter: str) -> str:
    return f"select * from json_populate_recordset(null::{table}, {parameter}::text::json)"


_LOCKED = (
    "select id, floor, balance, sequence, head from ledger_account where id = any({}) order by id for no key update"
)
_LOCK = _LOCKED.format("$1")

# Keys are taken in an order that all agree on, too. Only the first row tells what was claimed: a batch has many rows.
_CLAIM = f"""
    with claimed as (
        insert into ledger_transfer {_rows("ledger_transfer", "$1")} order by currency, cause_kind, cause_key
        on conflict (currency, cause_kind, cause_key) do nothing returning id
    )
    select case when row_number() over () = 1 then taken.claimed end as claimed, account.*
    from (select coalesce(array_agg(id), '{{}}') as claimed from claimed) taken
    left join lateral ({_LOCKED.format("$2")}) account on true
"""

_OPEN = f"""
    insert into ledger_account {_rows("ledger_account", "$1")} order by id on conflict do nothing
    returning id, floor, balance, sequence, head
"""


_TRANSFERS = database.into("ledger_transfer", TRANSFER)
_ENTRIES = database.into(
    "ledger_entry",
    "id uuid, transfer_id uuid, account_id uuid, sequence bigint, amount bigint, balance bigint, hash bytea",
)
_OPENED = database.into("ledger_lot", LOT)
_DRAWS = database.into("ledger_draw", "id uuid, transfer_id uuid, lot_id uuid, amount bigint")
_REVERSALS = database.into(
    "ledger_reversal",
    "id uuid, reversed_id uuid, part text, asked bigint, taken bigint, expired bigint, short bigint,"
    " reversed_at timestamptz",
)
_NOTES = database.into("ledger_note", "id uuid, subject_id uuid, reason text, actor_id uuid")
_CHANGED = database.Writing(
    """
    update ledger_lot lot set
        remaining = rows.remaining, pending_for = rows.pending_for, pending_until = rows.pending_until,
        activated_at = rows.activated_at, expires_at = rows.expires_at
    from {rows} where lot.id = rows.id
    """,
    "id uuid, remaining bigint, pending_for text, pending_until timestamptz, activated_at timestamptz,"
    " expires_at timestamptz",
)
_BALANCES = database.Writing(
    """
    update ledger_account account set balance = rows.balance, sequence = rows.sequence, head = rows.head
    from {rows} where account.id = rows.id
    """,
    "id uuid, balance bigint, sequence bigint, head bytea",
)
