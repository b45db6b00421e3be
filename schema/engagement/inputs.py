"""Activities as clients describe them."""

from datetime import datetime

import strawberry

from community.engagement.rules.activities import Scalar
from community.kernel.errors import BadInput
from schema.scalars import Long


@strawberry.input(description="Something more about an activity: a name, and one of text, number or flag.")
class ActivityDetailInput:
    """One entry of the metadata that conditions can ask for."""

    name: str = strawberry.field(description="A name such as `floor`: a-z, digits and underscores, at most 40.")
    text: str | None = strawberry.field(default=None, description="At most 200 characters.")
    number: Long | None = strawberry.field(default=None, description="A whole number.")
    flag: bool | None = strawberry.field(default=None, description="Yes or no.")

    @property
    def value(self) -> Scalar:
        """The one value. Raises BadInput when there are none or several."""
        given: list[Scalar] = [each for each in (self.text, self.number, self.flag) if each is not None]
        if len(given) != 1:
            raise BadInput("details", "Give each detail one value: text, number or flag.")
        return given[0]


@strawberry.input(description="What a member did somewhere else.")
class ActivityInput:
    """One activity."""

    external_id: str = strawberry.field(
        description="Your own id of it, 1 to 100 characters: the same id again is recorded once."
    )
    kind: str = strawberry.field(
        description="What kind it is, `<noun>.<past participle>` such as store.visited; none that we record ourselves."
    )
    member_id: strawberry.ID = strawberry.field(description="Who did it.")
    occurred_at: datetime = strawberry.field(description="When: within the last 366 days.")
    about: str | None = strawberry.field(
        default=None, description="What it was about, in your own words: a rule pays a member once for each."
    )
    quantity: Long | None = strawberry.field(
        default=None, description="How much of it, 0 to 10^12, for rules that pay in proportion."
    )
    details: list[ActivityDetailInput] | None = strawberry.field(
        default=None, description="What conditions of rules may ask for, at most 20."
    )


@strawberry.input(description="An activity to try the rules on.")
class DryRunInput:
    """An activity that did not happen."""

    kind: str = strawberry.field(description="What kind it is, such as post.written.")
    member_id: strawberry.ID = strawberry.field(description="Who would do it.")
    other_member_id: strawberry.ID | None = strawberry.field(
        default=None, description="The other member in it: whose post it is about, or who would react."
    )
    occurred_at: datetime | None = strawberry.field(default=None, description="When; now by default.")
    quantity: Long | None = strawberry.field(default=None, description="How much of it, 0 to 10^12.")
    details: list[ActivityDetailInput] | None = strawberry.field(
        default=None, description="What conditions of rules may ask for, at most 20."
    )


def metadata_of(details: list[ActivityDetailInput] | None) -> dict[str, Scalar]:
    """Details as the domain keeps them. Raises BadInput."""
    return {detail.name: detail.value for detail in details or []}
