"""The keys that sign: one for ourselves, and from it a pair whose public half others verify with.

The secret is the operator's, or in development one that is made once and kept in the server's home.
"""

import os
import secrets
from functools import cache
from pathlib import Path
from typing import Final

from joserfc.jwk import KeySet, OKPKey
from pydantic import SecretStr

from community.settings import Settings, settings

_of_settings: tuple[Settings | None, bytes] = None, b""
"""The settings that were last asked with, and their key. Hashing them to find it takes longer than reading a token."""


def signing_key() -> bytes:
    """The key of this process."""
    global _of_settings
    found = settings()
    if found is not _of_settings[0]:
        _of_settings = found, key_of(found)
    return _of_settings[1]


def key_of(settings: Settings) -> bytes:
    """The key that these settings give."""
    return key_from(settings.secret_key, settings.home)


@cache
def key_from(secret: SecretStr | None, home: Path) -> bytes:
    """The operator's key, else the one in the server's home. Without one of its own, production does not load."""
    return _kept(home / "secret_key") if secret is None else secret.get_secret_value().encode()


ED25519: Final = "Ed25519"
"""The algorithm of the pair, as JOSE calls it (RFC 9864)."""


def signing_pair() -> OKPKey:
    """What this server signs for others with. Its `kid` is the thumbprint (RFC 7638): another secret, another pair."""
    return _pair_of(signing_key())


def public_keys() -> KeySet:
    """What others verify with: a JWK Set (RFC 7517) to give out."""
    return KeySet([OKPKey.import_key(signing_pair().as_dict(private=False))])


@cache
def _pair_of(secret: bytes) -> OKPKey:
    return OKPKey.derive_key(
        secret,
        ED25519,
        parameters={"use": "sig", "alg": ED25519},
        auto_kid=True,
        kdf_options={"info": b"hourglass: signatures that others verify"},
    )


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
