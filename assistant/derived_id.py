"""Ids of copies: made from what they are copies of, so that the same copy once more is the same one."""

import hashlib

_LENGTH = 32


def derived_id(*parts: str) -> str:
    # Each part with its length, so that no two lists of parts can look the same.
    joined = "".join(f"{len(part)}:{part}" for part in parts)
    return hashlib.sha256(joined.encode(errors="replace")).hexdigest()[:_LENGTH]
