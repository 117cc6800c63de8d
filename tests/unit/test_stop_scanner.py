"""An answer ends where the next turn begins, however the text arrives."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.generation.code_fence import CodeFence
from assistant.generation.stop_rules import StopRule
from assistant.generation.stop_scanner import StopScanner
from assistant.prompting.library import load_template

Outcome = tuple[str, str | None]


def rules_of(template: str) -> tuple[StopRule, ...]:
    return load_template(template, "", Path).stops


TRANSCRIPT = rules_of("tech_assistant/v1")
RULES = {name: rules_of(name) for name in ("tech_assistant/compact", "chat/chatml", "chat/starchat")}
RULES["tech_assistant/v1"] = TRANSCRIPT
RULES["chat/starcoder2_instruct"] = rules_of("chat/starcoder2_instruct")

STOPPED: list[tuple[str, str, str, str]] = [
    ("tech_assistant/v1", "Done.\n\nHuman: And now?", "Done.", "\n\nHuman: "),
    ("tech_assistant/v1", "Done.\nHuman: And now?", "Done.", "\nHuman:"),
    ("tech_assistant/v1", "Human: I ask myself", "", "\nHuman:"),
    ("tech_assistant/v1", "One.\n\nAssistant: Two.", "One.\n", "\nAssistant:"),
    ("tech_assistant/v1", "Bye.\n\n-----\n\nHuman: Next", "Bye.", "\n\n-----\n"),
    ("tech_assistant/v1", "Bye.\n\n-----", "Bye.", "\n\n-----\n"),
    ("tech_assistant/v1", "```py\nx = 1\n```\nHuman: ok", "```py\nx = 1\n```", "\nHuman:"),
    ("tech_assistant/v1", "````\n```\n`````\nHuman: ok", "````\n```\n`````", "\nHuman:"),
    ("tech_assistant/v1", "~~~\n```\n~~~~\nHuman: ok", "~~~\n```\n~~~~", "\nHuman:"),
    ("tech_assistant/v1", "```\r\nx\r\n```\r\nHuman: ok", "```\r\nx\r\n```\r", "\nHuman:"),
    ("tech_assistant/v1", "    ```\nHuman: ok", "    ```", "\nHuman:"),
    ("tech_assistant/v1", "Say ```x``` so\nHuman: ok", "Say ```x``` so", "\nHuman:"),
    ("tech_assistant/v1", "```x``` begins\nHuman: ok", "```x``` begins", "\nHuman:"),
    ("tech_assistant/v1", "```py\nx = 1\n\nHuman: unclosed", "```py\nx = 1", "\n\nHuman: "),
    ("tech_assistant/v1", "grüße 👩‍👩‍👧 日本\nHuman:", "grüße 👩‍👩‍👧 日本", "\nHuman:"),
    ("chat/chatml", "Done.<|im_end|>\n<|im_start|>user", "Done.", "<|im_end|>"),
    ("chat/chatml", "```\na << b<|im_start|>", "```\na << b", "<|im_start|>"),
    ("chat/starchat", "a <|ends <|end|>", "a <|ends ", "<|end|>"),
    ("chat/starcoder2_instruct", "Done.\n\n### Instruction\nMore", "Done.", "\n\n### Instruction\n"),
    ("chat/starcoder2_instruct", "```sh\n# x\n\n### Instruction\n", "```sh\n# x", "\n\n### Instruction\n"),
    ("chat/starcoder2_instruct", "<```\n### Instruction\nMore", "<```", "\n### Instruction\n"),
    ("chat/starcoder2_instruct", "Done.\n### Instruction", "Done.", "\n### Instruction\n"),
]
KEPT: list[tuple[str, str]] = [
    ("tech_assistant/v1", "He wrote Human: and Assistant: in one line."),
    ("tech_assistant/v1", "Human rights.\nHumans: many.\n  Human: indented"),
    ("tech_assistant/v1", "```py\nHuman: in code\nAssistant: too\n```\nEnd."),
    ("tech_assistant/v1", "```\n\n-----\n\nAssistant: x\n```\n"),
    ("tech_assistant/v1", "  ~~~\nHuman: x\n  ```\nHuman: y\n  ~~~\n"),
    ("tech_assistant/v1", "| a | b |\n|-----|-----|\n| 1 | 2 |\n"),
    ("tech_assistant/v1", "Heading\n-----\nText"),
    ("tech_assistant/v1", "-----BEGIN KEY-----\nMII\n-----END KEY-----\n"),
    ("tech_assistant/v1", "Text\n\n------\n\n---\n"),
    ("tech_assistant/v1", "The end is cut\n\nHuma"),
    ("tech_assistant/v1", "\n\n\n"),
    ("chat/chatml", "if a <| b and c <|im_"),
    ("chat/starcoder2_instruct", "```md\n### Instruction\n```\n### Instructions\n"),
]


def scan(rules: Sequence[StopRule], pieces: Iterable[str]) -> Outcome:
    scanner = StopScanner(rules)
    shown = "".join([*(scanner.feed(piece) for piece in pieces), scanner.finish()])
    return shown, scanner.stopped.text if scanner.stopped else None


def slowly(rules: Sequence[StopRule], text: str) -> Outcome:
    """The same by looking at every place of the finished text."""
    whole = f"\n{text}"
    for at, character in enumerate(whole):
        fence = CodeFence()
        fence.feed(whole[: at + 1] if character == "\n" else whole[:at])
        for rule in rules:
            here = whole.startswith(rule.text, at) or f"{whole[at:]}\n" == rule.text
            if here and (rule.inside_code or not fence.open):
                return whole[1:at], rule.text
    return text, None


@pytest.mark.parametrize(("template", "text", "visible", "rule"), STOPPED)
def test_a_rule_ends_the_answer_at_every_split(template: str, text: str, visible: str, rule: str) -> None:
    rules = RULES[template]
    splits = [[text[:at], text[at:]] for at in range(len(text) + 1)]
    assert {scan(rules, pieces) for pieces in [*splits, list(text)]} == {(visible, rule)}


@pytest.mark.parametrize(("template", "text"), KEPT)
def test_what_only_looks_like_a_turn_is_kept_at_every_split(template: str, text: str) -> None:
    rules = RULES[template]
    splits = [[text[:at], text[at:]] for at in range(len(text) + 1)]
    assert {scan(rules, pieces) for pieces in [*splits, list(text)]} == {(text, None)}


def pieces_of(words: Iterable[str]) -> st.SearchStrategy[list[str]]:
    """Texts made of what rules are made of, cut anywhere."""
    fragments = st.sampled_from([*words, "```", "~~~", "````", "`", "    ", " ", "x", "\n", "\n\n", "\r\n", "é", "😀"])
    return st.lists(st.one_of(fragments, st.text(max_size=3)), max_size=25).map("".join).flatmap(cut)


def cut(text: str) -> st.SearchStrategy[list[str]]:
    places = st.lists(st.integers(0, len(text)), max_size=10).map(sorted)
    return places.map(lambda at: [text[a:b] for a, b in zip([0, *at], [*at, len(text)], strict=True)])


@pytest.mark.parametrize("template", sorted(RULES))
@given(st.data())
def test_any_cutting_of_any_text_shows_the_same(template: str, data: st.DataObject) -> None:
    rules = RULES[template]
    words = {part for rule in rules for part in (rule.text, rule.text[:4], rule.text[4:]) if part}
    pieces = data.draw(pieces_of(sorted(words)))
    expected = slowly(rules, "".join(pieces))
    assert scan(rules, pieces) == expected
    assert scan(rules, "".join(pieces)) == expected


def test_the_beginning_of_a_stop_waits_until_it_is_none() -> None:
    scanner = StopScanner(TRANSCRIPT)
    assert [scanner.feed(piece) for piece in ["One\n", "\nHum", "or", " me"]] == ["One", "", "\n\nHumor", " me"]


def test_text_that_begins_no_stop_is_shown_at_once() -> None:
    scanner = StopScanner(TRANSCRIPT)
    assert [scanner.feed(piece) for piece in ["Hu", "man: ", "- ", "A"]] == ["", "", "", ""]
    scanner = StopScanner(TRANSCRIPT)
    assert [scanner.feed(piece) for piece in ["A hu", "Human:", " -----", "\\"]] == ["A hu", "Human:", " -----", "\\"]


def test_the_end_of_the_stream_lets_out_what_was_held_back() -> None:
    scanner = StopScanner(TRANSCRIPT)
    assert scanner.feed("One\n\nHuma") == "One"
    assert scanner.finish() == "\n\nHuma"


def test_nothing_comes_after_a_stop() -> None:
    scanner = StopScanner(TRANSCRIPT)
    scanner.feed("One\nHuman: two")
    assert (scanner.feed("three"), scanner.finish()) == ("", "")


@pytest.mark.parametrize(("template", "text", "visible", "rule"), STOPPED)
def test_a_rule_ends_an_answer_that_goes_on_at_every_break(template: str, text: str, visible: str, rule: str) -> None:
    """Also where the break is in the middle of the stop, or within an open fence."""
    for at in range(min(len(text), len(visible) + len(rule) - 1)):
        scanner = StopScanner(RULES[template], text[:at])
        assert scanner.feed("") + scanner.feed(text[at:]) + scanner.finish() == visible
        assert scanner.stopped and scanner.stopped.text == rule


@pytest.mark.parametrize(("template", "text"), KEPT)
def test_what_only_looks_like_a_turn_is_kept_at_every_break(template: str, text: str) -> None:
    for at in range(len(text) + 1):
        scanner = StopScanner(RULES[template], text[:at])
        assert scanner.feed("") + scanner.feed(text[at:]) + scanner.finish() == text


def test_without_rules_everything_is_shown() -> None:
    assert scan((), ["Human", ":\n", "-----"]) == ("Human:\n-----", None)
