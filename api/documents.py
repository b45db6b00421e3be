"""From a request's parameters to a document's text: sent, named by its digest, or from the list of allowed ones."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import orjson

from api.parameters import Parameters, RequestRefused
from community.documents import queries as kept_documents
from community.documents import service as documents
from community.documents.rules import hash_of, read_hash

MAX_KNOWN = 1_000


class PersistedQueryNotFound(Exception):
    """No document has this hash here: the client sends the text along next time.

    A word of Apollo's protocol, whose clients read the message literally; so it is in no language.
    """

    code = "PERSISTED_QUERY_NOT_FOUND"
    message = "PersistedQueryNotFound"


@dataclass
class WrongHash(RequestRefused):
    """The text that came along is another one."""

    message = "The document does not have the hash that it is named by. Send the SHA-256 of its UTF-8 text."


@dataclass
class WrongDocumentId(RequestRefused):
    """The name of a document is none."""

    message = "A document is named by sha256: and 64 hexadecimal digits."


@dataclass
class OtherText(RequestRefused):
    """A document of the list was named, and the text of another one came along."""

    message = "The text that came along is not the document that was named. Send only one of the two."


@dataclass
class DocumentNotAllowed(RequestRefused):
    """This server runs its own apps' documents only."""

    code = "FORBIDDEN"
    status = 403
    message = "This server only runs the documents on its list, and this is none of them."


class PersistedDocuments:
    """Documents named by digest: those of all processes, the latest of them remembered here."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, str] = OrderedDict()

    def text_at_hand(self, asked: Parameters) -> str | None:
        """The text of the document that was asked for, unless something has to be found out first, or kept."""
        if asked.document_id is None:
            return asked.query
        if asked.query is not None:
            return None
        digest = read_hash(asked.document_id) or ""
        text = self._known.get(digest)
        if text is not None:
            self._known.move_to_end(digest)
        return text

    async def text_of(self, asked: Parameters) -> str:
        """The text of the document that was asked for."""
        at_hand = self.text_at_hand(asked)
        if at_hand is not None:
            return at_hand
        assert asked.document_id is not None, "parameters have a query or a document id"
        digest = read_hash(asked.document_id)
        if digest is None:
            raise WrongDocumentId
        if asked.query is not None:
            if hash_of(asked.query) != digest:
                raise WrongHash
            return asked.query
        text = await kept_documents.find(digest)
        if text is None:
            raise PersistedQueryNotFound
        self._remember(digest, text)
        return text

    async def keep(self, asked: Parameters) -> None:
        """Keep a document that came with its digest, now that it is known to be valid."""
        if asked.document_id is None or asked.query is None:
            return
        digest = hash_of(asked.query)
        if digest not in self._known:
            await documents.keep(asked.query)
            self._remember(digest, asked.query)

    def _remember(self, digest: str, text: str) -> None:
        self._known[digest] = text
        self._known.move_to_end(digest)
        if len(self._known) > MAX_KNOWN:
            self._known.popitem(last=False)


class AllowedDocuments:
    """Only the documents of a list, by id or by text."""

    def __init__(self, by_id: Mapping[str, str]) -> None:
        self._by_id = {**{hash_of(text): text for text in by_id.values()}, **by_id}
        self._texts = frozenset(by_id.values())

    @classmethod
    def read(cls, path: Path) -> "AllowedDocuments":
        """The list in a JSON file: Relay's `{id: text}`, or Apollo's manifest. Raises ValueError for anything else."""
        content = orjson.loads(path.read_bytes())
        if isinstance(content, dict) and content.get("format") == "apollo-persisted-query-manifest":
            content = {operation["id"]: operation["body"] for operation in content["operations"]}
        if not isinstance(content, dict) or not all(isinstance(text, str) for text in content.values()):
            raise ValueError(f"{path} is no list of documents: an object of ids and texts is needed")
        return cls(content)

    def text_at_hand(self, asked: Parameters) -> str:
        """The text of the document that was asked for, if it is on the list."""
        if asked.document_id is not None:
            found = self._by_id.get(asked.document_id) or self._by_id.get(asked.document_id.removeprefix("sha256:"))
            if found is None:
                raise PersistedQueryNotFound if asked.query is None else DocumentNotAllowed
            if asked.query is not None and asked.query != found:
                raise OtherText
            return found
        if asked.query not in self._texts:
            raise DocumentNotAllowed
        assert asked.query is not None
        return asked.query

    async def text_of(self, asked: Parameters) -> str:
        """The same: all of them are at hand."""
        return self.text_at_hand(asked)

    async def keep(self, asked: Parameters) -> None:
        """Nothing: the list is all there is."""
