"""`hourglass explain FILE`: what becomes of an operation before it runs."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli.console import complain, out
from community.kernel.errors import HourglassError
from schema.execution.explaining import explained
from schema.execution.plans import Plan
from schema.prepared import Documents, InvalidDocument
from schema.root import schema


def explain(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A file with a GraphQL document.")],
    operation: Annotated[str | None, typer.Option(help="Which of its operations, if there are several.")] = None,
) -> None:
    """Print what an operation costs and the code it becomes: its functions, levels and resolvers."""
    graph = schema()
    try:
        prepared = Documents(graph, suggest=True).read(file.read_text(encoding="utf-8"), operation)
    except (HourglassError, InvalidDocument) as error:
        complain(str(error))
        raise SystemExit(2) from None
    figures, bill = prepared.measured.figures, prepared.bill
    audience = "the same for everybody" if bill.is_public else "for whoever asks"
    out.print(f"{prepared.kind.value} {prepared.operation_name or 'without a name'}, {audience}", markup=False)
    out.print(
        f"depth {figures.depth}, {figures.fields} fields; costs {bill.requested({})} with its defaults", markup=False
    )
    plan = Plan(graph._schema, prepared.document, prepared.operation)
    out.print(explained(plan), markup=False, soft_wrap=True)
