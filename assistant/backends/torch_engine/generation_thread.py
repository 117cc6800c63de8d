"""The one thread that touches the model. What goes wrong with one request ends that request alone."""

import logging
import threading
from collections.abc import Callable

import torch

from assistant.backends.torch_engine.fair_queue import FairQueue, Work
from assistant.backends.torch_engine.kv_memory import KvMemory
from assistant.errors import AssistantError, EngineError, EngineUnavailableError

logger = logging.getLogger(__name__)

MAX_ACTIVE = 4
"""Requests that take turns; the others wait. More would only make each of them slower."""


class GenerationThread:
    """Runs until closed. `on_crash` is called in the thread when it ends any other way."""

    def __init__(self, memory: KvMemory, on_crash: Callable[[], None], max_active: int = MAX_ACTIVE) -> None:
        self._memory = memory
        self._on_crash = on_crash
        self._queue = FairQueue(max_active)
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
                    if self._is_done(work):
                        self._queue.leave(work)
        except BaseException as error:
            logger.exception("the generation thread has ended")
            fault = f"the model has crashed: {type(error).__name__}"
            self._on_crash()
        finally:
            self._queue.close()
            for work in self._queue.left_over():
                work.fail(EngineUnavailableError(fault=fault))

    def _is_done(self, work: Work) -> bool:
        try:
            return work.step()
        except torch.AcceleratorError:
            # An assertion on the device: nothing can be computed in this process any more.
            raise
        except AssistantError as error:
            work.fail(error)
        except Exception as error:
            if not _is_out_of_memory(error):
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


def _is_out_of_memory(error: Exception) -> bool:
    # CUDA has a class for it; the CPU's allocator and Apple's raise RuntimeError with words.
    words = ("out of memory", "can't allocate memory", "not enough memory")
    said = isinstance(error, RuntimeError) and any(word in str(error) for word in words)
    return said or isinstance(error, torch.OutOfMemoryError | MemoryError)
