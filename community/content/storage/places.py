"""Where files are in a storage: what arrives and what is kept have different places."""

from uuid import UUID

import obstore
from obstore.store import ObjectStore


def arriving(upload_id: UUID) -> str:
    """Where the bytes of an upload are put, before anybody looked at them."""
    return f"arriving/{upload_id}"


def kept(file_id: UUID) -> str:
    """Where readers get a file from."""
    return f"kept/{file_id}"


async def size_at(store: ObjectStore, place: str) -> int | None:
    """How many bytes are there; None where nothing is."""
    try:
        return (await obstore.head_async(store, place))["size"]
    except FileNotFoundError:
        return None
