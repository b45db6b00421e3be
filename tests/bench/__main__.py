"""`make bench`: our server against our own endpoint without GraphQL, and against graphql-core, on the same data.

`python -m tests.bench --members 100000 --posts 1000000 --reactions 5000000 --ledger-rows 5000000` for the full size.
Rounds are interleaved; every answer is looked at; the table gives medians, spreads and ratios of this run alone.
"""

import asyncio
import sys

from tests.bench.contenders import Contender
from tests.bench.requests import OUR_ENDPOINT, OUR_GRAPH
from tests.bench.run import HOURGLASS, bench, options, out
from tests.bench.wrk import NoWrk, WrongAnswer

REFERENCE = Contender(
    name="Hourglass on graphql-core",
    command=HOURGLASS,
    dialect=OUR_GRAPH,
    environment={"HOURGLASS_EXECUTOR": "reference"},
)
ENDPOINT = Contender(
    name="endpoint without GraphQL", command=(sys.executable, "-m", "tests.bench.endpoint"), dialect=OUR_ENDPOINT
)
OURS = Contender(name="Hourglass", command=HOURGLASS, dialect=OUR_GRAPH)


async def main() -> int:
    """Measure and print."""
    asked = options("python -m tests.bench", __doc__).parse_args()
    try:
        await bench(asked, (OURS, REFERENCE, ENDPOINT))
    except (NoWrk, WrongAnswer) as reason:
        out.print(str(reason), style="red", markup=False)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
