"""What a model wrote as a title, made fit to be one, or refused: a small model also writes nonsense."""

import re

from assistant.typed_text import plain_name

SHORT_QUESTION = 40
"""Characters of a question that is a title itself."""
_LONGEST = 60
_SHORTEST = 3
_AROUND = " \t\"'*_#“”„«»‘’"
_END = ".:;,!-–—…"
_WORD = re.compile(r"[^\W_]+")
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_LONG_WORD = 5


def title_from(said: str, question: str) -> str | None:
    """One line of 3 to 60 characters, without quotes, Markdown and a full stop at its end; or None.

    Every long word and every name in it has to come from the question, give or take an ending: what a small model adds
    is wrong more often than not, and what it translates is not the question's language.
    """
    line = plain_name(" ".join(said.strip().split("\n", 1)[0].replace("`", "").split()))
    title = line.strip(_AROUND).rstrip(_END).strip(_AROUND)
    if not _SHORTEST <= len(title) <= _LONGEST:
        return None
    says_the_same = title.casefold() == " ".join(question.split()).casefold()
    return None if says_the_same or not _comes_from(title, question) else title


def _comes_from(title: str, question: str) -> bool:
    known = set(_words(question))
    words = _WORD.findall(title)
    telling = [
        word.casefold()
        for n, word in enumerate(words)
        # A title begins with a capital whether or not its first word is a name.
        if len(word) >= _LONG_WORD or _UNSPACED.search(word) or (n and not word.islower())
    ]
    return all(part in known or _is_kin(part, known) for word in telling for part in _parts(word))


def _words(text: str) -> list[str]:
    return [part for word in _WORD.findall(text.casefold()) for part in _parts(word)]


def _parts(word: str) -> list[str]:
    """Where a script sets no spaces, each character counts."""
    return re.findall(rf"{_UNSPACED.pattern}|(?:(?!{_UNSPACED.pattern}).)+", word)


def _is_kin(word: str, known: set[str]) -> bool:
    """The same word with another ending: "renames" and "rename", "sortiere" and "sortieren"."""
    stem = word[: max(4, len(word) - 2)]
    return len(word) >= _LONG_WORD and any(other.startswith(stem) for other in known)
