"""What content does by the clock: publish what is due, say that a window opened, forget uploads that never came."""

from community.content import service as content
from community.outbox import service as outbox


@outbox.job()
async def publish_at_its_time() -> None:
    """Waits in the queue until the instant for which something was scheduled."""
    while await content.publish_due():
        pass


@outbox.every("* * * * *")
async def publish_what_is_due() -> None:
    """What was scheduled while nobody worked is published now."""
    while await content.publish_due():
        pass


@outbox.every("* * * * *")
async def announce_windows() -> None:
    """Windows open by themselves; who waits for one wants to be told."""
    while await content.announce_windows():
        pass


@outbox.every("23 4 * * *")
async def forget_uploads() -> None:
    """What was announced and never came takes no room."""
    while await content.forget_uploads():
        pass
