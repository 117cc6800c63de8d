"""Which part of a long conversation is on the page."""

from collections.abc import Sequence

import pytest

from assistant.conversation import Message
from assistant.conversation_service import ConversationView
from assistant.ui.shown_part import PART, shown_part
from tests.contract.samples import chain, conversation_of


def view_of(messages: Sequence[Message]) -> ConversationView:
    return ConversationView(
        conversation=conversation_of(messages), messages=[*messages], versions={}, reruns={}, active_run=None
    )


def test_a_short_conversation_is_shown_as_a_whole() -> None:
    view = view_of(chain(PART))
    assert shown_part(view, None) == view


def test_of_a_long_one_the_end_is_shown_and_the_rest_comes_part_by_part() -> None:
    messages = chain(2 * PART + 10)
    view = view_of(messages)
    shown = shown_part(view, None)
    assert (shown.messages, shown.left_out) == (messages[PART + 10 :], PART + 10)
    more = shown_part(view, shown.earlier_id)
    assert (more.messages, more.left_out) == (messages[10:], 10)
    whole = shown_part(view, more.earlier_id)
    assert (whole.messages, whole.left_out, whole.earlier_id) == (messages, 0, None)


def test_what_is_on_the_page_stays_there_while_the_conversation_goes_on() -> None:
    messages = chain(3 * PART)
    first = shown_part(view_of(messages[: 2 * PART]), None).messages[0]
    assert shown_part(view_of(messages), first.id).messages == messages[PART:]


@pytest.mark.parametrize("length", [PART + 1, PART + 2, 2 * PART + 1])
def test_no_answer_is_shown_without_its_question(length: int) -> None:
    messages = chain(length)
    view = view_of(messages)
    assert shown_part(view, None).messages[0].role == "user"
    assert shown_part(view, messages[1].id).messages == messages


def test_a_message_of_another_branch_or_near_the_end_changes_nothing() -> None:
    view = view_of(chain(2 * PART))
    assert shown_part(view, "gone") == shown_part(view, None)
    assert shown_part(view, view.messages[-1].id) == shown_part(view, None)
