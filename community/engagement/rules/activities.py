"""What an activity is: who did what, about which subject, when, from where."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

LONGEST_KIND = 40
LARGEST_QUANTITY = 10**12
MAX_METADATA = 20
LONGEST_METADATA = 200

KIND = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)+")
NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")

Scalar = str | int | bool


class OwnKind(StrEnum):
    """Activities that Hourglass itself records. Nobody reports these from outside."""

    VISIT = "member.visited"
    POST_WRITTEN = "post.written"
    COMMENT_WRITTEN = "comment.written"
    REACTION_GIVEN = "reaction.given"
    REACTION_RECEIVED = "reaction.received"
    VIEW_QUALIFIED = "view.qualified"
    CONTENT_COMPLETED = "content.completed"
    ORDER_PAID = "order.paid"
    REFERRAL_QUALIFIED = "referral.qualified"
    CAMPAIGN_ENTERED = "campaign.entered"
    REFERRAL_WELCOMED = "referral.welcomed"


UNKEPT = frozenset({OwnKind.VISIT, OwnKind.VIEW_QUALIFIED})
"""Kinds that are kept only when they earned something: coming back an hour later, or reading it again, is no news."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What an activity is about."""

    type: str
    id: UUID


Identity = tuple[str, UUID, Subject | None, int | None]
"""The kind, the member, the subject and the quantity."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """Something that happened and may earn something for `member_id`.

    `other_id` is the other member in it: whose post was read or answered, or who reacted. `quantity` is what
    proportional rules count, for an order its amount in whole units of the programme's currency. What it earns stays
    pending until the event `pending_for`, if one is named.
    """

    kind: str
    member_id: UUID
    occurred_at: datetime
    subject: Subject | None = None
    other_id: UUID | None = None
    quantity: int | None = None
    origin: str = "app"
    metadata: Mapping[str, Scalar] = field(default_factory=dict)
    pending_for: str | None = None

    def __post_init__(self) -> None:
        if not (KIND.fullmatch(self.kind) and len(self.kind) <= LONGEST_KIND):
            raise ValueError(f"an activity's kind is <noun>.<past participle>, not {self.kind!r}")
        if self.quantity is not None and not 0 <= self.quantity <= LARGEST_QUANTITY:
            raise ValueError(f"a quantity is a whole number from 0 to {LARGEST_QUANTITY}, not {self.quantity!r}")

    @property
    def identity(self) -> Identity:
        """What makes it the same happening when it is reported again."""
        return self.kind, self.member_id, self.subject, self.quantity


def is_external_kind(kind: str) -> bool:
    """Whether somebody outside may report such an activity."""
    return len(kind) <= LONGEST_KIND and KIND.fullmatch(kind) is not None and kind not in set(OwnKind)


def is_metadata(metadata: Mapping[str, Scalar]) -> bool:
    """Whether this can be kept beside an activity: a few short names with scalars."""
    return len(metadata) <= MAX_METADATA and all(
        NAME.fullmatch(name)
        and isinstance(value, str | int | bool)
        and (not isinstance(value, str) or (len(value) <= LONGEST_METADATA and value.isprintable()))
        and (not isinstance(value, int) or abs(value) <= LARGEST_QUANTITY)
        for name, value in metadata.items()
    )
