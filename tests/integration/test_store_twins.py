"""Whatever is done in whatever order, the store in memory and the one on SQLite give and keep the same."""

import tempfile
from collections.abc import Callable
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from assistant.conversation import MessageStatus, branch
from assistant.errors import AssistantError
from assistant.ports import ConversationStore, NewTurn, RunOutcome
from storage.database import open_database
from storage.migrate import migrate
from storage.store import SqlConversationStore
from tests.contract.samples import ANN, BOB, answer_again, at, first_turn, next_turn, share, snapshot
from tests.fakes.memory_store import MemoryConversationStore

OWNERS = st.sampled_from([ANN, ANN, ANN, BOB])
PROCESSES = st.sampled_from(["process-1", "process-2"])
# How far back among the newest: few, so that they meet.
BACK = st.sampled_from([0, 0, 0, 1, 1, 2, 3])
ENDS = st.sampled_from([status for status in MessageStatus if status is not MessageStatus.STREAMING])


class StoreTwins(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.database = open_database(f"sqlite:///{Path(self.folder.name)}/assistant.db")
        migrate(self.database)
        self.twins: list[ConversationStore] = [MemoryConversationStore(), SqlConversationStore(self.database)]
        self.number = 0
        self.conversations: list[int] = []
        self.runs: list[int] = []
        self.shares: list[int] = []
        self.turns: list[NewTurn] = []

    def teardown(self) -> None:
        try:
            self.look()
        finally:
            self.database.close()
            self.folder.cleanup()

    def both(self, ask: Callable[[ConversationStore], object]) -> None:
        one, other = (told(ask, store) for store in self.twins)
        assert one == other

    def some(self, numbers: list[int], back: int) -> int:
        """One of the newest; a number that never was, where there are not so many."""
        return numbers[-1 - back] if back < len(numbers) else 404

    def tick(self) -> int:
        self.number += 1
        return self.number

    @rule(owner=OWNERS, process=PROCESSES, to_end=st.booleans())
    def begin(self, owner: str, process: str, to_end: bool) -> None:
        self.conversations.append(self.tick())
        self.begin_both(first_turn(self.number, owner_id=owner, process_id=process))
        if to_end:
            self.end(0, MessageStatus.COMPLETE)

    @rule(owner=OWNERS, of=BACK, place=st.sampled_from(["leaf", "leaf", "first", "some"]), at_end=st.booleans())
    def go_on(self, owner: str, of: int, place: str, at_end: bool) -> None:
        conversation_id = f"c{self.some(self.conversations, of)}"
        leaf_id = next((c.leaf_id for c in self.twins[0].conversations(owner, 100) if c.id == conversation_id), None)
        parent_id = {"leaf": leaf_id, "first": None, "some": f"a{self.some(self.runs, of)}"}[place]
        changes = {"owner_id": owner, "parent_must_be_leaf": at_end}
        self.begin_both(next_turn(self.tick(), conversation_id, parent_id, **changes))

    @rule(of=BACK, question=BACK, kind=st.sampled_from("qqqa"))
    def answer_once_more(self, of: int, question: int, kind: str) -> None:
        conversation_id = f"c{self.some(self.conversations, of)}"
        self.begin_both(answer_again(self.tick(), f"{kind}{self.some(self.runs, question)}", conversation_id))

    def begin_both(self, turn: NewTurn) -> None:
        self.runs.append(self.number)
        self.turns.append(turn)
        self.both(lambda store: store.begin_turn(turn))

    @rule(back=BACK)
    def ask_again(self, back: int) -> None:
        if back < len(self.turns):
            self.both(lambda store: store.begin_turn(self.turns[-1 - back]))

    @rule(back=BACK)
    def keep(self, back: int) -> None:
        now = self.tick()
        self.both(lambda store: store.checkpoint(f"r{self.some(self.runs, back)}", f"Text {now}", at(now)))

    @rule(back=BACK, status=ENDS)
    def end(self, back: int, status: MessageStatus) -> None:
        now = self.tick()
        outcome = RunOutcome(status=status, text=f"Text {now}")
        self.both(lambda store: store.finish(f"r{self.some(self.runs, back)}", outcome, at(now)))

    @rule(process=PROCESSES)
    def start_anew(self, process: str) -> None:
        now = at(self.tick())
        self.both(lambda store: store.interrupt_lost_runs(process, now))

    @rule(owner=OWNERS, of=BACK, leaf=BACK, kind=st.sampled_from("qa"))
    def show(self, owner: str, of: int, leaf: int, kind: str) -> None:
        conversation_id, leaf_id = f"c{self.some(self.conversations, of)}", f"{kind}{self.some(self.runs, leaf)}"
        self.both(lambda store: store.select_leaf(owner, conversation_id, leaf_id))

    @rule(owner=OWNERS, of=BACK)
    def delete(self, owner: str, of: int) -> None:
        now = at(self.tick())
        self.both(lambda store: store.delete(owner, f"c{self.some(self.conversations, of)}", now))

    @rule(owner=OWNERS, of=BACK)
    def restore(self, owner: str, of: int) -> None:
        self.both(lambda store: store.restore(owner, f"c{self.some(self.conversations, of)}"))

    @rule(age=st.integers(0, 10))
    def purge(self, age: int) -> None:
        self.both(lambda store: store.purge_deleted(at(self.number - age)))

    @rule(owner=OWNERS, of=BACK)
    def share(self, owner: str, of: int) -> None:
        number = self.tick()
        made = share(number, f"c{self.some(self.conversations, of)}")
        self.shares.append(number)
        self.both(lambda store: store.add_share(owner, made, f"{number:064}", snapshot(f"Shared {number}?")))

    @rule(owner=OWNERS, back=BACK)
    def revoke(self, owner: str, back: int) -> None:
        now = at(self.tick())
        self.both(lambda store: store.revoke_share(owner, f"s{self.some(self.shares, back)}", now))

    @rule(back=BACK)
    def read_share(self, back: int) -> None:
        self.both(lambda store: store.snapshot(f"{self.some(self.shares, back):064}"))

    @rule()
    def look(self) -> None:
        """Not after every step, where it would be most of the time that this takes."""
        for owner in (ANN, BOB):
            self.both(lambda store, of=owner: shown(store, of))

    @invariant()
    def every_conversation_has_a_branch_to_show_and_one_answer_in_the_making_at_most(self) -> None:
        store = self.twins[0]
        for conversation in store.conversations(ANN, 100):
            messages = store.messages(ANN, conversation.id)
            assert branch(messages, conversation.leaf_id)
            assert [m.status for m in messages].count(MessageStatus.STREAMING) <= 1


def shown(store: ConversationStore, owner: str) -> list[object]:
    """All that an owner can see."""
    return [
        (c, store.messages(owner, c.id), store.active_run(owner, c.id), store.shares(owner, c.id))
        for c in store.conversations(owner, 100)
    ]


def told(ask: Callable[[ConversationStore], object], store: ConversationStore) -> object:
    try:
        return ask(store)
    except AssistantError as error:
        return error.report()


TestStoreTwins = StoreTwins.TestCase
TestStoreTwins.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
