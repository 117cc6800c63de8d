"""Every error and every state has its sentence in every language, and every sentence can be filled in."""

import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel import Locale

import assistant
from assistant.context_view import Likeness
from assistant.conversation import MessageStatus
from assistant.engine import EngineStage
from assistant.errors.app import ConflictError, NotFoundError
from assistant.errors.engine import EngineUnavailableError
from assistant.errors.input import MessageTooLongError
from assistant.errors.root import AssistantError, ErrorReport
from assistant.languages import DEFAULT, LOCALES, languages, speaking
from assistant.prompting.prompt_part import PartKind
from assistant.run_update import RunStage
from assistant.wording import Sentence, Wording

ASSISTANT = Path(assistant.__file__).parent
KEY = re.compile(r"""\b(?:t|wording|self\._t|_notice)\(\s*["']([a-z_]+\.[a-z_]+)["']""")
WORDING = Wording()
# fmt: off
NUMBERS = {
    "all", "allowed", "count", "days", "grown", "known", "limit", "lines", "megabytes", "new", "number", "percent",
    "place", "rate", "retry_after", "room", "seconds", "size", "temperature", "tokens", "turn", "used",
    "version", "window",
}
# fmt: on
TEXTS = {("error.settings", "allowed"), ("error.broken_file", "place")}
"""The exceptions: there it is words."""
BY_HAND = re.compile(r"%\.\d+f|:\.\d+f")

other_language = pytest.mark.parametrize("language", [tag for tag in languages() if tag != DEFAULT])
each_language = pytest.mark.parametrize("language", languages())


def every_error(root: type[AssistantError] = AssistantError) -> Iterator[type[AssistantError]]:
    yield root
    for kind in root.__subclasses__():
        yield from every_error(kind)


def sentences(language: str) -> dict[str, Sentence]:
    with speaking(language):
        return dict(WORDING.sentences)


def forms(sentence: Sentence) -> list[str]:
    return [sentence] if isinstance(sentence, str) else [text for form, text in sentence.items() if form != "by"]


def named_in(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("kind", list(every_error()), ids=lambda kind: kind.code)
def test_every_error_has_a_sentence(kind: type[AssistantError]) -> None:
    if kind is not ConflictError:
        assert f"error.{kind.code}" in WORDING.sentences


def test_an_error_older_than_its_sentence_can_still_be_told() -> None:
    assert "?" in WORDING.error(ErrorReport("message_too_long", retryable=False))
    assert "?" in WORDING.error(ErrorReport("engine_busy", retryable=True))


def test_an_unknown_error_gets_the_general_sentence() -> None:
    assert WORDING.error(ErrorReport("from_the_future", retryable=False)) == WORDING("error.error")


def test_every_key_that_code_and_templates_name_exists() -> None:
    sources = [*ASSISTANT.rglob("*.py"), *ASSISTANT.rglob("*.jinja")]
    named = {key for source in sources for key in KEY.findall(source.read_text("utf-8"))}
    assert len(named) > 30
    assert named <= set(WORDING.sentences)


def test_every_stage_has_a_sentence() -> None:
    assert {f"engine.{stage}" for stage in EngineStage} <= set(WORDING.sentences)
    # An answer that has ended is called by how it did.
    told = {*RunStage, *MessageStatus} - {RunStage.ENDED, MessageStatus.STREAMING}
    assert {f"status.{each}" for each in told} <= set(WORDING.sentences)
    # How an answer ended: what engines say, and what the run says where they do not.
    ends = {"stop", "length", "other", *MessageStatus} - {MessageStatus.STREAMING, MessageStatus.COMPLETE}
    assert {f"ended.{each}" for each in ends} <= set(WORDING.sentences)
    assert {f"context.{likeness}" for likeness in Likeness} <= set(WORDING.sentences)
    assert {f"part.{kind}" for kind in PartKind} <= set(WORDING.sentences)


@other_language
def test_every_language_has_every_text_and_no_other(language: str) -> None:
    ours, theirs = sentences(DEFAULT), sentences(language)
    lacking = "\n".join(f"{key} = {ours[key]!r}" for key in ours if key not in theirs)
    assert not lacking, f"{LOCALES / language}.toml lacks a translation of:\n{lacking}"
    assert not theirs.keys() - ours.keys(), f"{language}.toml has texts that {DEFAULT}.toml has not"


@other_language
def test_a_translation_names_the_same_facts(language: str) -> None:
    ours, theirs = sentences(DEFAULT), sentences(language)
    for key in ours.keys() & theirs.keys():
        expected, found = ({name for text in forms(each[key]) for name in named_in(text)} for each in (ours, theirs))
        assert found == expected, f"{key} in {language}.toml has to name {sorted(expected)}, not {sorted(found)}"


@each_language
def test_a_sentence_has_the_plural_forms_of_its_language(language: str) -> None:
    needed = {*Locale.parse(language, sep="-").plural_form.tags, "other"}
    for key, sentence in sentences(language).items():
        if isinstance(sentence, dict):
            assert sentence.keys() - {"by"} == needed, f"{key} in {language}.toml"


@pytest.mark.parametrize(
    ("language", "one", "many"),
    [
        ("en", "1 conversation deleted.", "1,200 conversations deleted."),
        ("zh-CN", "已删除 1 段对话。", "已删除 1,200 段对话。"),
    ],
)
def test_a_number_chooses_the_words_and_is_written_as_the_language_does(language: str, one: str, many: str) -> None:
    with speaking(language):
        assert WORDING("message.deleted_several", count=1) == one
        assert WORDING("message.deleted_several", count=1200) == many


@pytest.mark.parametrize(
    ("language", "retry_after", "told"),
    [
        ("en", 6.5, "not reachable right now (busy). Try again in 7 seconds."),
        ("en", 0.0, "not reachable right now (busy). Try again in 1 second."),
        ("en", None, "not reachable right now (busy)."),
        ("zh-CN", 6.5, "（繁忙）。请在7秒钟后再试。"),
        ("zh-CN", None, "（繁忙）。"),
    ],
)
def test_an_engine_that_says_when_to_come_back_is_quoted(language: str, retry_after: float | None, told: str) -> None:
    with speaking(language):
        assert WORDING.error(EngineUnavailableError(fault="busy", retry_after=retry_after)).endswith(told)


@each_language
def test_a_number_in_a_sentence_is_left_to_the_language(language: str) -> None:
    by_hand = {
        (key, name)
        for key, sentence in sentences(language).items()
        for text in forms(sentence)
        for _, name, spec, _ in string.Formatter().parse(text)
        if (name in NUMBERS) != bool(re.fullmatch(r"n\d?", spec or ""))
    }
    assert by_hand == TEXTS


def test_decimals_are_the_languages_too() -> None:
    assert WORDING("context.whole", seconds=1234.5) == "1,234.50 s in all"
    assert WORDING("context.rate", rate=9.96) == "10.0 tokens/s"
    assert WORDING.number(0.15000000000000002) == "0.15"
    assert WORDING.number(4096) == "4,096"


@pytest.mark.parametrize("kind", ["py", "jinja"])
def test_no_decimals_are_written_by_hand(kind: str) -> None:
    by_hand = [path.name for path in ASSISTANT.rglob(f"*.{kind}") if BY_HAND.search(path.read_text("utf-8"))]
    assert by_hand == []


def test_what_an_error_is_about_is_named_in_the_language() -> None:
    with speaking("zh-CN"):
        assert WORDING.error(NotFoundError(kind="conversation")).startswith("这里没有这个对话")
        assert "2 个字符" in WORDING.error(MessageTooLongError(size=2, limit=1, unit="characters"))
