"""What all errors of the assistant have in common: a code, facts, and whether trying again can help."""

from dataclasses import dataclass, field
from typing import ClassVar

Fact = str | int | float | None


@dataclass(frozen=True, slots=True)
class ErrorReport:
    """An error as data: what is kept with a failed answer and turned into words for a person."""

    code: str
    retryable: bool
    facts: dict[str, Fact] = field(default_factory=dict)


class AssistantError(Exception):
    """Root of the tree. `facts` are plain values, safe to store and to log: never message text, never a secret."""

    code: ClassVar[str] = "error"
    retryable: ClassVar[bool] = False

    def __init__(self, **facts: Fact) -> None:
        super().__init__(self.code, *(f"{name}={value}" for name, value in facts.items()))
        self.facts = facts

    def __reduce__(self) -> tuple[object, ...]:
        # Exceptions are copied by calling their class with `args`, which holds words here: another process would fail.
        return _rebuilt, (type(self), self.facts)

    def report(self) -> ErrorReport:
        return ErrorReport(self.code, self.retryable, dict(self.facts))


def _rebuilt(kind: type[AssistantError], facts: dict[str, Fact]) -> AssistantError:
    return kind(**facts)
