"""Questions with files, from the box to the model, the share and the copy, on fakes."""

import pytest

from assistant.conversation import Attachment, GenerationOptions, Run
from assistant.errors.input import AttachmentNotTextError, AttachmentsTooLongError
from tests.fakes.desk import ANN, BOB, Desk, open_desk
from tests.fakes.scripted_model import ScriptedLoader, ScriptedModel

OPTIONS = GenerationOptions()
CODE = Attachment(name="main.py", text="print('seven')\n")


async def ask_with(desk: Desk, *files: Attachment, text: str = "What does it print?") -> Run:
    """A whole turn, in a new conversation."""
    desk.model.will_say(" Seven.")
    run = await desk.service.send(
        ANN,
        None,
        text,
        expected_leaf_id=None,
        client_request_id=desk.new_request(),
        options=OPTIONS,
        attachments=files,
    )
    await desk.end_of(run)
    return run


async def test_a_file_is_read_by_the_model_and_kept_with_its_question() -> None:
    async with open_desk() as desk:
        run = await ask_with(desk, CODE)
        assert "Human: File main.py:\n```python\nprint('seven')\n```\n\nWhat does it print?" in desk.model.prompts[0]
        question, answer = await desk.shown(run.conversation_id)
        assert (question.text, question.attachments) == ("What does it print?", (CODE,))
        assert answer.attachments == ()


async def test_names_are_cleaned_before_they_are_kept() -> None:
    async with open_desk() as desk:
        run = await ask_with(desk, Attachment(name="../a.py", text="1"), Attachment(name="b/a.py", text="2"))
        assert [file.name for file in (await desk.shown(run.conversation_id))[0].attachments] == ["a.py", "a (2).py"]


async def test_the_title_is_of_what_was_typed() -> None:
    async with open_desk() as desk:
        run = await ask_with(desk, CODE)
        assert (await desk.conversations.open(ANN, run.conversation_id)).conversation.title == "What does it print?"


async def test_later_turns_and_another_answer_read_the_file_too() -> None:
    async with open_desk() as desk:
        run = await ask_with(desk, CODE)
        await desk.answered("Why?", "Because.", run.conversation_id)
        desk.model.will_say(" Seven, again.")
        await desk.end_of(
            await desk.service.regenerate(
                ANN, run.conversation_id, run.answer_id, client_request_id="x", options=OPTIONS
            )
        )
        assert [prompt.count("print('seven')") for prompt in desk.model.prompts] == [1, 1, 1]


async def test_a_question_asked_anew_has_the_files_that_it_is_given() -> None:
    async with open_desk() as desk:
        run = await ask_with(desk, CODE)
        question = (await desk.shown(run.conversation_id))[0]
        fresh = {"client_request_id": desk.new_request(), "options": OPTIONS}
        desk.model.will_say(" Eight.")
        changed = CODE.model_copy(update={"text": "print('eight')\n"})
        await desk.end_of(
            await desk.service.edit(ANN, run.conversation_id, question.id, "And now?", attachments=[changed], **fresh)
        )
        assert "seven" not in desk.model.prompts[1]
        assert (await desk.shown(run.conversation_id))[0].attachments == (changed,)


async def test_a_file_that_is_refused_sends_nothing() -> None:
    async with open_desk() as desk:
        with pytest.raises(AttachmentNotTextError):
            await ask_with(desk, Attachment(name="picture.png", text="\x89PNG\x00"))
        assert desk.store.conversations(ANN, 10) == []


async def test_files_that_the_window_cannot_hold_are_refused_before_anything_is_written() -> None:
    model = ScriptedModel()
    async with open_desk(model=model, loader=ScriptedLoader(model, window=500)) as desk:
        await desk.engine.ready()
        with pytest.raises(AttachmentsTooLongError) as refused:
            await ask_with(desk, Attachment(name="long.py", text="x" * 600))
        assert refused.value.facts["name"] == "long.py"
        assert desk.store.conversations(ANN, 10) == []


async def test_a_share_shows_the_files_and_a_copy_goes_on_with_them() -> None:
    async with open_desk() as desk:
        run = await ask_with(desk, CODE)
        token = await desk.share(run.conversation_id)
        question, answer = (await desk.reading.read(token)).messages
        assert (question.attachments, answer.attachments) == ((CODE,), ())
        copy_id = await desk.reading.continue_share(BOB, token)
        desk.model.will_say(" Because.")
        await desk.end_of(await desk.ask("Why?", copy_id, owner=BOB))
        assert "print('seven')" in desk.model.prompts[-1]
        assert (await desk.shown(copy_id, BOB))[0].attachments == (CODE,)
