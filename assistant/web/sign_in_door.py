"""Before the chat page: a frame whose sign-in was finished in another tab gets its token, and where only those are
served who have signed in, the others are asked to."""

from starlette.requests import HTTPConnection
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from assistant.errors.root import AssistantError
from assistant.errors.visitor import NoIdentityError, SignInError
from assistant.sign_in.sign_in import SignIn
from assistant.web.sign_in_pages import SignInPages
from assistant.web.visitors import Visitors

_CLAIM = "sign-in"


class SignInDoor:
    def __init__(
        self, app: ASGIApp, sign_in: SignIn, visitors: Visitors, pages: SignInPages, page_path: str = "/"
    ) -> None:
        self._app = app
        self._sign_in = sign_in
        self._visitors = visitors
        self._pages = pages
        self._page_path = page_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer: ASGIApp = self._app
        if scope["type"] == "http" and scope["method"] == "GET" and scope["path"] == self._page_path:
            answer = await self._instead(HTTPConnection(scope)) or answer
        await answer(scope, receive, send)

    async def _instead(self, request: HTTPConnection) -> Response | None:
        if claim := request.query_params.get(_CLAIM):
            return await self._redeemed(request, claim)
        if not self._sign_in.is_required:
            return None
        try:
            await self._visitors.sender(request)
        except NoIdentityError:
            asked = self._pages.asked(is_required=True)
            asked.headers.update(await self._visitors.cookie_due(request))
            return asked
        except AssistantError:
            # The page itself says what is wrong.
            return None
        return None

    async def _redeemed(self, request: HTTPConnection, claim: str) -> Response:
        try:
            token = await self._sign_in.redeem(claim, self._visitors.token(request))
        except SignInError as error:
            if await self._is_signed_in(request):
                # The address still has it when the page around the frame is loaded once more.
                return RedirectResponse(self._page_path, 303, {"Cache-Control": "no-store"})
            return self._pages.failed(error, is_required=self._sign_in.is_required)
        return RedirectResponse(self._page_path, 303, self._visitors.set_cookie(request, token))

    async def _is_signed_in(self, request: HTTPConnection) -> bool:
        try:
            return (await self._visitors.sender(request)).account is not None
        except AssistantError:
            return False
