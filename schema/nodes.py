"""Relay's nodes: one opaque id for every entity, and the doors `node` and `nodes` that obey what the caller may see."""

import base64
import binascii
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, lru_cache
from typing import Annotated, Any, Self, TypeVar
from uuid import UUID

import strawberry
from strawberry.types.base import StrawberryObjectDefinition, get_object_definition

from community.kernel.along import NOTHING, Along
from community.kernel.errors import BadInput, InvalidId
from schema.context import Info
from schema.prices import PRIVATE

View = TypeVar("View")
Made = TypeVar("Made")

MAX_NODES = 100

REMEMBERED = 20_000
"""So many ids are remembered as they were written, some 6 MB."""


@strawberry.interface(description="Anything with an id of its own, which `node` finds again.")
class Node:
    """The root of all entities. A type tells how to find the visible ones among some ids."""

    uuid: strawberry.Private[UUID]
    along: strawberry.Private[Along] = NOTHING

    @strawberry.field(description="Opaque, unique among everything on this server, and lasting.")
    def id(self) -> strawberry.ID:
        kind: Any = type(self)
        return _id_of(kind, self.uuid)

    @classmethod
    async def visible(cls, ids: Sequence[UUID], info: Info) -> list[Self | None]:
        """One object per id, in order; None where there is none that this caller may see."""
        raise NotImplementedError(f"{cls.__name__}.visible")


@strawberry.type
class NodeQueries:
    """The two doors by id."""

    @strawberry.field(
        description="The object with this id, or null where there is none that you may see.", metadata={PRIVATE: True}
    )
    async def node(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="An id this server gave out.")]
    ) -> Node | None:
        return (await _find([_named(id, info, "id")], info))[0]

    @strawberry.field(
        description=f"The objects with these ids, in order, null where there is none. At most {MAX_NODES}.",
        metadata={PRIVATE: True},
    )
    async def nodes(
        self,
        info: Info,
        ids: Annotated[list[strawberry.ID], strawberry.argument(description="Ids this server gave out.")],
    ) -> list[Node | None]:
        if len(ids) > MAX_NODES:
            raise BadInput("ids", "Ask for at most {limit} ids at a time.", MAX_NODES)
        return await _find([_named(id, info, f"ids[{place}]") for place, id in enumerate(ids)], info)


def encode_id(kind: str, uuid: UUID) -> strawberry.ID:
    """The opaque id of the entity `uuid` of type `kind`."""
    # Names, hexadecimal digits and a colon have no sextet of which base64 makes a + or a /.
    return strawberry.ID(binascii.b2a_base64(f"{kind}:{uuid.hex}".encode(), newline=False).rstrip(b"=").decode())


def decode_id(id: strawberry.ID, kind: type[Node] | str, field: str = "id") -> UUID:
    """The UUID inside `id`. Raises InvalidId for a made-up id and for one of another type."""
    expected = kind if isinstance(kind, str) else type_name(kind)
    found = _parse(id)
    if found is None or found[0] != expected:
        raise InvalidId(field, expected)
    return found[1]


def decode_ids(ids: Iterable[strawberry.ID], kind: type[Node], field: str) -> list[UUID]:
    """The UUIDs inside a list of ids. Raises InvalidId for the first that is none of the type, with its place."""
    return [decode_id(id, kind, f"{field}[{place}]") for place, id in enumerate(ids)]


def decode_one_of(id: strawberry.ID, kinds: Sequence[type[Node]], field: str = "id") -> tuple[type[Node], UUID]:
    """Which of `kinds` the id names, and the UUID inside it. Raises InvalidId like `decode_id`."""
    found = _parse(id)
    for kind in kinds:
        if found is not None and found[0] == type_name(kind):
            return kind, found[1]
    raise InvalidId(field, "/".join(type_name(kind) for kind in kinds))


def each_or_none(make: Callable[[View], Made], views: Iterable[View | None]) -> list[Made | None]:
    """What is made of each view, in their order; None where there is none."""
    return [None if view is None else make(view) for view in views]


def each_found(make: Callable[[View], Made], found: Mapping[Any, View], keys: Iterable[Any]) -> list[Made | None]:
    """What is made of the view under each key, in their order; None where there is none."""
    return [make(found[key]) if key in found else None for key in keys]


def each_once(make: Callable[[View], Made], views: Iterable[View]) -> list[Made]:
    """What is made of each view, in their order; one thing of those that are the same."""
    seen = [*views]
    ids = [*map(id, seen)]
    made = {key: make(view) for key, view in dict(zip(ids, seen, strict=True)).items()}
    return [*map(made.__getitem__, ids)]


def type_name(node_type: type[Node]) -> str:
    """The GraphQL name of a node's type."""
    kind: Any = node_type
    return _name_of(kind)


@lru_cache(REMEMBERED)
def _id_of(node_type: Any, uuid: UUID) -> strawberry.ID:
    return encode_id(_name_of(node_type), uuid)


@cache
def _name_of(node_type: Any) -> str:
    definition = get_object_definition(node_type, strict=True)
    return definition.name


def _named(id: strawberry.ID, info: Info, field: str) -> tuple[type[Node], UUID]:
    """What an id of any type names. Raises InvalidId."""
    found = _parse(id)
    node_type = None if found is None else _node_type(found[0], info)
    if found is None or node_type is None:
        raise InvalidId(field, "Node")
    return node_type, found[1]


async def _find(wanted: Sequence[tuple[type[Node], UUID]], info: Info) -> list[Node | None]:
    """The visible objects, one statement per type among them."""
    by_type: dict[type[Node], dict[UUID, None]] = {}
    for node_type, uuid in wanted:
        by_type.setdefault(node_type, {})[uuid] = None
    objects: dict[tuple[type[Node], UUID], Node | None] = {}
    for node_type, uuids in by_type.items():
        visible = await node_type.visible([*uuids], info)
        objects.update(zip([(node_type, uuid) for uuid in uuids], visible, strict=True))
    return [objects[each] for each in wanted]


def _parse(id: str) -> tuple[str, UUID] | None:
    try:
        padded = id.encode("ascii") + b"=" * (-len(id) % 4)
        kind, _, digits = base64.b64decode(padded, altchars=b"-_", validate=True).decode().partition(":")
        return (kind, UUID(hex=digits)) if len(digits) == 32 else None
    except (ValueError, binascii.Error):
        return None


def _node_type(name: str, info: Info) -> type[Node] | None:
    definition = info.schema.get_type_by_name(name)
    if not isinstance(definition, StrawberryObjectDefinition) or definition.is_interface:
        return None
    origin = definition.origin
    return origin if isinstance(origin, type) and issubclass(origin, Node) else None
