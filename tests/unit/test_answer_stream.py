"""From a language model to the text that a person sees, and how the answer ended."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
from langchain_core.callbacks import AsyncCallbackManagerForLLMRun
from langchain_core.language_models import BaseLLM
from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage
from langchain_core.outputs import GenerationChunk, LLMResult
from pydantic import PrivateAttr

from assistant.conversation import GenerationOptions, Role
from assistant.errors.engine import EngineUnavailableError
from assistant.generation.answer_stream import AnswerStream
from assistant.generation.stop_rules import StopRule
from assistant.prompting.prompt_value import TranscriptPromptValue, prompt_value
from assistant.prompting.transcript import Turn

PROMPT: TranscriptPromptValue = prompt_value("Say:\n\nHuman: One?\n\nAssistant:", "Say:", [Turn(Role.USER, "One?")])
STOPS = (StopRule("\nHuman:"), StopRule("\n\nHuman: ", inside_code=True), StopRule("<|end|>", inside_code=True))


class TellingModel(BaseLLM):
    """Says its pieces, raises where one is an exception, and tells `info` with the last chunk."""

    pieces: Sequence[Any]
    info: dict[str, Any] = {}  # noqa: RUF012  # pydantic copies it
    _asked: dict[str, Any] = PrivateAttr(default_factory=dict)
    _ended_after: list[int] = PrivateAttr(default_factory=list)

    @property
    def asked(self) -> dict[str, Any]:
        return self._asked

    @property
    def ended_after(self) -> list[int]:
        """Pieces that were taken, for each stream that has ended."""
        return self._ended_after

    @property
    def _llm_type(self) -> str:
        return "telling"

    async def _astream(
        self,
        prompt: str,
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[GenerationChunk]:
        self._asked = {"prompt": prompt, "stop": stop, **kwargs}
        taken = 0
        try:
            for piece in self.pieces:
                taken += 1
                if isinstance(piece, Exception):
                    raise piece
                yield GenerationChunk(text=piece)
            yield GenerationChunk(text="", generation_info=self.info)
        finally:
            self._ended_after.append(taken)

    def _generate(self, prompts: list[str], *_: Any, **__: Any) -> LLMResult:
        raise NotImplementedError("the app streams")


def stream_of(model: Any, options: GenerationOptions | None = None) -> AnswerStream:
    return AnswerStream(model, PROMPT, options or GenerationOptions(), STOPS, " ")


async def test_pieces_come_through_as_they_arrive_without_the_lead() -> None:
    stream = stream_of(TellingModel(pieces=[" One", " two", ".\n"]))
    assert [piece async for piece in stream] == ["One", " two", "."]


async def test_what_was_held_back_comes_at_the_end() -> None:
    stream = stream_of(TellingModel(pieces=[" One", "\nHuma"]))
    assert [piece async for piece in stream] == ["One", "\nHuma"]


async def test_an_engines_ending_is_told() -> None:
    info = {"finish_reason": "length", "prompt_tokens": 9, "completion_tokens": 2}
    stream = stream_of(TellingModel(pieces=[" One"], info=info))
    assert "".join([piece async for piece in stream]) == "One"
    assert (stream.finish_reason, stream.prompt_tokens, stream.completion_tokens) == ("length", 9, 2)


@pytest.mark.parametrize("info", [{}, {"finish_reason": None}])
async def test_an_engine_that_tells_nothing_has_stopped(info: dict[str, Any]) -> None:
    stream = stream_of(TellingModel(pieces=[" One"], info=info))
    assert [piece async for piece in stream] == ["One"]
    assert (stream.finish_reason, stream.prompt_tokens, stream.completion_tokens) == ("stop", None, None)


async def test_a_stop_rule_closes_the_models_stream() -> None:
    model = TellingModel(pieces=[" One", "\nHum", "an: and", " never", " read"], info={"finish_reason": "length"})
    stream = stream_of(model)
    assert [piece async for piece in stream] == ["One"]
    assert model.ended_after == [3]
    assert (stream.finish_reason, stream.completion_tokens) == ("stop", None)


async def test_only_rules_that_hold_in_code_go_to_the_engine() -> None:
    model = TellingModel(pieces=[" One"])
    assert [piece async for piece in stream_of(model)] == ["One"]
    assert model.asked["stop"] == ["\n\nHuman: ", "<|end|>"]


async def test_the_model_gets_the_transcript_and_every_option() -> None:
    model = TellingModel(pieces=[" One"])
    options = GenerationOptions(temperature=0.7, seed=42)
    assert [piece async for piece in stream_of(model, options)] == ["One"]
    assert model.asked.items() >= {"prompt": PROMPT.text, **options.model_dump()}.items()


async def test_an_error_of_the_engine_comes_through_after_the_text_before_it() -> None:
    pieces: list[str] = []
    with pytest.raises(EngineUnavailableError):
        async for piece in stream_of(TellingModel(pieces=[" One", EngineUnavailableError()])):
            pieces.append(piece)
    assert pieces == ["One"]


async def test_a_model_that_takes_messages_gives_its_text_too() -> None:
    stream = stream_of(GenericFakeChatModel(messages=iter([AIMessage(" One two.\nHuman: three")])))
    assert "".join([piece async for piece in stream]) == "One two."
