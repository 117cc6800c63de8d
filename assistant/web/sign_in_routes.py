"""Signing in and out, as a browser walks through it."""

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, RedirectResponse, Response

from assistant.errors.visitor import NoIdentityError, SignInError
from assistant.id_text import is_id
from assistant.identities import new_token
from assistant.limits import Limits
from assistant.sign_in.sign_in import SignedIn, SignIn
from assistant.web.hosting import Hosting
from assistant.web.sign_in_pages import SignInPages
from assistant.web.visitors import Visitors

_CALLBACK = "/auth/callback"


def sign_in_routes(
    sign_in: SignIn, visitors: Visitors, hosting: Hosting, pages: SignInPages, limits: Limits
) -> APIRouter:
    router = APIRouter()

    def failed(error: SignInError) -> Response:
        return pages.failed(error, is_required=sign_in.is_required)

    @router.get("/auth/sign-in")
    async def begin(request: Request, c: str = "", ticket: str = "") -> Response:
        """`c`: the conversation that is shown. `ticket`: of the frame that opened this tab."""
        if request.headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
            # Another site's link: whoever follows it is asked first whether they want to.
            return pages.asked(is_required=sign_in.is_required)
        await limits.take_sign_in()
        token, headers = await visitors.living_token(request)
        shown = c if is_id(c) else ""
        base = hosting.public_url or str(request.base_url).rstrip("/")
        try:
            url = await sign_in.begin(token, base + _CALLBACK, conversation_id=shown, ticket=ticket)
        except SignInError as error:
            return failed(error)
        return RedirectResponse(url, 303, headers or {"Cache-Control": "no-store"})

    @router.get(_CALLBACK)
    async def finish(request: Request) -> Response:
        try:
            done = await sign_in.finish(visitors.token(request), request.query_params)
        except SignInError as error:
            return failed(error)
        return RedirectResponse(_back_to(done, hosting), 303, visitors.set_cookie(request, done.token))

    @router.post("/auth/ticket")
    async def ticket(request: Request) -> Response:
        """For the page in a frame, which goes to the provider in a tab of its own."""
        token = visitors.token(request)
        if token is None:
            raise NoIdentityError
        await limits.take_ticket()
        return PlainTextResponse(await sign_in.ticket(token), headers={"Cache-Control": "no-store"})

    @router.post("/auth/sign-out")
    async def sign_out(request: Request) -> Response:
        if token := visitors.token(request):
            await sign_in.sign_out(token)
        return _as_a_new_visitor(request)

    @router.post("/auth/sign-out-everywhere")
    async def sign_out_everywhere(request: Request) -> Response:
        if token := visitors.token(request):
            await sign_in.sign_out_everywhere(token)
        return _as_a_new_visitor(request)

    def _as_a_new_visitor(request: Request) -> Response:
        return RedirectResponse("/", 303, visitors.set_cookie(request, new_token()))

    return router


def _back_to(done: SignedIn, hosting: Hosting) -> str:
    if done.claim and hosting.framing_page:
        return f"{hosting.framing_page}?sign-in={done.claim}"
    return f"/?c={done.conversation_id}" if done.conversation_id else "/"
