"""Which callers are programs: by a list of their names that others keep (monperrus/crawler-user-agents)."""

from functools import lru_cache

import crawleruseragents

REMEMBERED = 10_000


@lru_cache(maxsize=REMEMBERED)
def is_bot(user_agent: str) -> bool:
    """Whether a program says so of itself, or says nothing: crawlers, previews of chat apps, scripts, monitors."""
    return not user_agent.strip() or crawleruseragents.is_crawler(user_agent)
