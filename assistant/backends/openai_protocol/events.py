"""The events of one streamed answer, of completions and of messages: its text, how it ended, what it cost."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any, TypeVar

import openai
from langchain_core.callbacks import AsyncCallbackManagerForLLMRun
from openai.types import Completion
from openai.types.chat import ChatCompletionChunk

from assistant.backends.answer_room import answer_room
from assistant.backends.openai_protocol.errors import translated
from assistant.errors.engine import EngineProtocolError
from assistant.generation.prompt_reading import tell_read

Event = TypeVar("Event", Completion, ChatCompletionChunk)


async def pieces(
    opening: Awaitable[openai.AsyncStream[Event]],
    text_of: Callable[[Event], str | None],
    ending: dict[str, Any],
    max_new_tokens: int | None,
    run_manager: AsyncCallbackManagerForLLMRun | None = None,
) -> AsyncGenerator[str]:
    """Pieces of text, none of them empty; how the answer ended is in `ending` afterwards.

    A server that does not keep to `max_new_tokens` is cut off, with finish reason "length", before it can fill the
    memory. Raises EngineError and its kinds, MessageTooLongError.
    """
    room = answer_room(max_new_tokens)
    with translated():
        async with await opening as stream:
            async for event in stream:
                _note(event, ending)
                await _tell_of_reading(event, run_manager)
                if not (text := event.choices and text_of(event)):
                    continue
                room -= len(text)
                if room < 0:
                    ending["finish_reason"] = "length"
                    return
                yield text
    if "finish_reason" not in ending:
        raise EngineProtocolError(fault="the stream ended without a finish reason")


async def _tell_of_reading(
    event: Completion | ChatCompletionChunk, run_manager: AsyncCallbackManagerForLLMRun | None
) -> None:
    """llama.cpp's word on its way through a prompt; of what it remembers from before, nothing has to be read."""
    if progress := (event.model_extra or {}).get("prompt_progress"):
        remembered = int(progress["cache"])
        await tell_read(run_manager, int(progress["processed"]) - remembered, int(progress["total"]) - remembered)


def _note(event: Completion | ChatCompletionChunk, ending: dict[str, Any]) -> None:
    """The client checks no types: an event of another shape raises some error here, which `translated` knows."""
    if event.usage:
        details = event.usage.prompt_tokens_details
        ending["prompt_tokens"] = int(event.usage.prompt_tokens)
        ending["completion_tokens"] = int(event.usage.completion_tokens)
        ending["cached_tokens"] = int((details.cached_tokens if details else None) or 0)
    if event.choices and event.choices[0].finish_reason:
        ending["finish_reason"] = str(event.choices[0].finish_reason)
