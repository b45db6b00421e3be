"""What can be done with posts and comments: one input, one result union each."""

from typing import Annotated
from uuid import UUID

import strawberry

from community.access.policy import require_member
from community.engagement import queries as engagement
from community.idempotency import service as idempotency
from community.kernel.along import NOTHING, Along
from community.kernel.pages import encode_cursor
from community.members import queries as members
from community.posts import queries
from community.posts import service as posts
from community.posts.queries import CommentView, PostView
from community.posts.rules import activities
from community.posts.rules.reactions import Reaction
from schema.connections import Edge
from schema.context import Info
from schema.engagement.types import Effects
from schema.errors import InvalidReason
from schema.idempotency.problems import KeyProblem
from schema.lookahead import selected
from schema.members.problems import MayNotPost
from schema.nodes import Node, decode_id, decode_one_of, encode_id
from schema.posts.problems import (
    AlreadyRemoved,
    EmptyText,
    HashtagTooLong,
    TextTooLong,
    ThreadTooDeep,
    TooManyHashtags,
    TooManyMentions,
)
from schema.posts.types import Comment, Post, Reactable
from schema.prices import PRIVATE

POST_BODY = "The text, in Markdown: 1 to 10,000 characters. #hashtags and @mentions in it become links."
COMMENT_BODY = "The text, in Markdown: 1 to 2,000 characters. #hashtags and @mentions in it become links."
KEY = "Any text of your choice, up to 255 characters: the same key and input again gives the first result."
REASON = "Why, at most 500 characters. Moderators must give one; the author will read it."


TextProblem = EmptyText | TextTooLong | HashtagTooLong | TooManyHashtags | TooManyMentions
"""What can be wrong with what a post or a comment shall say."""


@strawberry.input(description="What to write.")
class WritePostInput:
    """A new post."""

    body: str = strawberry.field(description=POST_BODY)
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.type(description="The post is written.")
class WritePostPayload:
    """The new post, and its place at the head of lists."""

    post: Post = strawberry.field(description="The post.")
    post_edge: Edge[Post] = strawberry.field(description="The post with its cursor, for the lists you hold.")

    @strawberry.field(description="What writing it did for you.", metadata={PRIVATE: True})
    async def effects(self, info: Info) -> Effects:
        member_id, cause = require_member(info.context.actor), activities.post_cause(self.post.uuid)
        return Effects.of(await engagement.effects_of(cause, member_id, self.post.along))

    @classmethod
    def of(cls, post: PostView, along: Along) -> "WritePostPayload":
        node = Post.of(post, along)
        return cls(post=node, post_edge=Edge(cursor=encode_cursor((post.id,)), node=node))


WritePostResult = Annotated[
    WritePostPayload | MayNotPost | TextProblem | KeyProblem,
    strawberry.union("WritePostResult", description="The new post, or why not."),
]


@strawberry.input(description="What one of your posts shall say instead.")
class EditPostInput:
    """A change."""

    post_id: strawberry.ID = strawberry.field(description="Your post.")
    body: str = strawberry.field(description=POST_BODY)


@strawberry.type(description="The post says something else.")
class EditPostPayload:
    """The edited post."""

    post: Post = strawberry.field(description="The post, after the change.")


EditPostResult = Annotated[
    EditPostPayload | MayNotPost | AlreadyRemoved | TextProblem,
    strawberry.union("EditPostResult", description="The changed post, or why not."),
]


@strawberry.input(description="Which post to take down, and why.")
class RemovePostInput:
    """A removal."""

    post_id: strawberry.ID = strawberry.field(description="The post.")
    reason: str | None = strawberry.field(default=None, description=REASON)


@strawberry.type(description="The post is taken down. Others do not see it any more.")
class RemovePostPayload:
    """The removed post."""

    post: Post = strawberry.field(description="The post, which you may still read.")
    removed_post_id: strawberry.ID = strawberry.field(description="Its id, to take it out of the lists you hold.")


RemovePostResult = Annotated[
    RemovePostPayload | InvalidReason,
    strawberry.union("RemovePostResult", description="The removed post, or why not."),
]


@strawberry.input(description="What to answer to what.")
class WriteCommentInput:
    """A new comment."""

    subject_id: strawberry.ID = strawberry.field(description="The post or the comment that you answer.")
    body: str = strawberry.field(description=COMMENT_BODY)
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.type(description="The comment is written.")
class WriteCommentPayload:
    """The new comment, and its place at the end of its list."""

    comment: Comment = strawberry.field(description="The comment.")
    comment_edge: Edge[Comment] = strawberry.field(
        description="The comment with its cursor, for the `comments` or `replies` you hold."
    )

    @strawberry.field(description="What writing it did for you.", metadata={PRIVATE: True})
    async def effects(self, info: Info) -> Effects:
        member_id, cause = require_member(info.context.actor), activities.comment_cause(self.comment.uuid)
        return Effects.of(await engagement.effects_of(cause, member_id, self.comment.along))

    @classmethod
    def of(cls, comment: CommentView, along: Along) -> "WriteCommentPayload":
        node = Comment.of(comment, along)
        return cls(comment=node, comment_edge=Edge(cursor=encode_cursor((comment.id,)), node=node))


WriteCommentResult = Annotated[
    WriteCommentPayload | MayNotPost | AlreadyRemoved | ThreadTooDeep | TextProblem | KeyProblem,
    strawberry.union("WriteCommentResult", description="The new comment, or why not."),
]


@strawberry.input(description="What one of your comments shall say instead.")
class EditCommentInput:
    """A change."""

    comment_id: strawberry.ID = strawberry.field(description="Your comment.")
    body: str = strawberry.field(description=COMMENT_BODY)


@strawberry.type(description="The comment says something else.")
class EditCommentPayload:
    """The edited comment."""

    comment: Comment = strawberry.field(description="The comment, after the change.")


EditCommentResult = Annotated[
    EditCommentPayload | MayNotPost | AlreadyRemoved | TextProblem,
    strawberry.union("EditCommentResult", description="The changed comment, or why not."),
]


@strawberry.input(description="Which comment to take down, and why.")
class RemoveCommentInput:
    """A removal."""

    comment_id: strawberry.ID = strawberry.field(description="The comment.")
    reason: str | None = strawberry.field(default=None, description=REASON)


@strawberry.type(description="The comment is taken down. It keeps its place while it has replies.")
class RemoveCommentPayload:
    """The removed comment."""

    comment: Comment = strawberry.field(description="The comment, which you may still read.")
    removed_comment_id: strawberry.ID = strawberry.field(
        description="Its id, to take it out of the lists you hold if it has no replies."
    )


RemoveCommentResult = Annotated[
    RemoveCommentPayload | InvalidReason,
    strawberry.union("RemoveCommentResult", description="The removed comment, or why not."),
]


@strawberry.input(description="How to react to what.")
class ReactInput:
    """A reaction."""

    subject_id: strawberry.ID = strawberry.field(description="The post or the comment.")
    kind: Reaction = strawberry.field(description="How.")


@strawberry.type(description="You reacted.")
class ReactPayload:
    """What was reacted to."""

    kind: strawberry.Private[Reaction]
    subject: Reactable = strawberry.field(description="The post or the comment, with its reactions.")

    @strawberry.field(
        description="What reacting did for you. Its author earns, too, a moment later.", metadata={PRIVATE: True}
    )
    async def effects(self, info: Info) -> Effects:
        member_id = require_member(info.context.actor)
        cause = activities.given_cause(self.subject.uuid, member_id, self.kind)
        return Effects.of(await engagement.effects_of(cause, member_id, self.subject.along))


ReactResult = Annotated[
    ReactPayload | AlreadyRemoved | MayNotPost,
    strawberry.union("ReactResult", description="What you reacted to, or why not."),
]


@strawberry.input(description="Which reaction to take back.")
class UnreactInput:
    """A reaction taken back."""

    subject_id: strawberry.ID = strawberry.field(description="The post or the comment.")
    kind: Reaction = strawberry.field(description="How you reacted.")


@strawberry.type(description="Your reaction is taken back.")
class UnreactPayload:
    """What is reacted to no more."""

    subject: Reactable = strawberry.field(description="The post or the comment, with its reactions.")


UnreactResult = Annotated[
    UnreactPayload | AlreadyRemoved,
    strawberry.union("UnreactResult", description="What you react to no more, or why not."),
]


@strawberry.type
class PostMutations:
    """What members write and feel."""

    @strawberry.mutation(description="Write a post.")
    async def write_post(self, info: Info, input: WritePostInput) -> WritePostResult:
        along, key = _of_author(info), input.idempotency_key
        post = await posts.write(info.context.actor, input.body, idempotency_key=key, along=along)
        return WritePostPayload.of(post, along)

    @strawberry.mutation(description="Change what one of your posts says. What it said is kept.")
    async def edit_post(self, info: Info, input: EditPostInput) -> EditPostResult:
        post = await posts.edit(info.context.actor, decode_id(input.post_id, Post, "postId"), input.body)
        return EditPostPayload(post=Post.of(post))

    @strawberry.mutation(description="Take down a post: your own, or as a moderator anybody's.")
    async def remove_post(self, info: Info, input: RemovePostInput) -> RemovePostResult:
        post_id = decode_id(input.post_id, Post, "postId")
        post = await posts.remove(info.context.actor, post_id, input.reason)
        return RemovePostPayload(post=Post.of(post), removed_post_id=encode_id("Post", post_id))

    @strawberry.mutation(description="Answer a post or a comment.")
    async def write_comment(self, info: Info, input: WriteCommentInput) -> WriteCommentResult:
        kind, subject_id = _subject(input.subject_id)
        write = posts.comment if kind is Post else posts.reply
        along, key = _of_author(info), input.idempotency_key
        comment = await write(info.context.actor, subject_id, input.body, idempotency_key=key, along=along)
        return WriteCommentPayload.of(comment, along)

    @strawberry.mutation(description="Change what one of your comments says. What it said is kept.")
    async def edit_comment(self, info: Info, input: EditCommentInput) -> EditCommentResult:
        comment_id = decode_id(input.comment_id, Comment, "commentId")
        return EditCommentPayload(
            comment=Comment.of(await posts.edit_comment(info.context.actor, comment_id, input.body))
        )

    @strawberry.mutation(description="Take down a comment: your own, or as a moderator anybody's.")
    async def remove_comment(self, info: Info, input: RemoveCommentInput) -> RemoveCommentResult:
        comment_id = decode_id(input.comment_id, Comment, "commentId")
        comment = await posts.remove_comment(info.context.actor, comment_id, input.reason)
        return RemoveCommentPayload(comment=Comment.of(comment), removed_comment_id=encode_id("Comment", comment_id))

    @strawberry.mutation(description="React to a post or a comment. You can react once in each way.")
    async def react(self, info: Info, input: ReactInput) -> ReactResult:
        (kind, subject_id), along = _subject(input.subject_id), Along()
        await posts.react(info.context.actor, subject_id, input.kind, along=along)
        return ReactPayload(kind=input.kind, subject=await _shown(kind, subject_id, info, along))

    @strawberry.mutation(description="Take a reaction back.")
    async def unreact(self, info: Info, input: UnreactInput) -> UnreactResult:
        kind, subject_id = _subject(input.subject_id)
        await posts.unreact(info.context.actor, subject_id, input.kind)
        return UnreactPayload(subject=await _shown(kind, subject_id, info))


def _of_author(info: Info) -> Along:
    """What the statement that takes the key reads along: who writes, if the payload is asked for that."""
    is_asked = any(name.rpartition(".")[2] == "author" for name in selected(info))
    return Along().bring(members.BESIDE, idempotency.ABOUT) if is_asked else Along()


def _subject(subject: strawberry.ID) -> tuple[type[Node], UUID]:
    return decode_one_of(subject, (Post, Comment), "subjectId")


async def _shown(kind: type[Node], subject_id: UUID, info: Info, along: Along = NOTHING) -> Reactable:
    if kind is Post:
        return Post.of(await queries.post(info.context.actor, subject_id), along)
    return Comment.of(await queries.comment(info.context.actor, subject_id), along)
