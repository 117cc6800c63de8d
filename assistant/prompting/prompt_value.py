"""One prompt in both shapes that engines take: a text to go on with, or messages."""

from collections.abc import Sequence

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage
from langchain_core.prompt_values import PromptValue

from assistant.conversation import Role
from assistant.prompting.transcript import Turn


class TranscriptPromptValue(PromptValue):
    text: str
    system: str
    turns: list[tuple[Role, str]]

    def to_string(self) -> str:
        return self.text

    def to_messages(self) -> list[BaseMessage]:
        kinds: dict[Role, type[HumanMessage] | type[AIMessage]] = {Role.USER: HumanMessage, Role.ASSISTANT: AIMessage}
        return [SystemMessage(self.system), *(kinds[role](text) for role, text in self.turns)]


def prompt_value(text: str, system: str, turns: Sequence[Turn]) -> TranscriptPromptValue:
    return TranscriptPromptValue(text=text, system=system, turns=[(turn.role, turn.text) for turn in turns])
