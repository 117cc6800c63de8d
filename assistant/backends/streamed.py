"""Language models that are only ever streamed: a whole answer is its pieces put together."""

from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, BaseLLM
from langchain_core.language_models.chat_models import agenerate_from_stream
from langchain_core.messages import BaseMessage
from langchain_core.outputs import ChatResult, LLMResult

_ONLY_ASYNC = "this model is asynchronous: use ainvoke or astream"


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
        raise NotImplementedError(_ONLY_ASYNC)


class StreamedChatModel(BaseChatModel):
    """Subclasses give `_astream`."""

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,  # noqa: ANN401  # langchain's signature
    ) -> ChatResult:
        return await agenerate_from_stream(self._astream(messages, stop, run_manager, **kwargs))

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,  # noqa: ANN401  # langchain's signature
    ) -> ChatResult:
        raise NotImplementedError(_ONLY_ASYNC)
