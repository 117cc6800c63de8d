"""What a block of code is called: its language, and the file that it is saved as.

A name that the writer gave it is taken where it can do no harm: letters of ASCII, no folder, no name that a system
keeps for itself, and an ending of that language, so that nothing poses as code of another kind.
"""

import re
from dataclasses import dataclass, replace

from assistant.rendering.code_language import Language, ending_of, language_named, language_of_file

_LONGEST_INFO, _LONGEST_LABEL = 200, 30
_SAFE = re.compile(r"(?!(?:con|nul|aux|prn|com\d|lpt\d)(?:\.|$))[a-z0-9_][\w.+-]{0,58}[\w+]", re.IGNORECASE | re.ASCII)
_AROUND_A_NAME = re.compile(r"""^\w+=|["'{}]""")
_FIRST_LINE = re.compile(
    r"\s*(?:#|//|--|;|%|/\*+|<!--|\(\*)\s*(?:file(?:name)?:?\s*)?([\w./\\+-]{1,200})\s*(?:\*/|-->|\*\))?[ \t]*(?:\n|$)",
    re.IGNORECASE | re.ASCII,
)
# Where the first of Pygments' endings is not the usual one, or there is none.
_SAVED_AS = {
    "cmake": "CMakeLists.txt", "docker": "Dockerfile", "fortran": "code.f90", "make": "Makefile", "nginx": "nginx.conf",
    "prolog": "code.pl", "r": "code.R", "console": "session.txt", "pycon": "session.txt", "pytb": "traceback.txt",
}  # fmt: skip
# Not highlighted, but files of their own kind.
_PLAIN = {"csv": ".csv", "log": ".log", "markdown": ".md", "md": ".md", "mermaid": ".mmd", "svelte": ".svelte",
          "tsv": ".tsv", "vue": ".vue"}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeName:
    language: Language | None
    """None where it is not highlighted."""
    label: str
    """To be shown; empty where nothing is known."""
    file: str


def name_of_block(code: str, info: str) -> CodeName:
    """`info` is a fence's info string: a language, `language:file`, a file, `language title="file"` and the like."""
    first, *others = info[:_LONGEST_INFO].split() or [""]
    said, _, after = first.partition(":")
    language = language_named(said) or language_of_file(_base(said))
    comment = _FIRST_LINE.match(code[:300])
    stated = [said, after, *others, comment.group(1) if comment else ""]
    return _named(language, said, [_AROUND_A_NAME.sub("", name) for name in stated])


def name_of_file(name: str) -> CodeName:
    """Of a file that is shown under its name already: the label is its language alone."""
    language = language_of_file(_base(name))
    return replace(_named(language, "", [name]), label=language.label if language else "")


def _named(language: Language | None, said: str, names: list[str]) -> CodeName:
    file = next((_base(name) for name in names if _is_safe(_base(name), language)), "")
    label = language.label if language else "" if file else said[:_LONGEST_LABEL]
    return CodeName(
        language=language,
        label=" · ".join(dict.fromkeys(filter(None, [label, file]))),
        file=file or _usual_file(language, said),
    )


def _is_safe(name: str, language: Language | None) -> bool:
    if not _SAFE.fullmatch(name):
        return False
    if language is None:
        return ending_of(name) in {".txt", *_PLAIN.values()}
    return name in language.file_names or ending_of(name) in language.endings


def _usual_file(language: Language | None, said: str) -> str:
    if language is None:
        return f"code{_PLAIN.get(said.lower(), '.txt')}"
    return _SAVED_AS.get(language.alias) or f"code{next(iter(language.endings), '.txt')}"


def _base(name: str) -> str:
    return re.split(r"[/\\]", name)[-1]
