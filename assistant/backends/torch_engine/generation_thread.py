"""The one thread that touches the model. What goes wrong with one request ends that request alone."""

import logging
import threading
from collections.abc import Callable, Mapping
from functools import partial
from typing import Protocol

import torch

from assistant.backends.torch_engine.causal_model import CausalModel, Reading
from assistant.backends.torch_engine.fair_queue import FairQueue
from assistant.backends.torch_engine.kv_memory import KvMemory
from assistant.backends.torch_engine.out_of_memory import is_out_of_memory
from assistant.errors.engine import EngineError, EngineUnavailableError
from assistant.errors.root import AssistantError

logger = logging.getLogger(__name__)


class Work(Protocol):
    """Text to be read by the model in small steps, those that wait for one token each taken together."""

    def unread(self) -> Reading | None:
        """What there is to read now; None when nothing more will be."""

    def take(self, logits: torch.Tensor) -> bool:
        """Scores after a part of it, or all. True when nothing more will be read."""

    def fail(self, error: AssistantError) -> None:
        """Nothing more will be done."""


class GenerationThread:
    """Runs until closed. `on_crash` is called in the thread when it ends any other way.

    At most `max_active` take turns, the others wait.
    """

    def __init__(self, model: CausalModel, memory: KvMemory, on_crash: Callable[[], None], max_active: int) -> None:
        self._model = model
        self._memory = memory
        self._on_crash = on_crash
        self._queue = FairQueue[Work](max_active)
        self._told: set[type[Exception]] = set()
        # A daemon: an app that ends without closing it must not hang.
        self._thread = threading.Thread(target=self._run, name="generation", daemon=True)
        self._thread.start()

    def submit(self, work: Work) -> None:
        """Raises EngineUnavailableError when the thread takes no more."""
        if not self._queue.join(work):
            raise EngineUnavailableError(fault="the model has stopped")

    def close(self) -> None:
        """End after the current step; what is not done fails. Waits for the thread."""
        self._queue.close()
        self._thread.join()

    def _run(self) -> None:
        fault = "the model is being closed"
        try:
            with torch.inference_mode():
                while work := self._queue.next():
                    self._step(work)
        except BaseException as error:
            logger.exception("the generation thread has ended")
            fault = f"the model has crashed: {type(error).__name__}"
            self._on_crash()
        finally:
            self._queue.close()
            for work in self._queue.left_over():
                work.fail(EngineUnavailableError(fault=fault))

    def _step(self, work: Work) -> None:
        """One for this work; where that is one token, one for all others that wait for one token too."""
        reading = self._wish(work)
        if reading is None:
            return
        if len(reading.ids) == 1 and self._model.reads_together:
            wishes = {other: self._wish(other) for other in self._queue.others(work)}
            alike = {other: wish for other, wish in wishes.items() if wish and len(wish.ids) == 1}
            if alike and self._read_together({work: reading, **alike}):
                return
        part = Reading(reading.ids[: self._model.chunk], reading.cache)
        self._guard(work, lambda: work.take(self._model.read(part)))

    def _wish(self, work: Work) -> Reading | None:
        found: list[Reading] = []

        def ask() -> bool:
            found.extend([reading] if (reading := work.unread()) else [])
            return not found

        self._guard(work, ask)
        return found[0] if found else None

    def _read_together(self, turn: Mapping[Work, Reading]) -> bool:
        """False when something went wrong with one of them, which is found by reading for each alone."""
        try:
            scores = self._model.read_together(list(turn.values()))
        except torch.AcceleratorError:
            raise
        except Exception as error:
            # With a model that cannot do it this comes with every step: said once, or the log would be full of it.
            if type(error) not in self._told:
                self._told.add(type(error))
                logger.exception("a step for several has failed, and such steps are tried one by one")
            return False
        self._queue.had_turn(list(turn))
        for work, logits in zip(turn, scores, strict=True):
            self._guard(work, partial(work.take, logits))
        return True

    def _guard(self, work: Work, step: Callable[[], bool]) -> None:
        """It leaves when its step was the last, or failed."""
        if self._is_done(work, step):
            self._queue.leave(work)

    def _is_done(self, work: Work, step: Callable[[], bool]) -> bool:
        try:
            return step()
        except torch.AcceleratorError:
            # An assertion on the device: nothing can be computed in this process any more.
            raise
        except AssistantError as error:
            work.fail(error)
        except Exception as error:
            if not is_out_of_memory(error):
                logger.exception("a step has failed")
                work.fail(EngineError(fault=type(error).__name__))
            elif self._made_room():
                return False
            else:
                logger.warning("out of memory: %s", error)
                work.fail(EngineUnavailableError(fault="out of memory"))
        return True

    def _made_room(self) -> bool:
        """Whether the step is worth another try."""
        freed = self._memory.forget()
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
        return freed
