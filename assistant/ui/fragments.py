"""The pieces of HTML that the page is made of, from templates that escape what they are given.

Gradio shows them through its Markdown component: the HTML component would need `unsafe-eval` in the page's
Content-Security-Policy. Markdown leaves HTML alone as long as it has no line break, so fragments have none.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from assistant.attachment_sizes import AttachmentSize
from assistant.attachments import LARGEST_KIB, MOST_FILES
from assistant.context_meter import Measured
from assistant.context_view import ContextView
from assistant.conversation import Conversation, Message
from assistant.conversation_service import ConversationView
from assistant.engine import EngineState
from assistant.errors.root import AssistantError
from assistant.feedback import LONGEST_COMMENT, REASONS
from assistant.identity import Account
from assistant.model_catalog import ModelCard
from assistant.portable.bounds import FILE_BYTES
from assistant.prompt_choice import MOST_CHARACTERS
from assistant.prompt_service import PromptPreview
from assistant.rendering.attached_files import render_attached_files
from assistant.rendering.markdown import render_markdown, render_message_body
from assistant.run_update import RunUpdate
from assistant.search import Finding
from assistant.source_line import source_line
from assistant.ui.action import Action
from assistant.ui.conversation_list import ConversationList
from assistant.ui.keeping import Keeping
from assistant.ui.option_bounds import OPTION_BOUNDS
from assistant.wording import Wording

_TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingForm:
    """Below which answer it is asked why, and whether the person agreed to the export before."""

    message_id: str
    agrees: bool


class Fragments:
    def __init__(
        self,
        wording: Wording,
        card: Callable[[], ModelCard],
        keeping: Keeping | None = None,
        provider_name: str = "",
        continues: Callable[[], bool] = lambda: True,
        fixed_options: Callable[[], Collection[str]] = tuple,
    ) -> None:
        """`continues`: whether the model can go on with an answer that was cut off; `fixed_options`: which it cannot be
        told."""
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
            body=lambda role, text: Markup(render_message_body(role, text, wording)),  # noqa: S704  # sanitised there
            keeping=keeping or Keeping(),
            provider=provider_name,
            continues=continues,
            fixed_options=fixed_options,
            option_bounds=OPTION_BOUNDS,
            source_line=lambda provenance: source_line(provenance, wording),
            files=lambda attachments: Markup(render_attached_files(attachments, wording)),  # noqa: S704  # escaped there
        )
        self._card = card
        self._t = wording

    def welcome(self) -> str:
        return self._render("welcome", card=self._card())

    def messages(
        self, view: ConversationView, part: range, form: RatingForm | None = None, answered_below: bool = False
    ) -> str:
        """The finished messages at these places; an answer that is being written is shown by `answer`, two of them by
        `pair`."""
        told = {"form": form, "reasons": REASONS, "longest_comment": LONGEST_COMMENT, "answered_below": answered_below}
        return self._render("messages", view=view, part=part, **told)

    def pair(self, first: Message, *, second: Message | None = None, growing: str = "") -> str:
        """Two answers side by side; `growing` is the HTML of a second one that is being written."""
        return self._render("pair", first=first, second=second, growing=Markup(growing))  # noqa: S704  # ours

    def answer(self, update: RunUpdate) -> str:
        text = Markup(render_markdown(update.text, self._t))  # noqa: S704  # as above
        return self._render("answer", update=update, text=text)

    def conversations(self, shown: ConversationList, current_id: str | None) -> str:
        return self._render("conversations", shown=shown, current_id=current_id)

    def recently_deleted(self, conversations: Sequence[Conversation]) -> str:
        return self._render("deleted", conversations=conversations)

    def heading(self, title: str, conversation_id: str | None = None) -> str:
        """With its id, also the ways to export it."""
        return self._render("heading", title=title, conversation_id=conversation_id)

    def tools(self) -> str:
        """How the page looks and speaks; the ways to export all conversations, to import some and to delete everything
        of one's own; the button that shows the keyboard shortcuts."""
        return self._render("tools", file_bytes=FILE_BYTES)

    def brand(self) -> str:
        """The side bar's head, with the button that hides it."""
        return self._render("side_bar_switch", is_open=True)

    def side_bar_switch(self) -> str:
        """The button that shows a hidden side bar."""
        return self._render("side_bar_switch", is_open=False)

    def notice(self, text: str, *, alert: bool = False, action: str | None = None, label: str = "") -> str:
        """`action` is the JSON that the notice's button sends."""
        return self._render("notice", text=text, alert=alert, action=action, label=label)

    def error(self, error: AssistantError, again: Action | None = None) -> str:
        """`again`: what the way out of it, where there is one, does then."""
        return self._render(
            "error", error=error, again=again.model_dump(mode="json", exclude_defaults=True) if again else None
        )

    def account(self, account: Account | None) -> str:
        """Who is signed in, and the way in or out; empty where nobody signs in."""
        return self._render("account", account=account)

    def banner(self) -> str:
        """What everybody has to know, at the top of the page; empty for nothing."""
        return self._render("banner")

    def prompts(self) -> str:
        """The form that a prompt is chosen and written in, empty."""
        return self._render("prompts", most_characters=MOST_CHARACTERS)

    def prompt_state(self, state: str) -> str:
        """`state` is JSON, for the form's script."""
        return self._render("prompt_state", state=state)

    def prompt_preview(self, preview: PromptPreview | None) -> str:
        return self._render("prompt_preview", preview=preview)

    def by_itself(self) -> str:
        """What the page shows by itself, without the server, and hides until there is a reason: the way back to the end
        of the conversation, what it says of its connection, and the list of shortcuts, from which its script takes
        its keys."""
        return self._render("by_itself")

    def search(self) -> str:
        return self._render("search")

    def found(self, findings: Sequence[Finding], *, has_more: bool, next_length: int | None) -> str:
        """`next_length`: of a longer list, where one is shown."""
        return self._render("found", findings=findings, has_more=has_more, next_length=next_length)

    def attach(self) -> str:
        """What files are picked and dropped with, and what the page's script says of those it refuses."""
        return self._render("attach", most_files=MOST_FILES, largest_kib=LARGEST_KIB)

    def echo(self) -> str:
        """How the page shows a question that is on its way."""
        return self._render("echo")

    def engine(self, state: EngineState) -> str:
        """How far the model is on its way; empty when it is there."""
        return self._render("engine", state=state)

    def meter(self, measured: Measured) -> str:
        return self._render("meter", measured=measured)

    def context(self, view: ContextView) -> str:
        """Never the same twice: whoever asks once more sees it once more."""
        made = view.provenance
        writing = made.seconds - (made.first_token_seconds or 0)
        rate = made.completion_tokens / writing if made.completion_tokens and writing > 0 else None
        return self._render("context", view=view, rate=rate, drawn=uuid4().hex)

    def attached(self, files: Sequence[AttachmentSize]) -> str:
        return self._render("attached", files=files)

    def _render(self, name: str, **values: object) -> str:
        html = self._environment.get_template(f"{name}.html.jinja").render(**values)
        return html.strip().replace("\r", "").replace("\n", "&#10;")
