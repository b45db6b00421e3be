"""The page as HTTP sees it: who gets it, under which policy, how its assets travel and are kept."""

import gzip
import hashlib
import json
import re
from collections.abc import AsyncIterator

import aiohttp
import pytest
from starlette.requests import Request
from yarl import URL

from api import graphiql
from api.graphiql import assets
from tests.api.graphiql_stand_in import StandIn, app_for, serving

SOURCES = assets.BUILT.parent.parent / "graphiql-src"
CHROMIUM = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"


@pytest.fixture
async def client() -> AsyncIterator[aiohttp.ClientSession]:
    async with serving(app_for(StandIn())) as origin, aiohttp.ClientSession(origin, auto_decompress=False) as client:
        yield client


@pytest.mark.parametrize(
    ("method", "accept", "wanted"),
    [
        ("GET", CHROMIUM, True),
        ("HEAD", CHROMIUM, True),
        ("GET", "text/html", True),
        ("POST", CHROMIUM, False),
        ("GET", "*/*", False),
        ("GET", "", False),
        ("GET", "application/json", False),
        ("GET", "application/graphql-response+json, application/json;q=0.9", False),
        ("GET", "application/json, text/html;q=0.9", False),
        ("GET", "application/json;q=0.5, text/html", True),
        ("GET", "text/html;q=0", False),
    ],
)
def test_a_browser_that_opens_the_endpoint_wants_the_page(method: str, accept: str, wanted: bool) -> None:
    request = Request({"type": "http", "method": method, "headers": [(b"accept", accept.encode())]})

    assert graphiql.wants_page(request) is wanted


async def test_the_policy_allows_only_this_origin_and_the_nonce_of_this_answer(client: aiohttp.ClientSession) -> None:
    nonces = set()
    for _ in range(2):
        async with client.get("/graphql", headers={"accept": CHROMIUM}) as answer:
            policy = answer.headers["content-security-policy"]
            nonces.add(re.search("'nonce-([^']+)'", policy)[1])
            assert config_in(await answer.text())["nonce"] in nonces
            assert answer.headers["cache-control"] == "no-store"
            assert answer.headers["x-frame-options"] == "DENY"
            assert answer.headers["vary"] == "accept"

    assert len(nonces) == 2
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    assert "http" not in policy


async def test_the_page_names_no_address_outside_this_server(client: aiohttp.ClientSession) -> None:
    async with client.get("/graphql", headers={"accept": CHROMIUM}) as answer:
        addresses = re.findall(r'(?:src|href)="([^"]*)"', await answer.text())

    assert len(addresses) == 3
    assert all(address.startswith("/graphql/assets/") for address in addresses)


async def test_everything_the_page_names_is_there_and_may_be_kept_for_ever(client: aiohttp.ClientSession) -> None:
    async with client.get("/graphql", headers={"accept": CHROMIUM}) as page:
        addresses = re.findall(r'(?:src|href)="([^"]*)"', await page.text())
    for address in addresses:
        async with client.get(address) as answer:
            assert answer.status == 200
            assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.content_type in {"text/javascript", "text/css", "image/svg+xml"}


async def test_an_asset_travels_compressed_to_those_who_can_read_it(client: aiohttp.ClientSession) -> None:
    script = f"/graphql/assets/{assets.manifest()['script']}"
    async with client.get(script, headers={"accept-encoding": "br, gzip"}) as answer:
        compressed = await answer.read()
        assert answer.headers["content-encoding"] == "gzip"
    for others in ("identity", "gzip;q=0"):
        async with client.get(script, headers={"accept-encoding": others}) as answer:
            plain = await answer.read()
            assert "content-encoding" not in answer.headers

    assert gzip.decompress(compressed) == plain
    assert len(compressed) < 500_000


async def test_an_asset_that_is_known_already_is_not_sent_again(client: aiohttp.ClientSession) -> None:
    script = f"/graphql/assets/{assets.manifest()['script']}"
    async with client.head(script) as answer:
        etag = answer.headers["etag"]

    async with client.get(script, headers={"if-none-match": etag}) as answer:
        assert answer.status == 304
        assert await answer.read() == b""


@pytest.mark.parametrize(
    "name",
    ["nothing.js", "..%2f..%2fgraphiql.py", "%2e%2e/graphiql.py", "..%5cgraphiql.py", "%2fetc%2fpasswd", "a%00.js", ""],
)
async def test_no_path_leads_to_a_file_that_was_not_built(client: aiohttp.ClientSession, name: str) -> None:
    async with client.get(URL(f"/graphql/assets/{name}", encoded=True)) as answer:
        assert answer.status == 404


def test_an_example_cannot_end_the_script_it_stands_in() -> None:
    request = Request({"type": "http", "method": "GET", "headers": [], "path": "/graphql"})
    hostile = graphiql.Example("</script><script>alert(1)", "<!-- <script>", "{ a }")

    text = bytes(graphiql.graphiql_page(request, examples=[hostile]).body).decode()

    assert text.count("<script") == text.count("</script>") == 2
    assert config_in(text)["examples"][0]["name"] == hostile.name


def test_behind_a_prefix_every_address_carries_it() -> None:
    request = Request({"type": "http", "method": "GET", "headers": [], "path": "/club/graphql", "root_path": "/club"})

    text = bytes(graphiql.graphiql_page(request, examples=[]).body).decode()

    assert config_in(text)["endpoint"] == "/club/graphql"
    assert all(address.startswith("/club/graphql/assets/") for address in re.findall(r'(?:src|href)="([^"]*)"', text))


def test_the_built_files_are_of_the_present_sources() -> None:
    names = [
        "build.mjs",
        "package-lock.json",
        "package.json",
        *(f"src/{path.name}" for path in (SOURCES / "src").iterdir()),
    ]
    digest = hashlib.sha256()
    for name in sorted(names):
        digest.update(f"{name}\0".encode() + (SOURCES / name).read_bytes())

    assert assets.manifest()["sources"] == digest.hexdigest(), "run `make graphiql` and commit what it wrote"


def test_the_lock_file_names_no_registry() -> None:
    assert "resolved" not in (SOURCES / "package-lock.json").read_text()


def test_every_package_in_the_bundle_has_its_licence_with_it() -> None:
    licences = (assets.BUILT / "THIRD-PARTY-LICENSES.txt").read_text()

    for name in ("graphiql", "@graphiql/react", "graphql", "graphql-ws", "react", "react-dom", "codemirror"):
        assert re.search(rf"^{name} \d+\.\d+\.\d+ \(MIT\)\n\n", licences, re.MULTILINE)


def config_in(page: str) -> dict:
    return json.loads(re.search(r'id="config">(.*?)</script>', page, re.DOTALL)[1])
