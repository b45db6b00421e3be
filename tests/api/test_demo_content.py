"""The demo's reading matter: made once, by whom the demo trusts with it, however often it is asked for."""

import pytest

from api.demo.content import EDITOR, PIECES, READERS, seed_content
from community import database as db
from community.access.policy import ANONYMOUS
from community.content import queries
from community.kernel import clock
from community.kernel.pages import PageRequest
from tests.factories import a_member

pytestmark = pytest.mark.usefixtures("database")


async def test_what_the_demo_has_to_read_is_made_once_and_read() -> None:
    for person in (EDITOR, *READERS):
        await a_member(handle=person.handle)
    now = clock.now()
    for _ in range(2):
        await seed_content(now)
    shown = (await queries.latest(ANONYMOUS, PageRequest())).items
    assert [item.slug for item in shown] == [piece.slug for piece in reversed(PIECES)]
    assert sum(item.access.granted for item in shown) == 1, "one for strangers"
    assert await db.fetch_value("select count(*) from content_progress") == len(READERS)
    assert await db.fetch_value("select count(*) from content_revision") == len(PIECES)
