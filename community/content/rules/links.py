"""Links that expire, and that nobody can make up: the address, and everything it promises, under a MAC.

Whoever has such a link may use it until it expires, so it is handed only to whom access was granted, and lasts minutes.
"""

import hmac
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from urllib.parse import quote, urlencode

SIGNATURE = "signature"
EXPIRES = "expires"


def signed(method: str, path: str, promises: Mapping[str, str], expires_at: datetime, key: bytes) -> str:
    """The path with its promises, its end and its signature. The method is signed, too: to read is not to write."""
    query = {**promises, EXPIRES: str(int(expires_at.timestamp()))}
    return f"{quote(path)}?{urlencode({**query, SIGNATURE: _mac(method, path, query, key)})}"


def is_genuine(method: str, path: str, query: Mapping[str, str], now: datetime, key: bytes) -> bool:
    """Whether we made this link for this method, and it has not expired. `path` is decoded, `query` as it came."""
    said = {name: value for name, value in query.items() if name != SIGNATURE}
    expected = _mac(method, path, said, key)
    if not hmac.compare_digest(expected.encode(), query.get(SIGNATURE, "").encode()):
        return False
    return int(said[EXPIRES]) > now.timestamp()


def _mac(method: str, path: str, query: Mapping[str, str], key: bytes) -> str:
    # Each part has its length before it, so that no other parts make the same text.
    parts = [method, path, *(part for pair in sorted(query.items()) for part in pair)]
    text = "".join(f"{len(part)}:{part}" for part in parts)
    return hmac.new(sha256(b"media links\0" + key).digest(), text.encode(), sha256).hexdigest()
