"""What only a member and those who are trusted see of them."""

from datetime import datetime
from typing import Self

import strawberry

from community.members.queries import ConsentView, RestrictionView
from community.members.rules import Ability, Channel, Purpose


@strawberry.type(description="An ability that is taken from a member at present.")
class Restriction:
    """One restriction in force."""

    ability: Ability = strawberry.field(description="What the member may not do.")
    reason: str = strawberry.field(description="Why, in the words of the staff.")
    starts_at: datetime = strawberry.field(description="Since when.")
    ends_at: datetime | None = strawberry.field(description="Until when; null when no end was set.")

    @classmethod
    def of(cls, restriction: RestrictionView) -> Self:
        return cls(
            ability=Ability(restriction.ability),
            reason=restriction.reason,
            starts_at=restriction.starts_at,
            ends_at=restriction.ends_at,
        )


@strawberry.type(description="The latest answer to one question of consent.")
class Consent:
    """One purpose on one channel."""

    purpose: Purpose = strawberry.field(description="What it is about.")
    channel: Channel = strawberry.field(description="Where it would reach the member.")
    granted: bool = strawberry.field(description="Whether the member allows it.")
    source: str = strawberry.field(description="Where the member answered.")
    given_at: datetime = strawberry.field(description="When the member answered.")

    @classmethod
    def of(cls, consent: ConsentView) -> Self:
        return cls(
            purpose=Purpose(consent.purpose),
            channel=Channel(consent.channel),
            granted=consent.granted,
            source=consent.source,
            given_at=consent.given_at,
        )
