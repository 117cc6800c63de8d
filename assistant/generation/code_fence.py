"""Whether a growing Markdown text is inside a fenced code block, by CommonMark's rules for fences.

Source: CommonMark 0.31.2, section 4.5. Knows of fences alone, not of lists or quotes around them.
"""

import re

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})([^\n]*)$")


class CodeFence:
    """Feed text in any pieces; `open` is right after every complete line."""

    def __init__(self) -> None:
        self.open = False
        self._line = ""
        self._mark = ""

    def feed(self, text: str) -> None:
        *complete, rest = text.split("\n")
        for line in complete:
            self._end_line(self._line + line)
            self._line = ""
        self._line += rest

    def _end_line(self, line: str) -> None:
        found = _FENCE.match(line.removesuffix("\r"))
        if not found:
            return
        mark, info = found.groups()
        if self.open:
            closes = mark[0] == self._mark[0] and len(mark) >= len(self._mark) and not info.strip(" \t")
            self.open = not closes
        elif mark[0] == "~" or "`" not in info:
            self.open, self._mark = True, mark
