"""Asking one of several replicas, and the next when that one is away or broken. Knows nothing of what is asked."""

import asyncio
import logging
import random
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from assistant.backends.patience import USUAL_PATIENCE
from assistant.backends.replication.replicas import Replicas
from assistant.errors.engine import EngineError, EngineProtocolError, EngineTimeoutError, EngineUnavailableError
from assistant.generation.deadlines import Deadlines, seconds_left, within

logger = logging.getLogger(__name__)

Model = TypeVar("Model")
_Piece = TypeVar("_Piece")
_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True)
class Replica(Generic[Model]):
    name: str
    """For the log, and for choosing: it must be the same after a restart."""
    model: Model
    probe: Callable[[], Awaitable[object]]
    """Raises while the replica cannot take a conversation; ends by itself, whatever the replica does."""


class Failover(Generic[Model]):
    """`away` names replicas that were found so just now; `patience` is with a single one.

    Close it: probes may be running.
    """

    def __init__(
        self,
        replicas: Sequence[Replica[Model]],
        away: Collection[str] = (),
        clock: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,
        patience: Deadlines = USUAL_PATIENCE.with_a_replica,
    ) -> None:
        self._patience = patience
        self._replicas = {replica.name: replica for replica in replicas}
        self._health = Replicas(self._replicas, clock, chance)
        for name in away:
            self._health.failed(name)
        self._probes: set[asyncio.Task[None]] = set()

    async def stream(
        self, conversation_id: str | None, ask: Callable[[Model], AsyncIterator[_Piece]]
    ) -> AsyncGenerator[_Piece]:
        """The conversation's replica; the next one while it cannot be reached, or fails, before the first piece.

        After the first piece another replica's answer would be another answer: the error is raised. One that is silent
        for too long is left alone, and EngineUnavailableError raised: whoever asks again gets another one, with as much
        time. What no replica can answer is taken for the question's fault.
        """
        fault: EngineError | None = None
        broken: dict[str, EngineError] = {}
        for name in await self._choices(conversation_id):
            is_answering = False
            try:
                async with aclosing(within(self._patience, ask(self._replicas[name].model))) as pieces:
                    async for piece in pieces:
                        if not is_answering:
                            is_answering = True
                            self._health.answered(name)
                            for other, error in broken.items():
                                self._leave_alone(other, error)
                        yield piece
                return
            except EngineTimeoutError as error:
                self._leave_alone(name, error)
                if is_answering:
                    raise
                raise EngineUnavailableError(fault="timed out") from error
            except EngineError as error:
                if not _is_its_own(error):
                    raise
                if is_answering or isinstance(error, EngineUnavailableError):
                    self._leave_alone(name, error)
                else:
                    broken[name] = error
                if is_answering:
                    raise
                fault = error
        raise fault or self._none_is_well()

    def ask(self, ask: Callable[[Model], _Answer]) -> _Answer:
        """Any replica, the healthy ones first, while somebody waits. Blocks as long as `ask`; for worker threads."""
        healthy = self._health.order(None)
        fault: EngineError | None = None
        # What is asked here comes before a conversation's turn, and must not wait for the probe that the turn starts.
        for name in [*healthy, *(name for name in self._replicas if name not in healthy)]:
            try:
                return ask(self._replicas[name].model)
            except EngineError as error:
                # Where nobody waits any more it was cut short, and says nothing of how the replica is.
                if not _is_its_own(error) or not seconds_left():
                    raise
                if isinstance(error, EngineUnavailableError):
                    self._leave_alone(name, error)
                fault = error
        raise fault or self._none_is_well()

    async def aclose(self) -> None:
        for probe in self._probes:
            probe.cancel()
        await asyncio.gather(*self._probes, return_exceptions=True)

    async def _choices(self, conversation_id: str | None) -> list[str]:
        """Probes run beside the question, unless no replica is healthy: then the first that is well is waited for."""
        for name in self._health.take_due():
            probe = asyncio.create_task(self._probe(self._replicas[name]), name=f"probe-{name}")
            self._probes.add(probe)
            probe.add_done_callback(self._probes.discard)
        while not (choices := self._health.order(conversation_id)) and self._probes:
            await asyncio.wait(self._probes, return_when=asyncio.FIRST_COMPLETED)
        return choices

    async def _probe(self, replica: Replica[Any]) -> None:
        try:
            await replica.probe()
        except EngineUnavailableError as error:
            self._leave_alone(replica.name, error)
        except Exception as error:
            # Whatever it is, a replica that cannot be probed is not well.
            logger.warning("replica %s: its probe failed: %r", replica.name, error)
            self._health.failed(replica.name)
        else:
            logger.info("replica %s is back", replica.name)
            self._health.recovered(replica.name)

    def _leave_alone(self, name: str, error: EngineError) -> None:
        logger.warning("replica %s: %s", name, error)
        told = error.facts.get("retry_after")
        self._health.failed(name, float(told) if isinstance(told, int | float) else None)

    def _none_is_well(self) -> EngineUnavailableError:
        return EngineUnavailableError(fault="none of its servers answers", retry_after=self._health.seconds_to_wait())


def _is_its_own(error: EngineError) -> bool:
    """Whether another replica may do better: not where the question or the key is refused."""
    return type(error) is EngineError or isinstance(error, EngineUnavailableError | EngineProtocolError)
