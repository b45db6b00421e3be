"""`hourglass verify draw`, as anybody runs it: on a file without any database, or on a campaign of this server."""

import json
from pathlib import Path

import pytest

from community.access.policy import SYSTEM
from community.campaigns import service as campaigns
from community.campaigns.rules.plan import Prize
from tests.api.commands import ROOT, Shell, hourglass
from tests.community.campaigns.contests import an_open_campaign, both, enter, later
from tests.factories import a_member

VECTORS = json.loads((ROOT / "tests/community/campaigns/draw_vectors.json").read_text())
NOWHERE = "postgres://nobody@127.0.0.1:1/none"


@pytest.fixture
def published(tmp_path: Path) -> Path:
    file = tmp_path / "draw.json"
    file.write_text(json.dumps(VECTORS[1]["document"]))
    return file


def test_a_published_draw_needs_no_database(shell: Shell, published: Path) -> None:
    said = shell("verify", "draw", str(published), DATABASE_URL=NOWHERE)
    assert (said.code, said.out) == (0, "✓ 12 entries, 3 winners: as committed to\n")


def test_a_draw_that_was_changed_is_told_from_one_that_was_not(shell: Shell, published: Path) -> None:
    changed = VECTORS[1]["document"] | {"winners": VECTORS[1]["document"]["winners"][::-1]}
    published.write_text(json.dumps(changed))
    said = shell("verify", "draw", str(published), DATABASE_URL=NOWHERE)
    assert said.code == 1
    assert "The winners are not those that follow" in said.out
    assert "not what was committed to" in said.complaint


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        *((content, "This is no document in the format hourglass-draw-1.") for content in (b"", b"[]", b"{", b"\xff")),
        (b'{"format": "hourglass-draw-1", "seed": "00"}', "Something is missing or of another kind: KeyError"),
    ],
)
def test_what_is_no_draw_is_bad_input(shell: Shell, published: Path, content: bytes, reason: str) -> None:
    published.write_bytes(content)
    said = shell("verify", "draw", str(published), DATABASE_URL=NOWHERE)
    assert said.code == 2
    assert reason in said.complaint


async def test_a_campaign_of_this_server_is_verified_by_its_slug(database: str) -> None:
    campaign = await an_open_campaign(slug="tea", prizes=(Prize(name=both("Tea")),))
    await enter(await a_member())
    undrawn = await hourglass("verify", "draw", "tea", DATABASE_URL=database)
    assert (undrawn.code, "not drawn yet" in undrawn.complaint) == (2, True)
    await campaigns.close(SYSTEM, campaign.id)
    with later(hours=1):
        await campaigns.seal_due()
    await campaigns.draw_prizes(SYSTEM, campaign.id)
    said = await hourglass("verify", "draw", "tea", DATABASE_URL=database)
    assert (said.code, said.out) == (0, "✓ 1 entries, 1 winners: as committed to\n")
    unknown = await hourglass("verify", "draw", "coffee", DATABASE_URL=database)
    assert (unknown.code, "no campaign called coffee" in unknown.complaint) == (2, True)
