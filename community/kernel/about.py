"""What is known of the request that a task works for: said in each of its log lines, and kept with its facts.

`request_id`, and once they are known `operation`, `actor` and `actor_id`. Never an address, a name, a body, a query
string or a token.
"""

from collections.abc import Mapping
from contextvars import ContextVar
from types import MappingProxyType

NOTHING: Mapping[str, str] = MappingProxyType({})

_known: ContextVar[Mapping[str, str]] = ContextVar("about", default=NOTHING)


def begin(request_id: str) -> None:
    """A request begins: whatever was known of another one is forgotten."""
    _known.set({"request_id": request_id})


def forget() -> None:
    """No request is worked for from here on."""
    _known.set(NOTHING)


def add(more: Mapping[str, str]) -> None:
    """This is known from now on, to this task and the tasks it starts."""
    _known.set({**_known.get(), **more})


def known() -> Mapping[str, str]:
    """What is known now."""
    return _known.get()
