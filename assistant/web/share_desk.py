"""Where a person makes links and looks after them: a preview first, then the link; all of one's links on one page."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from assistant.errors.app import ShareDraftChangedError
from assistant.errors.root import AssistantError
from assistant.errors.visitor import TooManySharesError
from assistant.sharing import SharingService
from assistant.web.posted_form import posted_form
from assistant.web.problem import headers_of, status_of
from assistant.web.share_form import ShareForm, read_days, read_share_form
from assistant.web.share_pages import ListedShare, SharePages
from assistant.web.visitors import Visitors
from assistant.wording import Wording

_MINE = "/shares"


def share_desk_routes(
    sharing: SharingService, visitors: Visitors, pages: SharePages, wording: Wording, *, public_url: str
) -> APIRouter:
    router = APIRouter()

    def shown(page: str, error: AssistantError | None) -> Response:
        return HTMLResponse(page, status_of(error), headers_of(error)) if error else HTMLResponse(page)

    # Before they are public

    @router.get("/shares/new/{conversation_id}")
    async def look(request: Request, conversation_id: str) -> Response:
        return await preview(await visitors.owner_of(request, "conversation"), conversation_id, ShareForm())

    @router.post("/shares/new/{conversation_id}")
    async def publish(request: Request, conversation_id: str) -> Response:
        owner_id = await visitors.owner_of(request, "conversation")
        form = read_share_form(await posted_form(request))
        if not form.publishes:
            return await preview(owner_id, conversation_id, form)
        try:
            made = await sharing.publish(
                owner_id, conversation_id, form.chosen, form.terms, seen=form.seen, request=form.request
            )
        except (ShareDraftChangedError, TooManySharesError) as error:
            return await preview(owner_id, conversation_id, form, error)
        base = public_url or str(request.base_url).rstrip("/")
        page = pages.published(made.share, f"{base}/s/{made.token}", f"{base}/s/end/{made.deletion_token}")
        return HTMLResponse(page)

    async def preview(
        owner_id: str, conversation_id: str, form: ShareForm, error: AssistantError | None = None
    ) -> Response:
        draft = await sharing.draft(owner_id, conversation_id, form.chosen)
        fault = wording.error(error) if error else ""
        page = pages.draft(draft, form, back=f"/?c={conversation_id}", fault=fault)
        return shown(page, error)

    @router.get("/shares/{share_id}/update")
    async def look_at_update(request: Request, share_id: str) -> Response:
        return await preview_update(await visitors.owner_of(request, "share"), share_id, ShareForm())

    @router.post("/shares/{share_id}/update")
    async def update(request: Request, share_id: str) -> Response:
        owner_id = await visitors.owner_of(request, "share")
        form = read_share_form(await posted_form(request))
        if not form.publishes:
            return await preview_update(owner_id, share_id, form)
        try:
            await sharing.update(owner_id, share_id, form.chosen, seen=form.seen)
        except ShareDraftChangedError as error:
            return await preview_update(owner_id, share_id, form, error)
        return RedirectResponse(_MINE, 303)

    async def preview_update(
        owner_id: str, share_id: str, form: ShareForm, error: AssistantError | None = None
    ) -> Response:
        seen = await sharing.preview_update(owner_id, share_id, form.chosen)
        fault = wording.error(error) if error else ""
        page = pages.draft(seen.draft, form, back=_MINE, fault=fault, updates=seen.share)
        return shown(page, error)

    # Once they are

    @router.get(_MINE)
    async def mine(request: Request) -> Response:
        owner_id = (await visitors.sender(request)).owner_id
        listed = [
            ListedShare(
                share=share,
                is_open=sharing.is_open(share),
                versions=await sharing.versions(owner_id, share.id) if share.version > 1 else [],
            )
            for share in await sharing.shares(owner_id)
        ]
        return HTMLResponse(pages.mine(listed))

    @router.get("/shares/{share_id}/versions/{number}")
    async def version(request: Request, share_id: str, number: int) -> Response:
        return HTMLResponse(
            pages.version(await sharing.version(await visitors.owner_of(request, "share"), share_id, number))
        )

    @router.post("/shares/{share_id}/revoke")
    async def revoke(request: Request, share_id: str) -> Response:
        await sharing.revoke(await visitors.owner_of(request, "share"), share_id)
        return RedirectResponse(_MINE, 303)

    @router.post("/shares/{share_id}/expiry")
    async def set_expiry(request: Request, share_id: str) -> Response:
        days = read_days(await posted_form(request))
        await sharing.set_expiry(await visitors.owner_of(request, "share"), share_id, days)
        return RedirectResponse(_MINE, 303)

    return router
