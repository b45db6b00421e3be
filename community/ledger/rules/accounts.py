"""Which accounts there are, and their ids: a name always gives the same id, so that nobody has to look it up."""

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Self
from uuid import UUID, uuid5

from community.ledger.rules.transfers import Currency

NAMESPACE = UUID("6f9d4a52-7f0e-5c1e-9a54-2f6a3f0d8b11")

REMEMBERED = 20_000
"""So many accounts a process knows by name: those of some 5,000 members, and the parts of the system's."""

SHARDS = 32
"""Everybody's transfers touch the system's accounts. Each of those is kept in so many parts, a transfer using one."""


class Holding(StrEnum):
    """What an account holds."""

    ACTIVE = "active"
    PENDING = "pending"
    ISSUANCE = "issuance"
    SPENT = "spent"
    EXPIRED = "expired"
    ADJUSTMENTS = "adjustments"


MEMBERS = frozenset({Holding.ACTIVE, Holding.PENDING})
"""These belong to a member and never go below zero. The others belong to the system."""


@dataclass(frozen=True, slots=True)
class AccountName:
    """What names an account: currency, holding, and its member or the part of the system's account."""

    currency: Currency
    holding: Holding
    member_id: UUID | None
    shard: int | None

    @classmethod
    def of(cls, member_id: UUID, currency: Currency, holding: Holding, lane: int = 0) -> Self:
        """The member's own account, or the part of the system's account for whoever works in this lane."""
        if holding in MEMBERS:
            return cls(currency, holding, member_id, None)
        return cls(currency, holding, None, lane % SHARDS)

    @property
    def id(self) -> UUID:
        """A UUIDv5 (RFC 9562) of the name."""
        return _id(f"{self.currency}:{self.holding}:{self.member_id if self.shard is None else self.shard}")

    @property
    def floor(self) -> int | None:
        """How low the balance may go; None means as low as it likes, because what members have was issued."""
        return 0 if self.member_id is not None else None


@lru_cache(REMEMBERED)
def _id(name: str) -> UUID:
    """Asked several times for each transfer, and for the parts of the system's accounts by everybody."""
    return uuid5(NAMESPACE, name)
