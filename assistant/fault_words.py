"""What went wrong in detail, in a person's language: code says it in English, translations are found by those words."""

import re
from collections.abc import Mapping

_NAME = re.compile(r"\{(\w+)\}")


class FaultWords:
    def __init__(self, translations: Mapping[str, str]) -> None:
        """By the words that code has; a name in braces, in both, stands for what differs."""
        self._known = [(_pattern(words), translation) for words, translation in translations.items()]

    def __call__(self, fault: str) -> str:
        """As it is, where no translation is known. A fault may be part of another one."""
        for pattern, translation in self._known:
            if found := pattern.fullmatch(fault):
                return translation.format_map({name: self(part) for name, part in found.groupdict().items()})
        return fault


def _pattern(words: str) -> re.Pattern[str]:
    fixed_and_names = _NAME.split(words)
    parts = [f"(?P<{part}>.+)" if place % 2 else re.escape(part) for place, part in enumerate(fixed_and_names)]
    return re.compile("".join(parts), re.DOTALL)
