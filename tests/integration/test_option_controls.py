"""What the controls of the options show and send, also where the engine cannot be told all of them."""

import json
import re
from pathlib import Path

from tests.fakes.scripted_model import ScriptedLoader, ScriptedModel
from tests.page_requests import PageRequests
from tests.web_app import WebApp, web_app


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


def compare(page: PageRequests, **options: str) -> None:
    found = re.search(r'data-compare="(\w+)"', page.shown["history"])
    assert found
    assert page.do("act", action=json.dumps({"do": "compare", "message": found[1], "options": options}))


def test_a_second_answer_takes_every_option_that_the_settings_have(tmp_path: Path) -> None:
    with web_app(tmp_path) as running:
        page = ask(running, "Why?", temperature=0.2)
        for name in ("temperature", "top_p", "top_k", "repetition_penalty", "max_new_tokens", "seed"):
            assert re.search(rf'data-compare=.* name="{name}"', page.shown["history"])
        running.model.will_say(" For that.")
        compare(
            page, temperature="0.9", top_p="0.5", top_k="7", repetition_penalty="1.3", max_new_tokens="99", seed="4"
        )
        sent = running.model.options[-1]
        assert (sent["temperature"], sent["top_p"], sent["top_k"]) == (0.9, 0.5, 7)
        assert (sent["repetition_penalty"], sent["max_new_tokens"], sent["seed"]) == (1.3, 99, 4)
        assert (
            "temperature 0.9 · seed 4 · Top-p 0.5 · Top-k 7 · Repetition penalty 1.3 · Longest answer 99<"
            in (page.shown["live"])
        )


def test_a_value_that_no_option_has_is_refused_by_name(tmp_path: Path) -> None:
    with web_app(tmp_path) as running:
        page = ask(running, "Why?")
        compare(page, top_p="2")
        assert "Top-p: at most 1" in page.shown["notice"]


def test_what_the_engine_cannot_be_told_is_not_offered_for_a_second_answer(tmp_path: Path) -> None:
    with web_app(tmp_path, ScriptedLoader(ScriptedModel(), fixed_options={"top_k": 0})) as running:
        page = ask(running, "Why?", top_k=0)
        assert 'name="top_p"' in page.shown["history"]
        assert 'name="top_k"' not in page.shown["history"]
