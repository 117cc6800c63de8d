"""A run as storage has it: all that can be seen of one that another process makes."""

from dataclasses import replace

from assistant.conversation import Message, MessageStatus
from assistant.errors.app import StorageError
from assistant.ports import ConversationStore
from assistant.run_update import RunStage, RunUpdate

LOOK_SECONDS = 0.25
"""From one look to the next. With the time between two checkpoints it makes less than a second."""


def stored_update(store: ConversationStore, owner_id: str, run_id: str, last: RunUpdate | None) -> RunUpdate:
    """Blocks. While storage fails it is the `last` one again, with what is wrong; without one, that raises."""
    try:
        answer = store.answer(owner_id, run_id)
    except StorageError as error:
        if last is None:
            raise
        return replace(last, error=error.report())
    return RunUpdate(
        run_id=run_id,
        answer_id=answer.id,
        stage=_stage(answer),
        status=answer.status,
        text=answer.text,
        error=answer.error,
        provenance=answer.provenance,
    )


def _stage(answer: Message) -> RunStage:
    if answer.status is not MessageStatus.STREAMING:
        return RunStage.ENDED
    return RunStage.ANSWERING if answer.text else RunStage.READING
