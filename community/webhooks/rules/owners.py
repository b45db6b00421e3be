"""For whom an endpoint is: the house hears everything; a partner what names it, and of that only the subject.

Which facts are about whom is decided here and nowhere else. An owner of another kind is another branch here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import NoneType
from typing import Any, get_args, get_type_hints
from uuid import UUID

from community.kernel.facts import Fact


class OwnerKind(StrEnum):
    """Who can have endpoints."""

    HOUSE = "house"
    PARTNER = "partner"


@dataclass(frozen=True, slots=True)
class Owner:
    """The house itself, or somebody with an id."""

    kind: OwnerKind
    id: UUID | None = None


HOUSE = Owner(OwnerKind.HOUSE)

PARTNER_FIELD = "partner_id"
"""The field by which a fact says whose it is."""

MEMBER_FIELD = "member_id"


def may_be_told(owner: Owner, fact: type[Fact]) -> bool:
    """Whether facts of this type can be about the owner at all. What is about a member is not told to partners."""
    if owner.kind is OwnerKind.HOUSE:
        return True
    return PARTNER_FIELD in get_type_hints(fact) and fact.subject != MEMBER_FIELD


def is_told(owner: Owner, fact: type[Fact], payload: Mapping[str, Any]) -> bool:
    """Whether this very fact is for the owner's ears."""
    if owner.kind is OwnerKind.HOUSE:
        return True
    return may_be_told(owner, fact) and payload.get(PARTNER_FIELD) == str(owner.id)


def told(owner: Owner, fact: type[Fact], payload: Mapping[str, Any]) -> dict[str, Any]:
    """What of a fact leaves the house: ids and nothing else; for a partner, its own and the subject's."""
    names = ids_of(fact)
    if owner.kind is not OwnerKind.HOUSE:
        names = [name for name in names if name in (fact.subject, PARTNER_FIELD)]
    return {name: payload[name] for name in names if name in payload}


def key_told(owner: Owner, ordering_key: str, subject_id: UUID) -> str:
    """By what the owner orders its events: the fact's own key is for the house, as it may name a third."""
    return ordering_key if owner.kind is OwnerKind.HOUSE else str(subject_id)


def ids_of(fact: type[Fact]) -> list[str]:
    """The fields of a fact that hold an id, or several."""
    return [name for name, hint in get_type_hints(fact).items() if _is_id(hint)]


def _is_id(hint: Any) -> bool:
    kinds = [kind for kind in get_args(hint) if kind not in (NoneType, Ellipsis)]
    return hint is UUID or (bool(kinds) and all(_is_id(kind) for kind in kinds))
