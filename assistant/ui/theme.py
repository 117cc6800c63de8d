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
)
