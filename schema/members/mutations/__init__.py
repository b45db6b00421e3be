"""What can be done with members: one input, one result union each."""

import strawberry

from schema.members.mutations.abilities import Abilities
from schema.members.mutations.following import Following
from schema.members.mutations.joining import Joining
from schema.members.mutations.labelling import Labelling
from schema.members.mutations.profiles import Profiles


@strawberry.type
class MemberMutations(Joining, Profiles, Following, Abilities, Labelling):
    """What people do about themselves and each other."""
