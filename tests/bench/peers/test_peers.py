"""What is compared of the peers' answers, that each can be asked, and that everybody gets the same peers."""

import argparse
import json
import re

import pytest
from graphql import GraphQLSchema, build_schema, parse, validate

from tests.bench.peers.dialects import OURS, POSTGRAPHILE, WRITTEN_BY_HAND
from tests.bench.peers.node import HERE
from tests.bench.peers.peers import PEERS, chosen, need_node
from tests.bench.peers.strawberry_tortoise.graph import schema
from tests.bench.requests import Request

OUR_ID = "TWVtYmVyOjAxOTVhMDAwMDAwMDcwMDA4MDAwMDAwMDAwMDAwMDA3"
POSTGRAPHILES_ID = "WyJNZW1iZXIiLCIwMTk1YTAwMC0wMDAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDciXQ=="
PLAIN_ID = "0195a000-0000-7000-8000-000000000007"


def test_what_means_the_same_is_the_same_from_every_server():
    def viewer(id: str) -> dict[str, object]:
        return {"id": id, "handle": "seven", "tier": {"key": "gold"}}

    ours = {"viewer": {"member": viewer(OUR_ID), "balance": {"points": 20}}}
    postgraphiles = {"viewer": {**viewer(POSTGRAPHILES_ID), "balance": {"points": "20"}}}
    others = {"viewer": {"member": viewer(PLAIN_ID), "balance": {"points": 20}}}

    meant = OURS[Request.VIEWER].understood(ours)

    assert POSTGRAPHILE[Request.VIEWER].understood(postgraphiles) == meant
    assert WRITTEN_BY_HAND[Request.VIEWER].understood(others) == meant
    postgraphiles["viewer"]["balance"]["points"] = "21"
    assert POSTGRAPHILE[Request.VIEWER].understood(postgraphiles) != meant


def in_javascript() -> GraphQLSchema:
    """What mercurius and yoga serve."""
    (type_defs,) = re.findall(r"typeDefs = `(.*?)`", (HERE / "graph.js").read_text(), re.DOTALL)
    return build_schema(type_defs)


def in_python() -> GraphQLSchema:
    """What Strawberry serves."""
    return build_schema(schema(caches=False).as_str())


@pytest.mark.parametrize("written", [in_javascript, in_python])
@pytest.mark.parametrize("request_", Request)
def test_a_graph_written_by_hand_knows_what_it_is_asked(written, request_: Request):
    document = json.loads(WRITTEN_BY_HAND[request_].body)["query"]

    assert validate(written(), parse(document)) == []


def test_peers_are_chosen_by_name_and_only_some_need_node():
    assert [peer.name for peer in chosen("yoga,strawberry,yoga")] == ["graphql-yoga", "Strawberry + Tortoise"]
    assert need_node(chosen("yoga,strawberry"))
    assert not need_node(chosen("strawberry,strawberry-caches"))
    assert all(name in (HERE / "README.md").read_text() for name in PEERS)
    with pytest.raises(argparse.ArgumentTypeError, match="apollo"):
        chosen("yoga,apollo")


def test_every_package_is_pinned_wherever_it_comes_from():
    asked = json.loads((HERE / "package.json").read_text())["dependencies"]
    locked = json.loads((HERE / "package-lock.json").read_text())["packages"]

    assert all(locked[f"node_modules/{name}"]["version"] == version for name, version in asked.items())
    assert not [name for name, package in locked.items() if "resolved" in package]
