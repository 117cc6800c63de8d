"""The visible text of an answer: what stands between the reply's lead and its end, without trailing white space."""

from collections.abc import Sequence

from assistant.generation.stop_rules import StopRule
from assistant.generation.stop_scanner import StopScanner


class AnswerText:
    """`reply_lead` is what the model writes before its first word; it is dropped once, where it is there."""

    def __init__(self, reply_lead: str, rules: Sequence[StopRule]) -> None:
        self._lead = reply_lead
        self._scanner = StopScanner(rules)
        self._unshown = ""

    @property
    def stopped(self) -> StopRule | None:
        return self._scanner.stopped

    def feed(self, piece: str) -> str:
        """What is to be shown after this piece. White space waits until something follows it."""
        if self._lead and piece:
            piece = self._without_lead(piece)
        return self._settled(self._scanner.feed(piece))

    def finish(self) -> str:
        return self._settled(self._scanner.finish())

    def _without_lead(self, piece: str) -> str:
        shared = min(len(self._lead), len(piece))
        if piece[:shared] != self._lead[:shared]:
            self._lead = ""
            return piece
        self._lead = self._lead[shared:]
        return piece[shared:]

    def _settled(self, text: str) -> str:
        text = self._unshown + text
        shown = text.rstrip()
        self._unshown = text[len(shown) :]
        return shown
