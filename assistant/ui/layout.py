"""What is on the page and where; what it does is wired in `page`."""

from dataclasses import dataclass

import gradio as gr
from annotated_types import Ge, Gt, Le

from assistant.conversation import GenerationOptions
from assistant.ui.prompt_panel import PromptPanel, lay_out_prompts
from assistant.wording import Wording

_STEPS = {"temperature": 0.05, "top_p": 0.01, "top_k": 1, "repetition_penalty": 0.05, "max_new_tokens": 1}


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
    history: gr.Markdown
    live: gr.Markdown
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
    announcement: gr.Markdown
    account: gr.Markdown
    position: gr.Textbox
    action: gr.Textbox
    act: gr.Button


def lay_out(  # noqa: PLR0913  # a string for each place that no event changes
    t: Wording,
    defaults: GenerationOptions,
    attach: str,
    *,
    search: str = "",
    transfers: str = "",
    erase: str = "",
    banner: str = "",
    prompts: str = "",
    connection: str = "",
) -> Screen:
    """To be called inside `gr.Blocks`. Each string is the HTML of what there is to: attach files by, search with, move
    conversations as files with, delete everything by; `banner`: of what everybody has to know."""
    with gr.Sidebar(elem_id="sidebar", label=t("page.conversations"), width=300):
        new_chat = gr.Button(t("control.new_chat"), elem_id="new-chat")
        _fragment("search", search)
        found = _fragment("found")
        conversations = _fragment("conversations")
        _fragment("transfers", transfers)
        _fragment("erase", erase)
        account = _fragment("account")
    with gr.Column(elem_id="chat"):
        if banner:
            _fragment("banner", banner)
        with gr.Row(elem_id="top"):
            heading = _fragment("heading")
        engine = _fragment("engine")
        with gr.Column(elem_id="log"):
            history = _fragment("history")
            live = _fragment("live")
        with gr.Column(elem_id="dock"):
            _fragment("connection", connection)
            notice = _fragment("notice")
            attached = _fragment("attached")
            with gr.Row(elem_id="composer"):
                _fragment("attach", attach)
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
                stop = gr.Button(
                    t("control.stop"), variant="stop", scale=0, min_width=80, elem_id="stop", visible=False
                )
            # Its script fills it.
            _fragment("meter", '<div class="meter"></div>')
        with gr.Accordion(t("control.settings"), open=False, elem_id="settings"):
            panel = lay_out_prompts(prompts)
            options = _option_controls(t, defaults)
        context = _fragment("context")
        announcement = _fragment("announcement")
        position = gr.Textbox(visible="hidden", elem_id="position")
        query = gr.Textbox(visible="hidden", elem_id="query")
        look = gr.Button(visible="hidden", elem_id="look")
        action = gr.Textbox(visible="hidden", elem_id="action")
        act = gr.Button(visible="hidden", elem_id="act")
        attachments = gr.Textbox(visible="hidden", elem_id="attachments")
        draw_attached = gr.Button(visible="hidden", elem_id="draw-attached")
    return Screen(
        conversations=conversations,
        new_chat=new_chat,
        found=found,
        query=query,
        look=look,
        engine=engine,
        heading=heading,
        history=history,
        live=live,
        notice=notice,
        attached=attached,
        attachments=attachments,
        draw_attached=draw_attached,
        context=context,
        message=message,
        send=send,
        stop=stop,
        options=options,
        prompts=panel,
        made_with=defaults,
        announcement=announcement,
        account=account,
        position=position,
        action=action,
        act=act,
    )


def _fragment(elem_id: str, html: str = "") -> gr.Markdown:
    # The HTML comes sanitised from assistant.rendering and escaped from the templates; a second pass would drop
    # the buttons. Formulas are text here: `$` is a shell's sign more often than a mathematician's.
    return gr.Markdown(html, elem_id=elem_id, sanitize_html=False, latex_delimiters=[], padding=False)


def _option_controls(t: Wording, defaults: GenerationOptions) -> dict[str, gr.Slider | gr.Textbox]:
    """A control for each field, with the field's own bounds."""
    controls: dict[str, gr.Slider | gr.Textbox] = {}
    with gr.Row():
        for name, step in _STEPS.items():
            low, high = _bounds(name)
            controls[name] = gr.Slider(
                low or (step if name == "top_p" else 0),
                high,
                value=getattr(defaults, name),
                step=step,
                label=t(f"option.{name}"),
                info=t(f"option.{name}_info"),
                min_width=220,
                elem_id=f"option-{name}",
            )
        controls["seed"] = gr.Textbox(
            "", label=t("option.seed"), info=t("option.seed_info"), max_length=10, min_width=220
        )
    return controls


def _bounds(name: str) -> tuple[float, float]:
    low, high = 0.0, 0.0
    for bound in GenerationOptions.model_fields[name].metadata:
        if isinstance(bound, Ge):
            low = float(str(bound.ge))
        elif isinstance(bound, Le):
            high = float(str(bound.le))
        elif isinstance(bound, Gt):
            low = float(str(bound.gt))
    return low, high
