"""One engine's figures, in a process of its own: run by benchmarks.engine, which compares them.

python -m benchmarks.one_engine NAME SLOTS MODEL PREFIXES    prints them as one line of JSON
"""

import asyncio
import json
import statistics
import sys
import time
from collections.abc import Awaitable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from assistant.backends.hub import fetch
from assistant.conversation import Message, MessageStatus, Role
from assistant.prompting.assembler import PromptAssembler
from assistant.prompting.library import load_template
from benchmarks.contestants import Answer, Contestant, contestant

LONG, CHAT = "tech_assistant/v1", "chat/chatml"
"""StarCoder's prompt, and the embedded model's own. What is measured once is measured with the long one."""
WINDOW = 8192
FEW, MANY = 16, 64
CONVERSATIONS = (1, 4, 8)
KEEPERS = ("embedded", "transformers")
QUESTIONS = (
    "Explain how a hash table works, step by step, with an example.",
    "Explain how git stores commits, step by step, with an example.",
    "Describe at length what happens when a browser opens a page.",
    "Describe at length how a database runs a join.",
    "Explain in detail how a compiler turns source into machine code.",
    "Explain in detail how TCP makes a reliable stream of packets.",
    "Describe at length how an operating system schedules threads.",
    "Write a long introduction to regular expressions, with examples.",
)
COLD, WARM = "How do I reverse a list in Python?", "Which git command shows the last commits?"
TURNS = ("What is a decorator in Python?", "Show me one that counts calls.", "How do I test it?")


class Prompts:
    """The same for every engine, so tokens are counted roughly: nothing comes near the window."""

    def __init__(self, prompt: str) -> None:
        self.template = load_template(prompt, prompt, fetch)
        self._assembler = PromptAssembler(self.template, lambda text: len(text) // 3, WINDOW)

    def after(self, texts: Sequence[str]) -> str:
        """For a conversation of a question, its answer, a question, and so on."""
        roles = (Role.USER, Role.ASSISTANT)
        messages = [_message(roles[at % 2], text) for at, text in enumerate(texts)]
        return self._assembler.assemble(messages, MANY).value.to_string()


def _message(role: Role, text: str) -> Message:
    return Message(
        id=text,
        conversation_id="c",
        parent_id=None,
        role=role,
        text=text,
        status=MessageStatus.COMPLETE,
        created_at=datetime.now(UTC),
    )


async def third_turn(engine: Contestant, prompts: Prompts) -> Answer:
    texts: list[str] = []
    answer = None
    for question in TURNS:
        texts.append(question)
        answer = await engine.answer(prompts.after(texts), FEW)
        texts.append(answer.text)
    assert answer
    return answer


async def rate(engine: Contestant, prompts: Prompts, questions: Sequence[str]) -> float:
    """Tokens a second of conversations that ask at once, from asking to the last one's end."""
    began = time.perf_counter()
    answers = await asyncio.gather(*[engine.answer(prompts.after([question]), MANY) for question in questions])
    return sum(answer.tokens for answer in answers) / (time.perf_counter() - began)


async def together(engine: Contestant, prompts: Prompts, count: int) -> float:
    """Tokens a second of `count` conversations: the median over all questions."""
    groups = [QUESTIONS[at : at + count] for at in range(0, len(QUESTIONS), count)]
    return statistics.median([await rate(engine, prompts, group) for group in groups])


async def seconds(work: Awaitable[None]) -> float:
    began = time.perf_counter()
    await work
    return time.perf_counter() - began


async def measured(name: str, slots: int, model: Path, prefixes: Path) -> dict[str, float]:
    """In the order of an app's life; a second start comes last, so that the peak before it is one engine's."""
    prompts, chats = [await asyncio.to_thread(Prompts, prompt) for prompt in (LONG, CHAT)]
    engine = contestant(name, model, prefixes, slots)
    found = {"start": await seconds(engine.start())}
    try:
        found["cold"] = (await engine.answer(prompts.after([COLD]), FEW)).first
        found["read"] = await seconds(engine.read(prompts.template.prefix))
        found["warm"] = (await engine.answer(prompts.after([WARM]), FEW)).first
        found["third"] = (await third_turn(engine, prompts)).first
        # Plain generate reads the whole prompt for each: more of the same would only take long.
        counts = CONVERSATIONS if name != "generate" else CONVERSATIONS[:2]
        for count in counts:
            found[f"long at {count}"] = await together(engine, prompts, count)
        await engine.read(chats.template.prefix)
        for count in counts:
            found[f"chat at {count}"] = await together(engine, chats, count)
        found["peak"] = _peak()
    finally:
        await engine.close()
    # The libraries by themselves keep nothing.
    return found | (await restarted(name, slots, model, prefixes, prompts) if name in KEEPERS else {})


async def restarted(name: str, slots: int, model: Path, prefixes: Path, prompts: Prompts) -> dict[str, float]:
    engine = contestant(name, model, prefixes, slots)
    await engine.start()
    try:
        return {"restored": await seconds(engine.read(prompts.template.prefix))}
    finally:
        await engine.close()


def _peak() -> float:
    """MiB that this process has held at most."""
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:"))


def main() -> None:
    name, slots, model, prefixes = sys.argv[1:]
    print(json.dumps(asyncio.run(measured(name, int(slots), Path(model), Path(prefixes)))))


if __name__ == "__main__":
    main()
