"""Documents named by their hash: in every client's dialect, from any process, or from a list and nowhere else."""

import hashlib
from pathlib import Path
from typing import Any

import orjson
import pytest

from api.documents import AllowedDocuments, PersistedDocuments
from api.parameters import Parameters
from community.documents import queries as kept
from community.settings import Settings
from tests.api.toy import Toy, happenings, toy_server

HELLO = "{ hello }"


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def apq(text: str, **more: Any) -> dict[str, Any]:
    return {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": sha(text)}}, **more}


def code(answer: dict[str, Any]) -> str:
    return str(answer["errors"][0]["extensions"]["code"])


async def get(toy: Toy, params: dict[str, str], **headers: str) -> tuple[dict[str, Any], str]:
    async with toy.client.get(toy.url, params=params, headers=headers) as response:
        return await response.json(), response.headers["Cache-Control"]


async def test_apollos_handshake(toy: Toy) -> None:
    first = await toy.post(**apq(HELLO))
    assert first["errors"][0]["message"] == "PersistedQueryNotFound"
    assert code(first) == "PERSISTED_QUERY_NOT_FOUND"
    assert (await toy.post(**apq(HELLO, query=HELLO)))["data"] == {"hello": "world"}
    assert (await toy.post(**apq(HELLO)))["data"] == {"hello": "world"}


@pytest.mark.parametrize("name", ["documentId", "id", "doc_id"])
async def test_every_dialect_finds_it(toy: Toy, name: str) -> None:
    await toy.post(**apq(HELLO, query=HELLO))
    for value in (f"sha256:{sha(HELLO)}", sha(HELLO), sha(HELLO).upper()):
        assert (await toy.post(**{name: value}))["data"] == {"hello": "world"}


@pytest.mark.usefixtures("database")
async def test_another_process_finds_it() -> None:
    text = "{ hello }  # kept"
    async with toy_server() as one, toy_server() as other:
        await one.post(**apq(text, query=text))
        assert (await other.post(documentId=f"sha256:{sha(text)}"))["data"] == {"hello": "world"}


@pytest.mark.usefixtures("database")
async def test_what_is_asked_for_all_the_time_stays_at_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.documents.MAX_KNOWN", 2)
    documents = PersistedDocuments()
    for text in (HELLO, "{ hello }  # 1", "{ hello }  # 2"):
        await documents.keep(Parameters(text, document_id=sha(text)))
        assert documents.text_at_hand(Parameters(document_id=sha(HELLO))) == HELLO
    assert documents.text_at_hand(Parameters(document_id=sha("{ hello }  # 1"))) is None


async def test_a_text_with_anothers_hash_is_refused(toy: Toy) -> None:
    answer = await toy.post(**apq("{ viewer { name } }", query=HELLO))
    assert (answer["status"], code(answer)) == (400, "BAD_USER_INPUT")


@pytest.mark.parametrize("text", ["{ nothing }", "{ hello", "{ " + "hello " * 600 + "}", "{ hello } # \0"])
async def test_only_what_is_valid_is_kept(toy: Toy, text: str) -> None:
    await toy.post(**apq(text, query=text))
    assert await kept.find(sha(text)) is None
    assert code(await toy.post(**apq(text))) == "PERSISTED_QUERY_NOT_FOUND"


async def test_a_named_mutation_still_needs_post(toy: Toy) -> None:
    text = 'mutation { write(text: "x") { id } }'
    await toy.post(**apq(text, query=text))
    happenings.written.clear()
    answer, _ = await get(toy, {"documentId": f"sha256:{sha(text)}"})
    assert "errors" in answer
    assert happenings.written == []


async def test_only_the_public_answer_to_a_named_document_is_for_caches(toy: Toy) -> None:
    public, private = "{ posts(first: 1) { nodes { id } } }", "{ posts(first: 1) { nodes { viewerCanEdit } } }"
    broken = "{ broken }"
    for text in (public, private, broken):
        await toy.post(**apq(text, query=text))
    answer, cache = await get(toy, {"documentId": f"sha256:{sha(public)}"})
    assert cache == "public, max-age=30"
    assert "extensions" not in answer
    for params, headers in (
        ({"documentId": f"sha256:{sha(private)}"}, {}),
        ({"documentId": f"sha256:{sha(broken)}"}, {}),
        ({"documentId": f"sha256:{sha(public)}"}, {"Authorization": "Bearer member"}),
        ({"query": public}, {}),
        ({"documentId": f"sha256:{sha('unknown')}"}, {}),
    ):
        assert (await get(toy, params, **headers))[1] == "no-store"


@pytest.mark.usefixtures("database")
async def test_a_server_with_a_list_runs_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "documents.json"
    path.write_bytes(orjson.dumps({"a1b2": HELLO, sha("{ who }"): "{ who }"}))
    async with toy_server(Settings(allowed_documents=path)) as toy:
        assert (await toy.post(id="a1b2"))["data"] == {"hello": "world"}
        assert (await toy.post(documentId=f"sha256:{sha(HELLO)}"))["data"] == {"hello": "world"}
        assert (await toy.post(HELLO))["data"] == {"hello": "world"}
        assert (await toy.post(**apq("{ who }")))["data"]
        refused = await toy.post("{ hello }  ")
        assert (refused["status"], code(refused)) == (403, "FORBIDDEN")
        assert code(await toy.post(**apq("{ viewer { name } }", query="{ viewer { name } }"))) == "FORBIDDEN"
        assert code(await toy.post(id="unknown")) == "PERSISTED_QUERY_NOT_FOUND"


@pytest.mark.usefixtures("database")
async def test_a_listed_document_runs_with_its_own_text_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "documents.json"
    path.write_bytes(orjson.dumps({"a1b2": HELLO, "c3d4": "{ who }"}))
    async with toy_server(Settings(allowed_documents=path)) as toy:
        assert (await toy.post(id="a1b2", query=HELLO))["data"] == {"hello": "world"}
        assert (await toy.post(**apq(HELLO, query=HELLO)))["data"] == {"hello": "world"}
        for other in ("{ who }", "{ hello }  "):
            for named in ({"id": "a1b2"}, apq(HELLO)):
                refused = await toy.post(**named, query=other)
                assert (refused["status"], code(refused)) == (400, "BAD_USER_INPUT")


async def test_apollos_manifest_is_read_and_anything_else_is_not(tmp_path: Path) -> None:
    manifest = {
        "format": "apollo-persisted-query-manifest",
        "version": 1,
        "operations": [{"id": "x1", "name": "Hello", "type": "query", "body": HELLO}],
    }
    path = tmp_path / "documents.json"
    path.write_bytes(orjson.dumps(manifest))
    assert AllowedDocuments.read(path)
    for wrong in ([], {"a": 1}, "text"):
        path.write_bytes(orjson.dumps(wrong))
        with pytest.raises(ValueError, match="no list of documents"):
            AllowedDocuments.read(path)
