"""The types of events that there are: the facts of all areas."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from inspect import getdoc
from typing import Any

from community.areas import AREAS
from community.kernel.facts import REGISTRY, Fact
from community.webhooks.rules.owners import HOUSE, Owner, may_be_told


@dataclass(frozen=True, slots=True)
class EventType:
    """A type of facts that an endpoint can be told, the area that announces it, and what it means."""

    name: str
    area: str
    meaning: str


def event_types(owner: Owner = HOUSE) -> list[EventType]:
    """What this owner can be told, area by area."""
    areas = areas_of_types()
    return [
        EventType(name, area, meaning_of(REGISTRY[name]))
        for name, area in sorted(areas.items(), key=lambda item: (item[1], item[0]))
        if may_be_told(owner, REGISTRY[name])
    ]


@cache
def areas_of_types() -> Mapping[str, str]:
    """The area that announces each type of facts. Reads the facts of every area, whoever has used them before."""
    for area in AREAS:
        if find_spec(f"community.{area}.facts"):
            import_module(f"community.{area}.facts")
    modules: dict[str, list[Any]] = {name: fact.__module__.split(".") for name, fact in REGISTRY.items()}
    return {name: parts[1] for name, parts in modules.items() if parts[0] == "community"}


def meaning_of(fact: type[Fact]) -> str:
    """The first sentence of what a fact says about itself."""
    return (getdoc(fact) or "").split("\n\n")[0].replace("\n", " ")
