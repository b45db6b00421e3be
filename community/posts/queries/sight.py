"""What an actor may see of posts and comments. Every list and every look-up starts here."""

from typing import NamedTuple
from uuid import UUID

from community.access.policy import Actor, Permission
from community.database import Question
from community.members import queries as members
from community.posts import policy

ME = "me"
"""The name of the actor's id in statements that begin here."""


class Sight(NamedTuple):
    """The conditions under which a row is shown to all actors of a kind."""

    is_member: bool
    reads_removed: bool
    reads_blocked: bool
    """Moderators look at everything, whoever blocks them."""
    viewer: str | None = None
    """The SQL of the viewer's id, where the statement looks for many of a kind."""

    def posts(self, question: Question, post: str = "p") -> None:
        """Ask for posts that stand or that the actor may read though removed, by nobody blocked either way."""
        if not self.reads_removed:
            self._any_of(question, post, f"{post}.removed_at is null")
        self._unblocked(question, post)

    def comments(self, question: Question, comment: str = "c") -> None:
        """Ask for comments likewise; a removed one keeps its place while somebody has replied to it."""
        if not self.reads_removed:
            has_replies = f"exists (select from posts_comment reply where reply.parent_id = {comment}.id)"
            self._any_of(question, comment, f"{comment}.removed_at is null", has_replies)
        self._unblocked(question, comment)

    def _any_of(self, question: Question, text: str, *conditions: str) -> None:
        """One of the conditions, or that the actor wrote it."""
        if self.is_member:
            conditions += (f"{text}.author_id = {self._me(question)}",)
        question.require(f"({' or '.join(conditions)})")

    def _unblocked(self, question: Question, text: str) -> None:
        if self.is_member and not self.reads_blocked:
            blocked = members.BLOCKS_BETWEEN.format(member=self._me(question))
            question.require(f"{text}.author_id not in ({blocked})")

    def _me(self, question: Question) -> str:
        return self.viewer or question.argument(ME)


def sight_of(actor: Actor) -> Sight:
    """The one door to posts and comments."""
    return Sight(
        actor.member_id is not None,
        actor.may(Permission.POSTS_READ_REMOVED),
        actor.may(Permission.POSTS_REMOVE_ANY),
    )


def reads(actor: Actor, author_id: UUID, *, is_removed: bool) -> bool:
    """Whether the words of a row that is shown are shown, too."""
    return not is_removed or policy.can_read_removed(actor, author_id)
