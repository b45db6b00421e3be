"""The public keys: found where everybody looks for them, and enough to check what the server signs."""

import orjson
from joserfc import jwt
from joserfc.jwk import KeySet
from starlette.applications import Starlette

from api import keys
from community.access.signing import ED25519, signing_pair
from tests.asgi import ask

KEYS = Starlette(routes=keys.routes)


async def test_whoever_has_the_published_keys_can_check_a_signature() -> None:
    answer = await ask(KEYS, "/.well-known/jwks.json")
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/jwk-set+json"
    assert answer.headers["cache-control"] == "public, max-age=3600"
    published = orjson.loads(answer.body)
    pair = signing_pair()
    signed = jwt.encode({"alg": ED25519, "kid": pair.kid}, {"sub": "me"}, pair, algorithms=[ED25519])
    assert jwt.decode(signed, KeySet.import_key_set(published), algorithms=[ED25519]).claims == {"sub": "me"}


async def test_no_private_key_is_published() -> None:
    published = orjson.loads((await ask(KEYS, "/.well-known/jwks.json")).body)
    assert [set(key) for key in published["keys"]] == [{"kty", "crv", "x", "kid", "use", "alg"}]
