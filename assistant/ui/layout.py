"""What is on the page and where; what it does is wired in `page`."""

from dataclasses import dataclass
from typing import Any

import gradio as gr

from assistant.conversation import GenerationOptions
from assistant.ui.option_bounds import OPTION_BOUNDS
from assistant.ui.prompt_panel import PromptPanel, lay_out_prompts
from assistant.wording import Wording


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixed:
    """The HTML of what no event changes, by its place; empty for what is not there. As few pieces as there are places:
    each is a component of Gradio's, which a browser has to make."""

    banner: str = ""
    """What everybody has to know."""
    brand: str = ""
    side_bar_switch: str = ""
    search: str = ""
    tools: str = ""
    """At the foot of the side bar."""
    by_itself: str = ""
    """What the page shows without the server."""
    attach: str = ""
    prompts: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """The components that handlers read and write."""

    conversations: gr.Markdown
    new_chat: gr.Button
    found: gr.Markdown
    query: gr.Textbox
    look: gr.Button
    engine: gr.Markdown
    heading: gr.Markdown
    older: gr.Markdown
    history: gr.Markdown
    live: gr.Markdown
    editing: gr.Markdown
    """That an earlier question is being asked anew, for as long as one is."""
    notice: gr.Markdown
    attached: gr.Markdown
    attachments: gr.Textbox
    draw_attached: gr.Button
    context: gr.Markdown
    message: gr.Textbox
    send: gr.Button
    stop: gr.Button
    options: dict[str, gr.Slider | gr.Textbox]
    """By the names of GenerationOptions' fields."""
    prompts: PromptPanel
    made_with: GenerationOptions
    """What they show at first."""
    account: gr.Markdown
    """Who the visitor is, and the way to sign in."""
    announcement: gr.Markdown
    position: gr.Textbox
    action: gr.Textbox
    act: gr.Button


def lay_out(t: Wording, defaults: GenerationOptions, fixed: Fixed) -> Screen:
    """To be called inside `gr.Blocks`."""
    parts: dict[str, Any] = {}
    with gr.Column(elem_id="sidebar", min_width=0):
        parts |= _side_bar(t, fixed)
    with gr.Column(elem_id="chat", min_width=0):
        if fixed.banner:
            _fragment("banner", fixed.banner)
        parts |= _top(fixed)
        parts["engine"] = _fragment("engine")
        with gr.Column(elem_id="log", min_width=0):
            parts["older"] = _fragment("older")
            parts["history"] = _fragment("history")
            parts["live"] = _fragment("live")
        with gr.Column(elem_id="dock", min_width=0):
            parts |= _dock(t, defaults, fixed)
        parts["context"] = _fragment("context")
        parts["announcement"] = _fragment("announcement")
        parts |= _hidden()
    return Screen(**parts, made_with=defaults)


def _side_bar(t: Wording, fixed: Fixed) -> dict[str, Any]:
    _fragment("brand", fixed.brand)
    new_chat = gr.Button(t("control.new_chat"), elem_id="new-chat")
    _fragment("search", fixed.search)
    with gr.Column(elem_id="lists", min_width=0):
        found = _fragment("found")
        conversations = _fragment("conversations")
    with gr.Column(elem_id="foot", min_width=0):
        account = _fragment("account")
        _fragment("tools", fixed.tools)
    return {"new_chat": new_chat, "found": found, "conversations": conversations, "account": account}


def _top(fixed: Fixed) -> dict[str, Any]:
    with gr.Row(elem_id="top"):
        _fragment("side-bar-switch", fixed.side_bar_switch)
        heading = _fragment("heading")
    return {"heading": heading}


def _dock(t: Wording, defaults: GenerationOptions, fixed: Fixed) -> dict[str, Any]:
    """The box, and what belongs to the next question: above it what is said of it, below it what it is asked with."""
    _fragment("by-itself", fixed.by_itself)
    editing = _fragment("editing")
    notice = _fragment("notice")
    attached = _fragment("attached")
    with gr.Row(elem_id="composer"):
        _fragment("attach", fixed.attach)
        message = gr.Textbox(
            label=t("control.message"),
            placeholder=t("control.message_hint"),
            lines=1,
            max_lines=12,
            autofocus=True,
            elem_id="message",
            scale=1,
        )
        send = gr.Button(t("control.send"), variant="primary", scale=0, min_width=80, elem_id="send")
        stop = gr.Button(t("control.stop"), variant="stop", scale=0, min_width=80, elem_id="stop", visible=False)
    with gr.Row(elem_id="below-box"):
        # Its script fills it.
        _fragment("meter", '<div class="meter"></div>')
        prompt_state = _fragment("prompt-state")
        with gr.Accordion(t("control.settings"), open=False, elem_id="settings"):
            panel = lay_out_prompts(fixed.prompts, prompt_state)
            options = _option_controls(t, defaults)
    return {
        "editing": editing, "notice": notice, "attached": attached, "message": message, "send": send, "stop": stop,
        "prompts": panel, "options": options,
    }  # fmt: skip


def _hidden() -> dict[str, Any]:
    """What the page's scripts write into and press. Fields in a row: Gradio puts a frame around each row of them."""
    return {
        "position": gr.Textbox(visible="hidden", elem_id="position"),
        "query": gr.Textbox(visible="hidden", elem_id="query"),
        "action": gr.Textbox(visible="hidden", elem_id="action"),
        "attachments": gr.Textbox(visible="hidden", elem_id="attachments"),
        "look": gr.Button(visible="hidden", elem_id="look"),
        "act": gr.Button(visible="hidden", elem_id="act"),
        "draw_attached": gr.Button(visible="hidden", elem_id="draw-attached"),
    }


def _fragment(elem_id: str, html: str = "") -> gr.Markdown:
    # The HTML comes sanitised from assistant.rendering and escaped from the templates; a second pass would drop
    # the buttons. Formulas are text here: `$` is a shell's sign more often than a mathematician's.
    return gr.Markdown(html, elem_id=elem_id, sanitize_html=False, latex_delimiters=[], padding=False)


def _option_controls(t: Wording, defaults: GenerationOptions) -> dict[str, gr.Slider | gr.Textbox]:
    """A control for each field, with the field's own bounds."""
    controls: dict[str, gr.Slider | gr.Textbox] = {}
    with gr.Row():
        for option in OPTION_BOUNDS:
            controls[option.name] = gr.Slider(
                option.low,
                option.high,
                value=getattr(defaults, option.name),
                step=option.step,
                label=t(f"option.{option.name}"),
                info=t(f"option.{option.name}_info"),
                min_width=220,
                elem_id=f"option-{option.name}",
            )
        controls["seed"] = gr.Textbox(
            "", label=t("option.seed"), info=t("option.seed_info"), max_length=10, min_width=220
        )
    return controls
