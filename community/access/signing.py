"""The key that signs: the operator's, or in development one that is made once and kept in the server's home."""

import os
import secrets
from functools import cache
from pathlib import Path

from community.settings import Settings, settings

SHORTEST = 32


class SecretKeyUnusable(Exception):
    """The server cannot start: its signing key is missing in production, or too short."""


def signing_key() -> bytes:
    """The key of this process."""
    return key_of(settings())


@cache
def key_of(settings: Settings) -> bytes:
    """The key that these settings give. Raises SecretKeyUnusable."""
    if settings.secret_key is not None:
        key = settings.secret_key.get_secret_value().encode()
    elif settings.environment == "production":
        raise SecretKeyUnusable("HOURGLASS_SECRET_KEY is not set. Production needs one: `openssl rand -base64 48`.")
    else:
        key = _kept(settings.home / "secret_key")
    if len(key) < SHORTEST:
        raise SecretKeyUnusable(f"The secret key has {len(key)} bytes; it needs {SHORTEST} or more.")
    return key


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
