"""What the page shows of two answers side by side: in the place of the growing answer, below the question."""

from dataclasses import replace

from assistant.conversation import Message
from assistant.conversation_service import ConversationView
from assistant.ui.fragments import Fragments
from assistant.ui.layout import Screen
from assistant.ui.log import Log
from assistant.ui.visit import Updates


class CompareViews:
    def __init__(self, screen: Screen, fragments: Fragments) -> None:
        self._screen = screen
        self._fragments = fragments
        self._log = Log(screen, fragments)

    def is_whole(self, updates: Updates) -> bool:
        """Whether they show the conversation, with no answer growing in it."""
        return self._screen.history in updates and not updates.get(self._screen.live)

    def beside(self, first: Message, updates: Updates, ended: ConversationView | None) -> Updates:
        """What of `updates` has to be drawn otherwise; `ended`: the conversation, when the second answer is there."""
        if ended is not None:
            asked = replace(ended, messages=ended.messages[:-1])
            return {
                **self._log.messages(asked, answered_below=True),
                self._screen.live: self._fragments.pair(first, second=ended.messages[-1]),
            }
        if growing := updates.get(self._screen.live):
            return {self._screen.live: self._fragments.pair(first, growing=growing)}
        return {}
