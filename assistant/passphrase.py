"""Pass-phrases: kept as scrypt's hash with a salt of their own, so that a stolen database does not tell them."""

import base64
import hashlib
import hmac
import secrets

SHORTEST, LONGEST = 8, 200
"""Characters of a pass-phrase. Older shares may have shorter ones."""
# 16 MiB and some 50 ms for each try.
_COST, _BLOCK, _PARALLEL = 2**14, 8, 1
_SALT_BYTES = 16


def hash_passphrase(passphrase: str) -> str:
    """Blocks."""
    salt = secrets.token_bytes(_SALT_BYTES)
    return f"scrypt:{_encoded(salt)}:{_encoded(_scrypt(passphrase, salt))}"


def is_passphrase(passphrase: str, hashed: str) -> bool:
    """Blocks. `hashed`: what `hash_passphrase` gave."""
    _, salt, expected = hashed.split(":")
    found = _scrypt(passphrase, base64.b64decode(salt))
    return hmac.compare_digest(found, base64.b64decode(expected))


def _scrypt(passphrase: str, salt: bytes) -> bytes:
    secret = passphrase[:LONGEST].encode(errors="replace")
    return hashlib.scrypt(secret, salt=salt, n=_COST, r=_BLOCK, p=_PARALLEL, dklen=32)


def _encoded(value: bytes) -> str:
    return base64.b64encode(value).decode()
