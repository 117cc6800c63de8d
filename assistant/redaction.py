"""What must not leave with a text: secrets and personal data of well-known shapes become placeholders.

Finds shapes, not meanings: a name, or a password in a sentence, is not found. Each different value has its own number,
so that the text can still be followed.
"""

import re
from collections.abc import Iterator

_WORD_START, _WORD_END = r"(?<![A-Za-z0-9_-])", r"(?![A-Za-z0-9_-])"
# The order matters: a key block holds what looks like other things, an address with a password looks like an e-mail.
_KINDS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "PRIVATE_KEY",
        re.compile(r"-----BEGIN ([A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?)-----(?:.*?-----END \1-----|.*)", re.DOTALL),
    ),
    ("CREDENTIALS", re.compile(r"(?<=://)[^\s/@:\"'<>]*:[^\s/@\"'<>]+(?=@)")),
    (
        "TOKEN",
        re.compile(
            _WORD_START
            + r"(?:hf_[A-Za-z0-9]{16,}"
            + r"|sk-[A-Za-z0-9_-]{16,}"
            + r"|gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}|glpat-[A-Za-z0-9_-]{16,}"
            + r"|(?:AKIA|ASIA)[A-Z0-9]{16}|AIza[A-Za-z0-9_-]{30,}"
            + r"|xox[abeprs]-[A-Za-z0-9-]{10,}|npm_[A-Za-z0-9]{30,}|pypi-[A-Za-z0-9_-]{30,}"
            + r"|[spr]k_(?:live|test)_[A-Za-z0-9]{16,}"
            + r"|eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]+)"
            + _WORD_END
        ),
    ),
    # The length is that of an address's own limit: without one, a long row of dots and letters takes quadratic time.
    ("EMAIL", re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}(?![\w-])")),
    ("HOME", re.compile(r"(?:(?<=/home/)|(?<=/Users/)|(?<=:\\Users\\)|(?<=:\\\\Users\\\\))[^\s/\\:\"'<>|]+")),
)


class Redaction:
    """For texts that belong together: the same value has the same placeholder in all of them."""

    def __init__(self) -> None:
        self._placeholders: dict[tuple[str, str], str] = {}
        self._numbers: dict[str, int] = {}

    def of(self, text: str) -> str:
        """The text with `[EMAIL_1]`, `[TOKEN_2]` … where something was found."""
        for kind, pattern in _KINDS:
            text = "".join(self._replaced(kind, pattern, text))
        return text

    def _replaced(self, kind: str, pattern: re.Pattern[str], text: str) -> Iterator[str]:
        at = 0
        for found in pattern.finditer(text):
            yield text[at : found.start()]
            yield self._placeholder(kind, found.group())
            at = found.end()
        yield text[at:]

    def _placeholder(self, kind: str, value: str) -> str:
        key = (kind, value)
        if key not in self._placeholders:
            self._numbers[kind] = self._numbers.get(kind, 0) + 1
            self._placeholders[key] = f"[{kind}_{self._numbers[kind]}]"
        return self._placeholders[key]
