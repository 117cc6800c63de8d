"""What the page's document loads by itself: sheets and scripts of our own, under addresses that change with them."""

import hashlib
from pathlib import Path

STATIC = Path(__file__).parent / "static"
_SHEETS = (
    "frame", "controls", "list", "chat", "search", "attachments", "keeping", "transfers", "feedback", "prompts",
    "context", "account", "connection", "compare", "waiting", "sharing", "languages",
    "following", "shortcuts", "print",
)  # fmt: skip
_SCRIPTS = (
    "fields", "focusing", "following", "chat", "sending", "search", "attachments", "transfers", "feedback", "prompts",
    "context", "account", "drafts", "titles", "connection", "compare", "language", "earlier",
    "shortcuts", "settings",
)  # fmt: skip
_BEFORE_THE_FIRST_PAINT = STATIC / "appearance.js"
_RENDERING = Path(__file__).parents[1] / "rendering" / "static"
# The box stays above a phone's keyboard, and the page reaches under the edges that a notch leaves.
_VIEWPORT = "width=device-width, initial-scale=1, viewport-fit=cover, interactive-widget=resizes-content"


def page_head() -> str:
    files = [*(STATIC / f"{script}.js" for script in _SCRIPTS), _RENDERING / "copy.js", _RENDERING / "code.js"]
    scripts = [f'<script src="{_address(file)}" defer></script>' for file in files]
    return (
        f'<meta name="viewport" content="{_VIEWPORT}">'
        f'<script src="{_address(_BEFORE_THE_FIRST_PAINT)}"></script>'
        f'<link rel="icon" type="image/svg+xml" href="{_address(STATIC / "icon.svg")}">'
    ) + "".join(scripts)


def page_sheets() -> str:
    sheets = [*(STATIC / f"{sheet}.css" for sheet in _SHEETS), _RENDERING / "code.css"]
    return "".join(f'<link rel="stylesheet" href="{_address(sheet)}">' for sheet in sheets)


def _address(file: Path) -> str:
    return f"/site/{file.name}?v={hashlib.sha256(file.read_bytes()).hexdigest()[:12]}"
