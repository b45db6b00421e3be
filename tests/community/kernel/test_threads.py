"""Work on texts that may be long."""

from threading import get_ident

from community.kernel.threads import LONG, beside


async def test_a_long_text_is_worked_on_in_another_thread_and_a_short_one_at_once() -> None:
    assert await beside("x" * LONG, get_ident) == get_ident()
    assert await beside("x" * (LONG + 1), get_ident) != get_ident()
