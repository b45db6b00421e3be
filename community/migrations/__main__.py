"""`python -m community.migrations` writes migrations; `make migration` calls it.

What has landed runs somewhere: it is never changed, and whatever comes after is a new number.
"""

import argparse
import asyncio

from community.database.drafts import CannotDraft, write_next, write_sql

arguments = argparse.ArgumentParser(prog="python -m community.migrations", description="Write a migration.")
kind = arguments.add_mutually_exclusive_group(required=True)
kind.add_argument("name", nargs="?", help="the next number, from what the models say: bookmarks, posts_pinned_at")
kind.add_argument("--sql", metavar="NAME", help="the next number, for SQL alone: an index, a constraint, a function")

if __name__ == "__main__":
    asked = arguments.parse_args()
    try:
        path = asyncio.run(write_sql(asked.sql) if asked.sql is not None else write_next(asked.name))
    except CannotDraft as reason:
        arguments.exit(1, f"{reason}\n")
    print(path)
