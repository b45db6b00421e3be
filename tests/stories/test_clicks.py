"""Clicks survive what databases and processes do: away and back, killed, two at once. None lost, none twice."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import aiohttp
import asyncpg

from api.postgres import process
from api.postgres.rooms import Room
from api.postgres.server import PrivateServer
from community import database
from community.referrals import tokens
from tests.databases import under_way
from tests.deadlines import eventually
from tests.servers import ServerProcess, serving
from tests.stories.apps import App

CODE = "the-link"
MAKE = 'mutation { createReferralLink(input: { code: "the-link" }) { __typename } }'
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Safari/604.1"


async def test_clicks_while_the_database_is_away_are_kept_until_it_is_back(home: Path, tmp_path: Path) -> None:
    with PrivateServer.start(home) as private:
        await database.migrate(private.url())
        async with serving(private.url(), environment=spooling(tmp_path)) as server, visitors() as http:
            await make_the_link(http, server)
            handed = [await follow(http, server, n) for n in range(5)]
            await asyncio.to_thread(process.stop, Room.of(private.home).data, at_once=True)
            handed += [await follow(http, server, n) for n in range(5, 40)]
            assert waiting(tmp_path) > 0
            await asyncio.to_thread(private.ensure_running)
            await eventually(lambda: all_written(private.url(), handed))
        assert await counted(private.url()) == 40
        assert waiting(tmp_path) == 0, "an orderly end leaves nothing behind"


async def test_what_a_killed_process_had_noted_is_written_down_by_another(
    fresh_database: Callable[[], Awaitable[str]], tmp_path: Path
) -> None:
    url = await fresh_database()
    async with AsyncExitStack() as stack:
        first, second = await asyncio.gather(
            *(stack.enter_async_context(serving(url, environment=spooling(tmp_path))) for _ in range(2))
        )
        http = await stack.enter_async_context(visitors())
        await make_the_link(http, first)
        async with under_way(url, "lock table referrals_batch"):
            handed = [await follow(http, server, n) for n in range(30) for server in (first, second)]
            await first.kill()
            handed += [await follow(http, second, n) for n in range(30, 40)]
        await first.start()
        await eventually(lambda: all_written(url, handed))
        assert await counted(url) == 40
        assert await tallied(url) == len(handed)


def spooling(folder: Path) -> dict[str, str]:
    return {"HOURGLASS_HOME": str(folder / "spools"), "HOURGLASS_SECRET_KEY": "a key for tests that no server may have"}


def waiting(folder: Path) -> int:
    """How many segments wait on the disk."""
    return len(list((folder / "spools" / "clicks").rglob("*.clicks")))


@asynccontextmanager
async def visitors() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as http:
        yield http


async def make_the_link(http: aiohttp.ClientSession, server: ServerProcess) -> None:
    app = await App.joined(http, server.url, "mei")
    await app.client.data(MAKE)


async def follow(http: aiohttp.ClientSession, server: ServerProcess, visitor: int) -> str:
    """Follow the link; the id of the click that was handed over."""
    address = f"http://127.0.0.1:{server.port}/r/{CODE}"
    async with http.get(address, headers={"User-Agent": f"{PHONE} {visitor}"}, allow_redirects=False) as answer:
        assert answer.status == 302
        (token,) = parse_qs(urlsplit(answer.headers["Location"]).query)["hg_click"]
    assert len(token) == tokens.TOKEN_BYTES * 4 // 3 + 1
    return token


async def all_written(url: str, handed: list[str]) -> bool:
    """Whether everybody who was sent on is counted, as a visitor or as one who came again."""
    try:
        return await tallied(url) == len(handed)
    except (OSError, asyncpg.PostgresError):
        return False


async def tallied(url: str) -> int:
    return await ask(url, "select coalesce(sum(clicks + repeats), 0) from referrals_tally")


async def counted(url: str) -> int:
    """How many visitors there were, by the rows and by the tally."""
    rows = await ask(url, "select count(*) from referrals_click")
    assert rows == await ask(url, "select sum(clicks) from referrals_tally")
    return rows


async def ask(url: str, sql: str) -> int:
    connection = await asyncpg.connect(url)
    try:
        return int(await connection.fetchval(sql))
    finally:
        await connection.close()
