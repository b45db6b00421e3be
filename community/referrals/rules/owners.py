"""Whose a link is: a member's or a partner's. Everything else treats the two alike."""

from dataclasses import dataclass
from typing import Self
from uuid import UUID

from community.kernel.words import Word


class OwnerKind(Word):
    """What sort of account a link belongs to."""

    MEMBER = "member", "A member, who is rewarded with points."
    PARTNER = "partner", "A partner, who is rewarded with a commission."


@dataclass(frozen=True, slots=True)
class Owner:
    """Whoever a link belongs to."""

    kind: OwnerKind
    id: UUID

    @classmethod
    def member(cls, member_id: UUID) -> Self:
        """The member with this id."""
        return cls(OwnerKind.MEMBER, member_id)

    @classmethod
    def partner(cls, partner_id: UUID) -> Self:
        """The partner with this id."""
        return cls(OwnerKind.PARTNER, partner_id)
