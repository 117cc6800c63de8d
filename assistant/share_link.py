"""What opens and what ends a share, made from the request that publishes it: the same one once more, as after a double
click, has the same links, though they are kept nowhere.
"""

import hashlib
import hmac
import json
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass

from assistant.snapshot import Share

_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareLink:
    """What was just published. The tokens are kept nowhere."""

    share: Share
    token: str
    deletion_token: str
    """Ends the share, also for somebody who has lost everything else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkTokens:
    share_id: str
    token: str
    deletion_token: str


def new_request() -> str:
    """For one form: 256 random bits, of which the links are made."""
    return secrets.token_urlsafe(_BYTES)


def is_request(text: str) -> bool:
    """Whether it may be one of `new_request`'s: as long, so that no link can be guessed."""
    return len(text) == len(urlsafe_b64encode(bytes(_BYTES)).rstrip(b"=")) and text.isascii()


def link_tokens(request: str, *said: str | int | None) -> LinkTokens:
    """`said`: who publishes what, and how. Said otherwise, it is another share."""
    words = json.dumps(said).encode()

    def made(what: bytes) -> bytes:
        return hmac.digest(request.encode(), what + words, hashlib.sha256)

    token, deletion_token = (urlsafe_b64encode(made(what)).rstrip(b"=").decode() for what in (b"read", b"end"))
    return LinkTokens(share_id=made(b"name").hex()[:_BYTES], token=token, deletion_token=deletion_token)
