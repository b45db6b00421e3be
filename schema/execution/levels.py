"""Levels: a relation or computed field declared once, for a whole list of parents.

    @strawberry.type
    class Post(Node):
        @level(description="Who wrote it.")
        async def author(posts: list["Post"], info: Info) -> list["Member"]:
            return Member.each(await members.by_ids([post.author_id for post in posts]))

The function takes all the parents of one level and returns one value per parent, in their order; arguments of the
field follow `info`. An exception instance in the list is that one parent's error. Under graphql-core the declaration is
served through a loader, so a list of a hundred parents costs one call; compiled code calls it with all at once.
"""

import inspect
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args, get_origin

import strawberry
from strawberry.dataloader import DataLoader

LEVEL = "hourglass.level"
"""The key of a field's metadata under which its `Level` is found."""

RECALLED = "hourglass.recalled"
"""The key among the loaders under which levels find what they returned before."""

Resolve = Callable[..., Awaitable[Sequence[Any]]]
LevelKey = tuple[Resolve, str]
"""What can be one call: the same declaration, with the same arguments."""


@dataclass(frozen=True, slots=True)
class Level:
    """One declaration: the function over the list of parents, and whether it takes `info`."""

    resolve: Resolve
    takes_info: bool

    async def of(self, parents: Sequence[Any], info: Any, arguments: Mapping[str, Any]) -> Sequence[Any]:
        """One value per parent, in order. Raises ValueError when the declaration returned another number of them."""
        told = (info,) if self.takes_info else ()
        return self.checked(await self.resolve(parents, *told, **arguments), parents)

    def checked(self, values: Sequence[Any], parents: Sequence[Any]) -> Sequence[Any]:
        """The values, if there is one per parent. Raises ValueError otherwise."""
        if len(values) != len(parents):
            raise ValueError(f"{self.resolve.__qualname__} returned {len(values)} values for {len(parents)} parents")
        return values


def level(
    *, description: str, name: str | None = None, metadata: Mapping[Any, Any] | None = None
) -> Callable[[Resolve], Any]:
    """Declare a field of every parent in a level. See the module's docstring for the shape."""

    def declare(function: Resolve) -> Any:
        if not inspect.iscoroutinefunction(function):
            raise TypeError(f"{function.__qualname__} is a level: it is an `async def`")
        declared = Level(function, takes_info="info" in inspect.signature(function).parameters)
        return strawberry.field(
            resolver=_one_by_loader(declared),
            name=name,
            description=description,
            metadata={**(metadata or {}), LEVEL: declared},
        )

    return declare


def level_key(declared: Level, arguments: Mapping[str, Any]) -> LevelKey:
    """Under which key calls of a level are one."""
    return declared.resolve, repr(sorted(arguments.items())) if arguments else ""


def recall(loaders: dict[Any, Any], outcomes: Iterable[tuple[LevelKey, Sequence[Any], Sequence[Any]]]) -> None:
    """Let loaders to come give out what their level has returned before, by parent, instead of calling it."""
    known: dict[LevelKey, dict[int, deque[Any]]] = defaultdict(lambda: defaultdict(deque))
    for key, parents, values in outcomes:
        for parent, value in zip(parents, values, strict=True):
            known[key][id(parent)].append(value)
    loaders[RECALLED] = known


async def _of_those_not_known(
    declared: Level, known: Mapping[int, deque[Any]], parents: list[Any], info: Any, arguments: Mapping[str, Any]
) -> Sequence[Any]:
    """One value per parent, asking only for those that nothing is known of."""
    if not known:
        return await declared.of(parents, info, arguments)
    others = [parent for parent in parents if id(parent) not in known]
    asked = iter(await declared.of(others, info, arguments) if others else ())
    return [_next(known[id(parent)]) if id(parent) in known else next(asked) for parent in parents]


def _next(values: deque[Any]) -> Any:
    """In the order they came for the same parent; the last one stays."""
    return values.popleft() if len(values) > 1 else values[0]


def _one_by_loader(declared: Level) -> Callable[..., Awaitable[Any]]:
    """The resolver of one object that graphql-core needs: it joins the other objects of its level in a loader."""

    async def resolve(self: Any, info: Any, **arguments: Any) -> Any:
        loaders = info.context.loaders
        key = level_key(declared, arguments)
        loader = loaders.get(key)
        if loader is None:
            known = loaders.get(RECALLED, {}).get(key, {})
            loader = loaders[key] = DataLoader(
                load_fn=lambda parents: _of_those_not_known(declared, known, parents, info, arguments), cache=False
            )
        return await loader.load(self)

    function = declared.resolve
    signature = inspect.signature(function)
    _parents, *rest = signature.parameters.values()
    info = inspect.Parameter("info", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=strawberry.Info)
    own = inspect.Parameter("self", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    fields = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in rest if p.name != "info"]
    item = _item_type(function, signature.return_annotation)
    declared_so = signature.replace(parameters=[own, info, *fields], return_annotation=item)
    taken: Callable[..., Awaitable[Any]] = taken_for(resolve, function, declared_so)
    return taken


def taken_for(resolve: Any, function: Callable[..., Any], signature: inspect.Signature) -> Any:
    """Let Strawberry take `resolve` for `function`, which it calls, with another signature: it reads names by that."""
    resolve.__signature__ = signature
    for name in ("__name__", "__qualname__", "__module__", "__doc__"):
        setattr(resolve, name, getattr(function, name))
    return resolve


def _item_type(function: Resolve, annotation: Any) -> Any:
    if get_origin(annotation) is not list:
        raise TypeError(f"{function.__qualname__} is a level: it returns list[...], one value per parent")
    (item,) = get_args(annotation)
    return item
