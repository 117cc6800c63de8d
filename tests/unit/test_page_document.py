"""The page's document on its way to the browser: what goes in, what goes out, and what stays as it is."""

import httpx2
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from assistant.web.page_document import PageDocument, PageParts

GRADIO = """<!doctype html>
<html
\tlang="en"
>
<head>
<meta
\tname="viewport" content="width=device-width, shrink-to-fit=no"
/>
<meta property="og:title" content="Gradio" />
<meta name="twitter:creator" content="@Gradio" />
<meta charset="utf-8" />
<script>window.gradio_config = {"title": "</head>"};</script>
</head>
<body style="margin: 0"><gradio-app></gradio-app></body>
</html>"""
PARTS = PageParts(head='<script src="/site/early.js"></script>', sheets='<link rel="stylesheet" href="/site/a.css">')


def served(path: str = "/", document: str = GRADIO) -> httpx2.Response:
    async def answer(_: object) -> Response:
        return HTMLResponse(document, headers={"Content-Security-Policy": "script-src 'self'"})

    app = PageDocument(Starlette(routes=[Route("/", answer), Route("/other", answer)]), parts=PARTS)
    return TestClient(app).get(path)


def test_scripts_go_into_the_head_and_sheets_come_first_in_the_body() -> None:
    document = served().text
    head, body = document.split("</head>\n<body")
    assert head.endswith('<script src="/site/early.js"></script>')
    assert body.startswith(' style="margin: 0"><link rel="stylesheet" href="/site/a.css"><gradio-app>')


def test_gradios_own_cards_and_viewport_go() -> None:
    document = served().text
    for gone in ("og:title", "twitter", "shrink-to-fit"):
        assert gone not in document
    assert 'charset="utf-8"' in document


def test_the_length_is_that_of_what_is_sent() -> None:
    response = served()
    assert int(response.headers["content-length"]) == len(response.content)


def test_other_documents_stay_as_they_are() -> None:
    assert served("/other").text == GRADIO
    asked_to_sign_in = "<!doctype html><html><head><title>Account</title></head><body></body></html>"
    assert served(document=asked_to_sign_in).text == asked_to_sign_in
