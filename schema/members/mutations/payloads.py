"""What several mutations of members return."""

import strawberry

from schema.members.types import Member, Viewer


@strawberry.type(description="Your side of a member changed.")
class ViewerPayload:
    """You, after the change."""

    viewer: Viewer = strawberry.field(description="You, after the change.")


@strawberry.type(description="Something between you and another member changed.")
class MemberPayload:
    """The other member, after the change."""

    member: Member = strawberry.field(description="The other member, after the change.")
