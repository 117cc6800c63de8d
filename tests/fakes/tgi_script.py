"""What a fake text-generation-inference server is told to say, in the shapes of the real one.

Counts bytes as tokens. Knows nothing of connections.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

HOLD = object()
"""Among the pieces: wait for `release`."""
KEEP_ALIVE = object()
"""Among the pieces: a comment, which is no event."""
END_TOKEN = "<|endoftext|>"
RANDOM_SEED = 4_242_424_242
"""What the server draws where none is given."""


class TgiFault(Enum):
    DROPPED = auto()
    """The connection is closed before a byte."""
    SILENT = auto()
    """No byte ever comes."""
    HTML = auto()
    """A page of some proxy instead of the protocol, with status 200."""
    CUT = auto()
    """The connection is closed before the last event."""
    CUT_IN_LINE = auto()
    """The connection is closed in the middle of an event."""
    HALF_LINE = auto()
    """The stream ends in good order, in the middle of an event."""
    HALF_CHARACTER = auto()
    """The stream ends in good order, in the middle of a character."""
    UNFINISHED = auto()
    """The stream ends in good order, but without its last event."""
    ENDLESS = auto()
    """The first piece again and again, whatever limit was asked for."""
    ONE_BYTE_CHUNKS = auto()
    """Every byte alone: not wrong, but characters and events arrive in parts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TgiAnswer:
    """The script of one request to generate."""

    pieces: tuple[object, ...] = ()
    """A token each."""
    pace: float = 0.0
    """Seconds before each piece."""
    keep_alive_seconds: float = 0.0
    """Before each comment."""
    finish_reason: str = "eos_token"
    fault: TgiFault | None = None
    error_type: str = ""
    """After the pieces, an error of this type as an event of the stream."""
    error: str = "told to fail"
    status: int = 200
    """Another one: instead of the pieces, with `body`, or with `error` and `error_type`."""
    body: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    event: str | None = None
    """Sent after the pieces' events: any text, JSON or not."""


def generation(body: Mapping[str, Any], answer: TgiAnswer) -> dict[str, Any]:
    """As one body."""
    tokens = _said(answer)
    parameters = body.get("parameters") or {}
    details = {**_details(body, answer, tokens), "prefill": [], "tokens": tokens}
    text = (body["inputs"] if parameters.get("return_full_text") else "") + _text(tokens)
    return {"generated_text": text, "details": details if parameters.get("details", True) else None}


def stream_responses(body: Mapping[str, Any], answer: TgiAnswer) -> list[dict[str, Any]]:
    """As events: the last token's tells the end."""
    tokens = _said(answer)
    events: list[dict[str, Any]] = [
        {"index": index, "token": token, "generated_text": None, "details": None}
        for index, token in enumerate(tokens, start=1)
    ]
    details = {**_details(body, answer, tokens), "input_length": len(body["inputs"].encode())}
    wanted = (body.get("parameters") or {}).get("details", True)
    events[-1] |= {"generated_text": _text(tokens), "details": details if wanted else None}
    return events


def refusal(prompt: str, parameters: Mapping[str, Any], info: Mapping[str, Any]) -> str | None:
    """In the order of router/src/validation.rs."""
    size, room = len(prompt.encode()), parameters.get("max_new_tokens") or 1
    stops, most = len(parameters.get("stop") or ()), info["max_stop_sequences"]
    for name in ("temperature", "repetition_penalty", "top_p", "top_k"):
        value = parameters.get(name)
        if value is not None and (value <= 0 or (name == "top_p" and value >= 1)):
            return f"`{name}` must be " + ("> 0.0 and < 1.0" if name == "top_p" else "strictly positive")
    if stops > most:
        return f"`stop` supports up to {most} stop sequences. Given: {stops}"
    if not prompt:
        return "`inputs` cannot be empty"
    if size + room > info["max_total_tokens"]:
        given = f"Given: {size} `inputs` tokens and {room} `max_new_tokens`"
        return f"`inputs` tokens + `max_new_tokens` must be <= {info['max_total_tokens']}. {given}"
    if size > info["max_input_tokens"]:
        return f"`inputs` must have less than {info['max_input_tokens']} tokens. Given: {size}"
    return None


def _said(answer: TgiAnswer) -> list[dict[str, Any]]:
    """The tokens. The model's own end is one too."""
    texts = [str(piece) for piece in answer.pieces if piece not in (HOLD, KEEP_ALIVE)]
    tokens = [_token(number, text) for number, text in enumerate(texts, start=100)]
    return [*tokens, _token(0, END_TOKEN, special=True)] if answer.finish_reason == "eos_token" else tokens


def _text(tokens: list[dict[str, Any]]) -> str:
    return "".join(token["text"] for token in tokens if not token["special"])


def _details(body: Mapping[str, Any], answer: TgiAnswer, tokens: list[dict[str, Any]]) -> dict[str, Any]:
    parameters = body.get("parameters") or {}
    samples = any(parameters.get(name) for name in ("do_sample", "temperature", "top_k", "top_p", "typical_p"))
    seed = parameters.get("seed", RANDOM_SEED) if samples else None
    return {"finish_reason": answer.finish_reason, "generated_tokens": len(tokens), "seed": seed}


def _token(number: int, text: str, special: bool = False) -> dict[str, Any]:
    return {"id": number, "text": text, "logprob": -0.25, "special": special}
