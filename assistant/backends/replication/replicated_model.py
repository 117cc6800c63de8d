"""One completion model made of several servers that serve the same: a conversation stays with one while it is well."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun
from langchain_core.language_models import BaseLLM
from langchain_core.outputs import GenerationChunk
from pydantic import Field

from assistant.backends.replication.failover import Failover
from assistant.backends.streamed import StreamedLLM

CONVERSATION_ID = "conversation_id"
"""In the metadata of langchain's config. Without it, the first healthy replica answers."""


class ReplicatedModel(StreamedLLM):
    """Options, chunks and errors are the replicas' own."""

    failover: Failover[BaseLLM] = Field(exclude=True, repr=False)

    @property
    def _llm_type(self) -> str:
        return "replicated"

    async def aclose(self) -> None:
        """The replicas' models are closed by whoever made them."""
        await self.failover.aclose()

    def get_num_tokens(self, text: str) -> int:
        """Blocks: call in a worker thread."""
        return self.failover.ask(lambda model: model.get_num_tokens(text))

    async def _astream(
        self,
        prompt: str,
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,  # noqa: ANN401  # langchain's signature
    ) -> AsyncIterator[GenerationChunk]:
        metadata = (run_manager.metadata if run_manager else None) or {}
        chunks = self.failover.stream(
            metadata.get(CONVERSATION_ID), lambda model: model._astream(prompt, stop, run_manager, **kwargs)
        )
        async with aclosing(chunks):
            async for chunk in chunks:
                yield chunk
