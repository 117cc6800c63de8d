"""An engine that says words at a pace, and the two chat pages that are compared on it, each a process of its own.

python -m benchmarks.paced engine WORDS PACE            prints the engine's address; seconds between words
python -m benchmarks.paced app PORT ADDRESS DATA        this app
python -m benchmarks.paced bare PORT ADDRESS MESSAGES   gr.ChatInterface with the openai client, and nothing else; it
                                                        opens with a conversation of so many messages
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import gradio as gr
import openai

import app
from assistant.backends.openai_protocol.completions import OpenAICompletions
from assistant.engine import LoadedModel, Report
from assistant.model_catalog import ModelCard, card_for
from assistant.settings import Settings
from benchmarks.long_conversations import turns
from tests.fakes.engine_script import Answer
from tests.fakes.fake_engine import WINDOW, FakeEngine


def words(count: int) -> tuple[str, ...]:
    return tuple(f" word{number}." for number in range(count))


class PacedLoader:
    """Implements `assistant.engine.ModelLoader`."""

    def __init__(self, address: str) -> None:
        self.card: ModelCard = card_for("smollm2-135m-instruct")
        self._address = address

    async def load(self, report: Report) -> LoadedModel:
        model = OpenAICompletions(base_url=self._address, model_name="paced")
        return LoadedModel(language_model=model, card=self.card, revision="paced", context_window=WINDOW)

    async def warm(self, prefix: str) -> None:
        """Nothing to read."""

    async def close(self) -> None:
        """Nothing to close."""


async def serve_engine(count: int, pace: float) -> None:
    async with FakeEngine(Answer(pieces=words(count), pace=pace)) as engine:
        print(engine.url, flush=True)
        await asyncio.Event().wait()


def serve_app(port: int, address: str, data: Path) -> None:
    # A prompt of a few words: the fake engine counts bytes, and the prompt is not what is measured.
    unlimited: dict[str, Any] = {"turns_per_minute": 0, "turns_per_day": 0, "tokens_per_day": 0}
    app.run(Settings(port=port, data_dir=data, prompt="chat/chatml", **unlimited), PacedLoader(address))


def serve_bare(port: int, address: str, messages: int) -> None:
    client = openai.AsyncOpenAI(base_url=f"{address}/v1", api_key="none")

    async def answer(message: str, history: object) -> AsyncIterator[str]:
        text = ""
        stream = await client.completions.create(model="paced", prompt=message, stream=True)
        async for event in stream:
            if event.choices:
                text += event.choices[0].text
                yield text

    said = [{"role": role, "content": text} for role, text in turns(messages)]
    gr.ChatInterface(answer, chatbot=gr.Chatbot(value=said)).launch(server_port=port, quiet=True)


def main() -> None:
    match sys.argv[1:]:
        case ["engine", count, pace]:
            asyncio.run(serve_engine(int(count), float(pace)))
        case ["app", port, address, data]:
            serve_app(int(port), address, Path(data))
        case ["bare", port, address, messages]:
            serve_bare(int(port), address, int(messages))
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main()
