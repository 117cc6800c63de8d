"""Which languages there are, which one a browser is answered in, and which one is being spoken right now.

A language is one file in `assistant/locales`, named by its BCP 47 tag. Who speaks is set once, where a request or an
event of the page comes in; knows nothing of words.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

LOCALES = Path(__file__).parent / "locales"
DEFAULT = "en"
COOKIE = "language"
"""Holds what was chosen on the page; else the browser's own languages count."""

_spoken: ContextVar[str] = ContextVar("language", default=DEFAULT)


@cache
def languages() -> tuple[str, ...]:
    """The default one first."""
    found = sorted(path.stem for path in LOCALES.glob("*.toml"))
    return (DEFAULT, *(tag for tag in found if tag != DEFAULT))


def choose_language(cookies: Mapping[str, str], accept_language: str = "") -> str:
    """`accept_language` is the header of that name. Always one of `languages()`."""
    known = {tag.lower(): tag for tag in languages()}
    wanted = [cookies.get(COOKIE, ""), *_preferred(accept_language)]
    for tag in (wish.lower() for wish in wanted):
        if tag in known:
            return known[tag]
        # Of a language that is there in another country's form, that form: `zh-SG` reads `zh-CN`.
        for candidate, language in known.items():
            if candidate.split("-")[0] == tag.split("-")[0]:
                return language
    return DEFAULT


def speak(language: str) -> None:
    """From here on, in this task and in what it starts."""
    _spoken.set(language)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    before = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(before)


def spoken() -> str:
    return _spoken.get()


def _preferred(accept_language: str) -> list[str]:
    """Its tags, best first. What cannot be read counts as not said."""
    weighed: list[tuple[float, str]] = []
    for part in accept_language[:1000].split(","):
        tag, _, weight = part.partition(";")
        try:
            quality = float(weight.strip().removeprefix("q=") or 1)
        except ValueError:
            continue
        if quality > 0 and tag.strip() != "*":
            weighed.append((-quality, tag.strip()))
    return [tag for _, tag in sorted(weighed, key=lambda pair: pair[0])]
