"""What a resolver knows about the request: who asks, in which language, under which id."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from uuid import UUID

import strawberry

from community.access.policy import ANONYMOUS, Actor
from community.engagement import recorder
from community.kernel import clock
from community.kernel.messages import DEFAULT_LOCALE


@dataclass(slots=True)
class Context:
    """One operation's context. `loaders` holds what joins the levels that ask the same, and nothing else."""

    actor: Actor = ANONYMOUS
    locale: str = DEFAULT_LOCALE
    request_id: str = ""
    address: str = ""
    user_agent: str = ""
    loaders: dict[Any, Any] = field(default_factory=dict)
    _shown: dict[str, set[UUID]] = field(default_factory=dict)

    def shows(self, subject_type: str, ids: Iterable[UUID]) -> None:
        """A resolver shows these to a member; nobody counts what is shown to strangers. Costs no statement."""
        if self.actor.member_id is not None:
            self._shown.setdefault(subject_type, set()).update(ids)

    def answered(self) -> None:
        """The answer is complete: what it shows was seen."""
        if self._shown and self.actor.member_id is not None:
            for subject_type, ids in self._shown.items():
                recorder.note(self.actor.member_id, subject_type, ids, clock.now())
            self._shown = {}


Info: TypeAlias = strawberry.Info[Context, None]


def text_in(locale: str, text: Mapping[str, str]) -> str:
    """A text in the caller's language, or in English."""
    return text.get(locale) or text["en"]
