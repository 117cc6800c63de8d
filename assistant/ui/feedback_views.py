"""What the page shows of ratings: the log with or without the form below an answer, and a word at the box."""

from assistant.conversation_service import ConversationView
from assistant.ui.fragments import Fragments, RatingForm
from assistant.ui.layout import Screen
from assistant.ui.log import Log
from assistant.ui.visit import Updates
from assistant.wording import Wording


class FeedbackViews:
    def __init__(self, screen: Screen, fragments: Fragments, wording: Wording) -> None:
        self._screen = screen
        self._fragments = fragments
        self._t = wording
        self._log = Log(screen, fragments)

    def asked_why(self, view: ConversationView, message_id: str, *, agrees: bool) -> Updates:
        form = RatingForm(message_id=message_id, agrees=agrees)
        return {**self._log.messages(view, form), self._screen.notice: ""}

    def saved(self, view: ConversationView, *, agrees: bool) -> Updates:
        return self._told(view, "feedback.saved_with_consent" if agrees else "feedback.saved_without_consent")

    def taken_back(self, view: ConversationView) -> Updates:
        return self._told(view, "feedback.taken_back")

    def _told(self, view: ConversationView, key: str) -> Updates:
        notice = self._fragments.notice(self._t(key))
        return {**self._log.messages(view), self._screen.notice: notice}
