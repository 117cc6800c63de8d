"""Who a browser's token belongs to, and how tokens begin and end. Knows no cookies.

Tokens are 256 random bits and go no further than here: storage is given their hash.
"""

import asyncio
import hashlib
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from assistant.errors.visitor import SignedOutError
from assistant.identity import Account, Identity
from assistant.identity_port import IdentityStore

_TOKEN_BYTES = 32
TOKEN_LIFE = timedelta(days=400)
"""The longest that browsers keep a cookie; begun anew by a visit."""


class Identities:
    def __init__(
        self, store: IdentityStore, *, clock: Callable[[], datetime], sign_in_life: timedelta = TOKEN_LIFE
    ) -> None:
        """`sign_in_life`: after that time a browser has to be signed in anew, and the provider is asked again."""
        self._store = store
        self._clock = clock
        self._sign_in_life = sign_in_life

    async def identify(self, token: str) -> Identity:
        """Raises SignedOutError, StorageError."""
        identity = await asyncio.to_thread(self._store.identity, token_hash(token))
        if identity.signed_in_on and self._clock().date() - identity.signed_in_on >= self._sign_in_life:
            raise SignedOutError
        return identity

    async def see(self, token: str) -> bool:
        """True for the first visit of a day by somebody for whom something is kept. Raises SignedOutError."""
        await self.identify(token)
        return await asyncio.to_thread(self._store.see, token_hash(token), self._clock().date())

    async def sign_in(self, account: Account, former_token: str | None) -> str:
        """A new token for the account, which then has what the former one's visitor has kept."""
        token = new_token()
        former = token_hash(former_token) if former_token else None
        await asyncio.to_thread(self._store.sign_in, account, token_hash(token), former, self._clock().date())
        return token

    async def sign_out(self, token: str) -> None:
        await asyncio.to_thread(self._store.sign_out, token_hash(token), self._clock().date())

    async def sign_out_everywhere(self, token: str) -> None:
        """Every browser of the person whose token this is. Raises SignedOutError."""
        identity = await self.identify(token)
        await asyncio.to_thread(self._store.sign_out_everywhere, identity.owner_id, self._clock().date())

    def forget_revoked(self) -> int:
        """Blocks. Of tokens whose cookie has expired in every browser nothing has to be known any more."""
        return self._store.forget_revoked(self._clock().date() - TOKEN_LIFE)


def new_token() -> str:
    return secrets.token_urlsafe(_TOKEN_BYTES)


def token_hash(token: str) -> str:
    """A plain hash is enough for what cannot be guessed."""
    return hashlib.sha256(token.encode()).hexdigest()
