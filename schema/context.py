"""What a resolver knows about the request: who asks, in which language, under which id."""

from dataclasses import dataclass, field
from typing import Any, TypeAlias

import strawberry

from community.access.policy import ANONYMOUS, Actor
from community.kernel.messages import DEFAULT_LOCALE


@dataclass(slots=True)
class Context:
    """One operation's context. `loaders` holds the operation's level loaders and nothing else."""

    actor: Actor = ANONYMOUS
    locale: str = DEFAULT_LOCALE
    request_id: str = ""
    address: str = ""
    user_agent: str = ""
    loaders: dict[Any, Any] = field(default_factory=dict)


Info: TypeAlias = strawberry.Info[Context, None]
