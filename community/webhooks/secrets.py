"""The secrets that sign what endpoints are sent. They are nowhere kept: whoever steals the rows can sign nothing.

A secret follows from the server's key, the endpoint and the generation of the secret. A server that gets another key
loses them all; their digests tell, so that nobody is sent what does not verify.
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from standardwebhooks import Webhook

from community.access.signing import signing_key

PREFIX = "whsec_"

_PURPOSE = b"hourglass webhook secret"


def secret_of(endpoint_id: UUID, generation: int) -> str:
    """The secret as its owner is shown it, once: `whsec_` and 32 bytes in base64."""
    made = hmac.digest(signing_key(), b"\0".join((_PURPOSE, endpoint_id.bytes, str(generation).encode())), "sha256")
    return PREFIX + base64.b64encode(made).decode()


def digest(secret: str) -> bytes:
    """By which a secret is known again."""
    return hashlib.sha256(secret.encode()).digest()


def signatures(secrets: Sequence[str], message_id: str, sent_at: datetime, body: str) -> str:
    """The value of `webhook-signature`: one signature for each secret, with spaces between."""
    return " ".join(Webhook(secret).sign(message_id, sent_at, body) for secret in secrets)
