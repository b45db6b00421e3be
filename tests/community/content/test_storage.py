"""One interface, two storages: what arrives, what is kept, and what links are worth. S3 is a real server."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import aiohttp
import pytest
import pytest_asyncio
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.routing import Route

from api.media import Doors
from community.content.rules import links
from community.content.storage import Link, LocalStorage, S3Storage, Storage, StoredFile
from community.content.storage.places import kept
from community.kernel import clock, ids
from tests.asgi import Answer, ask
from tests.community.content.files import files_in
from tests.s3 import bucket

MINUTES = timedelta(minutes=5)
KEY = b"a key of thirty-two bytes or more"

Send = Callable[..., Awaitable[Answer]]


class House:
    """A storage, and how its links are followed."""

    def __init__(self, storage: Storage, send: Send) -> None:
        self.storage = storage
        self.send = send

    async def put(self, link: Link, content: bytes) -> int:
        return (await self.send(link.url, method="PUT", body=content, headers=link.headers)).status

    async def get(self, url: str, **headers: str) -> Answer:
        return await self.send(url, headers=headers)

    async def kept(self, content: bytes, media_type: str = "video/mp4", name: str = "影片.mp4") -> StoredFile:
        """A file that was sent and kept."""
        upload_id, file = ids.new_id(), StoredFile(ids.new_id(), media_type, name)
        link = self.storage.upload_link(upload_id, media_type, len(content), clock.now(), MINUTES)
        assert await self.put(link, content) in (200, 204)
        assert await self.storage.keep(upload_id, file)
        return file


@pytest_asyncio.fixture(params=["local", "s3"])
async def house(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[House]:
    if request.param == "local":
        storage = LocalStorage(tmp_path, key=KEY)
        doors = Doors(storage)
        app = Starlette(
            routes=[
                Route("/media/uploads/{id:uuid}", doors.take, methods=["PUT"]),
                Route("/media/{id:uuid}/{name}", doors.give, methods=["GET"]),
            ]
        )
        yield House(storage, partial(ask, app))
        return
    async with bucket(tmp_path) as found, aiohttp.ClientSession() as http:

        async def send(url: str, *, method: str = "GET", body: bytes = b"", headers: dict[str, str]) -> Answer:
            async with http.request(method, url, data=body or None, headers=headers) as answer:
                return Answer(answer.status, Headers(answer.headers), await answer.read())

        yield House(
            S3Storage(
                found.name,
                endpoint=found.endpoint,
                region="us-east-1",
                access_key=found.access_key,
                secret_key=found.secret_key,
            ),
            send,
        )


async def test_a_file_is_sent_to_one_link_and_read_under_another(house: House) -> None:
    file = await house.kept(b"0123456789")
    answer = await house.get(house.storage.link(file, clock.now(), MINUTES).url)
    assert (answer.status, answer.headers["content-type"], answer.body) == (200, "video/mp4", b"0123456789")
    assert bytes(await house.storage.read(file.id, 4)) == b"0123"


async def test_a_range_of_a_video_is_read_alone(house: House) -> None:
    url = house.storage.link(await house.kept(b"0123456789"), clock.now(), MINUTES).url
    answer = await house.get(url, Range="bytes=3-5")
    assert (answer.body, answer.headers["content-range"]) == (b"345", "bytes 3-5/10")


async def test_a_link_that_was_changed_or_made_for_something_else_leads_nowhere(house: House) -> None:
    one, other = await house.kept(b"one"), await house.kept(b"other")
    url = house.storage.link(one, clock.now(), MINUTES).url
    upload = house.storage.upload_link(ids.new_id(), "video/mp4", 3, clock.now(), MINUTES).url
    for forged in (
        url.replace(str(one.id), str(other.id)),
        url.replace(str(one.id), f"../{kept(other.id)}"),
        url[:-4] + ("0000" if url[-4:] != "0000" else "1111"),
        url.partition("?")[0],
        url + "&x=y",
        upload,
    ):
        answer = await house.get(forged)
        assert answer.status in (400, 403, 404, 405), forged
        assert b"other" not in answer.body
    answer = await house.send(url, method="PUT", body=b"evil", headers={})
    assert answer.status in (400, 403, 404, 405)
    assert bytes(await house.storage.read(one.id, 10)) == b"one"


async def test_a_link_expires(house: House) -> None:
    file = await house.kept(b"one")
    past = clock.now() - timedelta(hours=2)
    if isinstance(house.storage, LocalStorage):
        expired = house.storage.link(file, past, MINUTES).url
    else:
        fresh = house.storage.link(file, clock.now(), MINUTES).url
        expired = fresh.replace(f"X-Amz-Date={clock.now():%Y%m%d}", f"X-Amz-Date={past - timedelta(days=1):%Y%m%d}")
        assert expired != fresh
    answer = await house.get(expired)
    assert answer.status in (400, 403, 404)
    assert answer.body != b"one"


async def test_what_is_sent_again_after_it_was_kept_never_reaches_readers(house: House) -> None:
    upload_id, file = ids.new_id(), StoredFile(ids.new_id(), "image/png", "x.png")
    link = house.storage.upload_link(upload_id, "image/png", 4, clock.now(), MINUTES)
    await house.put(link, b"good")
    assert await house.storage.keep(upload_id, file)
    await house.put(link, b"evil")
    assert bytes(await house.storage.read(file.id, 10)) == b"good"
    assert await house.storage.arrived(upload_id) == 4
    await house.storage.drop_arrived(upload_id)
    assert await house.storage.arrived(upload_id) is None
    assert not await house.storage.keep(upload_id, file)


async def test_what_is_saved_to_disk_has_its_name_in_any_script(house: House) -> None:
    file = await house.kept(b"%PDF-1.7", "application/pdf", "使用手冊 1.pdf")
    answer = await house.get(house.storage.link(file, clock.now(), MINUTES).url)
    said = answer.headers.get("content-disposition", "")
    if isinstance(house.storage, LocalStorage):
        assert said.startswith("attachment")
        assert unquote(said.rpartition("UTF-8''")[2]) == "使用手冊 1.pdf"
    else:
        assert said == "" or said.startswith("attachment"), "this server keeps no such header; S3 does"


async def test_not_a_byte_more_than_was_announced_is_taken(tmp_path: Path) -> None:
    storage = LocalStorage(tmp_path, key=KEY)
    app = Starlette(routes=[Route("/media/uploads/{id:uuid}", Doors(storage).take, methods=["PUT"])])
    upload_id = ids.new_id()
    url = storage.upload_link(upload_id, "image/png", 4, clock.now(), MINUTES).url
    for body, headers in ((b"12345", {}), (b"12345", {"content-length": "4"}), (b"1234", {"content-length": "5"})):
        assert (await ask(app, url, method="PUT", body=body, headers=headers)).status == 413
    assert await storage.arrived(upload_id) is None
    assert files_in(tmp_path) == [], "nothing is left of what was refused"


def test_a_signature_says_each_part_apart() -> None:
    at = datetime(2030, 1, 1, tzinfo=UTC)
    url = links.signed("GET", "/media/a", {"type": "x"}, at, KEY)
    said: dict[str, Any] = dict(part.split("=") for part in url.partition("?")[2].split("&"))
    assert links.is_genuine("GET", "/media/a", said, at - MINUTES, KEY)
    assert not links.is_genuine("GET", "/media/a", said, at, KEY), "it ends at its end"
    assert not links.is_genuine("PUT", "/media/a", said, at - MINUTES, KEY)
    assert not links.is_genuine("GET", "/media/at", {**said, "type": ""}, at - MINUTES, KEY)
    assert not links.is_genuine("GET", "/media/a", said, at - MINUTES, KEY + b"x")
    assert not links.is_genuine("GET", "/media/a", {}, at - MINUTES, KEY)
