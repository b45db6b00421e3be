"""The verbs of members: join, introduce, recognise, edit a profile, move, allow and forbid, follow, block, restrict."""

from community.members.service.abilities import refusal_of, require_ability, restore, restrict
from community.members.service.consenting import set_consent
from community.members.service.following import block, follow, unblock, unfollow
from community.members.service.joining import Joined, introduce_many, join, recognise
from community.members.service.labelling import label, unlabel
from community.members.service.profiles import Profile, change_time_zone, edit_profile

__all__ = [
    "Joined",
    "Profile",
    "block",
    "change_time_zone",
    "edit_profile",
    "follow",
    "introduce_many",
    "join",
    "label",
    "recognise",
    "refusal_of",
    "require_ability",
    "restore",
    "restrict",
    "set_consent",
    "unblock",
    "unfollow",
    "unlabel",
]
