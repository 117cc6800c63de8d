"""Text as the terms that it is found by, made for code: the same for a document and for a query, on every database.

    parse_json, parseJson    the whole, and its parts: parse, json
    os.path.join             os, path, join
    C++, C#                  the whole, and the letter
    ptr->next, a<T>::b       the words, and ->, ::
    数据库                    pairs: 数据, 据库; and the last one, so that each character begins a term

Knows nothing of databases. No term holds a blank or a control character, and none mixes letters with punctuation but
for a name's ++ or #.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

_LONGEST_TERM = 64
# Terms are made while the database waits: a hundred thousand characters take about a tenth of a second.
_DOCUMENT_CHARACTERS = 200_000
# PostgreSQL takes at most a megabyte of terms in one document.
_DOCUMENT_BYTES = 500_000
_QUERY_TERMS = 24
_SHORTEST_BEGINNING = 2
"""One letter begins too much: it is only found as a word of its own."""

# Written without blanks between words: Han, kana, Thai and Lao, Burmese, Khmer.
_UNSPACED = (
    "\u3005-\u3007\u3041-\u3096\u3099-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff\u0e01-\u0e3a\u0e40-\u0e4e\u0e81-\u0ece\u1000-\u103f\u1050-\u109d\u1780-\u17d3"
)
# In most of India's scripts a vowel is a mark, which `\w` leaves out.
MARKS = "".join(chr(code) for code in range(0x300, 0x1E950) if unicodedata.category(chr(code))[0] == "M")
_PIECE = re.compile(
    rf"(?P<unspaced>[{_UNSPACED}]+)"
    rf"|(?P<word>(?:[a-zA-Z0-9_]|(?![{_UNSPACED}])[\w{MARKS}])+)(?P<suffix>\+\+|\#)?"
    r"|(?P<operators>[-!#$%&*+./:<=>?@\\^|~]{2,})"
)
_HUMP = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")


@dataclass(frozen=True, slots=True)
class QueryTerm:
    text: str
    is_beginning: bool = False
    """Every term that begins so is meant."""

    def means(self, term: str) -> bool:
        return term.startswith(self.text) if self.is_beginning else term == self.text


def normalised(text: str) -> str:
    """One form for what looks alike: full-width letters, ligatures, composed accents."""
    return unicodedata.normalize("NFKC", text)


def document_terms(text: str) -> list[str]:
    """Each term once, in order; what comes after 200,000 characters, or half a megabyte of terms, is not found."""
    terms: dict[str, None] = {}
    size = 0
    for term, _, _ in occurrences(normalised(text[:_DOCUMENT_CHARACTERS])):
        if term not in terms:
            size += len(term.encode())
            if size > _DOCUMENT_BYTES:
                break
            terms[term] = None
    return list(terms)


def query_terms(text: str) -> list[QueryTerm]:
    """All of them have to occur; the last word, while it is typed, is a beginning. Empty: nothing can be found."""
    terms: dict[QueryTerm, None] = {}
    text = normalised(text)
    for piece in _PIECE.finditer(text):
        terms |= dict.fromkeys(_asked(piece, at_end=piece.end() == len(text)))
        if len(terms) >= _QUERY_TERMS:
            break
    return list(terms)[:_QUERY_TERMS]


def occurrences(text: str) -> Iterator[tuple[str, int, int]]:
    """Every term of a normalised text, with where it begins and ends."""
    for piece in _PIECE.finditer(text):
        start, end = piece.span()
        if word := piece["word"]:
            yield from _named(word, start, start + len(word))
            if suffix := piece["suffix"]:
                yield _term(word + suffix), start, end
                if len(suffix) > 1:
                    yield suffix, end - len(suffix), end
        elif run := piece["unspaced"]:
            for at in range(len(run)):
                pair = run[at : at + 2]
                yield _term(pair), start + at, start + at + len(pair)
        else:
            yield from _grams(piece["operators"], start, (2, 3))


def _asked(piece: re.Match[str], *, at_end: bool) -> Iterator[QueryTerm]:
    if word := piece["word"]:
        name = word + (piece["suffix"] or "")
        yield QueryTerm(_term(name), at_end and len(name) >= _SHORTEST_BEGINNING)
    elif run := piece["unspaced"]:
        if len(run) == 1:
            yield QueryTerm(_term(run), is_beginning=True)
        for pair, _, _ in _grams(run, 0, (2,)):
            yield QueryTerm(_term(pair))
    else:
        operators = piece["operators"]
        for gram, _, _ in _grams(operators, 0, (min(len(operators), 3),)):
            yield QueryTerm(gram)


def _named(word: str, start: int, end: int) -> Iterator[tuple[str, int, int]]:
    """A name and its parts; a part of one letter says nothing."""
    yield _term(word), start, end
    for chunk in re.finditer(r"[^_]+", word):
        humps = _HUMP.finditer(chunk[0]) if chunk[0].isascii() else re.finditer(r".+", chunk[0])
        for hump in humps:
            if 1 < len(hump[0]) < len(word):
                at = start + chunk.start() + hump.start()
                yield _term(hump[0]), at, at + len(hump[0])


def _grams(run: str, start: int, sizes: tuple[int, ...]) -> Iterator[tuple[str, int, int]]:
    """So that `::` is found in `>::` too."""
    for size in sizes:
        for at in range(len(run) - size + 1):
            yield run[at : at + size], start + at, start + at + size


def _term(text: str) -> str:
    return text.casefold()[:_LONGEST_TERM]
