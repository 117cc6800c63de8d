"""A prompt template as data: the prefix that every prompt begins with, the marks of turns, the stop rules."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum

from assistant.conversation import Role
from assistant.generation.stop_rules import StopRule


class PromptForm(StrEnum):
    TRANSCRIPT = "transcript"
    """Example dialogues that a base model carries on."""
    CHAT = "chat"
    """The marks that an instruct model was trained on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnMarks:
    """The literal text around each turn."""

    user_start: str
    user_end: str
    assistant_start: str
    assistant_end: str
    reply_lead: str
    """Stands between `assistant_start` and a replayed answer. The model writes it, so a prompt ends before it."""
    guarded_lines: tuple[str, ...]
    """A line of somebody's text that begins so (or, for dashes, is so), in any case, must not pass for structure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptTemplate:
    id: str
    version: str
    purpose: str
    form: PromptForm
    prefix: str
    """Byte-identical at the beginning of every prompt."""
    system: str
    """The same instruction for an engine that only takes messages."""
    marks: TurnMarks
    stops: tuple[StopRule, ...]
    sha256: str
    """Of prefix, system text, marks and stop rules together: what provenance records."""
    examples: tuple[tuple[Role, str], ...] = ()
    """Turns in the prefix that an engine which only takes messages gets as messages."""


def template_sha256(prefix: str, system: str, marks: TurnMarks, stops: Sequence[StopRule]) -> str:
    parts = [prefix, system, asdict(marks), [asdict(rule) for rule in stops]]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
