"""The page behind a share link: rendered here, without scripts, for anybody who has the link."""

from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from assistant.errors import NotFoundError
from assistant.rendering.attached_files import render_attached_files
from assistant.rendering.markdown import render_message_body
from assistant.sharing import SharingService
from assistant.web.visitors import Visitors
from assistant.wording import Wording

_TEMPLATES = Path(__file__).parent / "templates"


def share_routes(sharing: SharingService, visitors: Visitors, wording: Wording) -> APIRouter:
    router = APIRouter()
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        t=wording,
        body=lambda role, text: Markup(render_message_body(role, text, wording)),  # noqa: S704  # sanitised there
        files=lambda attachments: Markup(render_attached_files(attachments, wording)),  # noqa: S704  # escaped there
    )
    not_found = environment.get_template("not_found.html.jinja")

    @router.get("/s/{token}")
    async def show(token: str) -> Response:
        try:
            snapshot = await sharing.read(token)
        except NotFoundError:
            # Unknown, revoked and deleted are the same, to the byte.
            return HTMLResponse(not_found.render(), 404)
        page = environment.get_template("share.html.jinja")
        return HTMLResponse(page.render(snapshot=snapshot, token=token))

    @router.post("/s/{token}/continue")
    async def go_on(token: str, request: Request) -> Response:
        """Copies it into the viewer's list; a viewer who has none yet gets it with the first visit of the page."""
        visitor, headers = await visitors.welcome(request)
        try:
            conversation_id = await sharing.continue_share(visitor.owner_id, token)
        except NotFoundError:
            return HTMLResponse(not_found.render(), 404)
        return RedirectResponse(f"/?c={conversation_id}", 303, headers)

    return router
