"""Every error and every state has its sentence, and every sentence can be filled in."""

import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant import errors
from assistant.engine import EngineStage
from assistant.errors import AssistantError, ErrorReport
from assistant.run_update import RunStage
from assistant.wording import Wording

ASSISTANT = Path(errors.__file__).parent
KEY = re.compile(r"""\b(?:t|wording|self\._t|_notice)\(\s*["']([a-z_]+\.[a-z_]+)["']""")


def every_error(root: type[AssistantError] = AssistantError) -> Iterator[type[AssistantError]]:
    yield root
    for kind in root.__subclasses__():
        yield from every_error(kind)


@pytest.mark.parametrize("kind", list(every_error()), ids=lambda kind: kind.code)
def test_every_error_has_a_sentence(kind: type[AssistantError]) -> None:
    if kind is not errors.ConflictError:
        assert f"error.{kind.code}" in Wording().sentences


def test_an_error_older_than_its_sentence_can_still_be_told() -> None:
    assert "?" in Wording().error(ErrorReport("message_too_long", retryable=False))


def test_an_unknown_error_gets_the_general_sentence() -> None:
    assert Wording().error(ErrorReport("from_the_future", retryable=False)) == Wording()("error.error")


def test_every_key_that_code_and_templates_name_exists() -> None:
    sources = [*ASSISTANT.rglob("*.py"), *ASSISTANT.rglob("*.jinja")]
    named = {key for source in sources for key in KEY.findall(source.read_text("utf-8"))}
    assert len(named) > 30
    assert named <= set(Wording().sentences)


def test_every_stage_has_a_sentence() -> None:
    sentences = Wording().sentences
    assert {f"engine.{stage}" for stage in EngineStage} <= set(sentences)
    assert {f"status.{stage}" for stage in RunStage} <= set(sentences)


def test_sentences_are_well_formed() -> None:
    for sentence in Wording().sentences.values():
        list(string.Formatter().parse(sentence))
