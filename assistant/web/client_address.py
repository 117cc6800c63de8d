"""Notes where each request comes from, for whoever counts it."""

from starlette.types import ASGIApp, Receive, Scope, Send

from assistant.internet_address import come_from


class ClientAddress:
    """To be inside of what looks at proxies' headers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            come_from((scope.get("client") or ("",))[0])
        await self._app(scope, receive, send)
