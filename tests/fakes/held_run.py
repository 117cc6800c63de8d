"""A run that waits in the middle of its answer, and looks at it."""

from collections.abc import AsyncIterator

from assistant.conversation import Message, Run
from assistant.run_update import RunUpdate
from tests.fakes.desk import ANN, Desk
from tests.fakes.scripted_model import HOLD


async def held_run(desk: Desk, *before: object, after: str = " the end.") -> Run:
    """A run that has said what comes before, and says the rest once the model is released."""
    desk.model.will_say(*before, HOLD, after)
    run = await desk.ask("Long?")
    await desk.model.held()
    return run


def now(desk: Desk, run: Run) -> RunUpdate:
    update = desk.runs.now(run.id)
    assert update is not None
    return update


async def all_of(watching: AsyncIterator[RunUpdate]) -> list[RunUpdate]:
    return [update async for update in watching]


def answer(desk: Desk, run: Run) -> Message:
    return next(m for m in desk.store.messages(ANN, run.conversation_id) if m.id == run.answer_id)
