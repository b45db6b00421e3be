"""What Markdown means: safe HTML, the plain text in it, its hashtags and mentions.

CommonMark with strike-through, hard line breaks, and emphasis that works next to Chinese punctuation. Raw HTML is shown
as the text it is; an image becomes a link to it. A # or @ in code, in a link or behind a backslash means nothing.

Three steps, each of which would stop most attacks alone: comrak escapes what it does not produce; the walk keeps only
http, https and mailto links, and nests no deeper than people do; nh3 lets nothing pass that is not on its list. The
walk drops a member's relative links, so what is left of them is ours: `/hashtags/<name>` and `/members/<handle>`.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from html import escape, unescape
from urllib.parse import quote

import nh3
from comrak import ExtensionOptions, RenderOptions, render_markdown

from community.posts.rules import links
from community.posts.rules.links import Kind

RENDERER = 1
"""The version of everything below. Raise it when the HTML changes: rows of an older version are rendered again."""

_INLINE = frozenset({"em", "strong", "del", "a", "code"})
_BLOCK = frozenset({"p", "blockquote", "ul", "ol", "li", "pre", "h1", "h2", "h3", "h4", "h5", "h6"})
_VOID = frozenset({"br", "hr"})
_LITERAL = frozenset({"a", "code", "span"})
"""Text in these is taken as it is. comrak puts a span around a character behind a backslash."""

_TOKEN = re.compile(
    r'(?P<text>[^<]+)|<(?P<closing>/?)(?P<tag>[a-z0-9]+)(?P<attributes>(?:\s+[\w-]+(?:="[^"]*")?)*)\s*/?>'
)
_ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')
_MAX_NESTING = 24
_MEMBER_HREF = re.compile(r"(?:https?://|mailto:)", re.IGNORECASE)
_WEB_HREF = re.compile(r"https?://", re.IGNORECASE)

_sanitizer = nh3.Cleaner(
    tags=set(_INLINE | _BLOCK | _VOID),
    attributes={"a": {"href"}, "ol": {"start"}},
    allowed_classes={"a": {"hashtag", "mention"}},
    link_rel="nofollow ugc noopener",
    url_schemes={"http", "https", "mailto"},
)


@dataclass(frozen=True, slots=True)
class Mention:
    """A place in the HTML where somebody may be mentioned: only who reads the rows knows whether they exist."""

    handle: str
    spelling: str


@dataclass(frozen=True, slots=True)
class Document:
    """A text, understood. `hashtags` are names, `mentions` folded handles, `images` addresses on the web.

    They come in the order of the text, with repeats.
    """

    text: str
    hashtags: tuple[str, ...]
    mentions: tuple[str, ...]
    images: tuple[str, ...]
    pieces: tuple[str | Mention, ...]

    def html(self, members: Collection[str] = ()) -> str:
        """Safe HTML, in which the mentions whose folded handles are among `members` are links."""
        return _sanitizer.clean("".join(p if isinstance(p, str) else _mention(p, members) for p in self.pieces)).strip()


def parse(source: str) -> Document:
    """Understand `source`. Takes up to about a millisecond per 300 characters of the most hostile text."""
    walk = _Walk()
    for token in _TOKEN.finditer(render_markdown(source, extension_options=_extensions(), render_options=_rendering())):
        if token["text"]:
            walk.read(token["text"])
        elif token["closing"]:
            walk.close(token["tag"])
        else:
            walk.open(token["tag"], {name: unescape(value) for name, value in _ATTRIBUTE.findall(token["attributes"])})
    return Document(
        text="".join(walk.text).strip(),
        hashtags=tuple(walk.hashtags),
        mentions=tuple(piece.handle for piece in walk.pieces if isinstance(piece, Mention)),
        images=tuple(walk.images),
        pieces=tuple(walk.pieces),
    )


def rendered(html: str, renderer: int, source: str, mention_handles: Collection[str]) -> str:
    """The HTML that a row keeps; made again from its source if an older renderer made it."""
    return html if renderer == RENDERER else parse(source).html(mention_handles)


class _Walk:
    """Goes through comrak's HTML, which is well-formed, and writes ours."""

    def __init__(self) -> None:
        self.pieces: list[str | Mention] = []
        self.text: list[str] = []
        self.hashtags: list[str] = []
        self.images: list[str] = []
        self._previous = "\n"
        self._shown: list[bool] = []
        self._literals = 0
        self._anchors = 0

    def open(self, tag: str, attributes: Mapping[str, str]) -> None:
        """A tag begins. Void ones end at once."""
        if tag == "img":
            self._image(attributes.get("src", ""), attributes.get("alt", ""))
        elif tag in _VOID:
            self.pieces.append(f"<{tag}>")
            self._see("\n")
        else:
            self._begin(tag, attributes)

    def close(self, tag: str) -> None:
        """A tag ends."""
        if self._shown.pop():
            self.pieces.append(f"</{tag}>")
        self._literals -= tag in _LITERAL
        self._anchors -= tag == "a"
        if tag in _BLOCK:
            self._see("\n")

    def read(self, html: str) -> None:
        """Text between tags, escaped as it is in HTML."""
        text = unescape(html)
        if self._literals:
            self.pieces.append(html)
        else:
            self._linked(text)
        self._see(text)

    def _begin(self, tag: str, attributes: Mapping[str, str]) -> None:
        shown = len(self._shown) < _MAX_NESTING and _is_shown(tag, attributes)
        if shown:
            kept = "".join(f' {name}="{escape(attributes[name])}"' for name in ("href", "start") if name in attributes)
            self.pieces.append(f"<{tag}{kept}>")
        self._shown.append(shown)
        self._literals += tag in _LITERAL
        self._anchors += tag == "a"
        if tag in _BLOCK:
            self._see("\n")

    def _image(self, address: str, description: str) -> None:
        """An image from outside would tell its server who reads: it becomes a link or, inside a link, what it shows."""
        if _WEB_HREF.match(address):
            self.images.append(address)
        if self._anchors:
            self.read(escape(description))
            return
        self._begin("a", {"href": address})
        self.read(escape(description or address))
        self.close("a")

    def _linked(self, text: str) -> None:
        done = 0
        for link in links.scan(text, before=self._previous):
            spelling = text[link.start : link.end]
            self.pieces.append(escape(text[done : link.start], quote=False))
            self.pieces.append(Mention(link.target, spelling) if link.kind is Kind.MENTION else _anchor(link, spelling))
            if link.kind is Kind.HASHTAG:
                self.hashtags.append(link.target)
            done = link.end
        self.pieces.append(escape(text[done:], quote=False))

    def _see(self, text: str) -> None:
        self.text.append(text)
        self._previous = text[-1:] or self._previous


def _is_shown(tag: str, attributes: Mapping[str, str]) -> bool:
    if tag == "a":
        return _MEMBER_HREF.match(attributes.get("href", "")) is not None
    return tag in _INLINE or tag in _BLOCK


def _anchor(link: links.Link, spelling: str) -> str:
    if link.kind is Kind.HASHTAG:
        return f'<a class="hashtag" href="/hashtags/{quote(link.target, safe="")}">{escape(spelling, quote=False)}</a>'
    return f'<a href="{escape(link.target)}">{escape(spelling, quote=False)}</a>'


def _mention(mention: Mention, members: Collection[str]) -> str:
    spelling = escape(mention.spelling, quote=False)
    return (
        f'<a class="mention" href="/members/{mention.handle}">{spelling}</a>' if mention.handle in members else spelling
    )


def _extensions() -> ExtensionOptions:
    options = ExtensionOptions()
    options.strikethrough = True
    options.cjk_friendly_emphasis = True
    return options


def _rendering() -> RenderOptions:
    options = RenderOptions()
    options.escape = True
    options.hardbreaks = True
    options.escaped_char_spans = True
    return options
