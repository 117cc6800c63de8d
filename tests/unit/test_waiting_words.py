"""While an answer has no word yet, the page says what is being waited for."""

import pytest

from assistant.conversation import MessageStatus
from assistant.run_update import RunStage, RunUpdate
from assistant.ui.fragments import Fragments
from assistant.wording import Wording
from tests.fakes.scripted_model import CARD


def shown(stage: RunStage, **facts: object) -> str:
    update = RunUpdate(run_id="r", answer_id="a", stage=stage, status=MessageStatus.STREAMING, **{"text": "", **facts})  # type: ignore[arg-type]  # by name
    return Fragments(Wording(), lambda: CARD).answer(update)


@pytest.mark.parametrize(
    ("stage", "facts", "words"),
    [
        (RunStage.WAITING, {}, "Waiting for the model."),
        (RunStage.QUEUED, {"place": 3}, "number 3 in the line"),
        (RunStage.READING, {}, "Reading the question…"),
        (RunStage.READING, {"read": 0.0}, "Reading the prompt: 0 %"),
        (RunStage.READING, {"read": 0.999}, "Reading the prompt: 99 %"),
        (RunStage.READING, {"read": 1.0}, "Thinking…"),
    ],
)
def test_each_stage_is_said_in_words(stage: RunStage, facts: dict[str, object], words: str) -> None:
    assert words in shown(stage, **facts)


def test_with_the_first_word_nothing_is_waited_for() -> None:
    assert "waiting" not in shown(RunStage.READING, read=1.0, text="Hi")
