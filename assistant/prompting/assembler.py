"""The one place where a prompt is put together: the prefix, the turns that fit, and the mark of the answer.

Knows nothing of engines: it is given a way to count tokens.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from langchain_core.prompt_values import PromptValue

from assistant.conversation import Message, Role
from assistant.errors.app import PromptTooLongError
from assistant.errors.input import AttachmentsTooLongError, MessageTooLongError, NoRoomToContinueError
from assistant.model_catalog import ALL_SPECIAL_TOKENS
from assistant.prompting.neutral_text import Neutraliser
from assistant.prompting.prompt_part import PartKind, PromptPart
from assistant.prompting.prompt_value import prompt_value
from assistant.prompting.question_text import file_text, turn_of
from assistant.prompting.template import PromptTemplate
from assistant.prompting.transcript import Turn, render_turn, turn_pieces
from assistant.prompting.window_use import CountedHistory, WindowUse

LEAST_CONVERSATION_TOKENS = 256
"""A window that leaves less beside the prefix cannot hold a conversation."""
LEAST_ANSWER_TOKENS = 64
"""An answer with less room is cut off before it says anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptTokens:
    """How the window is used, in the model's own tokens."""

    prefix: int
    history: int
    question: int
    beginning: int
    """Of the answer that is gone on with."""
    answer_room: int

    @property
    def prompt(self) -> int:
        return self.prefix + self.history + self.question + self.beginning


@dataclass(frozen=True, slots=True, kw_only=True)
class AssembledPrompt:
    value: PromptValue
    template: PromptTemplate
    parts: tuple[PromptPart, ...]
    """Their texts make up the value's text."""
    tokens: PromptTokens
    left_out: tuple[str, ...]
    """The questions of the exchanges that did not fit."""

    @property
    def turns_dropped(self) -> int:
        return len(self.left_out)

    @property
    def text_sha256(self) -> str:
        return hashlib.sha256(self.value.to_string().encode(errors="replace")).hexdigest()


class PromptAssembler:
    """`count` gives a text's tokens; it may block, so assemble in a worker thread.

    Raises PromptTooLongError when the template leaves no room in the window.
    """

    def __init__(self, template: PromptTemplate, count: Callable[[str], int], context_window: int) -> None:
        self._template = template
        self._window = context_window
        self._neutraliser = Neutraliser(template.marks.guarded_lines, ALL_SPECIAL_TOKENS)
        self.count: Callable[[str], int] = lru_cache(maxsize=4096)(count)
        # A whole prompt is seen once: remembering thousands of them would only fill the memory.
        self._count_prompt = count
        self._prefix_tokens = self.count(template.prefix)
        if self._prefix_tokens + LEAST_CONVERSATION_TOKENS > context_window:
            raise PromptTooLongError(prompt=template.id, tokens=self._prefix_tokens, window=context_window)

    @property
    def template(self) -> PromptTemplate:
        return self._template

    @property
    def prefix_tokens(self) -> int:
        return self._prefix_tokens

    def assemble(self, messages: Sequence[Message], max_new_tokens: int, beginning: str = "") -> AssembledPrompt:
        """A prompt for the branch `messages`, which ends with the question; the model goes on after `beginning`.

        Whole exchanges are taken, newest first, while `max_new_tokens` still fit beside them. Raises
        MessageTooLongError when the question alone leaves no room for an answer, NoRoomToContinueError when it does
        with the beginning.
        """
        *earlier, question = map(turn_of, messages)
        exchanges = _exchanges(earlier)
        asked = self._count_prompt(self._text([question]))
        self._refuse_too_long(messages[-1], asked - self._prefix_tokens)
        least = self._count_prompt(self._text([question], beginning)) if beginning else asked
        self._refuse_no_room(least)
        kept = _newest_that_fit(map(self._tokens, reversed(exchanges)), self._window - least - max_new_tokens)
        while True:
            turns = [*_turns(exchanges, kept), question]
            total = self._count_prompt(self._text(turns, beginning))
            # Tokens may join differently across the seams of the pieces that were counted.
            if total + max_new_tokens <= self._window or not kept:
                break
            kept -= 1
        return self._assembled(exchanges, kept, question, beginning, self._use(asked, least, total, max_new_tokens))

    def assemble_again(
        self, messages: Sequence[Message], turns_dropped: int, answer_room: int, beginning: str = ""
    ) -> AssembledPrompt:
        """The prompt that was assembled for this branch once, whatever would fit today."""
        *earlier, question = map(turn_of, messages)
        exchanges = _exchanges(earlier)
        kept = max(0, len(exchanges) - turns_dropped)
        asked, least, total = (
            self._count_prompt(self._text([*turns, question], begun))
            for turns, begun in (([], ""), ([], beginning), (_turns(exchanges, kept), beginning))
        )
        return self._assembled(exchanges, kept, question, beginning, self._use(asked, least, total, answer_room))

    def count_history(self, messages: Sequence[Message]) -> CountedHistory:
        """Of a branch that ends with an answer. What it gives is valid for this assembler alone."""
        exchanges = _exchanges([turn_of(message) for message in messages])
        counted: list[int] = []
        for exchange in reversed(exchanges):
            if sum(counted) > self._window:
                break
            counted.append(self._tokens(exchange))
        return CountedHistory(tuple(counted), len(exchanges))

    def measure(self, history: CountedHistory, question: str, files: int, max_new_tokens: int) -> WindowUse:
        """What `assemble` would come to for a question with `files` tokens of files, to a token or two at the seams.

        Counts the question alone, and nothing of it where it is blank.
        """
        asked = self._count_prompt(self._question_text(Turn(Role.USER, question))) if question.strip() else 0
        free = self._window - self._prefix_tokens - asked - files
        kept = _newest_that_fit(history.tokens, free - max_new_tokens)
        spent = sum(history.tokens[:kept])
        return WindowUse(
            window=self._window,
            prefix=self._prefix_tokens,
            history=spent,
            files=files,
            question=asked,
            answer_room=max(0, min(max_new_tokens, free - spent)),
            turns_dropped=history.exchanges - kept,
            is_too_long=free < LEAST_ANSWER_TOKENS,
        )

    def _use(self, asked: int, least: int, total: int, max_new_tokens: int) -> PromptTokens:
        """From the tokens of three prompts: the question's alone, that with the beginning, the whole."""
        return PromptTokens(
            prefix=self._prefix_tokens,
            history=total - least,
            question=asked - self._prefix_tokens,
            beginning=least - asked,
            answer_room=min(max_new_tokens, self._window - total),
        )

    def _assembled(
        self, exchanges: list[list[Turn]], kept: int, question: Turn, beginning: str, tokens: PromptTokens
    ) -> AssembledPrompt:
        turns = [*_turns(exchanges, kept), question]
        parts = self._parts(turns, beginning)
        examples = [Turn(role, example) for role, example in self._template.examples]
        begun = [Turn(Role.ASSISTANT, beginning)] if beginning else []
        said = [self._neutral(turn) for turn in [*examples, *turns, *begun]]
        return AssembledPrompt(
            value=prompt_value("".join(part.text for part in parts), self._template.system, said),
            template=self._template,
            parts=tuple(parts),
            tokens=tokens,
            left_out=tuple(exchange[0].text for exchange in exchanges[: len(exchanges) - kept]),
        )

    def _parts(self, turns: Sequence[Turn], beginning: str = "") -> list[PromptPart]:
        marks = self._template.marks
        reply = marks.assistant_start + (marks.reply_lead + self._neutraliser.guard(beginning) if beginning else "")
        return [
            PromptPart(PartKind.PREFIX, self._template.prefix),
            *(part for turn in turns for part in self._turn_parts(turn)),
            PromptPart(PartKind.REPLY, reply),
        ]

    def _turn_parts(self, turn: Turn) -> list[PromptPart]:
        kind = PartKind.QUESTION if turn.role is Role.USER else PartKind.ANSWER
        *files, said = turn_pieces(self._template.marks, self._neutraliser, turn)
        return [*(PromptPart(PartKind.FILE, file) for file in files), PromptPart(kind, said)]

    def _text(self, turns: Sequence[Turn], beginning: str = "") -> str:
        return "".join(part.text for part in self._parts(turns, beginning))

    def _question_text(self, question: Turn) -> str:
        """Without the prefix."""
        return "".join(part.text for part in self._parts([question])[1:])

    def _tokens(self, turns: Sequence[Turn]) -> int:
        return sum(self.count(render_turn(self._template.marks, self._neutraliser, turn)) for turn in turns)

    def _neutral(self, turn: Turn) -> Turn:
        # A server that takes messages tokenizes their content too: a special token in it would count as one.
        return Turn(turn.role, self._neutraliser.guard(turn.whole))

    def _refuse_too_long(self, question: Message, tokens: int) -> None:
        limit = self._window - self._prefix_tokens - LEAST_ANSWER_TOKENS
        if tokens <= limit:
            return
        files = {file.name: self._count_prompt(file_text(file)) for file in question.attachments}
        if not files:
            raise MessageTooLongError(size=tokens, limit=limit, unit="tokens")
        longest = max(files, key=files.__getitem__)
        raise AttachmentsTooLongError(size=tokens, limit=limit, unit="tokens", name=longest, tokens=files[longest])

    def _refuse_no_room(self, least: int) -> None:
        """Of question and beginning: the question alone fits."""
        if least + LEAST_ANSWER_TOKENS > self._window:
            raise NoRoomToContinueError(size=least, limit=self._window - LEAST_ANSWER_TOKENS)


def _turns(exchanges: Sequence[Sequence[Turn]], kept: int) -> list[Turn]:
    return [turn for exchange in exchanges[len(exchanges) - kept :] for turn in exchange]


def _newest_that_fit(tokens: Iterable[int], room: int) -> int:
    """How many of `tokens`, newest first."""
    kept = 0
    for each in tokens:
        room -= each
        if room < 0:
            break
        kept += 1
    return kept


def _exchanges(turns: Sequence[Turn]) -> list[list[Turn]]:
    """Questions with their answers. One whose answer has no text is left out: a transcript cannot show silence."""
    exchanges: list[list[Turn]] = []
    for turn in turns:
        if turn.role is Role.USER:
            exchanges.append([turn])
        elif exchanges and turn.text.strip():
            exchanges[-1].append(turn)
    return [exchange for exchange in exchanges if len(exchange) > 1]
