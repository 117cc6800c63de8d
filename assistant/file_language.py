"""The language of a file, by its name: how a fence names it and how it is highlighted."""

from functools import lru_cache
from pathlib import PurePosixPath

from pygments.lexers import find_lexer_class_for_filename

# Where Pygments prefers a language that hardly anybody means, or knows none.
_MEANT = {".sql": "sql", ".r": "r", ".pl": "perl", ".csv": "csv", ".txt": "", ".log": ""}


@lru_cache(maxsize=1000)
def language_of(name: str) -> str:
    """Pygments' first word for it, which has no spaces; empty when the name does not tell."""
    ending = PurePosixPath(name).suffix.lower()
    if ending in _MEANT:
        return _MEANT[ending]
    lexer = find_lexer_class_for_filename(name)
    return lexer.aliases[0] if lexer and lexer.aliases else ""
