"""Whether an answer that was made once more with the same seed came out the same."""

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.conversation import Message, MessageStatus, Provenance


@dataclass(frozen=True, slots=True)
class Rerun:
    version: int
    """The number of the version that it repeats, from 1."""
    is_same: bool


def rerun_of(versions: Sequence[Message], answer: Message) -> Rerun | None:
    """`versions` oldest first, `answer` among them. None: nothing before it was made in the same way, to its end."""
    if answer.provenance is None or not answer.provenance.prompt_sha256 or answer.status is not MessageStatus.COMPLETE:
        return None
    way = _way(answer.provenance)
    for number, earlier in enumerate(versions, start=1):
        if earlier.id == answer.id:
            return None
        if earlier.status is MessageStatus.COMPLETE and earlier.provenance and _way(earlier.provenance) == way:
            return Rerun(number, earlier.text == answer.text)
    return None


def _way(made: Provenance) -> tuple[object, ...]:
    """All that an answer depends on, as far as it is known."""
    prompt = (made.prompt_sha256, made.prompt_text_sha256, made.turns_dropped, made.continued_from)
    return (made.model, made.model_revision, made.options, *prompt)
