"""What one person, and one internet address, may do within a time: the one place that refuses more of it.

An address stands for several people, who share a connection, but not for as many as somebody can throw away cookies.
Knows nothing of requests and of tables.
"""

import asyncio
import logging
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from assistant.allowances import Allowance, AllowanceStore, Refusal
from assistant.errors.app import StorageError
from assistant.errors.visitor import (
    LimitError,
    TooManyExportsError,
    TooManyGuessesError,
    TooManyImportsError,
    TooManyMissesError,
    TooManyRequestsError,
    TooManySharesError,
    TooManySignInsError,
    TooManyTokensError,
    TooManyTurnsError,
)
from assistant.internet_address import asking_address
from assistant.memory_allowances import MemoryAllowanceStore
from assistant.new_turn import AnswersAtOnce
from assistant.newest import Newest
from assistant.ports import RunOutcome

logger = logging.getLogger(__name__)

_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
_MOST_REMEMBERED = 10_000
_PAGE = 2000
"""Characters of a draft that are counted as a question."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """0: no limit."""

    turns_per_minute: int = 0
    turns_per_day: int = 0
    tokens_per_day: int = 0
    answers_at_once: int = 0
    shares_per_hour: int = 0
    imports_per_hour: int = 0
    """Copies of shared pages too."""
    exports_per_hour: int = 0
    """Previews of shares too: they go through a whole conversation as well."""
    requests_per_minute: int = 0
    """Of an open page."""
    people_per_address: int = 1
    """All of the above times this are one address's."""
    misses_per_hour: int = 0
    """Of links, by one address; of a pass-phrase, by all addresses together."""
    sign_ins_per_hour: int = 0
    """Tried by one address."""
    body_limit: int = 16
    """MiB of a request's body; this one is always there."""


class Limits:
    def __init__(self, store: AllowanceStore, bounds: Bounds, *, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._bounds = bounds
        self._clock = clock
        self._requests = MemoryAllowanceStore()
        self._guessers: Newest[str, datetime] = Newest(_MOST_REMEMBERED)
        """Addresses that missed too often → until when nothing is looked up for them."""

    @property
    def body_bytes(self) -> int:
        return self._bounds.body_limit * 2**20

    def answers_at_once(self) -> AnswersAtOnce:
        most = self._bounds.answers_at_once or None
        there = most * self._bounds.people_per_address if most else None
        return AnswersAtOnce(most=most, asked_from=asking_address(), most_from_there=there)

    @contextmanager
    def turn(self, owner_id: str) -> Iterator[None]:
        """Around the beginning of a turn; one that fails to begin takes nothing. Blocks.

        Raises TooManyTurnsError, TooManyTokensError, StorageError.
        """
        # Tokens are counted when there are any: whoever has some left may ask.
        tokens = self._of_both("tokens-per-day", owner_id, self._bounds.tokens_per_day, _DAY, amount=0)
        if refusal := self._take([*self._turn(owner_id), *tokens]):
            is_of_tokens = refusal.allowance.what == "tokens-per-day"
            raise _told(TooManyTokensError if is_of_tokens else TooManyTurnsError, refusal)
        try:
            yield
        except BaseException:
            self._charge(self._turn(owner_id, amount=-1))
            raise

    def count_answer(self, owner_id: str, outcome: RunOutcome) -> None:
        """The tokens that it read and wrote. Blocks."""
        made = outcome.provenance
        tokens = made.prompt_tokens + (made.completion_tokens or 0) if made else 0
        self._charge(self._of_both("tokens-per-day", owner_id, self._bounds.tokens_per_day, _DAY, amount=tokens))

    async def take_share(self, owner_id: str) -> None:
        """Raises TooManySharesError, StorageError."""
        await self._take_of_hour("shares-per-hour", owner_id, self._bounds.shares_per_hour, TooManySharesError)

    async def take_import(self, owner_id: str) -> None:
        """Raises TooManyImportsError, StorageError."""
        await self._take_of_hour("imports-per-hour", owner_id, self._bounds.imports_per_hour, TooManyImportsError)

    async def take_small(self, owner_id: str) -> None:
        """A prompt that is saved, a licence that is accepted: as many as imports, counted for themselves. Raises
        LimitError, StorageError."""
        await self._take_of_hour("small-per-hour", owner_id, self._bounds.imports_per_hour, LimitError)

    async def take_draft(self, owner_id: str, grown: int) -> None:
        """By so many characters: in a day a person's drafts grow by as many pages as they may ask questions. Raises
        LimitError, StorageError."""
        most = self._bounds.turns_per_day
        pages = min(math.ceil(grown / _PAGE), most)
        if pages > 0 and (
            refusal := await asyncio.to_thread(self._take, self._of_both("drafts-per-day", owner_id, most, _DAY, pages))
        ):
            raise _told(LimitError, refusal)

    async def take_export(self, owner_id: str) -> None:
        """Raises TooManyExportsError, StorageError."""
        await self._take_of_hour("exports-per-hour", owner_id, self._bounds.exports_per_hour, TooManyExportsError)

    def take_request(self, owner_id: str) -> None:
        """Of a page, whatever it asks for: searches and counts of tokens come with each key. Counted in this process
        alone, since writing it down would cost more than most of them. Raises TooManyRequestsError."""
        wanted = self._of_both("requests-per-minute", owner_id, self._bounds.requests_per_minute, _MINUTE)
        if wanted and (refusal := self._requests.take(wanted, self._clock())):
            raise _told(TooManyRequestsError, refusal)

    def refuse_guesser(self) -> None:
        """Before a link is looked up. Raises TooManyMissesError for an address that missed too often."""
        if until := self._guessers.get(asking_address()):
            wait = (until - self._clock()).total_seconds()
            if wait > 0:
                raise TooManyMissesError(retry_after=math.ceil(wait))

    async def count_miss(self) -> None:
        """A link that leads nowhere. Raises TooManyMissesError, StorageError."""
        if refusal := await asyncio.to_thread(self._take, self._miss()):
            raise self._missed_too_often(refusal)

    async def take_guess(self, share_id: str) -> None:
        """Before a pass-phrase is tried, so that no more are tried at once either. Counted by share besides: addresses
        can be had by the thousand. Raises TooManyMissesError, TooManyGuessesError, StorageError."""
        refusal = await asyncio.to_thread(self._take, self._guess(share_id))
        if refusal and refusal.allowance.who == share_id:
            raise _told(TooManyGuessesError, refusal)
        if refusal:
            raise self._missed_too_often(refusal)

    async def give_back_guess(self, share_id: str) -> None:
        """It was right."""
        await asyncio.to_thread(self._charge, self._guess(share_id, amount=-1))

    async def take_sign_in(self) -> None:
        """Raises TooManySignInsError, StorageError."""
        await self._take_sign_in("sign-ins-per-hour")

    async def take_ticket(self) -> None:
        """Of a page in a frame, for a sign-in: as many as those, counted for themselves. Raises what they do."""
        await self._take_sign_in("tickets-per-hour")

    def forget_unused(self) -> None:
        """Who has taken nothing lately is not kept in mind. Blocks; raises StorageError."""
        self._store.forget_full(self._clock())

    async def _take_sign_in(self, what: str) -> None:
        wanted = self._of_address(what, self._bounds.sign_ins_per_hour)
        if refusal := await asyncio.to_thread(self._take, wanted):
            raise _told(TooManySignInsError, refusal)

    async def _take_of_hour(self, what: str, owner_id: str, most: int, kind: type[LimitError]) -> None:
        if refusal := await asyncio.to_thread(self._take, self._of_both(what, owner_id, most, _HOUR)):
            raise _told(kind, refusal)

    def _miss(self, amount: int = 1) -> list[Allowance]:
        return self._of_address("misses-per-hour", self._bounds.misses_per_hour, amount)

    def _guess(self, share_id: str, amount: int = 1) -> list[Allowance]:
        most = self._bounds.misses_per_hour
        of_share = Allowance(what="guesses-per-hour", who=share_id, most=most, period=_HOUR, amount=amount)
        return [*self._miss(amount), of_share] if most else []

    def _missed_too_often(self, refusal: Refusal) -> TooManyMissesError:
        address = refusal.allowance.who
        self._guessers[address] = self._clock() + refusal.wait
        return TooManyMissesError(**_facts(refusal))

    def _turn(self, owner_id: str, amount: int = 1) -> list[Allowance]:
        return [
            *self._of_both("turns-per-minute", owner_id, self._bounds.turns_per_minute, _MINUTE, amount),
            *self._of_both("turns-per-day", owner_id, self._bounds.turns_per_day, _DAY, amount),
        ]

    def _of_both(self, what: str, owner_id: str, most: int, period: timedelta, amount: int = 1) -> list[Allowance]:
        counted = {owner_id: most, asking_address(): most * self._bounds.people_per_address}
        return [
            Allowance(what=what, who=who, most=bound, period=period, amount=amount)
            for who, bound in counted.items()
            if who and bound
        ]

    def _of_address(self, what: str, most: int, amount: int = 1) -> list[Allowance]:
        address = asking_address()
        return [Allowance(what=what, who=address, most=most, period=_HOUR, amount=amount)] if address and most else []

    def _take(self, wanted: Sequence[Allowance]) -> Refusal | None:
        return self._store.take(wanted, self._clock()) if wanted else None

    def _charge(self, taken: Sequence[Allowance]) -> None:
        """Nobody is told that it failed: what it is about has happened."""
        try:
            if taken:
                self._store.charge(taken, self._clock())
        except StorageError as error:
            logger.warning("what was used is not counted: %s", error)


def _told(kind: type[LimitError], refusal: Refusal) -> LimitError:
    return kind(**_facts(refusal))


def _facts(refusal: Refusal) -> dict[str, int]:
    allowance = refusal.allowance
    return {
        "allowed": allowance.most,
        "period": round(allowance.period.total_seconds()),
        "retry_after": math.ceil(refusal.wait.total_seconds()),
    }
