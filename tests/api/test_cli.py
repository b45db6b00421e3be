"""The command line: what it does, what it refuses and how it says so."""

import re
import signal
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import orjson
import pytest
import pytest_asyncio

from api.auth import authenticate
from api.cli.welcome import FIRST_QUERY
from api.demo import ON_TIERS, PASSWORD, STAFF, TIERS
from community.access.policy import Permission, Role
from community.members import service as members
from community.settings import settings_table
from schema.root import sdl
from tests.api.commands import ROOT, Shell, ended, hourglass, start
from tests.databases import RUN, WORKER, Databases
from tests.servers import Client

NOWHERE = "postgres://hourglass:hunter2@127.0.0.1:1/nowhere"


def test_help_names_every_command(shell: Shell):
    said = shell("--help")
    assert said.code == 0
    commands = ("up", "serve", "worker", "migrate", "demo", "import", "token", "schema", "permissions", "settings")
    assert [command for command in (*commands, "reconcile") if f" {command} " not in said.out] == []


@pytest.mark.parametrize("arguments", [["dance"], ["serve", "--dance"], ["token"], ["token", "mei", "mona"]])
def test_a_command_that_does_not_exist_is_misuse(shell: Shell, arguments: list[str]):
    said = shell(*arguments)
    assert said.code == 2
    assert "Error" in said.complaint


def test_a_bad_setting_is_misuse_and_named(shell: Shell):
    said = shell("serve", PORT="eighty")
    assert said.code == 2
    assert said.complaint.startswith("PORT: Input should be a valid integer")


def test_a_taken_port_is_told_before_anything_starts(shell: Shell):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = shell("serve", PORT=str(port), DATABASE_URL=NOWHERE)
    assert said.code == 2
    assert said.complaint == f"Port {port} is taken by another program. Choose another: PORT={port + 1}"


def test_an_address_of_another_machine_is_misuse(shell: Shell):
    said = shell("serve", HOURGLASS_HOST="192.0.2.1", DATABASE_URL=NOWHERE)
    assert said.code == 2
    assert said.complaint.startswith("This machine has no address 192.0.2.1.")


def test_the_graph_is_printed(shell: Shell):
    assert shell("schema").out == sdl()


def test_the_committed_graph_is_the_one_in_force(shell: Shell):
    said = shell("schema", "--check")
    assert said.code == 0, said.err


def test_a_change_of_the_graph_is_shown_and_refused(shell: Shell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    committed = tmp_path / "schema.graphql"
    committed.write_text(sdl().replace("type Viewer ", "type Onlooker "), encoding="utf-8")
    monkeypatch.setattr("api.cli.schema.FILE", committed)
    said = shell("schema", "--check")
    assert said.code == 1
    assert "-type Onlooker { +type Viewer {" in said.complaint


def test_every_permission_is_printed_with_who_has_it(shell: Shell):
    rows = {line.split()[0]: line.split()[1:] for line in shell("permissions").out.splitlines()}
    assert [permission for permission in Permission if permission not in rows] == []
    assert rows[Permission.ACCESS_GRANT_ROLES][list(Role).index(Role.ADMIN)] == "yes"
    assert rows[Permission.ACCESS_GRANT_ROLES][list(Role).index(Role.MODERATOR)] == "-"


def test_the_settings_are_printed(shell: Shell):
    assert shell("settings").out == settings_table() + "\n"


@pytest.mark.parametrize("arguments", [["demo"], ["token", "mei"]])
def test_production_neither_invents_members_nor_signs_in_for_them(shell: Shell, arguments: list[str]):
    said = shell(*arguments, HOURGLASS_ENVIRONMENT="production")
    assert said.code == 2
    assert "production" in said.complaint


@pytest.mark.parametrize("command", ["serve", "worker", "migrate", "demo"])
async def test_an_unreachable_database_is_named_without_its_password(command: str, free_port: str):
    said = await hourglass(command, DATABASE_URL=NOWHERE, PORT=free_port)
    assert said.code == 1
    assert said.complaint.startswith("DATABASE_URL: cannot use PostgreSQL at 127.0.0.1:1/nowhere")
    assert "hunter2" not in said.err


@pytest.mark.parametrize("command", ["serve", "worker", "demo"])
async def test_a_database_that_lacks_migrations_is_refused(command: str, empty_database: str, free_port: str):
    said = await hourglass(command, DATABASE_URL=empty_database, PORT=free_port)
    assert said.code == 1
    assert said.complaint.startswith("The database lacks 0001_initial")
    assert said.complaint.endswith("hourglass migrate")


async def test_migrating_applies_what_is_missing_and_then_nothing(empty_database: str):
    first = await hourglass("migrate", DATABASE_URL=empty_database)
    assert first.code == 0
    assert first.complaint.startswith("Applied 0001_initial, ")
    again = await hourglass("migrate", DATABASE_URL=empty_database)
    assert (again.code, again.complaint) == (0, "Nothing to apply.")


async def test_the_models_and_the_migrations_say_the_same():
    said = await hourglass("migrate", "--check")
    assert said.code == 0, said.err


async def test_a_token_is_printed_and_opens_the_door(database: str):
    joined = await members.join(email="mei@example.com", password="a long enough one", handle="mei", display_name="Mei")
    said = await hourglass("token", "@mei", DATABASE_URL=database)
    assert said.code == 0
    assert (await authenticate(f"Bearer {said.out.strip()}")).member_id == joined.member.id


async def test_nobodys_handle_is_misuse(database: str):
    said = await hourglass("token", "nobody", DATABASE_URL=database)
    assert said.code == 2
    assert "No member has the handle @nobody." in said.complaint


async def test_up_goes_from_an_empty_database_to_answers_and_stops_with_ctrl_c(empty_database: str, free_port: str):
    running = await start("up", DATABASE_URL=empty_database, PORT=free_port)
    assert running.stdout
    table = [(await running.stdout.readline()).decode() for _ in range(9)]
    assert f"http://127.0.0.1:{free_port}/graphql" in "".join(table)
    async with aiohttp.ClientSession() as http:
        client = Client(http, f"http://127.0.0.1:{free_port}/graphql")
        found = await client.data(FIRST_QUERY)
        assert all("早餐" in edge["node"]["body"] for edge in found["searchPosts"]["edges"])
        assert len(found["searchPosts"]["edges"]) == 3
        asked, answered = in_the_readme()
        assert await client.data(asked) == answered
        for person in STAFF:
            assert await roles_after_sign_in(client, person.email) >= {person.role.upper()}
        for person in ON_TIERS:
            assert await tier_of(client, person.handle) == TIERS[person.handle]
    running.send_signal(signal.SIGINT)
    said = await ended(running)
    assert said.code == 0, said.err
    assert "Traceback" not in said.err
    assert (await hourglass("demo", DATABASE_URL=empty_database)).complaint == "The demo is loaded already."
    proved = await hourglass("reconcile", DATABASE_URL=empty_database)
    assert (proved.code, "✗" in proved.out) == (0, False)


async def test_up_in_production_invents_nobody(empty_database: str, free_port: str):
    environment = {"HOURGLASS_ENVIRONMENT": "production", "DATABASE_URL": empty_database, "PORT": free_port}
    running = await start("up", **environment)
    assert running.stdout
    table = [(await running.stdout.readline()).decode() for _ in range(2)]
    assert f"http://127.0.0.1:{free_port}/graphql" in table[1]
    running.send_signal(signal.SIGTERM)
    said = await ended(running)
    assert said.code == 0
    assert PASSWORD not in said.out


async def test_a_private_database_is_started_and_stopped_with_the_command(tmp_path: Path):
    said = await hourglass("migrate", DATABASE_URL="", HOURGLASS_HOME=str(tmp_path))
    assert said.code == 0, said.err
    assert not list((tmp_path / "postgres").resolve().glob("data/postmaster.pid"))


def in_the_readme() -> tuple[str, Any]:
    """The query that the first page of the project shows, and the answer that it promises."""
    page = (ROOT / "README.md").read_text(encoding="utf-8")
    asked = re.search(r"--data '\n(.+?)'\n```", page, re.DOTALL)
    answered = re.search(r"```json\n(.+?)```", page, re.DOTALL)
    assert asked
    assert answered
    return orjson.loads(asked[1])["query"], orjson.loads(answered[1])["data"]


async def roles_after_sign_in(client: Client, email: str) -> set[str]:
    """Sign in and ask who that is."""
    signed_in = await client.data(
        "mutation ($email: String!, $password: String!) { signIn(input: { email: $email, password: $password })"
        " { ... on SignInPayload { viewer { roles orders(first: 1) { nodes { id } } } } ... on Problem { message } } }",
        email=email,
        password=PASSWORD,
    )
    viewer = signed_in["signIn"]["viewer"]
    assert viewer["orders"]["nodes"], "everybody bought something"
    return set(viewer["roles"])


async def tier_of(client: Client, handle: str) -> str:
    """What everybody sees of where somebody stands, in English."""
    found = await client.data("query ($handle: String!) { member(handle: $handle) { tier { name } } }", handle=handle)
    name: str = found["member"]["tier"]["name"]
    return name


@pytest.fixture
def free_port() -> str:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return str(probe.getsockname()[1])


@pytest_asyncio.fixture
async def empty_database(run_databases: Databases) -> AsyncIterator[str]:
    """A database without any table."""
    name = f"hourglass_test_{RUN}_{WORKER}_empty"
    yield await run_databases.create(name)
    await run_databases.drop(name)
