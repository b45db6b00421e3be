"""Writing: begin an item, save another revision of it, go back to an earlier one."""

from uuid import UUID

import orjson

from community import database
from community.access.policy import Actor
from community.content import errors, facts, policy, queries
from community.content.queries import ContentView
from community.content.rules import texts
from community.content.rules.life import Kind, Status
from community.content.service.drafts import Draft, Written, understand
from community.database import transaction
from community.idempotency import service as idempotency
from community.idempotency.service import Result
from community.kernel import clock, ids
from community.kernel.errors import BadInput, NotFound
from community.kernel.messages import is_locale
from community.outbox import service as outbox


async def create(
    actor: Actor, kind: Kind, locale: str, draft: Draft, *, slug: str | None = None, idempotency_key: str | None = None
) -> ContentView:
    """An editor begins an item. Without a slug it gets one from its title.

    Raises Unauthenticated, Forbidden, BadInput, SlugTaken, what `understand` raises, idempotency's problems.
    """
    policy.require_editor(actor)
    if not is_locale(locale):
        raise BadInput("locale", "Choose one of the languages there are: en, zh-Hant.")
    written = await understand(draft)
    return await _create(actor, kind, locale, written, slug, idempotency_key)


async def edit(actor: Actor, item_id: UUID, draft: Draft, *, expected_revision: int) -> ContentView:
    """An editor saves the next revision of an item. What readers see stays until it is published.

    Raises Unauthenticated, Forbidden, NotFound, RevisionConflict, ContentArchived, what `understand` raises.
    """
    policy.require_editor(actor)
    written = await understand(draft)
    return await _edit(actor, item_id, written, expected_revision)


@transaction()
async def revert(actor: Actor, item_id: UUID, number: int, *, expected_revision: int) -> ContentView:
    """An editor saves an earlier revision as the next one. Something archived becomes a draft again.

    Raises Unauthenticated, Forbidden, NotFound, RevisionConflict.
    """
    policy.require_editor(actor)
    item = await locked(actor, item_id, expected_revision)
    if item.status is Status.ARCHIVED:
        await database.execute(
            "update content_item set status = 'draft', archived_at = null, published_revision = null,"
            " published_at = null where id = $1",
            item_id,
        )
    await _save_again(actor, item_id, item.revision + 1, number)
    return await queries.item(actor, item_id)


async def locked(actor: Actor, item_id: UUID, expected_revision: int) -> ContentView:
    """The item as it will stay until this transaction ends. Raises NotFound or RevisionConflict."""
    await database.execute("select from content_item where id = $1 for no key update", item_id)
    item = await queries.item(actor, item_id)
    if item.revision != expected_revision:
        raise errors.RevisionConflict(expected_revision, item.revision)
    return item


@transaction()
async def _create(
    actor: Actor, kind: Kind, locale: str, written: Written, slug: str | None, idempotency_key: str | None
) -> ContentView:
    editor_id = policy.require_editor(actor)

    async def insert() -> Result:
        return {"content_id": str(await _insert(actor, editor_id, kind, locale, written, slug))}

    said = {"kind": kind, "locale": locale, "title": written.title, "body": written.body, "slug": slug}
    created = await idempotency.once(f"content.create:{editor_id}", idempotency_key, said, insert)
    return await queries.item(actor, UUID(created["content_id"]))


async def _insert(actor: Actor, editor_id: UUID, kind: Kind, locale: str, written: Written, slug: str | None) -> UUID:
    item_id, now = ids.new_id(), clock.now()
    for wanted in _slugs(written.title, slug, item_id):
        inserted = await database.fetch_value(
            "insert into content_item (id, kind, locale, slug, status, revision, title, summary, media_ids, terms,"
            " parts, words, topic_ids, created_by, created_at, saved_at)"
            " values ($1, $2, $3, $4, 'draft', 1, '', '', '{}', '{}', '[]', '', '{}', $5, $6, $6)"
            " on conflict (slug) do nothing returning true",
            item_id,
            kind.value,
            locale,
            wanted,
            editor_id,
            now,
        )
        if inserted:
            break
    else:
        raise errors.SlugTaken(texts.slug(slug or written.title))
    await _save(actor, item_id, 1, written)
    await outbox.record(facts.ContentCreated(content_id=item_id, kind=kind, locale=locale), actor=actor)
    return item_id


def _slugs(title: str, slug: str | None, item_id: UUID) -> list[str]:
    """What to try, one after the other: only a slug that nobody chose is changed to a free one."""
    if slug is not None:
        return [texts.slug(slug)]
    own = texts.slug(title)
    return [own, f"{own[: texts.MAX_SLUG_LENGTH - 9]}-{item_id.hex[-8:]}"]


@transaction()
async def _edit(actor: Actor, item_id: UUID, written: Written, expected_revision: int) -> ContentView:
    item = await locked(actor, item_id, expected_revision)
    if item.status is Status.ARCHIVED:
        raise errors.ContentArchived
    await _save(actor, item_id, item.revision + 1, written)
    return await queries.item(actor, item_id)


async def _save(actor: Actor, item_id: UUID, number: int, said: Written) -> None:
    """Keep a revision."""
    await database.execute(
        "insert into content_revision (id, item_id, number, title, summary, body, parts, words, cover_id, media_ids,"
        " terms, topic_ids, series_id, series_position, note, editor_id, saved_at) values ($1, $2, $3, $4, $5, $6,"
        " $7::text::jsonb, $8::text::tsvector, $9, $10, $11::text::jsonb, $12, $13, $14, $15, $16, $17)",
        ids.new_id(),
        item_id,
        number,
        said.title,
        said.summary,
        said.body,
        orjson.dumps([part.as_json() for part in said.parts]).decode(),
        said.words,
        said.cover_id,
        said.media_ids,
        orjson.dumps(said.terms.as_json()).decode(),
        said.topic_ids,
        said.series_id,
        said.series_position,
        said.note,
        actor.member_id,
        clock.now(),
    )
    await _saved(actor, item_id, number)


async def _save_again(actor: Actor, item_id: UUID, number: int, earlier: int) -> None:
    """Keep an earlier revision as another one."""
    copied = await database.fetch_value(
        "insert into content_revision (id, item_id, number, title, summary, body, parts, words, cover_id, media_ids,"
        " terms, topic_ids, series_id, series_position, note, editor_id, saved_at)"
        " select $1, item_id, $4, title, summary, body, parts, words, cover_id, media_ids, terms, topic_ids, series_id,"
        " series_position, note, $5, $6 from content_revision where item_id = $2 and number = $3 returning true",
        ids.new_id(),
        item_id,
        earlier,
        number,
        actor.member_id,
        clock.now(),
    )
    if not copied:
        raise NotFound("ContentRevision")
    await _saved(actor, item_id, number)


async def _saved(actor: Actor, item_id: UUID, number: int) -> None:
    """As long as readers see no revision, the item says what its last one does: editors find it by that."""
    is_shown = await database.fetch_value(
        "update content_item set revision = $2, saved_at = $3 where id = $1 returning published_revision is not null",
        item_id,
        number,
        clock.now(),
    )
    if not is_shown:
        await database.execute(
            f"update content_item i set {SAY} from content_revision r"
            " where i.id = $1 and r.item_id = $1 and r.number = $2",
            item_id,
            number,
        )
    if number > 1:
        await outbox.record(facts.ContentSaved(content_id=item_id, revision=number), actor=actor)


SAY = (
    "title = r.title, summary = r.summary, cover_id = r.cover_id, media_ids = r.media_ids, terms = r.terms,"
    " parts = r.parts, words = r.words, topic_ids = r.topic_ids, series_id = r.series_id,"
    " series_position = r.series_position"
)
"""Let an item `i` say what a revision `r` says."""
