"""`hourglass explain FILE`: what becomes of an operation."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from graphql import GraphQLError, OperationType

from api.cli.console import complain, out
from api.cli.database import connected, located, require_migrated, run
from community import database
from community.access.policy import ANONYMOUS, Actor, Kind
from community.kernel.errors import HourglassError
from community.members import queries as members
from community.settings import Settings
from community.settings import settings as read_settings
from schema.context import Context
from schema.execution.executor import Executor
from schema.execution.explaining import explained
from schema.execution.plans import Plan
from schema.prepared import Documents, InvalidDocument, Prepared
from schema.root import schema


def explain(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A file with a GraphQL document.")],
    operation: Annotated[str | None, typer.Option(help="Which of its operations, if there are several.")] = None,
    variables: Annotated[str, typer.Option(help="Its variables, as JSON.")] = "{}",
    statements: Annotated[bool, typer.Option("--statements", help="Run it, a query, and print its SQL.")] = False,
    handle: Annotated[str | None, typer.Option("--as", help="Run it as this member; as a stranger otherwise.")] = None,
) -> None:
    """Print what an operation costs, the code it becomes (functions, levels, resolvers) and the statements it sends."""
    graph, given = schema(), _read(variables)
    prepared = _prepared(file, Documents(graph, suggest=True), operation)
    figures, bill = prepared.measured.figures, prepared.bill
    audience = "the same for everybody" if bill.is_public else "for whoever asks"
    out.print(f"{prepared.kind.value} {prepared.operation_name or 'without a name'}, {audience}", markup=False)
    with_what = "these variables" if given else "its defaults"
    out.print(
        f"depth {figures.depth}, {figures.fields} fields; costs {bill.requested(given)} with {with_what}", markup=False
    )
    plan = Plan(graph._schema, prepared.document, prepared.operation)
    out.print(explained(plan), markup=False, soft_wrap=True)
    if statements:
        with located(read_settings()) as settings:
            out.print(run(_statements(settings, prepared, given, handle)), markup=False, soft_wrap=True)


def _prepared(file: Path, documents: Documents, operation: str | None) -> Prepared:
    """The operation in a file; what is wrong with it is told with its place."""
    try:
        return documents.read(file.read_text(encoding="utf-8"), operation)
    except UnicodeDecodeError:
        raise typer.BadParameter(f"{file.name} is not text in UTF-8.", param_hint="FILE") from None
    except HourglassError as error:
        complain(str(error))
    except InvalidDocument as error:
        for mistake in error.errors:
            complain(_placed(mistake))
    raise SystemExit(2)


def _placed(mistake: GraphQLError) -> str:
    places = "".join(f"{place.line}:{place.column}: " for place in (mistake.locations or ())[:1])
    return f"{places}{mistake.message}"


def _read(variables: str) -> dict[str, Any]:
    try:
        given = json.loads(variables)
    except ValueError:
        given = None
    if not isinstance(given, dict):
        raise typer.BadParameter("A JSON object is needed.", param_hint="--variables")
    return given


async def _statements(settings: Settings, prepared: Prepared, variables: dict[str, Any], handle: str | None) -> str:
    if prepared.kind is not OperationType.QUERY:
        raise typer.BadParameter("Only queries are run for this.", param_hint="--statements")
    async with connected(settings):
        await require_migrated()
        context = Context(actor=await _actor(handle))
        with database.counting_statements() as sent:
            result = await Executor(schema()).run(prepared.document, prepared.operation, variables, context)
    errors = [f"error: {error.message}" for error in result.errors or ()]
    return "\n\n".join([f"{sent.count} statement{'s' * (sent.count != 1)}", *sent.statements, *errors])


async def _actor(handle: str | None) -> Actor:
    if handle is None:
        return ANONYMOUS
    member = await members.by_handle(handle.removeprefix("@"))
    if member is None:
        raise typer.BadParameter(f"No member has the handle {handle}.", param_hint="--as")
    return Actor(kind=Kind.MEMBER, member_id=member.id)
