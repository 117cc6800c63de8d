"""One model that takes messages, made of several servers that serve the same: see `replicated_model`."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGenerationChunk
from langchain_core.runnables import RunnableConfig
from pydantic import Field

from assistant.backends.replication.failover import Failover
from assistant.backends.replication.replicated_model import CONVERSATION_ID
from assistant.backends.streamed import StreamedChatModel


class ReplicatedChatModel(StreamedChatModel):
    """Options, chunks and errors are the replicas' own."""

    failover: Failover[BaseChatModel] = Field(exclude=True, repr=False)

    @property
    def _llm_type(self) -> str:
        return "replicated-chat"

    async def aclose(self) -> None:
        """The replicas' models are closed by whoever made them."""
        await self.failover.aclose()

    def get_num_tokens(self, text: str) -> int:
        """Blocks: call in a worker thread."""
        return self.failover.ask(lambda model: model.get_num_tokens(text))

    def astream(
        self,
        input: LanguageModelInput,  # noqa: A002  # langchain's name
        config: RunnableConfig | None = None,
        *,
        stop: list[str] | None = None,
        **kwargs: Any,  # noqa: ANN401  # langchain's signature
    ) -> AsyncIterator[AIMessageChunk]:
        # langchain-core gives a chat model's `_astream` no run manager, so that the metadata takes this way.
        metadata = (config or {}).get("metadata") or {}
        return super().astream(input, config, stop=stop, **{CONVERSATION_ID: metadata.get(CONVERSATION_ID)}, **kwargs)

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,  # noqa: ANN401  # langchain's signature
    ) -> AsyncIterator[ChatGenerationChunk]:
        conversation_id = kwargs.pop(CONVERSATION_ID, None)
        chunks = self.failover.stream(
            conversation_id, lambda model: model._astream(messages, stop, run_manager, **kwargs)
        )
        async with aclosing(chunks):
            async for chunk in chunks:
                yield chunk
