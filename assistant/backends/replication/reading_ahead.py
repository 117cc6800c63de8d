"""Having one engine or several read the start of every prompt before the first question comes."""

import asyncio
import logging
from collections.abc import Coroutine, Mapping
from typing import Any

from assistant.errors.engine import EngineError

logger = logging.getLogger(__name__)


async def read_ahead(readings: Mapping[str, Coroutine[Any, Any, None]]) -> None:
    """By the engines' names or addresses, all at once. It only saves time: a failure is no failure."""
    answers = await asyncio.gather(*readings.values(), return_exceptions=True)
    for name, answer in zip(readings, answers, strict=True):
        if isinstance(answer, EngineError):
            logger.warning("%s has not read the prompt's start: %s", name, answer)
        elif isinstance(answer, BaseException):
            raise answer
