"""Shares, for whoever has a link: opened, read, gone on with in a copy of one's own.

Unknown, revoked, expired, used up, and of a deleted conversation: the same NotFoundError, on one way through.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from weakref import WeakValueDictionary

from itsdangerous import BadSignature, TimestampSigner

from assistant.derived_id import derived_id
from assistant.errors.app import NotFoundError, ShareChangedError
from assistant.errors.input import PassphraseError, ViewNotTakenError
from assistant.limits import Limits
from assistant.passphrase import is_passphrase
from assistant.ports import ConversationStore
from assistant.share_copy import copy_of
from assistant.share_looks import ShareLooks
from assistant.sharing import token_hash
from assistant.snapshot import OpenShare, Snapshot

_GRANT_TIME = timedelta(hours=1)
_CLOCKS_APART = timedelta(minutes=1)
"""Of the processes that serve the app: a grant may be of the other's next second."""
_TRIES_AT_ONCE = 2
"""Of pass-phrases: each takes 16 MiB. Those of one share one after the other, so that they hold up no other's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    share: OpenShare
    grant: str
    """Lets this viewer download and go on with what is shown, for an hour: without the pass-phrase once more, and
    without another view. Empty where neither is asked for."""


class ShareReader:
    def __init__(
        self, store: ConversationStore, looks: ShareLooks, limits: Limits, *, clock: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._looks = looks
        self._limits = limits
        self._clock = clock
        self._trying = asyncio.Semaphore(_TRIES_AT_ONCE)
        self._of_share: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def open(self, token: str, *, passphrase: str = "", grant: str = "", takes_view: bool = True) -> Opened:
        """One view, unless it was granted before. Without `takes_view`, only of a share that has any number of them:
        links are opened by whatever looks through a message. Raises NotFoundError, PassphraseError, ViewNotTakenError,
        TooManyMissesError, TooManyGuessesError."""
        self._limits.refuse_guesser()
        try:
            return await self._open(token, passphrase, grant, takes_view)
        except NotFoundError:
            await self._limits.count_miss()
            raise

    async def _open(self, token: str, passphrase: str, grant: str, takes_view: bool) -> Opened:
        share = await self._looks.look(token_hash(token))
        if _is_granted(share, grant):
            return Opened(share=share, grant=grant)
        if share.views_left == 0:
            raise NotFoundError(kind="share")
        if share.passphrase and not await self._fits(passphrase, share):
            raise PassphraseError
        if share.views_left is not None and not takes_view:
            raise ViewNotTakenError(count=share.views_left)
        await self._looks.count(share)
        is_bound = bool(share.passphrase) or share.views_left is not None
        return Opened(share=share, grant=_signer(share).sign(_named(share)).decode() if is_bound else "")

    async def snapshot(self, token: str) -> Snapshot:
        """Of a share that was opened just now. Raises NotFoundError."""
        return await asyncio.to_thread(self._store.snapshot, token_hash(token))

    async def read(self, token: str, *, grant: str = "", takes_view: bool = True) -> Snapshot:
        """Raises what `open` does."""
        await self.open(token, grant=grant, takes_view=takes_view)
        return await self.snapshot(token)

    async def continue_share(self, owner_id: str, token: str, *, version: int | None = None, grant: str = "") -> str:
        """Copy the snapshot into the viewer's own list, once however often it is asked; the conversation's id.

        `version`: what the viewer has seen. Raises ShareChangedError when it shows something else by now,
        TooManyImportsError, and what `open` does.
        """
        share = (await self.open(token, grant=grant)).share
        if version not in (None, share.version):
            raise ShareChangedError
        await self._limits.take_import(owner_id)
        snapshot = await self.snapshot(token)
        if (await self._looks.look(token_hash(token))).version != share.version:
            # Between the two: this may be the text of the next version.
            raise ShareChangedError
        conversation_id = derived_id(owner_id, token, str(share.version))
        conversation, messages = copy_of(snapshot, owner_id, conversation_id, self._clock())
        await asyncio.to_thread(self._store.add_conversation, conversation, messages)
        return conversation_id

    async def _fits(self, passphrase: str, share: OpenShare) -> bool:
        if not passphrase:
            return False
        await self._limits.take_guess(share.id)
        async with self._of_share.setdefault(share.id, asyncio.Lock()), self._trying:
            fits = await asyncio.to_thread(is_passphrase, passphrase, share.passphrase)
        if fits:
            await self._limits.give_back_guess(share.id)
        return fits


def _signer(share: OpenShare) -> TimestampSigner:
    # What the database alone knows of a share is the key: every process has it, and it ends with the share.
    return TimestampSigner(share.secret + share.passphrase, salt="share-grant")


def _named(share: OpenShare) -> str:
    return f"{share.id}:{share.version}"


def _is_granted(share: OpenShare, grant: str) -> bool:
    if not grant or not share.secret:
        return False
    try:
        named, signed_at = _signer(share).unsign(grant, return_timestamp=True)
    except BadSignature:
        return False
    return named.decode() == _named(share) and -_CLOCKS_APART <= datetime.now(UTC) - signed_at <= _GRANT_TIME
