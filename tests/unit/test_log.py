"""What of a conversation a turn draws anew."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from assistant.conversation import Message
from assistant.conversation_service import ConversationView
from assistant.ui.fragments import Fragments
from assistant.ui.log import Log
from assistant.wording import Wording
from tests.contract.samples import chain, conversation_of
from tests.fakes.scripted_model import CARD

SCREEN: Any = SimpleNamespace(older="older", history="history")


def view_of(messages: list[Message]) -> ConversationView:
    versions = {message.id: [message.id] for message in messages}
    return ConversationView(
        conversation=conversation_of(messages), messages=messages, versions=versions, reruns={}, active_run=None
    )


def drawn(view: ConversationView) -> tuple[str, str]:
    updates = Log(SCREEN, Fragments(Wording(), lambda: CARD)).messages(view)
    return updates["older"], updates["history"]


def test_what_is_older_stays_the_same_from_turn_to_turn() -> None:
    messages = chain(50)
    before, after = drawn(view_of(messages[:48])), drawn(view_of(messages))
    assert before[0] == after[0] != ""
    assert before[1] != after[1]


@pytest.mark.parametrize("count", [1, 2, 27, 28, 60, 100])
def test_both_pieces_together_are_the_conversation(count: int) -> None:
    older, newer = drawn(view_of(chain(count)))
    assert older.count("<article") + newer.count("<article") == count
    assert newer.count("<article") >= min(count, 8)
    # Scripts know a conversation by the piece that is always there.
    assert "data-conversation" in newer and "data-conversation" not in older


def test_a_conversations_origin_is_told_once_and_first() -> None:
    view = view_of(chain(60))
    older, newer = drawn(replace(view, conversation=replace(view.conversation, origin="fork")))
    told = Wording()("page.copied_from_fork")
    assert told in older and told not in newer
