"""The one place where a prompt is put together: the prefix, the turns that fit, and the mark of the answer.

Knows nothing of engines: it is given a way to count tokens.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from langchain_core.prompt_values import PromptValue

from assistant.conversation import Message, Role
from assistant.errors import AttachmentsTooLongError, MessageTooLongError, NoRoomToContinueError, PromptTooLongError
from assistant.model_catalog import ALL_SPECIAL_TOKENS
from assistant.prompting.neutral_text import Neutraliser
from assistant.prompting.prompt_value import prompt_value
from assistant.prompting.question_text import file_text, question_text
from assistant.prompting.template import PromptTemplate
from assistant.prompting.transcript import Turn, render_turn, render_turns

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
    tokens: PromptTokens
    turns_dropped: int
    """Exchanges left out because they did not fit."""


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
    def prefix_tokens(self) -> int:
        return self._prefix_tokens

    def assemble(self, messages: Sequence[Message], max_new_tokens: int, beginning: str = "") -> AssembledPrompt:
        """A prompt for the branch `messages`, which ends with the question; the model goes on after `beginning`.

        Whole exchanges are taken, newest first, while `max_new_tokens` still fit beside them. Raises
        MessageTooLongError when the question alone leaves no room for an answer, NoRoomToContinueError when it does
        with the beginning.
        """
        *earlier, question = [Turn(message.role, question_text(message)) for message in messages]
        exchanges = _exchanges(earlier)
        asked = self._count_prompt(self._text([question]))
        self._refuse_too_long(messages[-1], asked - self._prefix_tokens)
        least = self._count_prompt(self._text([question], beginning)) if beginning else asked
        self._refuse_no_room(least)
        kept = self._newest_that_fit(exchanges, self._window - least - max_new_tokens)
        while True:
            turns = [turn for exchange in exchanges[len(exchanges) - kept :] for turn in exchange]
            text = self._text([*turns, question], beginning)
            total = self._count_prompt(text)
            # Tokens may join differently across the seams of the pieces that were counted.
            if total + max_new_tokens <= self._window or not kept:
                break
            kept -= 1
        return AssembledPrompt(
            value=self._value(text, [*turns, question], beginning),
            template=self._template,
            tokens=PromptTokens(
                prefix=self._prefix_tokens,
                history=total - least,
                question=asked - self._prefix_tokens,
                beginning=least - asked,
                answer_room=min(max_new_tokens, self._window - total),
            ),
            turns_dropped=len(exchanges) - kept,
        )

    def _text(self, turns: Sequence[Turn], beginning: str = "") -> str:
        marks = self._template.marks
        asked = self._template.prefix + render_turns(marks, self._neutraliser, turns) + marks.assistant_start
        return asked + marks.reply_lead + self._neutraliser.guard(beginning) if beginning else asked

    def _value(self, text: str, turns: Sequence[Turn], beginning: str) -> PromptValue:
        examples = [Turn(role, example) for role, example in self._template.examples]
        begun = [Turn(Role.ASSISTANT, beginning)] if beginning else []
        return prompt_value(text, self._template.system, [self._neutral(turn) for turn in [*examples, *turns, *begun]])

    def _tokens(self, turns: Sequence[Turn]) -> int:
        return sum(self.count(render_turn(self._template.marks, self._neutraliser, turn)) for turn in turns)

    def _newest_that_fit(self, exchanges: Sequence[Sequence[Turn]], room: int) -> int:
        kept = 0
        for exchange in reversed(exchanges):
            room -= self._tokens(exchange)
            if room < 0:
                break
            kept += 1
        return kept

    def _neutral(self, turn: Turn) -> Turn:
        # A server that takes messages tokenizes their content too: a special token in it would count as one.
        return Turn(turn.role, self._neutraliser.guard(turn.text))

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


def _exchanges(turns: Sequence[Turn]) -> list[list[Turn]]:
    """Questions with their answers. One whose answer has no text is left out: a transcript cannot show silence."""
    exchanges: list[list[Turn]] = []
    for turn in turns:
        if turn.role is Role.USER:
            exchanges.append([turn])
        elif exchanges and turn.text.strip():
            exchanges[-1].append(turn)
    return [exchange for exchange in exchanges if len(exchange) > 1]
