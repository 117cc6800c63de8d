"""Finishes the page's document: names its language, and lets its own inline scripts run.

The scripts by their hashes, so that the policy needs no 'unsafe-inline'.

Gradio writes its configuration into the page as a script; a page where it is blocked has to ask for it once more.
Nothing that a person wrote is in that document: messages come later, through the queue, where no script is allowed.
"""

import base64
import hashlib
import re

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.languages import spoken

_INLINE = re.compile(rb"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL)
_LANGUAGE = re.compile(rb'(?<=<html\n\tlang=")en(?=")')
_POLICY = "Content-Security-Policy"


class PageScripts:
    """To be outside of what sets the policy. Holds back the one document at `/`, nothing else."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != "/" or scope["method"] != "GET":
            await self._app(scope, receive, send)
            return
        start: Message = {}
        body = b""

        async def send_whole(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start":
                start = message
                return
            if message["type"] != "http.response.body":
                await send(message)
                return
            body += message.get("body", b"")
            if not message.get("more_body"):
                body = _LANGUAGE.sub(spoken().encode(), body, count=1)
                _allow(start, body)
                await send(start)
                await send({"type": "http.response.body", "body": body})

        await self._app(scope, receive, send_whole)


def _allow(start: Message, document: bytes) -> None:
    headers = MutableHeaders(scope=start)
    headers["Content-Length"] = str(len(document))
    hashes = " ".join(f"'sha256-{_sha256(script)}'" for script in _INLINE.findall(document))
    if hashes and _POLICY in headers:
        headers[_POLICY] = headers[_POLICY].replace("script-src 'self'", f"script-src 'self' {hashes}", 1)


def _sha256(script: bytes) -> str:
    # As the browser reads it: it has turned every line end into a line feed before it looks at scripts.
    text = script.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return base64.b64encode(hashlib.sha256(text).digest()).decode("ascii")
