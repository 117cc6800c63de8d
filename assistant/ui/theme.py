"""The page's colours and shapes, through Gradio's theme; what a theme cannot say is in static/chat.css."""

from gradio.themes import Base

_SYSTEM_SANS = ("ui-sans-serif", "system-ui", "sans-serif")
_SYSTEM_MONO = ("ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace")

THEME = Base(
    primary_hue="teal",
    neutral_hue="slate",
    radius_size="md",
    # System fonts: nothing to fetch, nothing that shifts when it arrives.
    font=_SYSTEM_SANS,
    font_mono=_SYSTEM_MONO,
).set(
    # One paper for the page and all that lies on it; fields are sunk into what they stand on.
    block_background_fill_dark="*background_fill_primary",
    input_background_fill="white",
    input_background_fill_dark="*neutral_950",
    input_border_color="*neutral_300",
    input_border_color_dark="*neutral_600",
    block_title_text_color="*body_text_color",
    block_title_text_color_dark="*body_text_color",
    # The defaults are too pale to see: quiet text and hints on paper, white on the hue's middle tone, the focus' ring.
    color_accent="*primary_600",
    body_text_color_subdued="*neutral_600",
    body_text_color_subdued_dark="*neutral_300",
    input_placeholder_color="*neutral_600",
    input_placeholder_color_dark="*neutral_300",
    link_text_color="*primary_700",
    link_text_color_dark="*primary_400",
    link_text_color_hover="*primary_800",
    link_text_color_hover_dark="*primary_300",
    link_text_color_visited="*primary_700",
    link_text_color_visited_dark="*primary_400",
    link_text_color_active="*primary_800",
    link_text_color_active_dark="*primary_300",
    button_primary_background_fill="*primary_700",
    button_primary_background_fill_dark="*primary_700",
    button_primary_background_fill_hover="*primary_800",
    button_primary_background_fill_hover_dark="*primary_600",
)
