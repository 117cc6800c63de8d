"""The page's one document, put right: its language is named, our scripts and sheets go in, Gradio's cards go out, and
its inline scripts are allowed.

Gradio loads what is given to it only after itself: too late for the first paint. It writes its configuration into the
page as a script, which the policy forbids but by its hash; a page where it is blocked has to ask for it once more.
Nothing that a person wrote is in that document: messages come later, through the queue, where no script is allowed.
"""

import base64
import hashlib
import re
from dataclasses import dataclass

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.languages import spoken

_INLINE = re.compile(rb"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL)
_LANGUAGE = re.compile(rb'(?<=<html\n\tlang=")en(?=")')
# The name and the picture that other sites would show of the page are Gradio's; the view is as wide as Gradio wants it.
_UNWANTED = re.compile(rb'<meta\s+(?:property|name)="(?:og:|twitter:|viewport)[^>]*>\s*')
_MIDDLE = re.compile(rb"(</head>\s*<body[^>]*>)")
_CONFIGURATION = b"window.gradio_config"
_POLICY = "Content-Security-Policy"


@dataclass(frozen=True, slots=True, kw_only=True)
class PageParts:
    """HTML that goes into the document."""

    head: str = ""
    sheets: str = ""
    """Links to style sheets, for the body: Gradio adds its own to the head as it goes, and the last one wins."""


class PageDocument:
    """To be outside of what sets the policy. Holds back the one document at `/`, nothing else."""

    def __init__(self, app: ASGIApp, *, parts: PageParts) -> None:
        self._app = app
        self._head = parts.head.encode()
        self._sheets = parts.sheets.encode()

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
                body = self._put_right(body)
                _describe(start, body)
                await send(start)
                await send({"type": "http.response.body", "body": body})

        await self._app(scope, receive, send_whole)

    def _put_right(self, document: bytes) -> bytes:
        # Where signing in is required, its page stands here until somebody has.
        if _CONFIGURATION not in document:
            return document
        document = _LANGUAGE.sub(spoken().encode(), document, count=1)
        document = _UNWANTED.sub(b"", document)
        return _MIDDLE.sub(lambda middle: self._head + middle.group() + self._sheets, document, count=1)


def _describe(start: Message, document: bytes) -> None:
    headers = MutableHeaders(scope=start)
    headers["Content-Length"] = str(len(document))
    hashes = " ".join(f"'sha256-{_sha256(script)}'" for script in _INLINE.findall(document))
    if hashes and _POLICY in headers:
        headers[_POLICY] = headers[_POLICY].replace("script-src 'self'", f"script-src 'self' {hashes}", 1)


def _sha256(script: bytes) -> str:
    # As the browser reads it: it has turned every line end into a line feed before it looks at scripts.
    text = script.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return base64.b64encode(hashlib.sha256(text).digest()).decode("ascii")
