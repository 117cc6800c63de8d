"""How large a file is for the model, before it is sent."""

import pytest

from assistant.attachment_sizes import AttachmentSize, AttachmentSizes
from assistant.conversation import Attachment
from assistant.errors.engine import EngineUnavailableError
from assistant.prompting.question_text import file_text
from tests.fakes.desk import open_desk
from tests.fakes.scripted_model import ScriptedLoader, ScriptedModel

# The scripted model's tokens are bytes.
CODE = Attachment(name="main.py", text="print('ü')\n")
IN_PROMPT = len(file_text(CODE).encode())


async def test_a_size_is_what_the_file_takes_in_the_prompt() -> None:
    async with open_desk() as desk:
        await desk.engine.ready()
        assert await AttachmentSizes(desk.engine).of([CODE]) == [
            AttachmentSize("main.py", IN_PROMPT, is_estimate=False)
        ]


async def test_while_the_model_loads_a_size_is_an_estimate() -> None:
    model = ScriptedModel()
    async with open_desk(model=model, loader=ScriptedLoader(model, held=True)) as desk:
        (size,) = await AttachmentSizes(desk.engine).of([CODE])
        assert (size.tokens, size.is_estimate) == (len(file_text(CODE)) // 4, True)


class UncountingModel(ScriptedModel):
    def get_token_ids(self, text: str) -> list[int]:
        if "print" in text:
            raise EngineUnavailableError(fault="gone")
        return super().get_token_ids(text)


async def test_a_tokenizer_that_fails_leaves_an_estimate(caplog: pytest.LogCaptureFixture) -> None:
    async with open_desk(model=UncountingModel()) as desk:
        await desk.engine.ready()
        (size,) = await AttachmentSizes(desk.engine).of([CODE])
        assert size.is_estimate
        assert "print" not in caplog.text
