"""Text that cannot pass for the structure of a prompt, and the way back to exactly what it was.

Guarding adds visible spaces only: one before a line that looks like the start of a turn, one after the first character
of a special token. Restoring takes one such space away again.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable

_LINE_END = re.compile("(\r\n|[\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029])")
_FEWEST_DASHES = 5
# How most vocabularies write their control tokens: a model that the catalogue does not know has some too.
_CONTROL = r"< *\|[^\s<>|]{1,60}\|>"


class Neutraliser:
    """`guarded_lines` as in a template's turn marks; their case does not matter."""

    def __init__(self, guarded_lines: Iterable[str], special_tokens: Iterable[str]) -> None:
        lines = sorted(line.lower() for line in guarded_lines)
        self._dashes = any(line.strip("-") == "" for line in lines)
        starts = [re.escape(line.removesuffix(":")) + (r"\s*:" if line.endswith(":") else "") for line in lines]
        self._line_start = re.compile("|".join(starts) or "(?!)")
        # Longest first: a token that begins another one must not win.
        tokens = sorted(special_tokens, key=lambda token: (-len(token), token))
        alternatives = [f"{re.escape(token[0])} *{re.escape(token[1:])}" for token in tokens]
        self._token = re.compile("|".join([*alternatives, _CONTROL]))

    def guard(self, text: str) -> str:
        return self._by_line(self._token.sub(_insert_space, text), lambda line: " " + line)

    def restore(self, text: str) -> str:
        return self._token.sub(_remove_space, self._by_line(text, lambda line: line.removeprefix(" ")))

    def _by_line(self, text: str, change: Callable[[str], str]) -> str:
        parts = _LINE_END.split(text)
        # Odd parts are the line ends themselves.
        return "".join(
            part if n % 2 or not self._looks_structural(part) else change(part) for n, part in enumerate(parts)
        )

    def _looks_structural(self, line: str) -> bool:
        """The same for a line with and without a space before it: that is what makes guarding reversible."""
        if not line:
            return False
        seen = (
            "".join(c for c in unicodedata.normalize("NFKC", line) if unicodedata.category(c) != "Cf").strip().lower()
        )
        only_dashes = len(seen) >= _FEWEST_DASHES and not seen.strip("-")
        return (self._dashes and only_dashes) or bool(self._line_start.match(seen))


def _insert_space(found: re.Match[str]) -> str:
    token = found.group()
    return f"{token[0]} {token[1:]}"


def _remove_space(found: re.Match[str]) -> str:
    token = found.group()
    return token[0] + token[1:].removeprefix(" ")
