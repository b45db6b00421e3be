"""Rights while somebody changes them: locked, with their open grants, and what became of both once it is written."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from community import database
from community.access.policy import Actor
from community.entitlements import errors, facts
from community.entitlements.queries.features import LATEST, at_version, catalogue
from community.entitlements.queries.rights import grant_of, opened_by_tier
from community.entitlements.rules.catalogue import Catalogue, is_key, is_of_one_thing
from community.entitlements.rules.rights import (
    Closing,
    Grant,
    Held,
    Right,
    Rights,
    Source,
    SourceKind,
    Turn,
    due_at,
    moved_up,
    turns,
)
from community.kernel import clock, ids
from community.kernel.facts import Fact
from community.outbox import service as outbox
from community.tiers import queries as tiers

Key = tuple[UUID, str]
"""Whose right to which feature."""


@dataclass(slots=True)
class Holding:
    """One member's right to one feature: what was announced, what the tier gives, and the open grants by their ids."""

    announced: Held | None
    by_tier: list[Grant]
    grants: dict[UUID, Grant]

    def all(self) -> list[Grant]:
        """Everything that gives the right."""
        return [*self.by_tier, *self.grants.values()]

    def right(self, feature: str, now: datetime) -> Right | None:
        """What is held at this instant."""
        return Rights({feature: tuple(self.all())}).right(feature, now)


class Holdings:
    """Rights locked by this transaction. Every change is written, and announced, by `write`."""

    def __init__(self, catalogue: Catalogue, found: dict[Key, Holding], now: datetime) -> None:
        self.catalogue = catalogue
        self.now = now
        self._found = found
        self._closed: list[dict[str, Any]] = []
        self._opened: dict[UUID, dict[str, Any]] = {}

    def of(self, member_id: UUID, feature: str) -> Holding:
        """One of the locked rights, as it will be after what was done so far."""
        return self._found[member_id, feature]

    def open_from(self, member_id: UUID, feature: str, source: Source) -> tuple[UUID, Grant] | None:
        """The id of the grant from this source that is open and has not ended, and the grant; None without one."""
        grants = self._found[member_id, feature].grants.items()
        return next(((id, each) for id, each in grants if each.source == source and not each.has_ended(self.now)), None)

    def open(
        self, member_id: UUID, feature: str, grant: Grant, *, by: Actor | None = None, reason: str | None = None
    ) -> None:
        """Add a grant. One whose time was over before it came is kept, and gives nothing."""
        id = ids.new_id()
        self._opened[id] = {
            "id": id,
            "member_id": member_id,
            "feature": feature,
            "source_kind": grant.source.kind,
            "source_key": grant.source.key,
            "starts_at": grant.starts_at,
            "ends_at": grant.ends_at,
            "reason": reason,
            "granted_at": self.now,
            "granted_by": _id_of(by),
        }
        if grant.has_ended(self.now):
            self._opened[id] |= {"closed_at": self.now, "closing": Closing.ENDED}
        else:
            self._found[member_id, feature].grants[id] = grant

    def close(
        self,
        member_id: UUID,
        feature: str,
        id: UUID,
        closing: Closing,
        *,
        by: Actor | None = None,
        reason: str | None = None,
    ) -> None:
        """Take a grant away. Those that waited for it begin earlier."""
        holding = self._found[member_id, feature]
        del holding.grants[id]
        closed = {"closing": closing, "closed_by": _id_of(by), "closing_reason": reason}
        if id in self._opened:
            self._opened[id] |= {"closed_at": self.now, **closed}
        else:
            self._closed.append({"id": id, **closed})
        if closing is Closing.REVOKED:
            self._move_up(member_id, feature, holding)

    def _move_up(self, member_id: UUID, feature: str, holding: Holding) -> None:
        moved = moved_up(list(holding.grants.values()), self.now)
        ids_of = {grant: id for id, grant in holding.grants.items()}
        for before, after in moved:
            self.close(member_id, feature, ids_of[before], Closing.REPLACED)
            self.open(member_id, feature, after)

    async def write(self, actor: Actor | None = None) -> None:
        """Keep what was changed, close what has ended, and announce which rights began, moved or ended."""
        announced: list[Fact] = []
        rights: list[dict[str, Any]] = []
        for (member_id, feature), holding in self._found.items():
            steps = turns(holding.announced, holding.all(), self.now)
            announced += [fact for turn in steps if (fact := _fact(member_id, feature, turn))]
            self._close_ended(holding)
            after = steps[-1].after if steps else holding.announced
            rights.append(_row(member_id, feature, after, due_at(holding.all(), self.now)))
        if self._closed:
            await database.execute(_CLOSE, database.as_json(self._closed), self.now)
        await database.execute(_WRITE, database.as_json(self._opened.values()), database.as_json(rights))
        await outbox.record_all(announced, actor=actor)

    def _close_ended(self, holding: Holding) -> None:
        for id in [id for id, grant in holding.grants.items() if grant.has_ended(self.now)]:
            del holding.grants[id]
            self._closed.append({"id": id, "closing": Closing.ENDED})


async def locked(keys: Collection[Key]) -> Holdings:
    """These rights, the caller's alone until the transaction ends, with the time once they were locked.

    Three statements: those who waited see what the others wrote. Raises UnknownFeature.
    """
    wanted = sorted(set(keys))
    for _, feature in wanted:
        if not is_key(feature):
            raise errors.UnknownFeature(feature=feature, known=sorted((await catalogue()).features))
    announced = {
        (row["member_id"], row["feature"]): _held(row)
        for row in await database.fetch(
            _LOCK, [ids.new_id() for _ in wanted], [member_id for member_id, _ in wanted], [key for _, key in wanted]
        )
    }
    now = clock.now()
    rows = await database.fetch(_OPEN, [member_id for member_id, _ in wanted], [feature for _, feature in wanted])
    present = await at_version(rows[0]["version_id"])
    for _, feature in wanted:
        if feature not in present.features and not is_of_one_thing(feature):
            raise errors.UnknownFeature(feature=feature, known=sorted(present.features))
    reached = await tiers.reached_by((member_id for member_id, _ in wanted), now)
    found = {
        key: Holding(announced[key], opened_by_tier(present, reached[key[0]]).get(key[1], []), {}) for key in wanted
    }
    for row in rows:
        if row["id"]:
            found[row["member_id"], row["feature"]].grants[row["id"]] = grant_of(row)
    return Holdings(present, found, now)


def _fact(member_id: UUID, feature: str, turn: Turn) -> Fact | None:
    """What there is to say about a turn; nothing where only the source that carries the right is another one."""
    before, after = turn.before, turn.after
    carried = after or before
    assert carried, "a turn leaves one side at least"
    said: dict[str, Any] = {
        "member_id": member_id,
        "feature": feature,
        "at": turn.at,
        "source_kind": carried.source.kind,
        "source_key": carried.source.key,
    }
    if before is None:
        return facts.EntitlementGranted(until=carried.until, **said)
    if after is None:
        ended = before.until is not None and before.until <= turn.at
        return facts.EntitlementEnded(**said) if ended else facts.EntitlementRevoked(**said)
    return facts.EntitlementProlonged(until=after.until, **said) if before.until != after.until else None


def _held(row: Mapping[str, Any]) -> Held | None:
    if row["since"] is None:
        return None
    source = Source(SourceKind(row["source_kind"]), row["source_key"])
    return Held(since=row["since"], until=row["until"], source=source)


def _row(member_id: UUID, feature: str, held: Held | None, due: datetime | None) -> dict[str, Any]:
    return {
        "member_id": member_id,
        "feature": feature,
        "since": held.since if held else None,
        "until": held.until if held else None,
        "source_kind": held.source.kind if held else None,
        "source_key": held.source.key if held else None,
        "due_at": due,
    }


def _id_of(actor: Actor | None) -> UUID | None:
    return actor.member_id if actor else None


# Taken in the order of member and feature, so that two who want the same rights wait and do not meet crosswise.
_LOCK = """
    insert into entitlements_right (id, member_id, feature)
    select * from unnest($1::uuid[], $2::uuid[], $3::text[]) wanted(id, member_id, feature) order by member_id, feature
    on conflict (member_id, feature) do update set feature = excluded.feature
    returning member_id, feature, since, until, source_kind, source_key
"""

_OPEN = f"""
    select latest.id as version_id, g.*
    from (select {LATEST} as id) latest
    left join (
        select g.id, g.member_id, g.feature, g.source_kind, g.source_key, g.starts_at, g.ends_at
        from unnest($1::uuid[], $2::text[]) wanted(member_id, feature)
        join entitlements_grant g on g.member_id = wanted.member_id and g.feature = wanted.feature
        where g.closed_at is null
    ) g on true
    order by g.id
"""

_CLOSE = """
    update entitlements_grant g
    set closed_at = $2, closing = gone.closing, closed_by = gone.closed_by, closing_reason = gone.closing_reason
    from jsonb_populate_recordset(null::entitlements_grant, $1::jsonb) gone where g.id = gone.id
"""

_WRITE = """
    with opened as (
        insert into entitlements_grant
        select * from jsonb_populate_recordset(null::entitlements_grant, $1::jsonb)
    )
    update entitlements_right r
    set since = now.since, until = now.until, source_kind = now.source_kind, source_key = now.source_key,
        due_at = now.due_at
    from jsonb_populate_recordset(null::entitlements_right, $2::jsonb) now
    where r.member_id = now.member_id and r.feature = now.feature
"""
