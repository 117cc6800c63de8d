"""The page's pieces of HTML, in the words and numbers of whoever reads them."""

import pytest

from assistant.context_view import ContextView, Likeness
from assistant.conversation import Message, MessageStatus, Role
from assistant.languages import speaking
from assistant.model_catalog import CATALOG
from assistant.prompt_service import PromptPreview
from assistant.ui.fragments import Fragments
from assistant.wording import Wording
from tests.contract.samples import PROVENANCE, at

SMALL, LARGE = "smollm2-135m-instruct", "starcoder"


def fragments(model: str = SMALL) -> Fragments:
    return Fragments(Wording(), lambda: CATALOG[model])


def panel(**made: object) -> str:
    """What the model saw, where the prompt cannot be shown."""
    provenance = PROVENANCE.model_copy(update=made)
    answer = Message(
        id="a",
        conversation_id="c",
        parent_id="q",
        role=Role.ASSISTANT,
        text="Yes.",
        status=MessageStatus.COMPLETE,
        created_at=at(1),
        provenance=provenance,
    )
    view = ContextView(answer=answer, provenance=provenance, likeness=Likeness.NO_MODEL, prompt=None)
    return fragments().context(view)


@pytest.mark.parametrize(
    ("language", "reason", "told"),
    [
        ("en", "stop", "5 tokens (ended by itself)"),
        ("en", "length", "5 tokens (at its longest)"),
        ("en", "content_filter", "5 tokens (ended by the engine: content_filter)"),
        ("zh-CN", "stop", "5 个 token (自行结束)"),
        ("zh-CN", "interrupted", "5 个 token (已中断)"),
    ],
)
def test_the_panel_says_how_an_answer_ended_in_words(language: str, reason: str, told: str) -> None:
    with speaking(language):
        assert told in panel(completion_tokens=5, finish_reason=reason)


def test_the_panels_numbers_are_written_as_the_language_does() -> None:
    options = PROVENANCE.options.model_copy(update={"temperature": 0.25, "max_new_tokens": 4096, "seed": 12345})
    shown = panel(options=options, prompt_tokens=11_111, completion_tokens=2000, first_token_seconds=0.5, seconds=1.25)
    for told in ("Temperature 0.25 ·", "Longest answer 4,096<", "11,111 tokens", "first word after 0.50 s · 1.25 s in"):
        assert told in shown
    assert "2,666.7 tokens/s" in shown
    # A seed is a name: it is typed into its field as it stands.
    assert "<dd>12345</dd>" in shown


def test_a_prompts_tokens_are_written_so_too() -> None:
    preview = PromptPreview(template="own", text="Be brief.", tokens=1200, window=8192, fits=True)
    assert "1,200 of the 8,192 tokens" in fragments().prompt_preview(preview)


@pytest.mark.parametrize("model", [SMALL, LARGE])
def test_the_first_page_calls_no_model_small_that_is_not_known_to_be(model: str) -> None:
    assert "small" not in fragments(model).welcome().replace('class="small"', "")


@pytest.mark.parametrize(("model", "is_english"), [(SMALL, True), (LARGE, False)])
def test_examples_in_english_are_named_so_on_a_page_in_another_language(model: str, is_english: bool) -> None:
    with speaking("zh-CN"):
        assert fragments(model).welcome().count('<button type="button" lang="en"') == (4 if is_english else 0)
