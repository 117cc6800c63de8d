"""Every sentence that a person reads, by key: the one mapping from errors and states to words.

A language is one file in `assistant/locales`. Knows nothing of where the words appear.
"""

import tomllib
from pathlib import Path

from assistant.errors import AssistantError, ErrorReport, Fact

_LOCALES = Path(__file__).parent / "locales"


class Wording:
    """Call with a key such as `"control.send"` and the values that its sentence names."""

    def __init__(self, locale: str = "en") -> None:
        sections = tomllib.loads((_LOCALES / f"{locale}.toml").read_text("utf-8"))
        self.locale = locale
        self.sentences: dict[str, str] = {
            f"{section}.{name}": text for section, texts in sections.items() for name, text in texts.items()
        }

    def __call__(self, key: str, **facts: Fact) -> str:
        return self.sentences[key].format(**facts)

    def error(self, error: AssistantError | ErrorReport) -> str:
        """In words, with the error's own facts; an error without a sentence of its own gets the general one."""
        report = error.report() if isinstance(error, AssistantError) else error
        sentence = self.sentences.get(f"error.{report.code}", self.sentences["error.error"])
        return sentence.format_map(_Facts(report.facts))


class _Facts(dict[str, Fact]):
    """A fact that an error lacks is left out of its sentence: a stored error may be older than the sentence."""

    def __missing__(self, key: str) -> str:
        return "?"
