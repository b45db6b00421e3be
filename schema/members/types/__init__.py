"""Members as the graph shows them: to everybody, to staff, and to themselves."""

from schema.members import enums as enums
from schema.members.types.members import Member
from schema.members.types.private import Consent, Restriction
from schema.members.types.viewer import Viewer

__all__ = ["Consent", "Member", "Restriction", "Viewer"]
