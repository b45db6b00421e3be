"""Relay's connections over keyset pages: `PostConnection`, `PostEdge`, `PageInfo`.

@level(description="The comments on the post itself, oldest first.")
@paged()
async def comments(parents: list["Post"], info: Info, request: PageRequest) -> list[Connection["Comment"]]:
    pages = await posts.threads(info.context.actor, [post.uuid for post in parents], request)
    return [Connection.of(page, Comment.of) for page in pages]
"""

import inspect
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Generic, Self, TypeAlias, TypeVar
from uuid import UUID

import strawberry

from community.kernel.pages import DEFAULT_SIZE, MAX_SIZE, Page, PageRequest, Shape
from schema.execution.levels import taken_for

Item = TypeVar("Item")
Value = TypeVar("Value")
Resolver = TypeVar("Resolver", bound=Callable[..., Awaitable[Any]])

First: TypeAlias = Annotated[
    int | None,
    strawberry.argument(description=f"How many items from the start, {DEFAULT_SIZE} by default, at most {MAX_SIZE}."),
]
After: TypeAlias = Annotated[str | None, strawberry.argument(description="Only items after this cursor.")]
Last: TypeAlias = Annotated[
    int | None, strawberry.argument(description=f"How many items from the end, at most {MAX_SIZE}.")
]
Before: TypeAlias = Annotated[str | None, strawberry.argument(description="Only items before this cursor.")]

ARGUMENTS = [
    inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)
    for name, annotation in (("first", First), ("after", After), ("last", Last), ("before", Before))
]


def paged(shape: Shape = (UUID,)) -> Callable[[Resolver], Resolver]:
    """Give a field Relay's four arguments; its resolver gets as `request` what they ask for. Below `field` and `level`.

    `shape` says what a cursor of this list carries. A wrong cursor or size is BadInput.
    """

    def declare(resolver: Resolver) -> Resolver:
        async def resolve(
            *objects: Any,
            first: int | None = None,
            after: str | None = None,
            last: int | None = None,
            before: str | None = None,
            **others: Any,
        ) -> Any:
            request = PageRequest.of(first=first, after=after, last=last, before=before, shape=shape)
            return await resolver(*objects, request=request, **others)

        signature = inspect.signature(resolver)
        others = [parameter for name, parameter in signature.parameters.items() if name != "request"]
        taken: Resolver = taken_for(resolve, resolver, signature.replace(parameters=others + ARGUMENTS))
        return taken

    return declare


@strawberry.type(description="Where a page stands in its list.")
class PageInfo:
    """Relay's PageInfo."""

    has_next_page: bool = strawberry.field(description="Whether items follow this page.")
    has_previous_page: bool = strawberry.field(description="Whether items precede this page, as far as is known.")
    start_cursor: str | None = strawberry.field(description="The cursor of the first item; null on an empty page.")
    end_cursor: str | None = strawberry.field(description="The cursor of the last item; null on an empty page.")


@strawberry.type(description="An item with its place in the list.")
class Edge(Generic[Item]):
    """One item of a connection."""

    cursor: str = strawberry.field(description="The item's place; it stays valid whatever is inserted around it.")
    node: Item = strawberry.field(description="The item.")


@strawberry.type(description="A page of a list.")
class Connection(Generic[Item]):
    """A page of items, each with its cursor."""

    page: strawberry.Private[Page[Any]]
    nodes: list[Item] = strawberry.field(description="The items alone.")

    @classmethod
    def of(cls, page: Page[Value], wrap: Callable[[Value], Item]) -> Self:
        """The connection that shows `page`, each item wrapped into its graph type."""
        return cls(page=page, nodes=[wrap(item) for item in page.items])

    @strawberry.field(description="The items with their cursors.")
    def edges(self) -> list[Edge[Item]]:
        return [Edge(cursor=cursor, node=node) for cursor, node in zip(self.page.cursors, self.nodes, strict=True)]

    @strawberry.field(description="Where this page stands.")
    def page_info(self) -> PageInfo:
        page = self.page
        return PageInfo(
            has_next_page=page.has_next,
            has_previous_page=page.has_previous,
            start_cursor=page.cursors[0] if page.cursors else None,
            end_cursor=page.cursors[-1] if page.cursors else None,
        )
