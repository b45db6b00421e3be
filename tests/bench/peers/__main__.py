"""`make bench-peers`: our server against PostGraphile 5 and mercurius-jit, on the same database.

Ours does all it does for a stranger's request: token, limits, price, log, tracking of views. The peers check the same
token and answer; see README.md beside this file. One process each, pinned to the first core; the load has another, and
PostgreSQL uses both. `--posts 1000000 --members 100000 --reactions 5000000 --ledger-rows 5000000` for the full size.
"""

import asyncio
import sys

import asyncpg

from community.access.signing import signing_key
from tests.bench.contenders import Contender
from tests.bench.peers.dialects import MERCURIUS, OURS, POSTGRAPHILE
from tests.bench.peers.node import HERE, NODE, NoPeers, install
from tests.bench.requests import Dialect
from tests.bench.run import HOURGLASS, arguments, bench, out
from tests.bench.wrk import NoWrk, WrongAnswer

VIEWS_AND_FUNCTIONS = (HERE / "database.sql").read_text()
NAMES = ("PostGraphile 5", "mercurius-jit")


async def main() -> int:
    """Install, measure, print."""
    asked = arguments("python -m tests.bench.peers", __doc__)
    ours = Contender(name="Hourglass", command=HOURGLASS, dialect=OURS)
    peers = (peer(NAMES[0], "postgraphile.js", POSTGRAPHILE), peer(NAMES[1], "mercurius.js", MERCURIUS))
    try:
        with out.status("installing the peers with npm"):
            await install()
        await bench(asked, (ours, *peers), against=NAMES, prepare=let_peers_in)
    except (NoPeers, NoWrk, WrongAnswer) as reason:
        out.print(str(reason), style="red", markup=False)
        return 1
    return 0


def peer(name: str, script: str, dialect: Dialect) -> Contender:
    """A peer as it would be run in production."""
    environment = {
        "SIGNING_KEY": signing_key().decode(),
        "NODE_ENV": "production",
        "GRAPHILE_ENV": "production",
        "NODE_NO_WARNINGS": "1",
    }
    return Contender(name=name, command=(str(NODE), script), dialect=dialect, environment=environment, folder=HERE)


async def let_peers_in(connection: asyncpg.Connection) -> None:
    """Give the database their views and functions."""
    await connection.execute(VIEWS_AND_FUNCTIONS)


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
