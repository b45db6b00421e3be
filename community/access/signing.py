"""The key that signs: the operator's, or in development one that is made once and kept in the server's home."""

import os
import secrets
from functools import cache
from pathlib import Path

from community.settings import Settings, settings


def signing_key() -> bytes:
    """The key of this process."""
    return key_of(settings())


@cache
def key_of(settings: Settings) -> bytes:
    """The key that these settings give. Production has one of its own, or the settings do not load."""
    if settings.secret_key is not None:
        return settings.secret_key.get_secret_value().encode()
    return _kept(settings.home / "secret_key")


def _kept(path: Path) -> bytes:
    """The key in the file, which is made first if need be; processes that start at once end up with the same one."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        made = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
        try:
            os.link(made, path)
        except FileExistsError:
            pass
        finally:
            made.unlink()
    return path.read_bytes().strip()
