"""The place of a text that a search found, in a line, with what was found marked. Data, no HTML."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.search_terms import MARKS, QueryTerm, normalised, occurrences

_LENGTH = 160
_BEFORE = 40
"""Characters before the first match."""
_ROUNDING = 12
"""How far an edge is moved to where a word begins or ends."""
# A text that is not in normal form is walked through character by character: not further than this.
_LONGEST_WALK = 20_000
# The marks of code; its language stays, since it may be what was found.
_FENCE = re.compile(r"^[ \t]*(?:`{3,}|~{3,})", re.MULTILINE)
_CLUSTER = re.compile(f".[{MARKS}]*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class SnippetPart:
    text: str
    is_match: bool = False


def snippet(text: str, terms: Sequence[QueryTerm]) -> list[SnippetPart]:
    """About 160 characters around the first match, without the marks of code; of a text without one, its beginning."""
    text = _FENCE.sub("", text)
    matches = _matches(text, terms)
    start, end = _window(text, matches[0][0] if matches else 0)
    parts = [SnippetPart("…" if start else "")]
    at = start
    for match_start, match_end in matches:
        if match_start < end:
            found = SnippetPart(text[match_start : min(match_end, end)], is_match=True)
            parts += [SnippetPart(text[at:match_start]), found]
            at = min(match_end, end)
    parts += [SnippetPart(text[at:end]), SnippetPart("…" if end < len(text) else "")]
    return [SnippetPart(re.sub(r"\s+", " ", part.text), part.is_match) for part in parts if part.text]


def _window(text: str, first: int) -> tuple[int, int]:
    start = max(0, first - _BEFORE)
    if start and (blank := re.search(r"\s", text[start : min(start + _ROUNDING, first)])):
        start += blank.end()
    end = start + _LENGTH
    if end < len(text) and (last := text.rfind(" ", end - _ROUNDING, end)) > first:
        end = last
    return start, end


def _matches(text: str, terms: Sequence[QueryTerm]) -> list[tuple[int, int]]:
    """Where something is found, as far as a snippet reaches: in order, those that touch made one."""
    form, places = _aligned(text)
    found: list[tuple[int, int]] = []
    for term, start, end in occurrences(form):
        if found and start > found[0][0] + 2 * _LENGTH:
            break
        if any(each.means(term) for each in terms):
            found.append((places[start], places[end]))
    merged: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _aligned(text: str) -> tuple[str, Sequence[int]]:
    """The text in normal form, and where each of its characters, and its end, is in `text`."""
    if unicodedata.is_normalized("NFKC", text):
        return text, range(len(text) + 1)
    text = text[:_LONGEST_WALK]
    form, places = "", []
    for cluster in _CLUSTER.finditer(text):
        piece = normalised(cluster[0])
        form += piece
        places += [cluster.start()] * len(piece)
    return form, [*places, len(text)]
