"""The pages of signing in: where it is asked for, and where it ended without."""

from fastapi.responses import HTMLResponse

from assistant.errors.visitor import SignInError
from assistant.web.page_templates import page_templates
from assistant.web.problem import status_of
from assistant.wording import Wording

_NOT_KEPT = {"Cache-Control": "private, no-store"}


class SignInPages:
    def __init__(self, wording: Wording, provider_name: str) -> None:
        self._wording = wording
        self._page = page_templates(wording, provider=provider_name).get_template("sign_in.html.jinja")

    def asked(self, *, is_required: bool, status: int = 200) -> HTMLResponse:
        return HTMLResponse(self._page.render(fault="", is_required=is_required), status, _NOT_KEPT)

    def failed(self, error: SignInError, *, is_required: bool) -> HTMLResponse:
        page = self._page.render(fault=self._wording.error(error), is_required=is_required)
        return HTMLResponse(page, status_of(error), _NOT_KEPT)
