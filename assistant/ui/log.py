"""The log in two pieces, of which a turn draws the newer one alone: a browser leaves alone what has not changed.

Drawn whole, a conversation of a hundred messages kept it busy at the beginning and at the end of each answer.
"""

from assistant.conversation_service import ConversationView
from assistant.ui.fragments import Fragments, RatingForm
from assistant.ui.layout import Screen
from assistant.ui.visit import Updates

_NEWER = 8
"""Messages that are drawn with each turn, at least: what a turn changes is among the last four."""
_STEP = 20
"""By so many messages the older piece grows at a time, and is drawn anew then."""


class Log:
    def __init__(self, screen: Screen, fragments: Fragments) -> None:
        self._screen = screen
        self._fragments = fragments

    def messages(
        self, view: ConversationView, form: RatingForm | None = None, *, answered_below: bool = False
    ) -> Updates:
        """`form`: below which answer it is asked why it is rated so; `answered_below`: the last question is, in
        the piece of the growing answer."""
        count = len(view.messages)
        older = max(0, count - _NEWER) // _STEP * _STEP
        return {
            self._screen.older: self._fragments.messages(view, range(older), form) if older else "",
            self._screen.history: self._fragments.messages(view, range(older, count), form, answered_below),
        }

    def welcome(self) -> Updates:
        return {self._screen.older: "", self._screen.history: self._fragments.welcome()}
