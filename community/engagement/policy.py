"""Who may report, try out and publish."""

from community.access.policy import Actor, Permission, require


def require_reporter(actor: Actor) -> None:
    """Activities from outside come with a key that was made for them."""
    require(actor, Permission.ENGAGEMENT_REPORT)


def require_tester(actor: Actor) -> None:
    """Staff may ask what a rule would do."""
    require(actor, Permission.ENGAGEMENT_DRY_RUN)


def require_publisher(actor: Actor) -> None:
    """Staff who are trusted with the programme may publish another one."""
    require(actor, Permission.ENGAGEMENT_PUBLISH)
