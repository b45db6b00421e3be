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
    file.write_text("{ nothing }")
    assert run("explain", str(file)).code == 2
    file.write_text("mutation { signOut { __typename } }")
    assert run("explain", str(file), "--variables", "[]").code == 2


async def test_the_command_tells_the_statements_of_a_query(tmp_path: Path, database: str) -> None:
    await members.join(email="mei@example.com", password="a long enough one", handle="mei", display_name="Mei")
    file = tmp_path / "viewer.graphql"
    file.write_text("query Me { viewer { member { handle } balance { points } } }")
    told = await hourglass("explain", str(file), "--statements", "--as", "@mei", DATABASE_URL=database)
    assert told.code == 0, told.err
    assert "\n1 statement\n\nselect" in told.out
