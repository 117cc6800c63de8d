"""Rendered text with what was found in it marked, so that its author sees where something is replaced, or stays."""

import re
from collections import deque
from collections.abc import Iterable, Iterator
from html import escape

from assistant.redaction import PLACEHOLDER, Found

_TAG = re.compile(r"(<(?:[^>\"]|\"[^\"]*\")*>)")
# Highlighted code has spans in the middle of what was found; across any other tag a text does not go on.
_END_OF_TEXT = re.compile(r"(<(?!/?span\b)(?:[^>\"]|\"[^\"]*\")*>)")
_QUOTES = {'"': '(?:"|&quot;|&#34;)', "'": "(?:'|&#x27;|&#39;)"}


def marked(html: str, found: Iterable[Found], kept: Iterable[str]) -> str:
    """`html` is sanitised: tags are well formed, and what stands between them is text."""
    stays = frozenset(kept)
    values = [each.value for each in found if each.key in stays]
    # The longest first: one value may be the beginning of another.
    shapes = [PLACEHOLDER.pattern, *map(_shape, sorted(values, key=len, reverse=True))]
    pattern = re.compile("|".join(shapes))
    parts = _END_OF_TEXT.split(html)
    parts[::2] = [_marked_text(text, pattern) for text in parts[::2]]
    return "".join(parts)


def _shape(value: str) -> str:
    """As it may stand in HTML."""
    return "".join(_QUOTES.get(character) or re.escape(escape(character)) for character in value)


def _marked_text(text: str, pattern: re.Pattern[str]) -> str:
    pieces = _TAG.split(text)
    words = "".join(pieces[::2])
    matches = deque(pattern.finditer(words))
    if not matches:
        return text
    end = 0
    for number, piece in enumerate(pieces[::2]):
        at, end = end, end + len(piece)
        pieces[2 * number] = "".join(_marked_piece(words, at, end, matches))
    return "".join(pieces)


def _marked_piece(words: str, at: int, end: int, matches: deque[re.Match[str]]) -> Iterator[str]:
    while matches and matches[0].start() < end:
        match = matches[0]
        start, stop = max(match.start(), at), min(match.end(), end)
        yield words[at:start]
        if start < stop:
            yield f"{_mark_for(match)}{words[start:stop]}</mark>"
        at = stop
        if match.end() > end:
            # It goes on in the next piece.
            break
        matches.popleft()
    yield words[at:end]


def _mark_for(match: re.Match[str]) -> str:
    return "<mark>" if PLACEHOLDER.fullmatch(match.group()) else '<mark class="kept">'
