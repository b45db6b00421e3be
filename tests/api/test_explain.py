"""`hourglass explain`: what an operation costs, the code it becomes, and the statements it sends."""

from pathlib import Path

import pytest

from community.members import service as members
from tests.api.commands import Shell, hourglass


def test_the_command_explains_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "viewer.graphql"
    file.write_text("query Me { viewer { member { handle } } }")
    run = Shell(monkeypatch, capsys)
    told = run("explain", str(file))
    assert told.code == 0
    assert told.out.startswith("query Me, for whoever asks\ndepth 3, 3 fields; costs")
    file.write_text("mutation { signOut { __typename } }")
    assert run("explain", str(file), "--variables", "[]").code == 2


@pytest.mark.parametrize(
    ("written", "told"),
    [
        (b"{ nothing\n  ever }", "1:3: Cannot query field 'nothing' on type 'Query'.\n2:3: Cannot query field 'ever'"),
        (b"{", "1:2: Syntax Error"),
        (b"\xff\xfe{ tiers { key } }", "broken.graphql is not text in UTF-8."),
    ],
)
def test_what_is_wrong_with_a_file_is_told_with_its_place(
    written: bytes, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "broken.graphql"
    file.write_bytes(written)
    answer = Shell(monkeypatch, capsys)("explain", str(file))
    assert answer.code == 2
    assert told in answer.err


def test_what_is_not_compiled_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "schema.graphql"
    file.write_text("{ __schema { types { name } } }")
    told = Shell(monkeypatch, capsys)("explain", str(file))
    assert told.code == 0
    assert "Not compiled: __schema is about the schema itself. graphql-core runs it." in told.out


async def test_the_command_tells_the_statements_of_a_query(tmp_path: Path, database: str) -> None:
    await members.join(email="mei@example.com", password="a long enough one", handle="mei", display_name="Mei")
    file = tmp_path / "viewer.graphql"
    file.write_text("query Me { viewer { member { handle } balance { points } } }")
    told = await hourglass("explain", str(file), "--statements", "--as", "@mei", DATABASE_URL=database)
    assert told.code == 0, told.err
    assert "\n1 statement\n\nselect" in told.out
