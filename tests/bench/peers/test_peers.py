"""What is compared of the peers' answers, and that everybody gets the same peers."""

import json

from tests.bench.peers.dialects import MERCURIUS, OURS, POSTGRAPHILE
from tests.bench.peers.node import HERE
from tests.bench.requests import Request

OUR_ID = "TWVtYmVyOjAxOTVhMDAwMDAwMDcwMDA4MDAwMDAwMDAwMDAwMDA3"
POSTGRAPHILES_ID = "WyJNZW1iZXIiLCIwMTk1YTAwMC0wMDAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDciXQ=="
MERCURIUSS_ID = "0195a000-0000-7000-8000-000000000007"


def test_what_means_the_same_is_the_same_from_every_server():
    def viewer(id: str) -> dict[str, object]:
        return {"id": id, "handle": "seven", "tier": {"key": "gold"}}

    ours = {"viewer": {"member": viewer(OUR_ID), "balance": {"points": 20}}}
    postgraphiles = {"viewer": {**viewer(POSTGRAPHILES_ID), "balance": {"points": "20"}}}
    mercuriuss = {"viewer": {"member": viewer(MERCURIUSS_ID), "balance": {"points": 20}}}

    meant = OURS[Request.VIEWER].understood(ours)

    assert POSTGRAPHILE[Request.VIEWER].understood(postgraphiles) == meant
    assert MERCURIUS[Request.VIEWER].understood(mercuriuss) == meant
    postgraphiles["viewer"]["balance"]["points"] = "21"
    assert POSTGRAPHILE[Request.VIEWER].understood(postgraphiles) != meant


def test_every_package_is_pinned_wherever_it_comes_from():
    asked = json.loads((HERE / "package.json").read_text())["dependencies"]
    locked = json.loads((HERE / "package-lock.json").read_text())["packages"]

    assert all(locked[f"node_modules/{name}"]["version"] == version for name, version in asked.items())
    assert not [name for name, package in locked.items() if "resolved" in package]
