"""From a prompt to the visible text of its answer, piece by piece, and how the answer ended.

Works with any langchain-core language model; knows nothing of runs, storage or pages.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import aclosing
from typing import Any, cast
from uuid import UUID

from langchain_core.callbacks import AsyncCallbackHandler
from langchain_core.language_models import BaseLanguageModel
from langchain_core.messages import BaseMessage
from langchain_core.outputs import ChatGenerationChunk, GenerationChunk, LLMResult
from langchain_core.prompt_values import PromptValue

from assistant.conversation import GenerationOptions
from assistant.generation.answer_text import AnswerText
from assistant.generation.prompt_reading import read_fraction
from assistant.generation.stop_rules import StopRule


class AnswerStream:
    """Iterate once; the pieces follow `beginning`.

    `finish_reason` and the token counts are known after the end; the counts are None where the engine did not tell, as
    when a stop rule ended the stream before the engine did.
    """

    def __init__(
        self,
        model: BaseLanguageModel[Any],
        prompt: PromptValue,
        options: GenerationOptions,
        stops: Sequence[StopRule],
        reply_lead: str,
        conversation_id: str = "",
        beginning: str = "",
        on_read: Callable[[float], None] = lambda fraction: None,
    ) -> None:
        """`on_read`: of the prompt, 0 to 1, where the engine tells."""
        self._model = model
        self._prompt = prompt
        self._on_read = on_read
        self._options = options
        self._stops = stops
        self._visible = AnswerText(reply_lead, stops, beginning)
        self.beginning = self._visible.beginning
        """Of the text that is gone on with: all but what the pieces bring again."""
        # So that a conversation stays with the replica whose cache knows it.
        self._about = {"conversation_id": conversation_id}
        self.finish_reason = "stop"
        self.prompt_tokens: int | None = None
        self.completion_tokens: int | None = None

    async def __aiter__(self) -> AsyncIterator[str]:
        ending = _Beside(self._on_read)
        # Only rules that hold everywhere go to the engine: it knows nothing of code fences.
        everywhere = [rule.text for rule in self._stops if rule.inside_code]
        pieces = self._model.astream(
            self._prompt,
            {"callbacks": [ending], "metadata": self._about},
            stop=everywhere,
            **self._options.model_dump(),
        )
        async with aclosing(cast("Any", pieces)):
            async for piece in pieces:
                if shown := self._visible.feed(piece.text if isinstance(piece, BaseMessage) else str(piece)):
                    yield shown
                if self._visible.stopped:
                    return
        if rest := self._visible.finish():
            yield rest
        self.finish_reason = ending.info.get("finish_reason") or "stop"
        self.prompt_tokens = ending.info.get("prompt_tokens")
        self.completion_tokens = ending.info.get("completion_tokens")


class _Beside(AsyncCallbackHandler):
    """Receives what is told beside the text, of the reading and with the last chunk; `astream` gives text alone."""

    def __init__(self, on_read: Callable[[float], None]) -> None:
        self._on_read = on_read
        self.info: dict[str, Any] = {}

    async def on_llm_new_token(
        self,
        token: str | list[str | dict[str, Any]],
        *,
        chunk: GenerationChunk | ChatGenerationChunk | None = None,
        run_id: UUID,
        **_: object,
    ) -> None:
        fraction = None if token else read_fraction(chunk)
        if fraction is not None:
            self._on_read(fraction)

    async def on_llm_end(self, response: LLMResult, *, run_id: UUID, **_: object) -> None:
        self.info = response.generations[0][0].generation_info or {}
