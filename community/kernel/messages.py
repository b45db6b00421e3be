"""Messages in the caller's language: English templates in the code, other languages in gettext catalogues.

`community/locale/<locale>/LC_MESSAGES/messages.po` is read as it is; there is no compiled file to forget.
"""

from datetime import UTC, datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from babel import Locale, UnknownLocaleError, negotiate_locale
from babel.dates import format_datetime
from babel.messages.pofile import read_po

from community.kernel.errors import BadInput, HourglassError

CATALOGUES = Path(__file__).parents[1] / "locale"
LOCALES = ("en", "zh-Hant")
DEFAULT_LOCALE = "en"


def render(error: HourglassError, locale: str) -> str:
    """The error's message in `locale`, with its data filled in."""
    data = {name: _shown(value, locale) for name, value in error.data.items()}
    if isinstance(error, BadInput):
        data["reason"] = translate(error.reason, locale).format(limit=error.limit)
    return translate(error.message, locale).format(**data)


def translate(message: str, locale: str) -> str:
    """`message` in `locale`; in English where the catalogue has no entry."""
    return _catalogue(locale).get(message) or message


@lru_cache(maxsize=1_000)
def choose_locale(accept_language: str | None) -> str:
    """The best of our locales for an `Accept-Language` header (RFC 9110 §12.5.4). Every Chinese gets zh-Hant."""
    if not accept_language:
        return DEFAULT_LOCALE
    wanted = sorted(_preferences(accept_language[:500]), reverse=True)
    for _, _, tag in wanted:
        if tag.startswith("zh"):
            return "zh-Hant"
        if negotiate_locale([tag], ["en"], sep="_"):
            return "en"
    return DEFAULT_LOCALE


def is_locale(tag: str) -> bool:
    """Whether `tag` is one of ours."""
    return tag in LOCALES


def _shown(value: Any, locale: str) -> Any:
    """A value as people write it: instants in UTC, lists joined."""
    if isinstance(value, datetime):
        return f"{format_datetime(value, 'medium', tzinfo=UTC, locale=Locale.parse(locale, sep='-'))} UTC"
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(str(item) for item in value)
    return value


def _preferences(header: str) -> list[tuple[float, int, str]]:
    found = []
    for place, part in enumerate(header.split(",")):
        tag, _, weight = part.partition(";")
        try:
            quality = float(weight.strip().removeprefix("q=")) if weight.strip() else 1.0
        except ValueError:
            continue
        if quality > 0 and tag.strip():
            found.append((quality, -place, tag.strip().replace("-", "_").lower()))
    return found


@cache
def _catalogue(locale: str) -> dict[str, str]:
    if locale == DEFAULT_LOCALE:
        return {}
    try:
        name = str(Locale.parse(locale, sep="-"))
    except (UnknownLocaleError, ValueError):
        return {}
    path = CATALOGUES / name / "LC_MESSAGES" / "messages.po"
    if not path.exists():
        return {}
    with path.open("rb") as file:
        return {str(m.id): str(m.string) for m in read_po(file) if m.id and m.string and not m.fuzzy}
