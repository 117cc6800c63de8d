"""How much of a prompt the engine has read, told by those that know it.

It goes beside the stream, through langchain's callbacks: as a chunk it would be part of the answer. A chat model has no
such way, since langchain-core gives its stream no run manager.
"""

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun
from langchain_core.outputs import ChatGenerationChunk, GenerationChunk

_READ = "prompt_read"


async def tell_read(run_manager: AsyncCallbackManagerForLLMRun | None, done: int, total: int) -> None:
    """Of `total` tokens that are new to the engine, `done` have been read."""
    if run_manager and total > 0:
        chunk = GenerationChunk(text="", generation_info={_READ: min(1.0, done / total)})
        await run_manager.on_llm_new_token("", chunk=chunk)


def read_fraction(chunk: GenerationChunk | ChatGenerationChunk | None) -> float | None:
    """0 to 1; None for a chunk that tells of something else."""
    fraction = ((chunk.generation_info if chunk else None) or {}).get(_READ)
    return fraction if isinstance(fraction, float) else None
