"""The window's use while a question is typed: what stands before it is counted once, the question each time."""

from dataclasses import replace

import pytest
from pydantic import Field

from assistant.context_meter import ContextMeter, Draft
from assistant.conversation import GenerationOptions, Message
from assistant.errors.app import NotFoundError
from tests.fakes.desk import ANN, BOB, TEMPLATE, Desk, open_desk
from tests.fakes.memory_store import MemoryConversationStore
from tests.fakes.scripted_model import CARD, HOLD, ScriptedLoader, ScriptedModel

EXCHANGE = len("\n\nHuman: One?\n\nAssistant: First.")


class CountingModel(ScriptedModel):
    counted: list[str] = Field(default_factory=list)

    def get_token_ids(self, text: str) -> list[int]:
        self.counted.append(text)
        return super().get_token_ids(text)


class CountingStore(MemoryConversationStore):
    reads = 0

    def messages(self, owner_id: str, conversation_id: str) -> list[Message]:
        self.reads += 1
        return super().messages(owner_id, conversation_id)


def meter(desk: Desk) -> ContextMeter:
    return ContextMeter(desk.store, desk.engine)


async def draft(desk: Desk, conversation_id: str, text: str = "") -> Draft:
    leaf_id = (await desk.conversations.open(ANN, conversation_id)).conversation.leaf_id
    return Draft(conversation_id=conversation_id, leaf_id=leaf_id, text=text, answer_room=100)


async def test_a_first_question_has_the_prompts_prefix_before_it_and_no_history() -> None:
    async with open_desk() as desk:
        await desk.engine.ready()
        measured = await meter(desk).measure(ANN, Draft(text="Hi", file_tokens=5, answer_room=100))
        assert measured and not measured.is_estimate
        use = measured.use
        assert (use.window, use.prefix, use.history, use.files) == (8192, len(TEMPLATE.prefix), 0, 5)
        assert (use.question, use.answer_room) == (len("\n\nHuman: Hi\n\nAssistant:"), 100)


async def test_an_empty_box_takes_nothing() -> None:
    async with open_desk() as desk:
        await desk.engine.ready()
        measured = await meter(desk).measure(ANN, Draft(text=" \n"))
        assert measured and measured.use.question == 0


async def test_history_is_read_and_counted_once_for_all_that_is_typed_after_it() -> None:
    model = CountingModel()
    store = CountingStore()
    async with open_desk(model=model, store=store) as desk:
        run = await desk.answered("One?", "First.")
        asked, made = await draft(desk, run.conversation_id, "a"), meter(desk)
        first = await made.measure(ANN, asked)
        model.counted.clear()
        store.reads = 0
        for text in ("ab", "abc"):
            measured = await made.measure(ANN, replace(asked, text=text))
            assert measured and first and measured.use.history == first.use.history == EXCHANGE
        assert (store.reads, len(model.counted)) == (0, 2)
        assert all("One?" not in text for text in model.counted)


async def test_an_answer_that_is_being_written_is_counted_anew() -> None:
    async with open_desk() as desk:
        desk.model.will_say(" First", HOLD, ".")
        run = await desk.ask("One?")
        await desk.model.held()
        made = meter(desk)
        asked = await draft(desk, run.conversation_id)
        during = await made.measure(ANN, asked)
        desk.model.release()
        await desk.end_of(run)
        after = await made.measure(ANN, asked)
        assert during and after
        assert (during.use.history, after.use.history) == (0, EXCHANGE)


async def test_a_question_that_is_asked_anew_stands_where_it_stood() -> None:
    async with open_desk() as desk:
        first = await desk.answered("One?", "First.")
        await desk.answered("Two?", "Second.", first.conversation_id)
        question = (await desk.shown(first.conversation_id))[2]
        measured = await meter(desk).measure(
            ANN, Draft(conversation_id=first.conversation_id, editing_id=question.id, answer_room=100)
        )
        assert measured and measured.use.history == EXCHANGE


async def test_nothing_of_a_strangers_conversation_is_told() -> None:
    async with open_desk() as desk:
        run = await desk.answered("One?", "First.")
        asked, made = await draft(desk, run.conversation_id), meter(desk)
        assert await made.measure(ANN, asked)
        with pytest.raises(NotFoundError):
            await made.measure(BOB, asked)


async def test_the_room_for_the_answer_is_the_conversations_unless_the_page_says_otherwise() -> None:
    async with open_desk() as desk:
        run = await desk.answered("One?", "First.")
        await desk.conversations.set_options(ANN, run.conversation_id, GenerationOptions(max_new_tokens=77))
        asked = await draft(desk, run.conversation_id)
        rooms = [replace(asked, answer_room=None), asked, Draft()]
        measured = [await meter(desk).measure(ANN, each) for each in rooms]
        assert [each.use.answer_room for each in measured if each] == [77, 100, CARD.options.max_new_tokens]


async def test_without_a_model_nothing_can_be_counted() -> None:
    async with open_desk(loader=ScriptedLoader(ScriptedModel(), held=True)) as desk:
        assert await meter(desk).measure(ANN, Draft(text="Hi")) is None
