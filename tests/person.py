"""Somebody who has one of each thing that a person can have."""

import json
import re

from tests.ownership import Things
from tests.page_requests import PageRequests
from tests.web_app import WebApp, publish


class Person:
    """With a page that is open."""

    def __init__(self, running: WebApp, mark: str) -> None:
        self.browser = running.visitor()
        self.page = PageRequests(self.browser)
        running.model.will_say(f" The {mark} says so.")
        assert self.page.do("send", message=f"Of the {mark}?")
        self.place = self.page.shown["position"]
        link = publish(self.browser, json.loads(self.place)["conversation_id"])
        share = found(r"/shares/(\w+)/revoke", self.browser.get("/shares").text)
        self.page.do("act", action=json.dumps({"do": "save-prompt", "text": f"The {mark}", "prompt": {"system": mark}}))
        messages = re.findall(r'data-message="(\w+)"', self.page.shown["history"])
        self.things = Things(
            conversation=json.loads(self.place)["conversation_id"],
            question=messages[0],
            answer=messages[1],
            share=share,
            preset=found(r"(\w{32})", json.dumps(self.presets())),
            link=link,
        )
        self.untouched = self.everything()

    def presets(self) -> object:
        return PageRequests(self.browser).shown["prompt-state"]

    def everything(self) -> object:
        """All that they have, as far as they can see it."""
        fresh = PageRequests(self.browser, opened=self.things.conversation).shown
        seen = [fresh[part] for part in ("conversations", "history", "heading", "prompt-state")]
        return self.browser.get("/export.jsonl").text, seen, self.browser.get(self.things.link).status_code


def found(pattern: str, text: str) -> str:
    match = re.search(pattern, text)
    assert match, text
    return match[1].replace("&#34;", '"').replace("&quot;", '"')
