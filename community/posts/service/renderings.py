"""The HTML that rows keep, brought up to the renderer of today."""

from community import database
from community.database import transaction
from community.posts.rules import markdown
from community.posts.rules.markdown import RENDERER

BATCH = 50


@transaction()
async def refresh() -> int:
    """Render up to BATCH posts and as many comments again that an older renderer made. How many there were.

    Readers do not wait for this: what they read is rendered on the way until its row is refreshed.
    """
    return await _refresh("posts_post") + await _refresh("posts_comment")


async def _refresh(table: str) -> int:
    stale = await database.fetch(
        f"select id, source, mention_handles from {table} where renderer < $1 limit {BATCH}"
        " for no key update skip locked",
        RENDERER,
    )
    await database.execute(
        f"update {table} text set html = fresh.html, renderer = $3"
        " from unnest($1::uuid[], $2::text[]) fresh(id, html) where text.id = fresh.id",
        [row["id"] for row in stale],
        [markdown.parse(row["source"]).html(row["mention_handles"]) for row in stale],
        RENDERER,
    )
    return len(stale)
