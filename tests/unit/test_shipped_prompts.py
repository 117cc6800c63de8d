"""What every prompt that comes with the app keeps to, whatever is asked with it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.conversation import Attachment
from assistant.model_catalog import ALL_SPECIAL_TOKENS
from assistant.prompting.prompt_part import PartKind
from assistant.prompting.template import PromptTemplate
from tests.unit.assembling import TEXTS, assembler, branch
from tests.unit.shipped_prompts import SHIPPED


@pytest.mark.parametrize("template", SHIPPED, ids=lambda template: template.id)
@given(st.lists(TEXTS, min_size=1, max_size=5).filter(lambda texts: len(texts) % 2 == 1))
def test_every_prompt_begins_with_the_same_bytes_and_ends_with_the_mark(
    template: PromptTemplate, texts: list[str]
) -> None:
    text = assembler(10**7, template).assemble(branch(texts), 100).value.to_string()
    assert text.startswith(template.prefix + template.marks.user_start)
    assert text.endswith(template.marks.user_end + template.marks.assistant_start)
    assert not text.endswith(" ")


@pytest.mark.parametrize("template", SHIPPED, ids=lambda template: template.id)
@given(st.lists(TEXTS, min_size=3, max_size=3))
def test_no_special_token_stands_where_the_template_did_not_put_it(template: PromptTemplate, texts: list[str]) -> None:
    answered = [texts[0], f"x{texts[1]}", texts[2]]
    harmless, hostile = (
        assembler(10**7, template).assemble(branch(parts), 100).value for parts in (["x", "x", "x"], answered)
    )
    for token in ALL_SPECIAL_TOKENS:
        assert hostile.to_string().count(token) == harmless.to_string().count(token)
        assert not any(token in str(message.content) for message in hostile.to_messages()[1:])


@pytest.mark.parametrize("name", ["tech_assistant/v1", "tech_assistant/compact"])
def test_a_transcript_ends_with_assistant_and_no_space(name: str) -> None:
    template = next(template for template in SHIPPED if template.id == name)
    prompt = assembler(10**6, template).assemble(branch(["One?"]), 100)
    assert prompt.value.to_string().endswith("\n\n-----\n\nHuman: One?\n\nAssistant:")


FILES = st.lists(TEXTS.map(lambda text: Attachment(name="a.py", text=text)), max_size=2).map(tuple)


@pytest.mark.parametrize("template", SHIPPED, ids=lambda template: template.id)
@given(st.lists(TEXTS, min_size=3, max_size=3), FILES, st.text(max_size=5))
def test_the_parts_of_a_prompt_make_up_the_prompt(
    template: PromptTemplate, texts: list[str], files: tuple[Attachment, ...], beginning: str
) -> None:
    messages = branch([texts[0], f"x{texts[1]}", texts[2]])
    messages[2] = replace(messages[2], attachments=files)
    prompt = assembler(10**7, template).assemble(messages, 100, beginning)
    assert "".join(part.text for part in prompt.parts) == prompt.value.to_string()
    asked = [PartKind.FILE] * len(files) + [PartKind.QUESTION, PartKind.REPLY]
    assert [part.kind for part in prompt.parts] == [PartKind.PREFIX, PartKind.QUESTION, PartKind.ANSWER, *asked]
