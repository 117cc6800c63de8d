"""An answer made once more exactly as it was made, to see whether it comes out the same."""

import asyncio

from assistant.chat_service import ChatService
from assistant.conversation import Provenance, Run, find_message
from assistant.engine import Engine
from assistant.errors.app import NotFoundError
from assistant.errors.engine import EngineUnavailableError
from assistant.errors.input import PromptGoneError
from assistant.made_with import choice_made_with
from assistant.ports import ConversationStore
from assistant.prompt_choice import PromptChoice


class Repeating:
    def __init__(self, chat: ChatService, store: ConversationStore, engine: Engine) -> None:
        self._chat = chat
        self._store = store
        self._engine = engine

    async def again(self, owner_id: str, conversation_id: str, answer_id: str, *, client_request_id: str) -> Run:
        """With the prompt, the options and the seed of the answer: a version beside it; the conversation's own settings
        stay as they are.

        Raises as `ChatService.regenerate` does, NotFoundError for a message that no engine made, PromptGoneError,
        EngineUnavailableError.
        """
        made = await asyncio.to_thread(self._made, owner_id, conversation_id, answer_id)
        prompt = await self._prompt(owner_id, conversation_id, made)
        again = self._chat.continue_answer if made.continued_from else self._chat.regenerate
        return await again(
            owner_id,
            conversation_id,
            made.continued_from or answer_id,
            client_request_id=client_request_id,
            options=made.options,
            prompt=prompt,
        )

    def _made(self, owner_id: str, conversation_id: str, answer_id: str) -> Provenance:
        answer = find_message(self._store.messages(owner_id, conversation_id), answer_id)
        if answer.provenance is None:
            raise NotFoundError(kind="message")
        return answer.provenance

    async def _prompt(self, owner_id: str, conversation_id: str, made: Provenance) -> PromptChoice:
        ready = self._engine.if_ready
        if ready is None:
            raise EngineUnavailableError(fault="is not loaded yet")
        prompt = await asyncio.to_thread(choice_made_with, self._store, ready, owner_id, conversation_id, made)
        if prompt is None:
            raise PromptGoneError(prompt=made.prompt_id)
        return prompt
