"""An answer made once more with the same seed: found among the versions, and compared."""

from dataclasses import replace
from datetime import UTC, datetime

from assistant.conversation import GenerationOptions, Message, MessageStatus, Provenance, Role
from assistant.rerun import Rerun, rerun_of

MADE = Provenance(
    model="m",
    model_revision="r",
    prompt_id="p",
    prompt_sha256="0",
    prompt_text_sha256="1",
    options=GenerationOptions(seed=7),
    turns_dropped=0,
    prompt_tokens=1,
    completion_tokens=1,
    finish_reason="stop",
    first_token_seconds=0.1,
    seconds=1.0,
)
FIRST = Message(
    id="first",
    conversation_id="c",
    parent_id="q",
    role=Role.ASSISTANT,
    text="Hi",
    status=MessageStatus.COMPLETE,
    created_at=datetime(2026, 11, 24, tzinfo=UTC),
    provenance=MADE,
)
AGAIN = replace(FIRST, id="again", provenance=MADE.model_copy(update={"seconds": 9.0}))


def made_with(**changes: object) -> Message:
    return replace(AGAIN, provenance=MADE.model_copy(update=changes))


def compared(again: Message, first: Message = FIRST) -> Rerun | None:
    return rerun_of([replace(first, id="other", provenance=None), first, again], again)


def test_the_same_way_and_the_same_text_is_the_same() -> None:
    assert compared(AGAIN) == Rerun(2, is_same=True)


def test_another_text_is_said_to_differ() -> None:
    assert compared(replace(AGAIN, text="Hi.")) == Rerun(2, is_same=False)


def test_the_first_of_two_repeats_nothing() -> None:
    assert rerun_of([FIRST, AGAIN], FIRST) is None


def test_another_way_is_not_compared() -> None:
    assert compared(made_with(options=GenerationOptions(seed=8))) is None
    assert compared(made_with(model_revision="r2")) is None
    assert compared(made_with(prompt_text_sha256="2")) is None
    assert compared(made_with(continued_from="a")) is None


def test_an_answer_that_was_cut_short_is_not_compared() -> None:
    assert compared(replace(AGAIN, status=MessageStatus.STOPPED)) is None
    assert compared(AGAIN, replace(FIRST, status=MessageStatus.INTERRUPTED)) is None
    assert compared(replace(AGAIN, provenance=None)) is None
