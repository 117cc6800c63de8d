"""What the page says and offers when an answer has ended, however it did."""

from pathlib import Path

import pytest

from assistant.errors.engine import EngineError
from tests.fakes.scripted_model import ScriptedLoader, ScriptedModel
from tests.page_requests import PageRequests
from tests.web_app import web_app

LONG = "Hello, how do I sort a list of numbers in Python, biggest first?"


def test_how_it_ended_is_announced(tmp_path: Path) -> None:
    with web_app(tmp_path) as running:
        page = PageRequests(running.client)
        running.model.will_say(" Because.")
        assert page.do("send", message="Why?")
        assert page.shown["announcement"] == "The answer is complete."
        running.model.will_say(EngineError(model="m", fault="broken"))
        assert page.do("send", message="Why not?")
        assert page.shown["announcement"] == "The answer failed."


@pytest.mark.parametrize("continues", [True, False])
def test_continue_is_offered_only_where_the_engine_can(tmp_path: Path, continues: bool) -> None:
    loader = ScriptedLoader(ScriptedModel(), continues=continues)
    with web_app(tmp_path, loader) as running:
        page = PageRequests(running.client)
        running.model.will_say(" So far", EngineError(model="m", fault="gone"))
        assert page.do("send", message="Why?")
        assert ("Continue" in page.shown["history"]) == continues


def test_a_name_that_the_model_makes_is_shown_without_being_asked_for(tmp_path: Path) -> None:
    with web_app(tmp_path) as running:
        page = PageRequests(running.client)
        running.model.will_say(" Use sorted().")
        running.model.will_say(" Sort a list of numbers in Python\n\nQuestion: next")
        assert page.do("send", message=LONG)
        assert ">Sort a list of numbers in Python</h1>" in page.shown["heading"]
