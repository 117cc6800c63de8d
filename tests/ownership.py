"""Every way to something that is somebody's: each route and each event of the page, and what it is asked for.

`tests/unit/test_ownership_tables.py` fails for a way that is not in these tables; `tests/integration/test_ownership.py`
walks them all.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

MARK = "walrus"
"""In all that the owner wrote, was answered, and named."""


@dataclass(frozen=True, slots=True)
class Things:
    """What one person has, by its ids."""

    conversation: str
    question: str
    answer: str
    share: str
    preset: str
    link: str
    """The path of the share."""

    def fill(self, asked: dict[str, Any]) -> dict[str, Any]:
        """With ids for the names in `<>`."""
        names = {f"<{name}>": getattr(self, name) for name in self.__slots__}
        return {field: names.get(value, value) if isinstance(value, str) else value for field, value in asked.items()}


def place_in(things: Things, request: str = "a-request") -> str:
    """Where a page says that it is."""
    return json.dumps({"conversation_id": things.conversation, "leaf_id": things.answer, "request_id": request})


def unknown_things() -> Things:
    """Well-formed, and nobody's."""
    return Things(**{name: "0" * 32 for name in Things.__slots__ if name != "link"}, link=f"/s/{'0' * 43}")


# Routes: of nobody in particular, of the one who asks, or of one conversation.

PUBLIC = {
    ("GET", "/healthz"),
    ("GET", "/readyz"),
    # For whoever has the operator's token, and only where one is set; see test_metrics.
    ("GET", "/metrics"),
    ("GET", "/robots.txt"),
    # About the browser that asks alone; see test_here.
    ("GET", "/here"),
    ("GET", "/page.css"),
    ("GET", "/page.js"),
    # For whoever has the link, which is the secret; see test_share_page.
    ("GET", "/s/{token}"),
    ("POST", "/s/{token}"),
    ("POST", "/s/{token}/continue"),
    ("GET", "/s/{token}/markdown"),
    ("GET", "/s/{token}/json"),
    ("GET", "/s/end/{deletion_token}"),
    ("POST", "/s/end/{deletion_token}"),
    # About the browser that asks alone; see test_sign_in.
    ("GET", "/auth/sign-in"),
    ("GET", "/auth/callback"),
    ("POST", "/auth/ticket"),
    ("POST", "/auth/sign-out"),
    ("POST", "/auth/sign-out-everywhere"),
}
OF_THE_SENDER = {("GET", "/export.zip"), ("GET", "/export.jsonl"), ("POST", "/import"), ("GET", "/shares")}
OF_A_CONVERSATION: dict[tuple[str, str], Callable[[Things], dict[str, Any]]] = {
    ("GET", "/export/{conversation_id}.md"): lambda _: {},
    ("GET", "/export/{conversation_id}.json"): lambda _: {},
    ("GET", "/shares/new/{conversation_id}"): lambda _: {},
    ("POST", "/shares/new/{conversation_id}"): lambda _: {},
    ("POST", "/context"): lambda things: {"json": {"position": place_in(things)}},
    ("GET", "/draft"): lambda things: {"params": {"c": things.conversation}},
    ("PUT", "/draft"): lambda things: {"params": {"c": things.conversation}, "json": {"text": "May I?", "seen": ""}},
}
"""With what else is sent."""
OF_A_SHARE: dict[tuple[str, str], dict[str, str]] = {
    ("GET", "/shares/{share_id}/update"): {},
    ("POST", "/shares/{share_id}/update"): {},
    ("GET", "/shares/{share_id}/versions/{number}"): {},
    ("POST", "/shares/{share_id}/expiry"): {"days": "1"},
    ("POST", "/shares/{share_id}/revoke"): {},
}
"""With the fields of the form."""

# Events of the page by their handlers' names: what is sent besides the page's place.

NAMELESS_EVENTS = {"load", "new_chat", "draw_attached", "show", "find"}
"""Which take no place; `load` and `find` have tests of their own."""
EVENTS: dict[str, dict[str, str]] = {
    "send": {"message": "May I?"},
    "stop": {},
    "keep_options": {},
    "keep_prompt": {"prompt": '{"template": "own", "own": {"system": "Be brief."}, "conversation": "<conversation>"}'},
}

# Verbs of the event `act`: their fields. In this order the owner can do them one after the other.

OWN_VERBS: dict[str, dict[str, Any]] = {
    "ask": {"text": "May I?"},
    "more": {},
    "deleted": {},
    "accept-licence": {"text": "Apache-2.0"},
    "cancel-edit": {},
    "save-prompt": {"text": "A name", "prompt": {"system": "Be brief."}},
}
"""Which name nothing of anybody's."""
VERBS: dict[str, dict[str, Any]] = {
    "open": {"conversation": "<conversation>"},
    "rename": {"conversation": "<conversation>", "text": f"Another {MARK}"},
    "pin": {"conversation": "<conversation>"},
    "unpin": {"conversation": "<conversation>"},
    "archive": {"conversation": "<conversation>"},
    "unarchive": {"conversation": "<conversation>"},
    "edit": {"message": "<question>"},
    "version": {"message": "<answer>"},
    "see": {"message": "<answer>"},
    "rate": {"message": "<answer>", "vote": "up"},
    "rating": {"message": "<answer>"},
    "explain": {"message": "<answer>", "vote": "up", "agrees": True},
    "unrate": {"message": "<answer>"},
    "continue": {"message": "<answer>"},
    "delete-branch": {"message": "<answer>"},
    "restore-branch": {"message": "<answer>"},
    "regenerate": {"message": "<answer>"},
    "run-again": {"message": "<answer>"},
    "compare": {"message": "<answer>", "template": "chat", "options": {"temperature": "0.5"}},
    "fork": {"message": "<answer>"},
    "rename-prompt": {"preset": "<preset>", "text": f"The {MARK}'s"},
    "delete-prompt": {"preset": "<preset>"},
    "delete": {"conversation": "<conversation>"},
    "restore": {"conversation": "<conversation>"},
}
LAST_VERB = "delete-everything"
