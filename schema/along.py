"""What comes along with what is asked: a relation says it where it is declared, and the statement above reads it.

@level(description="The tier of this member.", metadata=brings(tiers.BESIDE))
async def tier(parents: list["Member"], info: Info) -> list[Tier]: ...

@lru_cache(REMEMBERED)
def company_of_member(asked: frozenset[str], viewed: bool) -> Company:
    return members.company(companions(Member, asked, viewed))         # with the tier, where `asked` has it

theirs = read_along(info, company_of_member)
member = await members.by_handle(handle, theirs)
"""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from operator import attrgetter
from typing import Any

from strawberry.schema.name_converter import NameConverter
from strawberry.types.base import get_object_definition

from community.kernel import clock
from community.kernel.along import VIEWER, Along, Asking, Companion, Company
from schema.context import Info
from schema.lookahead import selected, selected_of_nodes

BROUGHT = "hourglass.brought"
"""The key of a field's metadata under which its companion is found."""

REMEMBERED = 1_000
"""Of so many selections it is remembered what comes along."""

CompanyOf = Callable[[frozenset[str], bool], Company]
"""Who comes along where this is asked, viewed by a member or by anybody."""

_ALONG = attrgetter("along")


def brings(companion: Companion[Any]) -> dict[Any, Any]:
    """Metadata of a field: what the statement shall read along that finds the objects it is asked of."""
    return {BROUGHT: companion}


def companions(kind: Any, asked: frozenset[str], viewed: bool, prefix: str = "") -> tuple[Companion[Any], ...]:
    """What the fields of `kind` bring that are asked for, each name with the prefix; unless a member views it, only
    what nobody needs to be signed in for."""
    names = (name.removeprefix(prefix) for name in asked if name.startswith(prefix))
    found = dict.fromkeys(companion for name in sorted(names) if (companion := _brought(kind).get(name)))
    return tuple(each for each in found if viewed or VIEWER not in each.arguments)


def read_along(info: Info, company_of: CompanyOf, asked_in: Callable[[Info], frozenset[str]] = selected) -> Along:
    """What to read along for who asks for this field now, and for what is asked below it."""
    member_id = info.context.actor.member_id
    return Along(company_of(asked_in(info), member_id is not None), Asking(member_id, clock.now()))


def nodes_along(info: Info, company_of: CompanyOf) -> Along:
    """The same for the nodes of the connection that the field is."""
    return read_along(info, company_of, selected_of_nodes)


def along_of(nodes: Iterable[Any]) -> Along:
    """What came along with these."""
    different = {*map(_ALONG, nodes)}
    return different.pop() if len(different) == 1 else Along.all_of(different)


@cache
def _brought(kind: Any) -> Mapping[str, Companion[Any]]:
    fields = get_object_definition(kind, strict=True).fields
    name_of = NameConverter().get_graphql_name
    return {name_of(field): field.metadata[BROUGHT] for field in fields if BROUGHT in field.metadata}
