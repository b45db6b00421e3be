"""The one verb of documents: keep a text, so that it can be found by its hash from any process."""

from community import database, valkey
from community.database import transaction
from community.documents.queries import PREFIX
from community.documents.rules import KEPT_SECONDS, MAX_KEPT, hash_of


async def keep(text: str, *, most: int = MAX_KEPT) -> str:
    """Keep a document that is known to be valid, and return its hash. In Valkey where it is set, else in PostgreSQL."""
    digest = hash_of(text)
    client = valkey.client()
    if client is not None:
        try:
            await client.set(PREFIX + digest, text.encode(), ex=KEPT_SECONDS)
        except valkey.AWAY:
            pass
        else:
            return digest
    await _keep(digest, text, most)
    return digest


@transaction()
async def _keep(digest: str, text: str, most: int) -> None:
    await database.execute(
        "insert into documents_text (hash, text) values ($1, $2) on conflict (hash) do update set kept_at = now()",
        digest,
        text,
    )
    await database.execute(
        "delete from documents_text where hash in"
        " (select hash from documents_text order by kept_at desc, hash offset $1 for update skip locked)",
        most,
    )
