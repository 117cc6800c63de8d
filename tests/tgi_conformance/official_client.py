"""Drives a text-generation-inference server with its official client; run by `run.py`, in the client's environment.

Every check states what the client's documentation promises of a real server. Knows the scripts of `run.py` by their
order, and nothing else of this repository.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

from text_generation import AsyncClient, Client
from text_generation.errors import GenerationError, IncompleteGenerationError, OverloadedError, ValidationError
from text_generation.types import FinishReason, Response, StreamResponse

PROMPT = "What is a list?"
FAILURES = (GenerationError, OverloadedError, IncompleteGenerationError)
ANSWERED = [
    (("Hello", " there"), FinishReason.EndOfSequenceToken, {}),
    (("a",), FinishReason.Length, {"max_new_tokens": 1}),
    (("a", "\nHuman:"), FinishReason.StopSequence, {"stop_sequences": ["\nHuman:"]}),
]


class DifferenceError(Exception):
    """The fake is not what the client expects."""


def expect(what: str, seen: object, wanted: object) -> None:
    if seen != wanted:
        raise DifferenceError(f"{what}: {seen!r}, not {wanted!r}")
    sys.stdout.write(f"ok: {what}\n")


def check_answer(answer: Response, said: tuple[str, ...], reason: FinishReason) -> None:
    expect("the text", answer.generated_text, "".join(said))
    expect("the finish reason", answer.details.finish_reason, reason)
    expect("the tokens", tuple(token.text for token in answer.details.tokens if not token.special), said)
    expect("their count", answer.details.generated_tokens, len(answer.details.tokens))
    expect("the end token", answer.details.tokens[-1].special, reason is FinishReason.EndOfSequenceToken)


def check_stream(events: list[StreamResponse]) -> None:
    text = "".join(event.token.text for event in events if not event.token.special)
    expect("the streamed text", text, "naïve 👩🏽‍💻 漢字")
    expect("the whole text, at the end", [event.generated_text for event in events], [None] * 3 + [text])
    details = events[-1].details
    expect("no details before the end", [event.details for event in events[:-1]], [None] * 3)
    expect("the seed", details and details.seed, 7)
    expect("the streamed finish reason", details and details.finish_reason, FinishReason.EndOfSequenceToken)


def check_failure(kind: type[Exception], ask: Callable[[], object]) -> None:
    try:
        ask()
    except kind as failure:
        expect(f"what {kind.__name__} says", bool(str(failure)), True)
    else:
        raise DifferenceError(f"{kind.__name__} did not come")


def drive(ask: Callable[..., Response], stream: Callable[..., Iterator[StreamResponse]]) -> None:
    for said, reason, options in ANSWERED:
        check_answer(ask(PROMPT, **options), said, reason)
    check_stream(list(stream(PROMPT, temperature=0.5, top_p=0.9, top_k=40, repetition_penalty=1.2, seed=7)))
    for kind in FAILURES:
        check_failure(kind, lambda: ask(PROMPT))
        check_failure(kind, lambda: list(stream(PROMPT)))
    for call in (ask, lambda *args, **options: list(stream(*args, **options))):
        check_failure(ValidationError, lambda call=call: call(PROMPT, max_new_tokens=100_000))


def drive_sync(url: str, headers: dict[str, str]) -> None:
    client = Client(url, headers=headers)
    drive(client.generate, client.generate_stream)


def drive_async(url: str, headers: dict[str, str]) -> None:
    client = AsyncClient(url, headers=headers)

    def stream(*args: Any, **options: Any) -> Iterator[StreamResponse]:
        return iter(asyncio.run(_collected(client.generate_stream(*args, **options))))

    drive(lambda *args, **options: asyncio.run(client.generate(*args, **options)), stream)


async def _collected(events: AsyncIterator[StreamResponse]) -> list[StreamResponse]:
    return [event async for event in events]


async def leave_early(url: str, headers: dict[str, str]) -> None:
    events = AsyncClient(url, headers=headers).generate_stream(PROMPT)
    first = await anext(events)
    expect("the first token, before the others are made", first.token.text, "a")
    await events.aclose()


def main(url: str, key: str) -> int:
    headers = {"Authorization": f"Bearer {key}"}
    try:
        drive_sync(url, headers)
        drive_async(url, headers)
        asyncio.run(leave_early(url, headers))
    except DifferenceError as difference:
        sys.stderr.write(f"DIFFERENCE: {difference}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
