"""The languages that code is highlighted in: by which names they go, which files they are written in, their lexers.

Pygments knows 600, and anybody can name any of them; some of the rarer lexers never come back from a few brackets.
"""

from dataclasses import dataclass
from functools import cache

from pygments.lexer import Lexer
from pygments.lexers import get_all_lexers, get_lexer_by_name

_KNOWN = {
    "asm", "awk", "bash", "batch", "c", "clojure", "cmake", "console", "cpp", "csharp", "css", "cuda", "dart", "diff",
    "docker", "elixir", "erlang", "fortran", "fsharp", "go", "graphql", "groovy", "haskell", "hcl", "html", "ini",
    "java", "javascript", "json", "jsx", "julia", "kotlin", "lua", "make", "matlab", "nasm", "nginx", "objective-c",
    "ocaml", "perl", "php", "powershell", "prolog", "protobuf", "pycon", "pytb", "python", "r", "rst", "ruby", "rust",
    "scala", "scheme", "scss", "sql", "swift", "terraform", "tex", "toml", "tsx", "typescript", "vb.net", "vim",
    "xml", "yaml", "zig",
}  # fmt: skip
# Where Pygments' own name is not what people say.
_LABELS = {"asm": "Assembly", "matlab": "MATLAB", "nginx": "nginx", "r": "R", "batch": "Batch"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    alias: str
    label: str
    """As people write it."""
    endings: tuple[str, ...]
    """Of its files' names, in small letters; the most usual first. Empty for what is no file, such as a session."""
    file_names: tuple[str, ...]
    """Of files that are named as a whole."""


def language_named(name: str) -> Language | None:
    """By any of the names that a fence may give it."""
    return _languages().get(name.lower())


def language_of_file(name: str) -> Language | None:
    """By a file's name without its folder, or by its ending."""
    return _languages_of_files().get(name) or _languages_of_files().get(ending_of(name))


def ending_of(name: str) -> str:
    """`.py`; empty where there is none."""
    stem, dot, ending = name.rpartition(".")
    return f".{ending.lower()}" if stem and dot and ending else ""


@cache
def lexer_of(language: Language) -> Lexer:
    return get_lexer_by_name(language.alias, stripnl=False, ensurenl=False)


@cache
def _languages() -> dict[str, Language]:
    # Two lexers may share a name: it is the first one's, also where that one is not of ours.
    found: dict[str, Language | None] = {}
    for label, aliases, patterns, _ in get_all_lexers(plugins=False):
        language = _language(label, aliases, patterns) if _KNOWN.intersection(aliases) else None
        for alias in aliases:
            found.setdefault(alias.lower(), language)
    return {alias: language for alias, language in found.items() if language}


@cache
def _languages_of_files() -> dict[str, Language]:
    found: dict[str, Language] = {}
    for language in _languages().values():
        for name in (*language.file_names, *language.endings):
            found.setdefault(name, language)
    return found


def _language(label: str, aliases: tuple[str, ...], patterns: tuple[str, ...]) -> Language:
    known = next(alias for alias in aliases if alias in _KNOWN)
    return Language(
        alias=known,
        label=_LABELS.get(known, label),
        endings=tuple(pattern[1:].lower() for pattern in patterns if pattern.startswith("*.") and "[" not in pattern),
        file_names=tuple(pattern for pattern in patterns if pattern[0] not in "*."),
    )
