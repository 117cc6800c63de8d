"""Three stores that are asked the same by two people in two processes, and what has to be true of them.

A subclass brings what is done; here is what was done so far, and how all three are asked and compared.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition

from assistant.conversation import Conversation, MessageStatus, Role, Shelf, branch
from assistant.errors.root import AssistantError
from assistant.ports import ConversationStore
from assistant.search_query import SearchQuery
from storage.database import Database
from storage.store import SqlConversationStore
from storage.tables import Row
from tests.contract.samples import ANN, BOB, at
from tests.fakes.memory_store import MemoryConversationStore
from tests.twins.twin import PROCESSES, Twin

Rule = TypeVar("Rule", bound=Callable[..., Any])
OWNERS = st.sampled_from([ANN, ANN, ANN, BOB])
CLIENTS = st.sampled_from(PROCESSES)
# How far back among the newest: few, so that they meet.
BACK = st.sampled_from([0, 0, 0, 1, 1, 2, 3])
NEVER = "never"


@dataclass(frozen=True)
class Pick:
    """What is done something to; mostly by whose it is, and to a message that is in it."""

    conversation: int
    """Back from the newest, as is `message`."""
    message: int
    by_a_stranger: bool
    elsewhere: bool


PICKS = st.builds(
    Pick,
    conversation=BACK,
    message=BACK,
    by_a_stranger=st.sampled_from([False] * 9 + [True]),
    elsewhere=st.sampled_from([False] * 9 + [True]),
)


def needs(what: str) -> Callable[[Rule], Rule]:
    """Not before there are some of these."""
    return precondition(lambda self: bool(getattr(self, what)))


class TwinMachine(RuleBasedStateMachine):
    databases: ClassVar[list[Database]] = []

    def __init__(self) -> None:
        super().__init__()
        stores = [MemoryConversationStore(), *map(SqlConversationStore, self.databases)]
        self.twins = [Twin(store, self.now, self.new_id) for store in stores]
        self.loop = asyncio.Runner()
        self.steps = 0
        self.ids = 0
        self.owners: dict[str, str] = {}
        """Conversation → whose it is."""
        self.conversations: list[str] = []
        self.runs: list[str] = []
        self.homes: dict[str, str] = {}
        """Message → its conversation, in the order they were first seen."""
        self.ended: dict[str, tuple[MessageStatus, str]] = {}
        """Answer → how it ended, which nothing changes."""

    def teardown(self) -> None:
        try:
            self.all_stores_show_the_same()
        finally:
            self.loop.close()
            for database in self.databases:
                with database.write() as session:
                    for table in reversed(Row.metadata.sorted_tables):
                        session.execute(table.delete())

    # Asking

    def now(self) -> datetime:
        return at(self.steps)

    def new_id(self) -> str:
        """Later ones come before earlier ones: what is of one time must not lean on the order of its ids."""
        self.ids += 1
        return f"{9999 - self.steps:04}-{9 - self.ids}"

    def ask_all(self, ask: Callable[[Twin], object]) -> object:
        """Each at the same time and with the same new ids; their one answer, an error's report among them."""
        self.steps += 1
        answers = []
        for twin in self.twins:
            self.ids = 0
            answers.append(self.told(ask, twin))
        assert answers == answers[:1] * len(answers), answers
        return answers[0]

    def told(self, ask: Callable[[Twin], object], twin: Twin) -> object:
        try:
            answer = ask(twin)
            return self.loop.run(answer) if asyncio.iscoroutine(answer) else answer
        except AssistantError as error:
            return error.report()

    def some(self, known: Sequence[str], back: int) -> str:
        """One of the newest; one that never was, where there are none."""
        return known[-1 - back % len(known)] if known else NEVER

    def picked(self, pick: Pick) -> tuple[str, str, str]:
        """Owner, conversation, message."""
        conversation_id = self.some(self.conversations, pick.conversation)
        owner = self.owners.get(conversation_id, ANN)
        inside = [each for each in self.homes if self.homes[each] == conversation_id or pick.elsewhere]
        return (
            {ANN: BOB, BOB: ANN}[owner] if pick.by_a_stranger else owner,
            conversation_id,
            self.some(inside, pick.message),
        )

    def leaf(self, owner: str, conversation_id: str) -> str | None:
        return next((c.leaf_id for of, c in self.shown() if (of, c.id) == (owner, conversation_id)), None)

    def shown(self) -> list[tuple[str, Conversation]]:
        return [(owner, c) for owner in (ANN, BOB) for c in listed(self.twins[0].store, owner)]

    # What has to be true

    def all_stores_show_the_same(self) -> None:
        """Not after every step, where it would be most of the time that this takes."""
        for owner in (ANN, BOB):
            self.ask_all(lambda twin, of=owner: everything(twin.store, of))

    @invariant()
    def nobody_has_what_is_somebody_elses(self) -> None:
        for owner, conversation in self.shown():
            assert conversation.owner_id == self.owners.setdefault(conversation.id, owner) == owner
            if conversation.id not in self.conversations:
                self.conversations.append(conversation.id)

    @invariant()
    def every_tree_is_whole_and_has_a_branch_to_show(self) -> None:
        for owner, conversation in self.shown():
            messages = {m.id: m for m in self.twins[0].store.messages(owner, conversation.id)}
            assert branch(messages.values(), conversation.leaf_id)
            for message in messages.values():
                # A question may follow one that a fork or an import ended with; an answer never follows an answer.
                parent = messages[message.parent_id].role if message.parent_id else Role.ASSISTANT
                assert Role.USER in (message.role, parent)
                assert self.homes.setdefault(message.id, conversation.id) == conversation.id
                if message.provenance and (continued := message.provenance.continued_from):
                    assert self.homes.get(continued, conversation.id) == conversation.id

    @invariant()
    def an_answer_is_being_written_or_has_ended_for_good(self) -> None:
        store = self.twins[0].store
        for owner, conversation in self.shown():
            messages = store.messages(owner, conversation.id)
            run = store.active_run(owner, conversation.id)
            writing = [m.id for m in messages if m.status is MessageStatus.STREAMING]
            assert writing == ([run.answer_id] if run else [])
            for message in messages:
                if message.role is Role.ASSISTANT and message.id not in writing:
                    end = message.status, message.text
                    assert self.ended.setdefault(message.id, end) == end


def everything(store: ConversationStore, owner: str) -> list[object]:
    """All that an owner can see, and find."""
    found = (store.search(owner, SearchQuery(text=word), 200) for word in ("question", "text", "title"))
    return [
        store.agreed_to_export(owner),
        store.rated_turns(100),
        *(
            (c, store.messages(owner, c.id), store.active_run(owner, c.id), store.shares(owner, c.id))
            for c in listed(store, owner)
        ),
        *((hit.conversation, hit.message_id, hit.role, hit.text, hit.when) for hits in found for hit in hits),
    ]


def listed(store: ConversationStore, owner: str) -> list[Conversation]:
    return [conversation for shelf in Shelf for conversation in store.conversations(owner, 100, shelf=shelf)]
