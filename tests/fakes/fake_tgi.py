"""A text-generation-inference server that says what a test tells it to, on loopback.

It counts bytes as tokens and refuses what the real one refuses, in its words. What it does wrong, it does on purpose:
see `TgiFault`.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

from tests.fakes.loopback_server import HttpRequest, LoopbackServer, send_body, send_chunk, send_head, send_json
from tests.fakes.tgi_script import HOLD, KEEP_ALIVE, TgiAnswer, TgiFault, generation, refusal, stream_responses

INFO: dict[str, Any] = {
    "model_id": "bigcode/starcoder",
    "model_sha": "9a5d0a0f0d1e5c4ab2f2f2a9c3a9e3a2b1c0d9e8",
    "model_pipeline_tag": "text-generation",
    "max_concurrent_requests": 128,
    "max_best_of": 2,
    "max_stop_sequences": 4,
    "max_input_tokens": 8191,
    "max_total_tokens": 8192,
    "validation_workers": 2,
    "max_client_batch_size": 4,
    "router": "text-generation-router",
    "version": "3.3.6",
    "sha": None,
    "docker_label": None,
}


class FakeTgi(LoopbackServer):
    """Without a script it gives `default`."""

    def __init__(self, default: TgiAnswer | None = None, *, api_key: str = "", **info: object) -> None:
        super().__init__()
        self.info = INFO | info
        self.healthy = True
        self.tokenizes = True
        """False: the model has no fast tokenizer."""
        self.silent = False
        """True: whatever is asked, no byte comes."""
        self.sent: list[tuple[str, str]] = []
        """What went out as JSON: the route, and the text of a body or of an event."""
        self._default = default or TgiAnswer(pieces=("Hello", " there"))
        self._api_key = api_key
        self._scripts: list[TgiAnswer] = []

    def will_answer(self, *pieces: object, **script: Any) -> None:
        """The next request's script; `script` as in TgiAnswer."""
        self._scripts.append(TgiAnswer(pieces=pieces, **script))

    def asked(self, *paths: str) -> list[HttpRequest]:
        return [request for request in self.requests if request.path in paths]

    @property
    def prompts(self) -> list[HttpRequest]:
        """The requests to generate."""
        return self.asked("/", "/generate", "/generate_stream")

    async def answer(self, request: HttpRequest, writer: asyncio.StreamWriter) -> bool:
        if self.silent:
            await self.hold()
        if self._api_key and request.headers.get("authorization") != f"Bearer {self._api_key}":
            return await send_body(writer, b"", 401)
        if request.method == "POST" and request.path in ("/", "/generate", "/generate_stream"):
            answer = self._scripts.pop(0) if self._scripts else self._default
            streams = request.path == "/generate_stream" or (request.path == "/" and request.body.get("stream"))
            return await (self._stream if streams else self._whole)(request, answer, writer)
        return await self._inform(request, writer)

    async def _inform(self, request: HttpRequest, writer: asyncio.StreamWriter) -> bool:
        match request.method, request.path:
            case "GET", "/info":
                return await self._tell(request, self.info, writer)
            case "GET", "/health" if self.healthy:
                return await send_body(writer, b"")
            case "GET", "/health":
                return await self._tell(request, _error("unhealthy", "healthcheck"), writer, 503)
            case "POST", "/tokenize" if self.tokenizes:
                return await self._tell(request, _tokens(request.body["inputs"]), writer)
        return await send_json(writer, {"error": "No fast tokenizer available"}, 404)

    async def _tell(
        self,
        request: HttpRequest,
        body: object,
        writer: asyncio.StreamWriter,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> bool:
        self.sent.append((request.path, json.dumps(body)))
        return await send_json(writer, body, status, headers)

    async def _refuse(self, request: HttpRequest, answer: TgiAnswer, writer: asyncio.StreamWriter) -> bool:
        if answer.body is not None:
            return await send_body(writer, answer.body.encode(), answer.status, answer.headers)
        error = _error(answer.error, answer.error_type)
        return await self._tell(request, error, writer, answer.status, answer.headers)

    async def _whole(self, request: HttpRequest, answer: TgiAnswer, writer: asyncio.StreamWriter) -> bool:
        if answer.status != 200:
            return await self._refuse(request, answer, writer)
        if refusal := self._refusal(request):
            return await self._tell(request, _error(refusal, "validation"), writer, 422)
        body = generation(request.body, answer)
        headers = {"x-prompt-tokens": str(len(request.body["inputs"].encode())), "x-compute-type": "fake"}
        # The compatible route answers as the Inference API did, which took several prompts.
        return await self._tell(request, [body] if request.path == "/" else body, writer, headers=headers)

    async def _stream(self, request: HttpRequest, answer: TgiAnswer, writer: asyncio.StreamWriter) -> bool:
        if answer.fault is TgiFault.DROPPED:
            return False
        if answer.fault is TgiFault.SILENT:
            await self.hold()
        if answer.status != 200:
            return await self._refuse(request, answer, writer)
        if answer.fault is TgiFault.HTML:
            page = b"<!doctype html><title>Welcome to nginx!</title>"
            return await send_body(writer, page, headers={"Content-Type": "text/html"})
        headers = {"Content-Type": "text/event-stream", "X-Accel-Buffering": "no", **answer.headers}
        send_head(writer, 200, headers, None)
        async for event in self._events(request, answer):
            for part in _parts(event, answer.fault):
                await send_chunk(writer, part)
        if answer.fault in (TgiFault.CUT, TgiFault.CUT_IN_LINE):
            return False
        await send_chunk(writer, b"")
        return True

    async def _events(self, request: HttpRequest, answer: TgiAnswer) -> AsyncIterator[bytes]:
        # The status has gone out by now, so a refusal is an event.
        if refusal := self._refusal(request):
            yield self._event(request, _error(refusal, "validation"))
            return
        *begun, last = stream_responses(request.body, answer)
        script = iter(begun)
        for piece in answer.pieces:
            if piece is HOLD:
                await self.hold()
            elif piece is KEEP_ALIVE:
                await asyncio.sleep(answer.keep_alive_seconds)
                yield b":\n\n"
            elif (event := next(script, None)) is not None:
                await asyncio.sleep(answer.pace)
                yield self._event(request, event)
        while answer.fault is TgiFault.ENDLESS:
            yield self._event(request, begun[0])
        if answer.event is not None:
            yield b"data:" + answer.event.encode() + b"\n\n"
        elif answer.error_type:
            yield self._event(request, _error(answer.error, answer.error_type))
        elif answer.fault in (TgiFault.CUT_IN_LINE, TgiFault.HALF_LINE):
            yield b'data:{"index":9,"token":{"id":5,"te'
        elif answer.fault is TgiFault.HALF_CHARACTER:
            yield b'data:{"index":9,"token":{"id":5,"text":"\xf0\x9f'
        elif answer.fault not in (TgiFault.UNFINISHED, TgiFault.CUT):
            yield self._event(request, last)

    def _event(self, request: HttpRequest, event: Mapping[str, Any]) -> bytes:
        text = json.dumps(event, ensure_ascii=False)
        self.sent.append((request.path, text))
        return b"data:" + text.encode() + b"\n\n"

    def _refusal(self, request: HttpRequest) -> str | None:
        fault = refusal(request.body["inputs"], request.body.get("parameters") or {}, self.info)
        return f"Input validation error: {fault}" if fault else None


def _error(error: str, error_type: str) -> dict[str, str]:
    return {"error": error, "error_type": error_type}


def _tokens(text: str) -> list[dict[str, Any]]:
    return [{"id": byte, "text": "", "start": 0, "stop": 0} for byte in text.encode()]


def _parts(sent: bytes, fault: TgiFault | None) -> list[bytes]:
    return [bytes([byte]) for byte in sent] if fault is TgiFault.ONE_BYTE_CHUNKS else [sent]
