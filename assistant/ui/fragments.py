"""The pieces of HTML that the page is made of, from templates that escape what they are given.

Gradio shows them through its Markdown component: the HTML component would need `unsafe-eval` in the page's
Content-Security-Policy. Markdown leaves HTML alone as long as it has no line break, so fragments have none.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from assistant.conversation_service import ConversationView
from assistant.errors import AssistantError
from assistant.model_catalog import ModelCard
from assistant.rendering.markdown import render_markdown, render_message_body
from assistant.run_update import RunUpdate
from assistant.snapshot import Share
from assistant.ui.conversation_list import ConversationList
from assistant.wording import Wording

_TEMPLATES = Path(__file__).parent / "templates"
EXAMPLES = ("example.one", "example.two", "example.three", "example.four")


class Fragments:
    def __init__(self, wording: Wording, card: Callable[[], ModelCard]) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(_TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals.update(
            t=wording,
            error_text=wording.error,
            body=lambda *message: Markup(render_message_body(*message)),  # noqa: S704  # sanitised there
        )
        self._card = card

    def welcome(self) -> str:
        return self._render("welcome", card=self._card(), examples=EXAMPLES)

    def messages(self, view: ConversationView) -> str:
        """The finished messages; an answer that is being written is shown by `answer`."""
        return self._render("messages", view=view)

    def answer(self, update: RunUpdate) -> str:
        return self._render("answer", update=update, text=Markup(render_markdown(update.text)))  # noqa: S704  # as above

    def conversations(self, shown: ConversationList, current_id: str | None) -> str:
        return self._render("conversations", shown=shown, current_id=current_id)

    def heading(self, title: str) -> str:
        return self._render("heading", title=title)

    def notice(self, text: str, *, alert: bool = False, action: str | None = None, label: str = "") -> str:
        """`action` is the JSON that the notice's button sends."""
        return self._render("notice", text=text, alert=alert, action=action, label=label)

    def error(self, error: AssistantError) -> str:
        return self._render("error", error=error)

    def shares(self, link: str | None, shares: Sequence[Share]) -> str:
        return self._render("shares", link=link, shares=shares)

    def _render(self, name: str, **values: object) -> str:
        html = self._environment.get_template(f"{name}.html.jinja").render(**values)
        return html.strip().replace("\r", "").replace("\n", "&#10;")
