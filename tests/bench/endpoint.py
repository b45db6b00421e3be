"""The same answers without GraphQL: one lean endpoint with hand-written SQL, to measure ours against.

`python -m tests.bench.endpoint` serves `DATABASE_URL` at `PORT`. It checks the same access tokens and answers the same
data as the documents in `requests.py`; writing calls the same verb. It has no limits, prices, tracking or log.
"""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any
from uuid import UUID

import orjson
import uvicorn
import uvloop

from api.auth import authenticate
from community import database
from community.access.policy import Actor
from community.engagement.queries import effects_of
from community.idempotency.service import ABOUT
from community.kernel import clock
from community.kernel.along import Along
from community.kernel.pages import encode_cursor
from community.ledger.rules.accounts import AccountName, Holding
from community.ledger.rules.transfers import Currency
from community.members import queries as members
from community.posts import service as posts
from community.posts.rules.activities import post_cause
from community.posts.rules.reactions import Reaction
from community.settings import settings
from schema.nodes import encode_id
from schema.scalars import write_datetime

Answer = dict[str, Any]
PAGE = 20


async def viewer(actor: Actor, _: bytes) -> Answer:
    """Q1."""
    assert actor.member_id
    name = partial(AccountName.of, actor.member_id)
    row = await database.fetch_one(
        _VIEWER,
        actor.member_id,
        name(Currency.POINTS, Holding.ACTIVE).id,
        name(Currency.POINTS, Holding.PENDING).id,
        name(Currency.CREDITS, Holding.ACTIVE).id,
        clock.now(),
    )
    assert row
    balance = {"points": row["points"], "pending": row["pending"], "credits": row["credits"]}
    return {"viewer": {"member": _member(actor.member_id, row), "balance": balance}}


async def feed(actor: Actor, _: bytes) -> Answer:
    """Q2."""
    rows = await database.fetch(_FEED, actor.member_id)
    shown = rows[:PAGE]
    page_info = {"hasNextPage": len(rows) > PAGE, "endCursor": encode_cursor([shown[-1]["id"]])}
    return {"posts": {"nodes": [_post(row) for row in shown], "pageInfo": page_info}}


async def write(actor: Actor, body: bytes) -> Answer:
    """M1."""
    asked = orjson.loads(body)
    assert actor.member_id
    along = Along().bring(members.BESIDE, ABOUT)
    post = await posts.write(actor, asked["text"], idempotency_key=asked["key"], along=along)
    effects = await effects_of(post_cause(post.id), actor.member_id, along)
    author = (await members.by_ids([actor.member_id], along))[actor.member_id]
    return {
        "writePost": {
            "__typename": "WritePostPayload",
            "post": {
                "id": encode_id("Post", post.id),
                "body": post.source,
                "hashtags": [{"name": name} for name in post.hashtags],
                "author": {"id": encode_id("Member", author.id), "handle": author.handle},
            },
            "effects": {
                "earned": [
                    {"rule": each.rule, "currency": each.currency.name, "amount": each.amount}
                    for each in effects.earned
                ]
            },
        }
    }


ROUTES: dict[str, Callable[[Actor, bytes], Awaitable[Answer]]] = {"/viewer": viewer, "/feed": feed, "/posts": write}


async def app(scope: Any, receive: Any, send: Any) -> None:
    """ASGI, as bare as it gets."""
    headers = dict(scope["headers"])
    actor = await authenticate(headers[b"authorization"].decode())
    body = (await receive())["body"]
    answer = orjson.dumps({"data": await ROUTES[scope["path"]](actor, body)})
    length = str(len(answer)).encode()
    head = [(b"content-type", b"application/json"), (b"content-length", length)]
    await send({"type": "http.response.start", "status": 200, "headers": head})
    await send({"type": "http.response.body", "body": answer})


async def main() -> None:
    """Serve until the process is killed."""
    found = settings()
    await database.connect(found)
    config = uvicorn.Config(
        app,
        host="127.0.0.1",
        port=found.port,
        loop="none",
        http="httptools",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
    )
    await uvicorn.Server(config).serve()


def _member(member_id: UUID, row: Mapping[str, Any]) -> Answer:
    return {
        "id": encode_id("Member", member_id),
        "handle": row["handle"],
        "displayName": row["display_name"],
        "tier": {"key": row["tier"]},
    }


def _post(row: Mapping[str, Any]) -> Answer:
    counts = dict(zip(row["kinds"] or (), row["counts"] or (), strict=True))
    return {
        "id": encode_id("Post", row["id"]),
        "body": row["source"],
        "writtenAt": write_datetime(row["written_at"]),
        "author": _member(row["author_id"], row),
        "hashtags": [{"name": name} for name in row["hashtags"]],
        "reactionCounts": [{"kind": kind.name, "count": counts[kind]} for kind in Reaction if kind in counts],
        "viewerHasReacted": row["reacted"],
    }


_VIEWER = """
    select m.handle, m.display_name, coalesce(s.tier, 'member') as tier,
        coalesce((select balance from ledger_account where id = $2), 0) + due.points as points,
        coalesce((select balance from ledger_account where id = $3), 0) - due.pending as pending,
        coalesce((select balance from ledger_account where id = $4), 0) as credits
    from members_member m left join tiers_standing s on s.member_id = m.id
    cross join lateral (
        select coalesce(sum(case when activated_at is null then remaining else -remaining end), 0)::bigint as points,
            coalesce(sum(remaining) filter (where activated_at is null), 0)::bigint as pending
        from ledger_lot where member_id = $1 and remaining > 0 and currency = 'points'
        and case when activated_at is null then pending_until else expires_at end <= $5
    ) due
    where m.id = $1
"""
_FEED = f"""
    select p.*, m.handle, m.display_name, coalesce(s.tier, 'member') as tier, tally.kinds, tally.counts,
        (select true from posts_reaction r where r.subject_id = p.id and r.member_id = $1 limit 1) is true as reacted
    from (
        select id, author_id, source, written_at, hashtags from posts_post where removed_at is null
        and author_id not in (
            select blocked_id from members_block where blocker_id = $1
            union all select blocker_id from members_block where blocked_id = $1
        ) order by id desc limit {PAGE + 1}
    ) p
    join members_member m on m.id = p.author_id left join tiers_standing s on s.member_id = p.author_id
    left join lateral (
        select array_agg(measure) as kinds, array_agg(value) as counts from (
            select measure, sum(value)::bigint as value from (
                select measure, value from posts_tally where subject_id = p.id
                union all select measure, delta from posts_tally_delta where subject_id = p.id
            ) tallies where measure <> 'comments' group by 1
        ) summed where value > 0
    ) tally on true
    order by p.id desc
"""

if __name__ == "__main__":
    uvloop.run(main())
