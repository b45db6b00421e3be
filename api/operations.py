"""One operation from its parameters to its answer, the same over every transport.

find the text ▸ prepare (parse, measure, validate, price) ▸ limits of the caller ▸ pay ▸ run ▸ settle ▸ present
"""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Hashable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import orjson
import strawberry
from graphql import ExecutionResult, OperationType

from api import logs, metrics
from api.callers import Caller
from api.documents import AllowedDocuments, PersistedDocuments
from api.errors import of_document, of_field, present
from api.limits import bucket_of
from api.parameters import Parameters
from api.patience import Patience, TooSlow
from api.turns import Turns
from community.access.policy import Kind, Permission, require
from community.kernel.errors import HourglassError
from community.quota import service as quota
from community.quota.leases import Charge
from community.quota.rules import Bucket
from community.settings import Settings
from schema.execution import reference
from schema.execution.executor import Executor
from schema.limits import MAX_ALIASES_ANONYMOUS, MAX_COST, CostTooHigh, enforce, enforce_variables
from schema.prepared import Documents, Prepared

LEAST_COST = 1
"""What every operation costs at least, so that asking for nothing is not free."""

TOLL = 2
TOLL_CHARACTERS = 100
"""What reading an unknown document costs: the toll, and 1 more for each so many characters. Paid once per process."""

MAX_SHARED = 100
"""Of so many events, each for one document, answers are kept for whoever else hears of them."""

Payload = dict[str, Any]
Result = TypeVar("Result")


@dataclass(slots=True)
class Ready:
    """An operation that may run: it is valid, within its caller's limits, and paid for."""

    prepared: Prepared
    variables: dict[str, Any]
    caller: Caller
    charge: Charge


@dataclass(slots=True)
class Answer:
    """What to send back. `ran` is false when the operation never began, so that there is no data."""

    payload: Payload
    ran: bool = True
    refusal: HourglassError | None = None
    is_public: bool = False
    """Whether everybody who is not signed in would get this answer, so that it may be kept by caches."""


class Operations:
    """Runs operations of one schema."""

    def __init__(self, schema: strawberry.Schema, settings: Settings) -> None:
        self._schema = schema
        self._closed = settings.environment == "production"
        """Whether strangers may not ask about the schema."""
        self.executor = Executor(schema, compiles=settings.executor == "compiled")
        self._prepared = Documents(schema, suggest=settings.environment == "development")
        allowed = settings.allowed_documents
        self._texts = AllowedDocuments.read(allowed) if allowed else PersistedDocuments()
        self._writes: set[asyncio.Task[Any]] = set()
        self._shared = SharedEvents()
        self._patience = Patience(settings.read_timeout_seconds)
        self._turns = Turns()

    async def prepare(self, asked: Parameters, caller: Caller, check: Callable[[OperationType], None]) -> Ready:
        """Make an operation ready to run, and charge for it. `check` refuses the kinds that its transport cannot carry.

        Raises a Refusal or InvalidDocument.
        """
        text = self._texts.text_at_hand(asked)
        prepared = self._prepared.known(text, asked.operation_name) if text else None
        if prepared is None:
            prepared = await self._find(asked, caller)
        logs.name(prepared.operation_name)
        kind = prepared.kind
        metrics.operated(prepared.kind_name)
        if kind is not OperationType.QUERY:
            check(kind)
        self._enforce(prepared, asked, caller)
        bucket, cost = self._price(prepared, asked, caller)
        charge = quota.spend_now(bucket, cost) or await quota.spend(bucket, cost)
        return Ready(prepared, asked.variables, caller, charge)

    async def answer(self, ready: Ready) -> Answer:
        """Run a query or a mutation."""
        try:
            if ready.prepared.kind is OperationType.MUTATION:
                result = await self._finish(self._run(ready))
            else:
                result = await self._patience.of(self._run(ready))
        except TooSlow as error:
            return self.refused(error, ready.caller)
        return self._answered(ready, result)

    async def events(self, ready: Ready) -> AsyncIterator[Answer]:
        """Run a subscription: an answer per event. The last one is refused if it could not go on."""
        caller, prepared = ready.caller, ready.prepared
        source = await reference.subscribe(
            self._schema._schema, prepared.document, prepared.operation_name, ready.variables, caller.context()
        )
        if isinstance(source, ExecutionResult):
            yield Answer({"errors": _errors(source, caller.locale)}, ran=False)
            return
        try:
            async with aclosing(cast("AsyncIterator[Any]", source)) as events:  # type: ignore[type-var]
                async for event in events:
                    yield Answer(await self._shared.of(ready, event, self._told))
                    await self._turns.end_if_long()
        except Exception as error:
            yield self.refused(error, caller)

    def refused(self, error: Exception, caller: Caller) -> Answer:
        """The answer to an operation that was refused, or that failed as a whole."""
        refusal = error if isinstance(error, HourglassError) else None
        errors = present(error, caller.locale)
        metrics.failed(errors)
        return Answer({"errors": errors}, ran=False, refusal=refusal)

    async def finish_writes(self) -> None:
        """Wait for mutations whose clients have left."""
        while self._writes:
            await asyncio.wait(set(self._writes))

    async def _find(self, asked: Parameters, caller: Caller) -> Prepared:
        text = await self._texts.text_of(asked)
        known = self._prepared.known(text, asked.operation_name)
        if known is None:
            bucket = bucket_of(caller.actor, caller.address)
            await quota.spend(bucket, TOLL + len(text) // TOLL_CHARACTERS)
            known = await self._prepared.prepare(text, asked.operation_name)
        await self._texts.keep(asked)
        return known

    def _enforce(self, prepared: Prepared, asked: Parameters, caller: Caller) -> None:
        if self._closed and prepared.measured.introspects:
            require(caller.actor, Permission.SCHEMA_INTROSPECT)
        if caller.actor.kind is Kind.ANONYMOUS:
            enforce(prepared.measured, aliases=MAX_ALIASES_ANONYMOUS)
        if asked.variables:
            enforce_variables(asked.variables)

    def _price(self, prepared: Prepared, asked: Parameters, caller: Caller) -> tuple[Bucket, int]:
        """Whose bucket pays, and how much. Raises CostTooHigh."""
        bucket = bucket_of(caller.actor, caller.address)
        cost = max(LEAST_COST, prepared.bill.requested(asked.variables))
        allowed = min(MAX_COST, bucket.capacity)
        if cost > allowed:
            raise CostTooHigh(cost, allowed)
        return bucket, cost

    async def _run(self, ready: Ready, event: Any = None) -> ExecutionResult:
        context, prepared = ready.caller.context(), ready.prepared
        result = await self.executor.run(prepared.document, prepared.operation, ready.variables, context, event)
        context.answered()
        return result

    async def _told(self, ready: Ready, event: Any) -> Payload:
        return _payload(await self._patience.of(self._run(ready, event)), ready.caller.locale)

    async def _finish(self, write: Coroutine[Any, Any, Result]) -> Result:
        """Let a mutation come to its end, whoever stops waiting for it."""
        task = asyncio.create_task(write)
        self._writes.add(task)
        task.add_done_callback(self._writes.discard)
        return await asyncio.shield(task)

    def _answered(self, ready: Ready, result: ExecutionResult) -> Answer:
        caller, bill = ready.caller, ready.prepared.bill
        requested = int(ready.charge.cost)
        payload = _payload(result, caller.locale)
        if "data" not in payload:
            quota.refund(ready.charge, requested)
            return Answer(payload, ran=False)
        actual = max(LEAST_COST, bill.actual(result.data, requested))
        available = quota.refund(ready.charge, requested - actual)
        payload["extensions"] = {
            "cost": {
                "requested": requested,
                "actual": actual,
                "available": available,
                "restoreRate": ready.charge.lease.bucket.rate,
            }
        }
        is_stranger = caller.actor.kind is Kind.ANONYMOUS
        return Answer(payload, is_public=is_stranger and bill.is_public and not result.errors)


Tell = Callable[[Ready, Any], Awaitable[Payload]]


class SharedEvents:
    """What subscribers to the same thing are told of the same event, worked out once for all of them.

    Shared is only what does not depend on who asks, of an event that is one object for all who may see it.
    """

    def __init__(self) -> None:
        self._told: OrderedDict[Hashable, tuple[Any, Prepared, asyncio.Future[Payload | None]]] = OrderedDict()

    async def of(self, ready: Ready, event: Any, tell: Tell) -> Payload:
        """What this subscriber is told of the event."""
        prepared = ready.prepared
        if not prepared.bill.is_public:
            return await tell(ready, event)
        key = id(event), id(prepared), orjson.dumps(ready.variables), ready.caller.locale
        if key in self._told:
            # Where the first one failed, left or met an error, everybody is on their own.
            return await asyncio.shield(self._told[key][2]) or await tell(ready, event)
        first: asyncio.Future[Payload | None] = asyncio.get_running_loop().create_future()
        # What is kept keeps the objects whose identities are its key.
        self._told[key] = event, prepared, first
        if len(self._told) > MAX_SHARED:
            self._told.popitem(last=False)
        payload = None
        try:
            payload = await tell(ready, event)
        finally:
            first.set_result(None if payload is None or "errors" in payload else payload)
        return payload


def _payload(result: ExecutionResult, locale: str) -> Payload:
    if not result.errors:
        return {"data": result.data}
    errors = _errors(result, locale)
    if result.data is None and all("path" not in error for error in errors):
        return {"errors": errors}
    return {"errors": errors, "data": result.data}


def _errors(result: ExecutionResult, locale: str) -> list[dict[str, Any]]:
    """Errors without a path were found before execution: they are the client's variables."""
    errors = [of_field(error, locale) if error.path else of_document(error, locale) for error in result.errors or ()]
    metrics.failed(errors)
    return errors
