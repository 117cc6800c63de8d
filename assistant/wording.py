"""Every sentence that a person reads, by key: the one mapping from errors and states to words.

A language is one file in `assistant/locales`; which one is read is said by `assistant.languages`. Knows nothing
of where the words appear.
"""

import math
import re
import string
import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from babel import Locale
from babel.dates import format_date, format_skeleton, format_time, format_timedelta
from babel.numbers import format_decimal

from assistant.errors.root import AssistantError, ErrorReport, Fact
from assistant.fault_words import FaultWords
from assistant.languages import LOCALES, languages, spoken
from assistant.time_zones import local_zone

Sentence = str | dict[str, str]
"""Where a number changes the words, the forms that CLDR has for the language ("one", "other"), and by which fact they
go: `by`, else `count`."""


_NUMBER = re.compile(r"n(\d?)")


class Wording:
    """Call with a key such as `"control.send"` and the values that its sentence names."""

    def __init__(self) -> None:
        self._languages = {tag: _Language(tag) for tag in languages()}

    def __call__(self, key: str, **facts: Fact) -> str:
        language = self._languages[spoken()]
        return language.fill(language.sentences[key], facts)

    @property
    def locale(self) -> str:
        """BCP 47, as pages name their language."""
        return spoken()

    @property
    def sentences(self) -> Mapping[str, Sentence]:
        return self._languages[spoken()].sentences

    def error(self, error: AssistantError | ErrorReport) -> str:
        """In words, with the error's own facts; an error without a sentence of its own gets the general one.

        One that only sometimes says when to try again has a second sentence for that, `…_again`.
        """
        language = self._languages[spoken()]
        report = error.report() if isinstance(error, AssistantError) else error
        facts = language.facts(report.facts)
        keys = [f"error.{report.code}_again"] if "wait" in facts else []
        keys += [f"error.{report.code}", "error.error"]
        sentence = next(language.sentences[key] for key in keys if key in language.sentences)
        return language.fill(sentence, _Facts(facts))

    def number(self, value: float) -> str:
        """Outside of a sentence."""
        return self._languages[spoken()].number(value)

    @property
    def names(self) -> Mapping[str, str]:
        """What each language is called by those who speak it."""
        return {tag: language.name for tag, language in self._languages.items()}

    def date(self, when: datetime) -> str:
        """By the reader's clock, as all dates."""
        return format_date(when.astimezone(local_zone()), "medium", self._languages[spoken()].locale)

    def month(self, when: datetime) -> str:
        local = when.astimezone(local_zone())
        return format_skeleton("yMMMM", local, locale=self._languages[spoken()].locale)

    def moment(self, when: datetime) -> str:
        """To the minute. Where nobody said which clock they have, by UTC, and so named."""
        zone, locale = local_zone(), self._languages[spoken()].locale
        time = format_time(when, "short", zone, locale)
        # CLDR's pattern of how a time stands beside a date, such as "{1}, {0}".
        moment = str(locale.datetime_formats["medium"]).replace("'", "").format(time, self.date(when))
        return f"{moment} UTC" if zone is UTC else moment


class _Language(string.Formatter):
    def __init__(self, tag: str) -> None:
        sections = tomllib.loads((LOCALES / f"{tag}.toml").read_text("utf-8"))
        self.locale = Locale.parse(tag, sep="-")
        self.name = (self.locale.language_name or tag).capitalize()
        self._fault = FaultWords(sections.pop("fault", {}))
        self.sentences: dict[str, Sentence] = {
            f"{section}.{name}": text for section, texts in sections.items() for name, text in texts.items()
        }

    def fill(self, sentence: Sentence, facts: Mapping[str, Fact]) -> str:
        if isinstance(sentence, dict):
            number = facts.get(sentence.get("by", "count"))
            form = self.locale.plural_form(number) if isinstance(number, int | float) else "other"
            sentence = sentence.get(form, sentence["other"])
        return self.vformat(sentence, (), facts)

    def facts(self, facts: Mapping[str, Fact]) -> dict[str, Fact]:
        """Of an error; seconds also as people say them: {wait} until it may go again, {period} that a bound is for."""
        words = {name: self.fact(name, fact) for name, fact in facts.items()}
        seconds = {"wait": facts.get("retry_after"), "period": facts.get("period")}
        return words | {name: self.span(value) for name, value in seconds.items() if isinstance(value, int | float)}

    def span(self, seconds: float) -> str:
        unit = next((unit for unit in (3600, 60) if seconds >= 2 * unit), 1)
        # Rounded up, so that nobody comes too early.
        whole = max(1, math.ceil(seconds / unit)) * unit
        return format_timedelta(timedelta(seconds=whole), threshold=2, locale=self.locale)

    def fact(self, name: str, fact: Fact) -> Fact:
        """It may be a word of the assistant's own, such as "conversation"; an option has its name on the page."""
        match name, fact:
            case "fault", str():
                return self._fault(fact)
            case "place", str():
                return ", ".join(map(self._fault, fact.split(", ")))
            case _:
                word = self.sentences.get(f"{'option' if name == 'option' else 'fact'}.{fact}", fact)
                return fact if isinstance(word, dict) else word

    def format_field(self, value: object, format_spec: str) -> str:
        """`{count:n}`: as the language writes numbers, grouped, with its own decimal sign; `n2`: with two decimals."""
        found = _NUMBER.fullmatch(format_spec)
        if not found:
            return str(super().format_field(value, format_spec))
        return self.number(value, int(found[1] or 0)) if isinstance(value, int | float) else str(value)

    def number(self, value: float, decimals: int = 0) -> str:
        """Without `decimals`, those that it has, at most three."""
        return format_decimal(value, "#,##0." + decimals * "0" if decimals else None, self.locale)


class _Facts(dict[str, Fact]):
    """A fact that an error lacks is left out of its sentence: a stored error may be older than the sentence."""

    def __missing__(self, key: str) -> str:
        return "?"
