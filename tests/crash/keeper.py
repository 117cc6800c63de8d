"""What somebody does with conversations and branches that they have: fork, prune, rate, import, and who names them."""

import asyncio
import json
import random
import tempfile
from collections.abc import Callable
from uuid import uuid4

from assistant.conversation import Role, TitleSource, Vote
from assistant.derived_id import derived_id
from assistant.errors.app import ConversationBusyError, NotFoundError
from assistant.portable.imported import Source
from assistant.portable.portability import Form
from tests.crash.records import Changed, Changing, Copied, Importing, Record, What
from tests.crash.services import Services


class Keeper:
    def __init__(self, services: Services, owner: str, chance: random.Random, tell: Callable[[Record], None]) -> None:
        self._services = services
        self._owner = owner
        self._chance = chance
        self._tell = tell
        self._pruned: list[tuple[str, list[str]]] = []
        """Conversation, and what was hidden together, its top first."""

    async def fork(self, conversation_id: str) -> None:
        shown = (await self._services.conversations.open(self._owner, conversation_id)).messages
        fork_id = await self._services.conversations.fork(
            self._owner, conversation_id, self._chance.choice(shown).id, client_request_id=uuid4().hex
        )
        await self._tell_copied(fork_id)

    async def import_some(self, conversation_id: str) -> None:
        """Copies of a conversation, as a file of several that were kept elsewhere."""
        exported = await self._services.portability.export(self._owner, conversation_id, Form.JSON)
        copies = [json.loads(exported.content) | {"id": uuid4().hex} for _ in range(self._chance.randrange(2, 6))]
        ids = [derived_id(self._owner, Source.OWN, copy["id"]) for copy in copies]
        self._tell(Importing(conversation_ids=ids))
        with tempfile.TemporaryFile() as file:
            file.write("\n".join(map(json.dumps, copies)).encode())
            file.flush()
            await self._services.portability.import_file(self._owner, file)
        for each in ids:
            await self._tell_copied(each)

    async def prune(self, conversation_id: str) -> None:
        view = await self._services.conversations.open(self._owner, conversation_id)
        several = [version for version, versions in view.versions.items() if len(versions) > 1]
        if not several:
            return
        top = self._chance.choice(several)
        branch = await self._branch(conversation_id, top)
        self._try_to_hide(conversation_id, branch, True)
        try:
            await self._services.conversations.delete_branch(self._owner, conversation_id, top)
        except ConversationBusyError:
            await self._tell_hidden(conversation_id, branch, False)
            return
        self._pruned.append((conversation_id, branch))
        await self._tell_hidden(conversation_id, branch, True)

    async def bring_back(self, _: str) -> None:
        if not self._pruned:
            return
        conversation_id, branch = self._pruned.pop(self._chance.randrange(len(self._pruned)))
        self._try_to_hide(conversation_id, branch, False)
        try:
            await self._services.conversations.restore_branch(self._owner, conversation_id, branch[0])
        except NotFoundError:
            # What it hung on was pruned too, or all of it deleted.
            for each in branch:
                self._tell(Changed(target=each, what="hidden", value=True))
            return
        await self._tell_hidden(conversation_id, branch, False)

    async def rate(self, conversation_id: str) -> None:
        shown = (await self._services.conversations.open(self._owner, conversation_id)).messages
        answer = self._chance.choice([message for message in shown if message.role is Role.ASSISTANT] or [None])
        if answer is None:
            return
        vote = self._chance.choice([*Vote, None])
        comment = uuid4().hex if vote else ""
        feedback, rated = self._services.feedback, (self._owner, conversation_id, answer.id)
        self._tell(Changing(target=answer.id, what="comment", value=comment))
        await (feedback.rate(*rated, vote, comment=comment) if vote else feedback.take_back(*rated))
        self._tell(Changed(target=answer.id, what="comment", value=comment))

    async def name_by_model(self, conversation_id: str, *, named_by_person: bool) -> None:
        """As the model does in its quiet moments. A person's name stays: then nothing is told to change."""
        title = f"Made {uuid4().hex}"
        if not named_by_person:
            self._tell(Changing(target=conversation_id, what="title", value=title))
        store = self._services.store
        await asyncio.to_thread(store.rename, self._owner, conversation_id, title, TitleSource.MODEL)
        if not named_by_person:
            named = await asyncio.to_thread(store.conversation, self._owner, conversation_id)
            self._tell(Changed(target=conversation_id, what="title", value=named.title))

    async def _branch(self, conversation_id: str, top: str) -> list[str]:
        """A message and all that is seen to follow it."""
        messages = await asyncio.to_thread(self._services.store.messages, self._owner, conversation_id)
        branch = [top]
        for parent in branch:
            branch += [message.id for message in messages if message.parent_id == parent]
        return branch

    def _try_to_hide(self, conversation_id: str, branch: list[str], hidden: bool) -> None:
        self._tell(Changing(target=conversation_id, what="leaf", value=None))
        for each in branch:
            self._tell(Changing(target=each, what="hidden", value=hidden))

    async def _tell_hidden(self, conversation_id: str, branch: list[str], hidden: bool) -> None:
        what: What = "hidden"
        for each in branch:
            self._tell(Changed(target=each, what=what, value=hidden))

    async def _tell_copied(self, conversation_id: str) -> None:
        messages = await asyncio.to_thread(self._services.store.messages, self._owner, conversation_id)
        self._tell(Copied(conversation_id=conversation_id, texts={message.id: message.text for message in messages}))
