"""Rendered text with what was found in it marked, so that its author sees where something is replaced, or stays."""

import re
from collections.abc import Iterable
from html import escape

from assistant.redaction import PLACEHOLDER, Found

_TAG = re.compile(r"(<(?:[^>\"]|\"[^\"]*\")*>)")


def marked(html: str, found: Iterable[Found], kept: Iterable[str]) -> str:
    """`html` is sanitised: tags are well formed, and what stands between them is text."""
    stays = frozenset(kept)
    values = [escape(each.value, quote=False) for each in found if each.key in stays]
    # The longest first: one value may be the beginning of another.
    shapes = "|".join([PLACEHOLDER.pattern, *map(re.escape, sorted(values, key=len, reverse=True))])
    pattern = re.compile(shapes)
    parts = _TAG.split(html)
    parts[::2] = [pattern.sub(_mark, text) for text in parts[::2]]
    return "".join(parts)


def _mark(match: re.Match[str]) -> str:
    is_kept = PLACEHOLDER.fullmatch(match.group()) is None
    return f'<mark class="kept">{match.group()}</mark>' if is_kept else f"<mark>{match.group()}</mark>"
