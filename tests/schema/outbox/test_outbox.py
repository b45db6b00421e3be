"""The feed and the parked deliveries, through the graph."""

from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
import strawberry
from strawberry.schema.config import StrawberryConfig
from strawberry.tools import merge_types

from community.access.policy import ANONYMOUS, SYSTEM, Actor, Kind, Role, Scope
from community.kernel.errors import BadInput, Forbidden, InvalidId, Unauthenticated
from community.outbox import service as outbox
from community.outbox import tail, worker
from community.settings import Settings
from schema.context import Context
from schema.errors import EXCEPTION_HANDLERS
from schema.nodes import NodeQueries, encode_id
from schema.outbox.mutations import OutboxMutations
from schema.outbox.queries import OutboxQueries
from schema.outbox.subscriptions import OutboxSubscriptions
from schema.scalars import SCALARS
from tests.community.outbox.notes import NoteRead, NoteTaken, a_note, announce
from tests.community.outbox.working import HASTY, declarations, deliveries, working
from tests.deadlines import eventually

KEY = Actor(kind=Kind.PARTNER, key_id=uuid4(), scopes=frozenset({Scope.EVENTS_READ}))
MEMBER = Actor(kind=Kind.MEMBER, member_id=uuid4(), roles=frozenset({Role.MEMBER}))

GRAPH = strawberry.Schema(
    query=merge_types("Query", (NodeQueries, OutboxQueries)),
    mutation=merge_types("Mutation", (OutboxMutations,)),
    subscription=merge_types("Subscription", (OutboxSubscriptions,)),
    config=StrawberryConfig(scalar_map=SCALARS),
    exception_handlers=EXCEPTION_HANDLERS,
)

EVENTS = """
    query Events($first: Int, $after: String, $types: [String!], $subjectId: UUID) {
        events(first: $first, after: $after, types: $types, subjectId: $subjectId) {
            nodes { id type version sequence subjectId orderingKey occurredAt payload cursor }
            edges { cursor }
            pageInfo { hasNextPage endCursor }
        }
    }
"""

LIVE = """
    subscription Live($after: String, $types: [String!]) {
        events(after: $after, types: $types) { sequence cursor payload }
    }
"""

PARKED = "{ failedDeliveries { nodes { id hearer attempts failedAt error event { type sequence } } } }"

REPLAY = """
    mutation Replay($id: ID!) {
        replayDelivery(input: {deliveryId: $id}) {
            ... on ReplayDeliveryPayload { delivery { hearer } }
            ... on DeliveryNotParked { code message }
        }
    }
"""


@pytest.fixture(autouse=True)
def forgotten_afterwards() -> Iterator[None]:
    with declarations():
        yield


@pytest_asyncio.fixture
async def serving(database: str) -> AsyncIterator[None]:
    async with worker.serving(Settings(database_url=database, redis_url=None)):
        yield


async def ask(document: str, actor: Actor = KEY, **variables: Any) -> dict[str, Any]:
    """The data of an operation; its error, when it has one, is raised."""
    result = await GRAPH.execute(document, variables, Context(actor=actor))
    if result.errors:
        raise result.errors[0].original_error or result.errors[0]
    assert result.data is not None
    return result.data


async def subscribe(actor: Actor = KEY, **variables: Any) -> AsyncIterator[dict[str, Any]]:
    """The events of a subscription that has been accepted."""
    source = await GRAPH.subscribe(LIVE, variables, Context(actor=actor))
    return (result.data["events"] async for result in source)  # type: ignore[union-attr]


async def in_the_feed(*facts: NoteTaken | NoteRead) -> None:
    await announce(*facts)
    await outbox.sequence()


@pytest.mark.usefixtures("database")
async def test_a_partner_reads_the_feed_with_everything_in_it():
    note = a_note(7)
    await in_the_feed(note)
    (event,) = (await ask(EVENTS))["events"]["nodes"]
    assert event["payload"] == {"note_id": str(note.note_id), "number": 7}
    assert (event["type"], event["version"], event["sequence"]) == ("note.taken", 1, 1)
    assert (event["subjectId"], event["orderingKey"]) == (str(note.note_id), str(note.note_id))
    assert event["occurredAt"].endswith("Z")


@pytest.mark.usefixtures("database")
async def test_a_partner_resumes_from_any_cursor_it_was_given():
    await in_the_feed(*(a_note(number) for number in range(5)))
    first = (await ask(EVENTS, first=2))["events"]
    assert first["pageInfo"]["hasNextPage"]
    assert first["pageInfo"]["endCursor"] == first["nodes"][-1]["cursor"] == first["edges"][-1]["cursor"]
    await in_the_feed(a_note(5))
    rest = (await ask(EVENTS, after=first["pageInfo"]["endCursor"]))["events"]
    assert [event["sequence"] for event in rest["nodes"]] == [3, 4, 5, 6]


@pytest.mark.usefixtures("database")
async def test_the_feed_is_narrowed_by_type_and_subject():
    note = a_note(1)
    await in_the_feed(note, NoteRead(note_id=note.note_id, number=2), a_note(3))
    by_type = (await ask(EVENTS, types=["note.read"]))["events"]["nodes"]
    by_subject = (await ask(EVENTS, subjectId=str(note.note_id)))["events"]["nodes"]
    assert [event["sequence"] for event in by_type] == [2]
    assert [event["sequence"] for event in by_subject] == [1, 2]


@pytest.mark.usefixtures("database")
async def test_an_event_is_a_node_for_those_who_may_read_the_feed():
    await in_the_feed(a_note(7))
    (event,) = (await ask(EVENTS))["events"]["nodes"]
    find = "query Find($id: ID!) { node(id: $id) { ... on Event { sequence } } }"
    assert (await ask(find, id=event["id"]))["node"] == {"sequence": 1}
    assert (await ask(find, MEMBER, id=event["id"]))["node"] is None


@pytest.mark.usefixtures("serving")
async def test_a_live_feed_goes_on_from_a_cursor_without_a_gap():
    await in_the_feed(*(a_note(number) for number in range(5)))
    second = (await ask(EVENTS, first=2))["events"]["pageInfo"]["endCursor"]
    live = await subscribe(after=second)
    await announce(a_note(5), a_note(6))
    assert [(await anext(live))["sequence"] for _ in range(5)] == [3, 4, 5, 6, 7]


@pytest.mark.usefixtures("serving")
async def test_a_live_feed_without_a_cursor_begins_when_it_is_accepted():
    await in_the_feed(a_note(1))
    await tail.current().catch_up()
    live = await subscribe(types=["note.taken"])
    await announce(NoteRead(note_id=uuid4()), a_note(2))
    event = await anext(live)
    assert event["payload"]["number"] == 2
    again = await subscribe(after=event["cursor"])
    await announce(a_note(3))
    assert (await anext(again))["payload"]["number"] == 3


@pytest.mark.parametrize(("actor", "refusal"), [(ANONYMOUS, Unauthenticated), (MEMBER, Forbidden)])
@pytest.mark.usefixtures("serving")
async def test_the_feed_is_closed_to_others(actor: Actor, refusal: type[Exception]):
    with pytest.raises(refusal):
        await ask(EVENTS, actor)
    with pytest.raises(refusal):
        await ask(PARKED, actor)
    (refused,) = [result async for result in await GRAPH.subscribe(LIVE, {}, Context(actor=actor))]  # type: ignore[union-attr]
    assert refused.errors is not None
    assert isinstance(refused.errors[0].original_error, refusal)


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("cursor", ["", "nonsense", "WyIxIl0", "WzEsMl0", "W25hbl0"])
async def test_a_made_up_cursor_is_refused(cursor: str):
    with pytest.raises(BadInput):
        await ask(EVENTS, after=cursor)


async def test_staff_find_a_parked_delivery_and_replay_it_once(database: str):
    is_mended = False

    @outbox.hears(NoteTaken, name="tests.needs_mending", patience=HASTY)
    async def needs_mending(_: NoteTaken) -> None:
        if not is_mended:
            raise ConnectionError("the printer is out of paper")

    async def is_parked() -> bool:
        return await deliveries() == [("hear:tests.needs_mending", "failed")]

    async def is_heard() -> bool:
        return await deliveries() == []

    async with working(database):
        await announce(a_note())
        await eventually(is_parked)
        (parked,) = (await ask(PARKED, SYSTEM))["failedDeliveries"]["nodes"]
        assert (parked["hearer"], parked["attempts"]) == ("tests.needs_mending", 3)
        assert parked["event"] == {"type": "note.taken", "sequence": 1}
        is_mended = True
        assert (await ask(REPLAY, SYSTEM, id=parked["id"]))["replayDelivery"] == {
            "delivery": {"hearer": "tests.needs_mending"}
        }
        await eventually(is_heard)
    again = await ask(REPLAY, SYSTEM, id=parked["id"])
    assert again["replayDelivery"]["code"] == "DELIVERY_NOT_PARKED"


@pytest.mark.usefixtures("database")
async def test_replaying_needs_the_permission_and_an_id_of_a_delivery():
    some = encode_id("Delivery", UUID(int=1))
    with pytest.raises(Forbidden):
        await ask(REPLAY, MEMBER, id=some)
    for wrong in (encode_id("Event", UUID(int=1)), "nonsense"):
        with pytest.raises(InvalidId):
            await ask(REPLAY, SYSTEM, id=wrong)
    beyond = await ask(REPLAY, SYSTEM, id=encode_id("Delivery", UUID(int=2**100)))
    assert beyond["replayDelivery"]["code"] == "DELIVERY_NOT_PARKED"


@pytest.mark.usefixtures("database")
async def test_to_others_a_delivery_is_not_there():
    found = await ask("query($id: ID!) { node(id: $id) { id } }", MEMBER, id=encode_id("Delivery", UUID(int=1)))
    assert found == {"node": None}
