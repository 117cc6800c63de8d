"""The page while the model is on its way: what there is can be opened, searched and shared."""

import json
from pathlib import Path

from tests.fakes.scripted_model import ScriptedLoader, ScriptedModel
from tests.page_requests import PageRequests
from tests.web_app import publish, web_app


def test_history_search_and_shares_work_before_the_model_does(tmp_path: Path) -> None:
    with web_app(tmp_path) as app:
        page, _ = app.shared("How do I sort a list?", "Call sorted.")
        conversation = json.loads(page.shown["position"])["conversation_id"]
        cookies = dict(app.client.cookies)
    with web_app(tmp_path, ScriptedLoader(ScriptedModel(), held=True)) as app:
        app.client.cookies.update(cookies)
        page = PageRequests(app.client)
        assert page.do("show")
        assert "Loading the model" in page.shown["engine"]
        assert page.do("act", action=json.dumps({"do": "open", "conversation": conversation}))
        assert "Call sorted." in page.shown["history"]
        assert page.do("find", query=json.dumps({"text": "sorted"}))
        assert "1 found" in page.shown["found"]
        assert app.visitor().get(publish(app.client, conversation)).is_success
        assert app.client.post("/context", json={"text": "Hi"}).status_code == 204
