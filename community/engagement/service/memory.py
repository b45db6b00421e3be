"""What rows say that matters to a decision: which causes are known, what rules paid before, what was taken down."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from community import database
from community.engagement.rules.activities import Activity, Subject
from community.engagement.rules.deciding import horizon
from community.engagement.rules.history import Given, History, matter_of
from community.engagement.rules.programme import Rule
from community.engagement.rules.windows import Day
from community.ledger.rules.transfers import Cause


@dataclass(frozen=True, slots=True)
class Candidate:
    """An activity with a rule that it triggers."""

    activity: Activity
    rule: Rule
    time_zone: str
    period_months: int
    is_new: bool = False
    """Whether its subject came into being just now."""


@dataclass(slots=True)
class Memory:
    """What was found: the causes that were recorded before, by kind and key, and what decisions depend on."""

    known: set[tuple[str, str]] = field(default_factory=set)
    history: History = field(default_factory=History)


async def recall(causes: Sequence[Cause], candidates: Sequence[Candidate]) -> Memory:
    """One statement, however many there are. Only what was read under the members' locks stays true.

    What is new is not asked for, and none of the causes of what is.
    """
    question = database.Question()
    known = [candidate for candidate in candidates if not candidate.is_new]
    parts = (
        (_KNOWN, [(cause.kind, cause.key) for cause in causes]),
        (_PAID, _paid_by(candidates)),
        (_MATTER, _matters_of(known)),
        (_REMOVED, list({(s.type, s.id) for c in known if (s := c.activity.subject)})),
    )
    asked = [part.of(rows, question) for part, rows in parts if rows]
    memory = Memory()
    if not asked:
        return memory
    for row in await database.fetch(" union all ".join(asked), *question.arguments):
        _REMEMBER[row["what"]](memory, row)
    return memory


def _paid_by(candidates: Sequence[Candidate]) -> list[tuple[Any, ...]]:
    """For each member and rule with a limit or a cooldown, the widest time that matters."""
    found = []
    for c in candidates:
        span = horizon(c.rule, c.activity, c.time_zone, c.period_months)
        if span is not None:
            found.append((c.activity.member_id, c.rule.code, span.since, span.until))
    return found


def _matters_of(candidates: Sequence[Candidate]) -> list[tuple[Any, ...]]:
    found = (matter_of(c.activity, c.rule.code) for c in candidates)
    return list({matter for matter in found if matter is not None})


def _known(memory: Memory, row: Any) -> None:
    memory.known.add((row["cause_kind"], row["cause_key"]))


def _paid(memory: Memory, row: Any) -> None:
    day = Day(row["day"], row["day_since"], row["day_until"])
    memory.history.add(Given(row["member_id"], row["rule"], row["amount"], row["granted_at"], day), None)


def _mattered(memory: Memory, row: Any) -> None:
    memory.history.matters.add((row["member_id"], row["rule"], row["subject_type"], row["subject_id"], row["other_id"]))


def _removed(memory: Memory, row: Any) -> None:
    memory.history.removed.add(Subject(row["subject_type"], row["subject_id"]))


_REMEMBER = {"known": _known, "paid": _paid, "matter": _mattered, "removed": _removed}


_NOTHING = {
    "cause_kind": "text",
    "cause_key": "text",
    "member_id": "uuid",
    "rule": "text",
    "amount": "bigint",
    "granted_at": "timestamptz",
    "day": "date",
    "day_since": "timestamptz",
    "day_until": "timestamptz",
    "subject_type": "text",
    "subject_id": "uuid",
    "other_id": "uuid",
}


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of what is recalled: its columns, the rest of its statement, and what the arrays it is about hold."""

    select: str
    source: str
    kinds: tuple[str, ...]

    def of(self, rows: Sequence[tuple[Any, ...]], question: database.Question) -> str:
        """The statement about these."""
        arrays = zip(*rows, strict=True)
        about = (question.unplanned(list(array), kind) for array, kind in zip(arrays, self.kinds, strict=True))
        return f"{self.select} {self.source.format(', '.join(about))}"


def _select(what: str, **columns: str) -> str:
    """What it is, and every column, null where this part has none."""
    values = (columns.get(name, f"null::{kind}") + f" as {name}" for name, kind in _NOTHING.items())
    return f"select '{what}' as what, {', '.join(values)}"


_KNOWN = _Part(
    _select("known", cause_kind="a.cause_kind", cause_key="a.cause_key"),
    """
    from unnest({}) as cause(kind, key)
    join engagement_activity a on a.cause_kind = cause.kind and a.cause_key = cause.key
    """,
    ("text[]", "text[]"),
)
_PAID = _Part(
    _select(
        "paid",
        **{
            name: f"g.{name}" for name in ("member_id", "rule", "amount", "granted_at", "day", "day_since", "day_until")
        },
    ),
    """
    from (
        select member_id, rule, min(coalesce(since, '-infinity')) as since, max(coalesce(until, 'infinity')) as until
        from unnest({}) as paid(member_id, rule, since, until)
        group by member_id, rule
    ) paid
    join engagement_grant g on g.member_id = paid.member_id and g.rule = paid.rule
        and g.granted_at >= paid.since and g.granted_at < paid.until
    """,
    ("uuid[]", "text[]", "timestamptz[]", "timestamptz[]"),
)
_MATTER = _Part(
    _select(
        "matter", **{name: f"g.{name}" for name in ("member_id", "rule", "subject_type", "subject_id", "other_id")}
    ),
    """
    from unnest({}) as matter(member_id, rule, subject_type, subject_id, other_id)
    join engagement_grant g on g.member_id = matter.member_id and g.rule = matter.rule
        and g.subject_id = matter.subject_id and g.subject_type = matter.subject_type
        and g.other_id is not distinct from matter.other_id
    """,
    ("uuid[]", "text[]", "text[]", "uuid[]", "uuid[]"),
)
_REMOVED = _Part(
    _select("removed", subject_type="r.subject_type", subject_id="r.subject_id"),
    """
    from unnest({}) as subject(type, id)
    join engagement_removal r on r.subject_id = subject.id and r.subject_type = subject.type
    """,
    ("text[]", "uuid[]"),
)
