"""One run: a filled database, servers on it, rounds, a table."""

import argparse
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path

import asyncpg
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from community.access import tokens
from community.access.policy import Role
from community.kernel import clock, ids
from tests.bench.contenders import Contender, running
from tests.bench.earning import let_posts_earn, require_books_that_agree
from tests.bench.rounds import compare, measure, table
from tests.bench.world import Size, fill, member_id
from tests.databases import databases

CALLERS = 4_000
"""So many members ask in turn that the allowance of none of them runs out."""

HOURGLASS = (sys.executable, "-m", "api", "serve")

out = Console(highlight=False, width=None if sys.stdout.isatty() else 160)


async def bench(
    asked: argparse.Namespace,
    contenders: Sequence[Contender],
    *,
    prepare: Callable[[asyncpg.Connection], Awaitable[object]] | None = None,
) -> None:
    """Measure the first of these servers beside the others on one database. Raises WrongAnswer, and NoWrk."""
    size = Size(members=asked.members, posts=asked.posts, reactions=asked.reactions, ledger_rows=asked.ledger_rows)
    async with filled_database(size) as (url, connection), AsyncExitStack() as stack:
        await let_posts_earn(connection, size.members)
        if prepare is not None:
            await prepare(connection)
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hourglass-bench-")))
        callers = folder / "tokens"
        callers.write_text("\n".join(token_of(number) for number in range(min(CALLERS, size.members))))
        servers = [await stack.enter_async_context(running(each, url)) for each in contenders]
        posts_before = await connection.fetchval("select count(*) from posts_post")
        await compare(servers, token_of)
        with out.status("starting") as status:
            found = await measure(
                servers,
                callers=callers,
                rounds=asked.rounds,
                seconds=asked.seconds,
                database=connection,
                tell=status.update,
            )
        await compare(servers, token_of)
        await require_books_that_agree(connection, posts_before=posts_before)
    title = (
        f"{size.members:,} members, {size.posts:,} posts, {size.reactions:,} reactions, {size.ledger_rows:,} ledger"
        f" rows; {asked.rounds} rounds of {asked.seconds} s; load average {os.getloadavg()[0]:.1f}"
    )
    out.print(table(found, title))


def options(program: str, description: str | None) -> argparse.ArgumentParser:
    """How much data, how many rounds."""
    parser = argparse.ArgumentParser(prog=program, description=description)
    for name, default in (("members", 20_000), ("posts", 100_000), ("reactions", 500_000), ("ledger-rows", 400_000)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3)
    return parser


@asynccontextmanager
async def filled_database(size: Size) -> AsyncIterator[tuple[str, asyncpg.Connection]]:
    """A database of that size until the block ends."""
    async with databases() as run:
        name = f"hourglass_bench_{os.getpid()}"
        url = await run.copy(name)
        connection = await asyncpg.connect(url)
        try:
            await fill_with_bars(connection, size)
            yield url, connection
        finally:
            await connection.close()
            await run.drop(name)


async def fill_with_bars(connection: asyncpg.Connection, size: Size) -> None:
    """Fill a database, with a bar for each kind of row."""
    columns = (TextColumn("{task.description:>22}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=out, transient=True) as bars:
        tasks: dict[str, TaskID] = {}

        def progress(what: str, done: int, count: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=count)
            bars.update(tasks[what], completed=done)

        await fill(connection, size, progress)


def token_of(number: int) -> str:
    """An access token that outlives the run."""
    ends = clock.now() + timedelta(hours=6)
    return tokens.sign(tokens.Access(member_id(number), ids.new_id(), frozenset({Role.MEMBER}), ends))
