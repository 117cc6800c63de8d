"""The page's hidden field that carries files."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.conversation import Attachment
from assistant.errors.input import AttachmentError
from assistant.ui.attached_field import attachments_field, read_attachments


@given(st.lists(st.builds(Attachment, name=st.text(), text=st.text()), max_size=3))
def test_files_come_back_from_the_field_as_they_went_in(files: list[Attachment]) -> None:
    assert read_attachments(attachments_field(files)) == tuple(files)


@pytest.mark.parametrize(
    "sent",
    [
        "{",
        "7",
        '{"name": "a", "text": "b"}',
        '[{"name": "a"}]',
        '[{"name": 1, "text": "b"}]',
        '[{"name": "a", "text": "half \\ud83d"}]',
        '[{"x": "secret"}]',
    ],
)
def test_anything_else_in_the_field_is_refused_and_not_repeated(sent: str) -> None:
    with pytest.raises(AttachmentError) as refused:
        read_attachments(sent)
    assert "secret" not in str(refused.value)
