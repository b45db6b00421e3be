"""Two server processes of one database act as one: who listens to either hears what is written through both."""

from collections.abc import Awaitable, Callable

from tests.live import a_valkey, heard_beside_a_kill, heard_on_both

COMMENTS = 60
Database = Callable[[], Awaitable[str]]


async def test_every_listener_hears_every_comment_once(fresh_database: Database):
    heard = await heard_on_both(await fresh_database(), COMMENTS)
    assert (heard.comments, heard.listeners) == (COMMENTS, 10)
    assert heard.is_clean, heard


async def test_through_valkey_listeners_hear_everything_while_the_other_process_is_killed(fresh_database: Database):
    with a_valkey() as redis_url:
        heard = await heard_beside_a_kill(await fresh_database(), COMMENTS, redis_url=redis_url)
    assert heard.comments >= COMMENTS
    assert heard.listeners == 5
    assert heard.is_clean, heard
    assert heard.unanswered > 0, "the kill was noticed by nobody: it proved nothing"
