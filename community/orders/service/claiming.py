"""The names of orders: whoever writes one first has it, and what is recorded under it is found again."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from community import database
from community.kernel import ids
from community.orders.queries import COLUMNS, CUSTOMER, OrderView, view_of
from community.orders.rules.drafts import Draft

Name = tuple[str, str]
"""A source and an external id."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """What is recorded under a name, and the digest of what was reported then."""

    order: OrderView
    digest: bytes
    is_new: bool


async def claim(drafts: Mapping[Name, Draft], now: datetime) -> dict[Name, Claimed]:
    """Write those whose names are free, with their lines; what is recorded under each name, in their order.

    Whoever is about to take the same name is waited for. One statement; two when some names were taken.
    """
    if not drafts:
        return {}
    wanted = {ids.new_id(): name for name in drafts}
    rows = await database.fetch(
        _CLAIM,
        database.as_json(_row_of_order(order_id, name, drafts[name], now) for order_id, name in wanted.items()),
        database.as_json(row for order_id, name in wanted.items() for row in _rows_of_lines(order_id, drafts[name])),
    )
    found = {wanted[row["id"]]: _claimed(row, is_new=True) for row in rows}
    found |= await _taken(drafts.keys() - found.keys())
    return {name: found[name] for name in drafts}


async def _taken(names: Iterable[Name]) -> dict[Name, Claimed]:
    sources, external_ids = [source for source, _ in names], [external_id for _, external_id in names]
    rows = await database.fetch(_TAKEN, sources, external_ids) if sources else []
    return {(row["source"], row["external_id"]): _claimed(row, is_new=False) for row in rows}


# In the order of the names, so that two who report the same orders wait for each other and do not meet crosswise.
_CLAIM = f"""
    with o as (
        insert into orders_order
        select * from json_populate_recordset(null::orders_order, $1::text::json) order by source, external_id
        on conflict (source, external_id) do nothing returning *
    ), lines as (
        insert into orders_line
        select line.* from json_populate_recordset(null::orders_line, $2::text::json) line
        join o on o.id = line.order_id
    ), c as (
        insert into orders_customer
        select distinct on (member_id) member_id, id from o where amount > 0 order by member_id, placed_at, id
        on conflict (member_id) do nothing returning *
    )
    select {COLUMNS}, o.digest from o left join c on c.first_order_id = o.id
"""

_TAKEN = f"""
    select {COLUMNS}, o.digest
    from unnest($1::text[], $2::text[]) as name(source, external_id)
    join orders_order o on o.source = name.source and o.external_id = name.external_id {CUSTOMER}
"""


def _claimed(row: Mapping[str, Any], *, is_new: bool) -> Claimed:
    values = dict(row)
    return Claimed(digest=values.pop("digest"), order=view_of(values), is_new=is_new)


def _row_of_order(order_id: UUID, name: Name, draft: Draft, now: datetime) -> dict[str, Any]:
    source, external_id = name
    return {
        "id": order_id,
        "member_id": draft.member_id,
        "source": source,
        "external_id": external_id,
        "currency": draft.currency,
        "amount": draft.amount,
        "discount": draft.discount,
        "refunded": 0,
        "digest": f"\\x{draft.digest().hex()}",
        "placed_at": draft.placed_at,
        "recorded_at": now,
    }


def _rows_of_lines(order_id: UUID, draft: Draft) -> Iterator[dict[str, Any]]:
    for position, line in enumerate(draft.lines, start=1):
        yield {
            "id": ids.new_id(),
            "order_id": order_id,
            "position": position,
            "sku": line.sku,
            "name": line.name,
            "quantity": line.quantity,
            "unit_amount": line.unit_amount,
            "returned": 0,
        }
