"""`python -m community.migrations` writes `0001_initial` anew from all models."""

import asyncio

from community.database.migrations import regenerate_initial

if __name__ == "__main__":
    print(asyncio.run(regenerate_initial()))
