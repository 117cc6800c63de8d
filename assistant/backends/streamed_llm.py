"""A completion model that is only ever streamed: a whole answer is its pieces put together."""

from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseLLM
from langchain_core.outputs import LLMResult


class StreamedLLM(BaseLLM):
    """Subclasses give `_astream`."""

    async def _agenerate(
        self,
        prompts: list[str],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,  # noqa: ANN401  # langchain's signature
    ) -> LLMResult:
        generations = []
        for prompt in prompts:
            chunks = [chunk async for chunk in self._astream(prompt, stop, run_manager, **kwargs)]
            whole = chunks[0]
            for chunk in chunks[1:]:
                whole += chunk
            generations.append([whole])
        return LLMResult(generations=generations)

    def _generate(
        self,
        prompts: list[str],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,  # noqa: ANN401  # langchain's signature
    ) -> LLMResult:
        raise NotImplementedError("this model is asynchronous: use ainvoke or astream")
