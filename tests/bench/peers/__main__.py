"""`make bench-peers`: our server against what people use today, on the same database.

Ours does all it does for a stranger's request: token, limits, price, log, tracking of views. The peers check the same
token and answer; see README.md beside this file. One process each, pinned to the first core; the load has another, and
PostgreSQL uses both. `--posts 1000000 --members 100000 --reactions 5000000 --ledger-rows 5000000` for the full size.
`--peers postgraphile,yoga` measures these alone.
"""

import asyncio
import sys

from tests.bench.contenders import Contender
from tests.bench.peers.dialects import OURS
from tests.bench.peers.node import NoPeers, install
from tests.bench.peers.peers import PEERS, chosen, let_in, need_node
from tests.bench.run import HOURGLASS, bench, options, out
from tests.bench.wrk import NoWrk, WrongAnswer


async def main() -> int:
    """Install, measure, print."""
    parser = options("python -m tests.bench.peers", __doc__)
    parser.add_argument("--peers", type=chosen, default=",".join(PEERS), help="all by default: %(default)s")
    asked = parser.parse_args()
    ours = Contender(name="Hourglass", command=HOURGLASS, dialect=OURS)
    try:
        if need_node(asked.peers):
            with out.status("installing the peers with npm"):
                await install()
        await bench(asked, (ours, *asked.peers), prepare=let_in)
    except (NoPeers, NoWrk, WrongAnswer) as reason:
        out.print(str(reason), style="red", markup=False)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
