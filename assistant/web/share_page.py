"""What is behind a share link, for anybody who has it: the page, its download, a copy to go on with, its end.

Whatever the reason that there is nothing to see, the answer is the same, and came about in the same way.
"""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from assistant.errors.app import NotFoundError, ShareChangedError
from assistant.errors.input import PassphraseError, ViewNotTakenError
from assistant.portable.portability import Form
from assistant.portable.shared_file import shared_file
from assistant.share_reading import Opened, ShareReader
from assistant.sharing import SharingService
from assistant.time_zones import local_zone
from assistant.web.page_cache import PageCache
from assistant.web.posted_form import posted_form
from assistant.web.share_pages import GRANT_MARK, SharePages
from assistant.web.visitors import Visitors
from assistant.wording import Wording

_TYPES = {Form.MARKDOWN: "text/markdown; charset=utf-8", Form.JSON: "application/json"}


def share_routes(  # noqa: PLR0915  # one route after the other
    sharing: SharingService, reader: ShareReader, visitors: Visitors, pages: SharePages, wording: Wording
) -> APIRouter:
    router = APIRouter()
    cache = PageCache()

    def gone() -> Response:
        return HTMLResponse(pages.gone(), 404)

    async def shown(token: str, opened: Opened) -> Response:
        share = opened.share
        key = (share.id, share.version, wording.locale, str(local_zone()))
        page = cache.get(key)
        if page is None:
            snapshot = await reader.snapshot(token)
            page = pages.shared(snapshot, token, share.version, is_bound=bool(opened.grant)).encode()
            cache.put(key, page)
        return HTMLResponse(page.replace(GRANT_MARK.encode(), opened.grant.encode()) if opened.grant else page)

    @router.get("/s/end/{deletion_token}")
    async def ask_to_end(deletion_token: str) -> Response:
        """Asks first: links are opened by whatever looks through a message."""
        return HTMLResponse(pages.ending(deletion_token, is_done=False))

    @router.post("/s/end/{deletion_token}")
    async def end(deletion_token: str) -> Response:
        try:
            await sharing.revoke_by(deletion_token)
        except NotFoundError:
            return gone()
        return HTMLResponse(pages.ending(deletion_token, is_done=True))

    async def show(request: Request) -> Response:
        token = request.path_params["token"]
        try:
            return await shown(token, await reader.open(token, takes_view=False))
        except NotFoundError:
            return gone()
        except PassphraseError:
            return HTMLResponse(pages.passphrase(token, is_wrong=False))
        except ViewNotTakenError as error:
            return HTMLResponse(pages.closed(token, error))

    # Starlette's own route: FastAPI's reading of parameters would take longer than all that is done here.
    router.add_route("/s/{token}", show, methods=["GET"])

    @router.post("/s/{token}")
    async def unlock(token: str, request: Request) -> Response:
        passphrase = (await posted_form(request)).get("passphrase", [""])[0]
        try:
            return await shown(token, await reader.open(token, passphrase=passphrase))
        except NotFoundError:
            return gone()
        except PassphraseError:
            return HTMLResponse(pages.passphrase(token, is_wrong=True), 403)

    async def download(token: str, grant: str, form: Form) -> Response:
        try:
            snapshot = await reader.read(token, grant=grant, takes_view=False)
        except NotFoundError:
            return gone()
        except (PassphraseError, ViewNotTakenError):
            return RedirectResponse(f"/s/{token}", 303)
        file = shared_file(snapshot, form, wording)
        name = f'attachment; filename="{file.name}"'
        return Response(file.content, headers={"Content-Type": _TYPES[form], "Content-Disposition": name})

    @router.get("/s/{token}/markdown")
    async def markdown(token: str, grant: str = "") -> Response:
        return await download(token, grant, Form.MARKDOWN)

    @router.get("/s/{token}/json")
    async def json(token: str, grant: str = "") -> Response:
        return await download(token, grant, Form.JSON)

    @router.post("/s/{token}/continue")
    async def go_on(token: str, request: Request) -> Response:
        """Copies it into the viewer's list; a viewer who has none yet gets it with the first visit of the page."""
        form = await posted_form(request)
        said = form.get("version", [""])[0]
        version = int(said) if said.isascii() and said.isdecimal() and len(said) < 10 else None
        visitor, headers = await visitors.welcome(request)
        try:
            conversation_id = await reader.continue_share(
                visitor.owner_id, token, version=version, grant=form.get("grant", [""])[0]
            )
        except NotFoundError:
            return gone()
        except PassphraseError:
            return RedirectResponse(f"/s/{token}", 303)
        except ShareChangedError:
            return HTMLResponse(pages.changed(token), 409)
        return RedirectResponse(f"/?c={conversation_id}", 303, headers)

    return router
