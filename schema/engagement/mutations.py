"""What earns by being told: the daily visit, what was read, what happened elsewhere."""

from typing import Annotated

import strawberry

from community.engagement import service as engagement
from community.engagement.service import Report, ReportAnswer
from community.kernel.errors import NotFound
from community.posts.rules.activities import post_subject
from schema.context import Info
from schema.engagement.inputs import ActivityInput, metadata_of
from schema.engagement.problems import ActivityProblem, EarningRulesStartTooEarly, InvalidEarningRules
from schema.engagement.programmes import PublishEarningRulesInput, PublishEarningRulesPayload
from schema.engagement.types import Effects
from schema.errors import UnforeseenProblem, inside
from schema.members.types import Member
from schema.nodes import decode_id
from schema.posts.types import Post
from schema.prices import PRICE, Price


@strawberry.type(description="You are here.")
class VisitPayload:
    """What coming here did."""

    effects: Effects = strawberry.field(description="What it earned, or when to be back for more.")


VisitResult = Annotated[
    VisitPayload | UnforeseenProblem, strawberry.union("VisitResult", description="What coming here did.")
]


@strawberry.input(description="What you stayed with, and for how long.")
class ReportViewInput:
    """A view."""

    subject_id: strawberry.ID = strawberry.field(description="The post.")
    dwell_seconds: int = strawberry.field(description="How long it was on the screen, 0 to 86,400.")


@strawberry.type(description="The view is counted, if it counts.")
class ReportViewPayload:
    """What reading did."""

    effects: Effects = strawberry.field(description="What it earned, and what it did not.")


ReportViewResult = Annotated[
    ReportViewPayload | UnforeseenProblem, strawberry.union("ReportViewResult", description="What reading did.")
]


@strawberry.input(description="Activities from outside.")
class RecordActivitiesInput:
    """Several at once."""

    activities: list[ActivityInput] = strawberry.field(description="The activities, in the order they happened.")


@strawberry.type(description="What became of one reported activity.")
class ActivityAnswer:
    """Its effects, or its problem."""

    external_id: str = strawberry.field(description="Your id of it.")
    effects: Effects | None = strawberry.field(description="What it did; null when it was not recorded.")
    problem: ActivityProblem | None = strawberry.field(description="Why it was not recorded; null when it was.")

    @classmethod
    def of(cls, answer: ReportAnswer, info: Info) -> "ActivityAnswer":
        return cls(
            external_id=answer.external_id,
            effects=Effects.of(answer.effects) if answer.effects else None,
            problem=inside(answer.problem, info) if answer.problem else None,
        )


@strawberry.type(description="The activities were looked at, each by itself.")
class RecordActivitiesPayload:
    """An answer for each."""

    answers: list[ActivityAnswer] = strawberry.field(
        description="What became of each activity, in their order.", metadata={PRICE: Price(items=10)}
    )


RecordActivitiesResult = Annotated[
    RecordActivitiesPayload | UnforeseenProblem,
    strawberry.union("RecordActivitiesResult", description="What became of each activity."),
]


PublishEarningRulesResult = Annotated[
    PublishEarningRulesPayload | InvalidEarningRules | EarningRulesStartTooEarly,
    strawberry.union("PublishEarningRulesResult", description="The new version, or why not."),
]


@strawberry.type
class EngagementMutations:
    """Being here, reading, what happened elsewhere; and what earns what."""

    @strawberry.mutation(description="Staff: publish another version of the earning rules. Needs engagement.publish.")
    async def publish_earning_rules(self, info: Info, input: PublishEarningRulesInput) -> PublishEarningRulesResult:
        published = await engagement.publish(info.context.actor, input.programme(), starts_at=input.starts_at)
        return PublishEarningRulesPayload.of(published)

    @strawberry.mutation(description="You are here. The first time on each of your days earns something.")
    async def visit(self, info: Info) -> VisitResult:
        return VisitPayload(effects=Effects.of(await engagement.visit(info.context.actor)))

    @strawberry.mutation(description="You stayed with a post for a while. Reading earns something, once for each post.")
    async def report_view(self, info: Info, input: ReportViewInput) -> ReportViewResult:
        post_id = decode_id(input.subject_id, Post, "subjectId")
        (post,) = await Post.visible([post_id], info)
        if post is None:
            raise NotFound("Post")
        effects = await engagement.report_view(
            info.context.actor,
            post_subject(post_id),
            owner_id=post.view.author_id,
            dwell_seconds=input.dwell_seconds,
        )
        return ReportViewPayload(effects=Effects.of(effects))

    @strawberry.mutation(
        description="Report what members did elsewhere, up to 100 in one request. Needs a key with activities:write."
    )
    async def record_activities(self, info: Info, input: RecordActivitiesInput) -> RecordActivitiesResult:
        reports = [
            Report(
                external_id=each.external_id,
                kind=each.kind,
                member_id=decode_id(each.member_id, Member, "memberId"),
                occurred_at=each.occurred_at,
                about=each.about,
                quantity=each.quantity,
                metadata=metadata_of(each.details),
            )
            for each in input.activities
        ]
        answers = await engagement.report(info.context.actor, reports)
        return RecordActivitiesPayload(answers=[ActivityAnswer.of(answer, info) for answer in answers])
