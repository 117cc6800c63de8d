"""One line on where an answer comes from, as it stands below it on the page and in exported files."""

from assistant.conversation import Provenance
from assistant.errors.root import Fact
from assistant.wording import Wording


def source_line(provenance: Provenance, t: Wording) -> str:
    facts: dict[str, Fact] = {
        "model": provenance.model,
        "seconds": provenance.seconds,
        "seed": provenance.options.seed if provenance.options.seed is not None else "?",
    }
    if provenance.completion_tokens is None:
        # An engine that could not be asked any more, or a file that does not say.
        return t("message.source_uncounted", **facts)
    return t("message.source", tokens=provenance.completion_tokens, **facts)
