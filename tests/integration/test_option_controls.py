"""What the controls of the options show where the engine cannot be told all of them."""

import json
from pathlib import Path

from tests.fakes.scripted_model import ScriptedLoader, ScriptedModel
from tests.page_requests import PageRequests
from tests.web_app import GRADIO_IS_NOISY, WebApp, web_app

pytestmark = GRADIO_IS_NOISY


def ask(running: WebApp, question: str, **options: float) -> PageRequests:
    page = PageRequests(running.client)
    running.model.will_say(" Because.")
    assert page.do("send", message=question, **{f"option-{name}": value for name, value in options.items()})
    return page


def test_a_conversation_begun_with_another_engine_shows_what_this_one_will_be_told(tmp_path: Path) -> None:
    with web_app(tmp_path) as running:
        begun = ask(running, "Why?", top_k=7, temperature=0.9)
        conversation_id = json.loads(begun.shown["position"])["conversation_id"]
        cookies = dict(running.client.cookies)
    with web_app(tmp_path, ScriptedLoader(ScriptedModel(), fixed_options={"top_k": 0})) as running:
        running.client.cookies.update(cookies)
        ask(running, "Is the model there?")
        page = PageRequests(running.client, opened=conversation_id)
        assert page.shown["option-top_k"] == 0
        assert page.shown["option-temperature"] == 0.9
