"""What editors' Markdown means as safe HTML: CommonMark with tables, strike-through and footnotes left out.

Raw HTML is shown as the text it is. A picture of our own is `![what it shows](media:<id>)`: its address is put in when
somebody may see it. A picture from outside would tell its server who reads, so it becomes what it shows.
"""

import re
from collections.abc import Mapping
from html import unescape

import nh3
from comrak import ExtensionOptions, RenderOptions, render_markdown

from community.content import errors

MAX_DEPTH = 32
"""Quotes in lists in quotes: deeper than anybody reads."""

_MEDIA = re.compile(r'src="media:([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})"')
_NO_ADDRESS = re.compile(r'<img(?: alt="([^"]*)")?>')
_ELEMENT = re.compile(r"<(?P<closing>/?)(?!br|hr|img|input)[a-z][^>]*>")
_TAG = re.compile(r"<[^>]*>")
_BLOCK_END = re.compile(r"</(?:p|li|h[1-6]|blockquote|pre|td|th)>|<br>|<hr>")

_sanitizer = nh3.Cleaner(
    tags={
        *("p", "br", "hr", "em", "strong", "del", "a", "code", "pre", "blockquote", "ul", "ol", "li", "img"),
        *("h1", "h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td"),
    },
    attributes={"a": {"href", "title"}, "img": {"src", "alt"}, "ol": {"start"}, "th": {"align"}, "td": {"align"}},
    url_schemes={"http", "https", "mailto", "media"},
    link_rel="noopener",
    attribute_filter=lambda tag, name, value: _kept(tag, name, value),
)


def render(source: str) -> str:
    """Safe HTML, in which the addresses of our own pictures are `media:<id>`. Raises BodyTooDeep."""
    html = render_markdown(source, extension_options=_extensions(), render_options=_rendering())
    if _depth(html) > MAX_DEPTH:
        raise errors.BodyTooDeep(MAX_DEPTH)
    return _NO_ADDRESS.sub(lambda image: image[1] or "", _sanitizer.clean(html)).strip()


def text_of(html: str) -> str:
    """The words of safe HTML."""
    return unescape(_TAG.sub("", _BLOCK_END.sub("\n", html))).strip()


def media_in(html: str) -> list[str]:
    """The ids of our own pictures in it, in their order."""
    return list(dict.fromkeys(_MEDIA.findall(html)))


def with_addresses(html: str, addresses: Mapping[str, str]) -> str:
    """The HTML with an address for each of our own pictures; one that is gone shows nothing."""
    return _MEDIA.sub(lambda found: f'src="{_attribute(addresses.get(found[1], ""))}"', html)


def _depth(html: str) -> int:
    """How deep the elements of comrak's HTML stand in each other. Cleaning takes the square of it."""
    deepest = depth = 0
    for tag in _ELEMENT.finditer(html):
        depth += -1 if tag["closing"] else 1
        deepest = max(deepest, depth)
    return deepest


def _kept(tag: str, name: str, value: str) -> str | None:
    """A picture is one of ours, a link is none."""
    is_media = value.startswith("media:")
    if tag == "img" and name == "src":
        return value if _MEDIA.fullmatch(f'src="{value}"') else None
    return None if name == "href" and is_media else value


def _attribute(value: str) -> str:
    return value.replace("&", "&amp;").replace('"', "&quot;")


def _extensions() -> ExtensionOptions:
    options = ExtensionOptions()
    options.strikethrough = True
    options.table = True
    options.cjk_friendly_emphasis = True
    return options


def _rendering() -> RenderOptions:
    options = RenderOptions()
    options.escape = True
    return options
