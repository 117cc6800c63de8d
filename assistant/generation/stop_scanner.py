"""Finds the end of an answer in a stream of text, and never lets out what could be the beginning of that end."""

import re
from collections.abc import Sequence

from assistant.generation.code_fence import CodeFence
from assistant.generation.stop_rules import StopRule


class StopScanner:
    """What is shown does not depend on how the text is cut into pieces. Linear in the length of the text.

    `beginning` is text that was shown before: its fences count and a stop may begin in it, but none is found within.
    """

    def __init__(self, rules: Sequence[StopRule], beginning: str = "") -> None:
        self._rules = tuple(rules)
        self._first_characters = re.compile("[" + re.escape("".join({rule.text[0] for rule in rules})) + "\n]")
        self._fence = CodeFence()
        # An answer begins as if after a newline that is never shown, so that rules for lines hold for its first one.
        self._held = "\n" + beginning
        self._shown_before = len(self._held)
        self._never_shown = 1
        self.stopped: StopRule | None = None

    def feed(self, piece: str) -> str:
        """The text that is safe to show now; empty once a rule has fired."""
        self._held += piece
        return self._let_out(ended=False)

    def finish(self) -> str:
        """The rest, when nothing more comes."""
        return self._let_out(ended=True)

    def _let_out(self, *, ended: bool) -> str:
        if self.stopped:
            return ""
        at = self._decided(ended)
        shown, self._held = self._held[:at], self._held[at:]
        self._shown_before -= at
        if shown and self._never_shown:
            shown, self._never_shown = shown[1:], 0
        return shown

    def _decided(self, ended: bool) -> int:
        """How much of the held text can no longer belong to a stop."""
        at = 0
        while found := self._first_characters.search(self._held, at):
            self._fence.feed(self._held[at : found.start()])
            at = found.start()
            newline = self._held[at] == "\n"
            if newline:
                # Again when the newline was held back: one empty line more opens and closes nothing.
                self._fence.feed("\n")
            if self._stops_at(at, ended):
                return at
            if not newline:
                self._fence.feed(self._held[at])
            at += 1
        self._fence.feed(self._held[at:])
        return len(self._held)

    def _stops_at(self, at: int, ended: bool) -> bool:
        """Whether nothing from here on may be shown yet; sets `stopped` when it never may."""
        undecided = False
        for rule in self._rules:
            was_let_through = at + len(rule.text) <= self._shown_before
            if was_let_through or (self._fence.open and not rule.inside_code):
                continue
            rest = self._held[at : at + len(rule.text)]
            if rest == rule.text or (ended and rest + "\n" == rule.text):
                self.stopped = rule
                return True
            undecided = undecided or rule.text.startswith(rest)
        return undecided and not ended
