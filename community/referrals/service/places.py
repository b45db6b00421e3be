"""Where links may lead, as the operator says, and where this server is reached."""

from functools import cache

from community.referrals.rules import targets
from community.referrals.rules.targets import Places
from community.settings import Settings, settings


def places() -> Places:
    """The places of this process's settings."""
    return places_of(settings())


@cache
def places_of(settings: Settings) -> Places:
    """What these settings allow. A place that is none is left out: it could only ever be somebody's mistake."""
    return Places(home=settings.link_home, allowed=tuple(filter(targets.is_place, settings.link_hosts)))


def link_url(code: str) -> str:
    """The address of a link, as people share it."""
    found = settings()
    return f"{found.public_url or f'http://{found.host}:{found.port}'}/r/{code}"
