"""The visible text of an answer: what stands between the reply's lead and its end, without trailing white space."""

import codecs
from collections.abc import Sequence

from assistant.generation.stop_rules import StopRule
from assistant.generation.stop_scanner import StopScanner


class AnswerText:
    """`reply_lead` is what the model writes before its first word; it is dropped once, where it is there.

    With a `beginning`, the model goes on with that text: nothing is dropped where it joins.
    """

    def __init__(self, reply_lead: str, rules: Sequence[StopRule], beginning: str = "") -> None:
        self._lead = reply_lead
        self._opening: str | None = None if beginning else ""
        self._scanner = StopScanner(rules, beginning)
        self._unshown = ""
        self._characters = codecs.getincrementaldecoder("utf-16-le")("replace")
        self.beginning = self._settled(self._scanner.feed(""))
        """What stands of it whatever follows: its last characters may turn out to begin a stop."""

    @property
    def stopped(self) -> StopRule | None:
        return self._scanner.stopped

    def feed(self, piece: str) -> str:
        """What is to be shown after this piece. White space waits until something follows it."""
        return self._settled(self._scanner.feed(self._after_lead(self._whole(piece))))

    def finish(self) -> str:
        rest = self._after_lead(self._whole("", ended=True), ended=True)
        return self._settled(self._scanner.feed(rest) + self._scanner.finish())

    def _whole(self, piece: str, *, ended: bool = False) -> str:
        """JSON escapes can bring half a character in each of two pieces. What cannot be kept (half a character alone,
        NUL) becomes the replacement character, as in what a person types."""
        text = self._characters.decode(piece.encode("utf-16-le", "surrogatepass"), ended)
        return text.replace("\0", "\N{REPLACEMENT CHARACTER}")

    def _after_lead(self, text: str, *, ended: bool = False) -> str:
        if self._opening is None:
            return text
        opening = self._opening + text
        if not ended and len(opening) < len(self._lead) and self._lead.startswith(opening):
            self._opening = opening
            return ""
        self._opening = None
        return opening.removeprefix(self._lead)

    def _settled(self, text: str) -> str:
        text = self._unshown + text
        shown = text.rstrip()
        self._unshown = text[len(shown) :]
        return shown
