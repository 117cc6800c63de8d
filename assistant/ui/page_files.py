"""What the page's document loads by itself: sheets and scripts of our own, under addresses that change with them.

One file of each kind: a browser asks a server for six things at once, and Gradio's scripts would wait behind dozens of
ours.
"""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import Response

STATIC = Path(__file__).parent / "static"
_SHEETS = (
    "frame", "controls", "settings", "list", "chat", "search", "attachments", "keeping", "transfers", "feedback",
    "prompts", "context", "account", "connection", "compare", "waiting", "sharing", "languages",
    "following", "shortcuts", "offscreen", "print",
)  # fmt: skip
_SCRIPTS = (
    "arriving", "fields", "focusing", "following", "chat", "sending", "search", "attachments", "transfers",
    "feedback", "prompts", "context", "account", "drafts", "titles", "connection", "compare", "language",
    "gradio_words", "earlier", "settings", "shortcuts",
)  # fmt: skip
_SCRIPT, _SHEET = "/page.js", "/page.css"
_BEFORE_THE_FIRST_PAINT = STATIC / "appearance.js"
_RENDERING = Path(__file__).parents[1] / "rendering" / "static"
# The box stays above a phone's keyboard, and the page reaches under the edges that a notch leaves.
_VIEWPORT = "width=device-width, initial-scale=1, viewport-fit=cover, interactive-widget=resizes-content"


def page_head() -> str:
    return (
        f'<meta name="viewport" content="{_VIEWPORT}">'
        f'<script src="{_address(_BEFORE_THE_FIRST_PAINT)}"></script>'
        f'<link rel="icon" type="image/svg+xml" href="{_address(STATIC / "icon.svg")}">'
        f'<script src="{_versioned(_SCRIPT, _script())}" defer></script>'
    )


def page_sheets() -> str:
    return f'<link rel="stylesheet" href="{_versioned(_SHEET, _sheet())}">'


def page_file_routes() -> APIRouter:
    router = APIRouter()
    script, sheet = _script(), _sheet()

    @router.get(_SCRIPT)
    async def one_script() -> Response:
        return Response(script, media_type="text/javascript")

    @router.get(_SHEET)
    async def one_sheet() -> Response:
        return Response(sheet, media_type="text/css")

    return router


def _script() -> bytes:
    own = (STATIC / f"{script}.js" for script in _SCRIPTS)
    return _joined([*own, _RENDERING / "copy.js", _RENDERING / "code.js"])


def _sheet() -> bytes:
    return _joined([*(STATIC / f"{sheet}.css" for sheet in _SHEETS), _RENDERING / "code.css"])


def _joined(files: Iterable[Path]) -> bytes:
    return b"\n".join(b"/* %b */\n%b" % (file.name.encode(), file.read_bytes()) for file in files)


def _address(file: Path) -> str:
    return _versioned(f"/site/{file.name}", file.read_bytes())


def _versioned(path: str, content: bytes) -> str:
    return f"{path}?v={hashlib.sha256(content).hexdigest()[:12]}"
