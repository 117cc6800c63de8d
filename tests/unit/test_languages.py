"""A browser is answered in the language that it asks for, or in the one that was chosen on the page."""

import pytest

from assistant.languages import DEFAULT, choose_language, languages, speaking, spoken


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("zh-CN", "zh-CN"),
        ("zh-cn,zh;q=0.9,en;q=0.8", "zh-CN"),
        ("zh", "zh-CN"),
        ("zh-Hans-SG", "zh-CN"),
        ("en-GB,en;q=0.9,zh-CN;q=0.8", "en"),
        ("en;q=0.3, zh-CN;q=0.7", "zh-CN"),
        ("fr-FR, fr;q=0.9, zh;q=0.2", "zh-CN"),
        ("fr-FR", "en"),
        ("*", "en"),
        ("zh-CN;q=0", "en"),
        ("zh-CN;q=much", "en"),
        (";;,,=,-", "en"),
        ("zh-CN," * 10_000, "zh-CN"),
    ],
)
def test_the_browsers_language(header: str, language: str) -> None:
    assert choose_language({}, header) == language


def test_what_was_chosen_comes_before_the_browsers_language() -> None:
    assert choose_language({"language": "zh-CN"}, "en") == "zh-CN"
    assert choose_language({"language": "en"}, "zh-CN") == "en"


@pytest.mark.parametrize("chosen", ["", "../../etc/passwd", "xx", "\n", "-"])
def test_a_choice_that_is_none_does_not_count(chosen: str) -> None:
    assert choose_language({"language": chosen}, "zh-CN") == "zh-CN"


def test_the_default_language_is_the_first() -> None:
    assert languages()[0] == DEFAULT
    assert "zh-CN" in languages()


def test_a_language_is_spoken_for_a_while() -> None:
    with speaking("zh-CN"):
        assert spoken() == "zh-CN"
    assert spoken() == DEFAULT
