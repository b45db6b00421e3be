"""Finding a kept document."""

from typing import Any

from community import database, valkey

PREFIX = "hourglass:document:"


async def find(digest: str) -> str | None:
    """The text with this hash, or None if it is not kept."""
    client = valkey.client()
    if client is not None:
        try:
            found: Any = await client.get(PREFIX + digest)
        except valkey.AWAY:
            found = None
        if found is not None:
            return bytes(found).decode()
    text: str | None = await database.fetch_value("select text from documents_text where hash = $1", digest)
    return text
