"""A language model that says numbered words, so that one which is lost or said twice is seen."""

import asyncio
import random
from collections.abc import AsyncIterator
from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseLLM
from langchain_core.outputs import GenerationChunk, LLMResult


class WordyModel(BaseLLM):
    """Short answers mostly, some of several seconds."""

    pace: float = 0.004
    """Seconds before each word."""
    lengths: tuple[int, ...] = (1, 5, 20, 60, 150, 400, 1200)
    """In words; one of them for each answer."""

    @property
    def _llm_type(self) -> str:
        return "wordy"

    async def _astream(
        self,
        prompt: str,
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[GenerationChunk]:
        length = random.choice(self.lengths)
        for number in range(length):
            await asyncio.sleep(self.pace)
            yield GenerationChunk(text=f" word{number}")
        info = {"finish_reason": "stop", "prompt_tokens": 11, "completion_tokens": length}
        yield GenerationChunk(text="", generation_info=info)

    def _generate(
        self,
        prompts: list[str],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> LLMResult:
        raise NotImplementedError("the app streams")

    def get_token_ids(self, text: str) -> list[int]:
        # A token a line, so that the prompt's window never ends a conversation.
        return [0] * (text.count("\n") + 1)
