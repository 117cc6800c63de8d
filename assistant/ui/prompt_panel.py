"""Where prompts are chosen: inside the settings, with the hidden fields that its script writes into and reads."""

from dataclasses import dataclass

import gradio as gr


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptPanel:
    state: gr.Markdown
    """What there is to choose from and what is chosen, for the script to draw."""
    preview: gr.Markdown
    field: gr.Textbox
    keep: gr.Button


def lay_out_prompts(form: str, state: gr.Markdown) -> PromptPanel:
    """`form`: the HTML that the script fills. `state` stands outside of the settings, which Gradio draws only once they
    are opened: the menu of a second answer reads it too. To be called inside `gr.Blocks`."""
    with gr.Column(elem_id="prompts", min_width=0):
        _fragment(form)
        preview = _fragment(elem_id="prompt-preview")
        field = gr.Textbox(visible="hidden", elem_id="prompt")
        keep = gr.Button(visible="hidden", elem_id="keep-prompt")
    return PromptPanel(state=state, preview=preview, field=field, keep=keep)


def _fragment(html: str = "", elem_id: str | None = None) -> gr.Markdown:
    # From our own templates, which escape what they are given: see layout.
    return gr.Markdown(html, elem_id=elem_id, sanitize_html=False, latex_delimiters=[], padding=False)
