"""Whatever is done in whatever order, the stores in memory, on SQLite and on PostgreSQL give and keep the same."""

from collections.abc import Callable, Iterator
from typing import ClassVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from assistant.conversation import Conversation, MessageStatus, Shelf, TitleSource, branch
from assistant.errors import AssistantError
from assistant.ports import ConversationStore, NewTurn, RunOutcome
from assistant.search_query import SearchQuery
from storage.database import Database, open_database
from storage.migrate import migrate
from storage.store import SqlConversationStore
from storage.tables import Row
from tests.contract.samples import ANN, BOB, answer_again, at, first_turn, next_turn, share, snapshot
from tests.fakes.memory_store import MemoryConversationStore
from tests.postgres import PostgresServer

OWNERS = st.sampled_from([ANN, ANN, ANN, BOB])
PROCESSES = st.sampled_from(["process-1", "process-2"])
# How far back among the newest: few, so that they meet.
BACK = st.sampled_from([0, 0, 0, 1, 1, 2, 3])
ENDS = st.sampled_from([status for status in MessageStatus if status is not MessageStatus.STREAMING])


@pytest.fixture(autouse=True, scope="module")
def databases(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Made once and emptied after each example, since to make them takes longer than most of those."""
    urls = [f"sqlite:///{tmp_path_factory.mktemp('data')}/assistant.db", postgres.empty_database()]
    StoreTwins.databases = [open_database(url) for url in urls]
    for database in StoreTwins.databases:
        migrate(database)
    yield
    for database in StoreTwins.databases:
        database.close()


class StoreTwins(RuleBasedStateMachine):
    databases: ClassVar[list[Database]] = []

    def __init__(self) -> None:
        super().__init__()
        self.stores: list[ConversationStore] = [MemoryConversationStore(), *map(SqlConversationStore, self.databases)]
        self.number = 0
        self.conversations: list[int] = []
        self.runs: list[int] = []
        self.shares: list[int] = []
        self.turns: list[NewTurn] = []

    def teardown(self) -> None:
        try:
            self.look()
        finally:
            for database in self.databases:
                with database.write() as session:
                    for table in reversed(Row.metadata.sorted_tables):
                        session.execute(table.delete())

    def ask_all(self, ask: Callable[[ConversationStore], object]) -> None:
        answers = [told(ask, store) for store in self.stores]
        assert answers == answers[:1] * len(answers)

    def some(self, numbers: list[int], back: int) -> int:
        """One of the newest; a number that never was, where there are not so many."""
        return numbers[-1 - back] if back < len(numbers) else 404

    def tick(self) -> int:
        self.number += 1
        return self.number

    @rule(owner=OWNERS, process=PROCESSES, to_end=st.booleans())
    def begin(self, owner: str, process: str, to_end: bool) -> None:
        self.conversations.append(self.tick())
        self.begin_everywhere(first_turn(self.number, owner_id=owner, process_id=process))
        if to_end:
            self.end(0, MessageStatus.COMPLETE)

    @rule(owner=OWNERS, of=BACK, place=st.sampled_from(["leaf", "leaf", "first", "some"]), at_end=st.booleans())
    def go_on(self, owner: str, of: int, place: str, at_end: bool) -> None:
        conversation_id = f"c{self.some(self.conversations, of)}"
        leaf_id = next((c.leaf_id for c in listed(self.stores[0], owner) if c.id == conversation_id), None)
        parent_id = {"leaf": leaf_id, "first": None, "some": f"a{self.some(self.runs, of)}"}[place]
        changes = {"owner_id": owner, "parent_must_be_leaf": at_end}
        self.begin_everywhere(next_turn(self.tick(), conversation_id, parent_id, **changes))

    @rule(of=BACK, question=BACK, kind=st.sampled_from("qqqa"))
    def answer_once_more(self, of: int, question: int, kind: str) -> None:
        conversation_id = f"c{self.some(self.conversations, of)}"
        self.begin_everywhere(answer_again(self.tick(), f"{kind}{self.some(self.runs, question)}", conversation_id))

    def begin_everywhere(self, turn: NewTurn) -> None:
        self.runs.append(self.number)
        self.turns.append(turn)
        self.ask_all(lambda store: store.begin_turn(turn))

    @rule(back=BACK)
    def ask_again(self, back: int) -> None:
        if back < len(self.turns):
            self.ask_all(lambda store: store.begin_turn(self.turns[-1 - back]))

    @rule(back=BACK)
    def keep(self, back: int) -> None:
        now = self.tick()
        self.ask_all(lambda store: store.checkpoint(f"r{self.some(self.runs, back)}", f"Text {now}", at(now)))

    @rule(back=BACK, status=ENDS)
    def end(self, back: int, status: MessageStatus) -> None:
        now = self.tick()
        outcome = RunOutcome(status=status, text=f"Text {now}")
        self.ask_all(lambda store: store.finish(f"r{self.some(self.runs, back)}", outcome, at(now)))

    @rule(process=PROCESSES)
    def start_anew(self, process: str) -> None:
        now = at(self.tick())
        self.ask_all(lambda store: store.interrupt_lost_runs(process, now))

    @rule(backs=st.lists(BACK, max_size=3))
    def beat(self, backs: list[int]) -> None:
        now = at(self.tick())
        self.ask_all(lambda store: store.beat([f"r{self.some(self.runs, back)}" for back in backs], now))
        self.ask_all(lambda store: store.unfinished_runs())

    @rule(back=BACK)
    def ask_to_stop(self, back: int) -> None:
        now = at(self.tick())
        self.ask_all(lambda store: store.request_stop(f"r{self.some(self.runs, back)}", now))

    @rule(back=BACK, seen=st.booleans())
    def take_for_lost(self, back: int, seen: bool) -> None:
        run_id, now = f"r{self.some(self.runs, back)}", at(self.tick())
        last_beat = self.stores[0].unfinished_runs().get(run_id, now) if seen else at(0)
        self.ask_all(lambda store: store.interrupt(run_id, last_beat, now))

    @rule(owner=OWNERS, back=BACK)
    def look_at_a_run(self, owner: str, back: int) -> None:
        self.ask_all(lambda store: store.answer(owner, f"r{self.some(self.runs, back)}"))

    @rule(owner=OWNERS, of=BACK, leaf=BACK, kind=st.sampled_from("qa"))
    def show(self, owner: str, of: int, leaf: int, kind: str) -> None:
        conversation_id, leaf_id = f"c{self.some(self.conversations, of)}", f"{kind}{self.some(self.runs, leaf)}"
        self.ask_all(lambda store: store.select_leaf(owner, conversation_id, leaf_id))

    @rule(owner=OWNERS, of=BACK, pinned=st.booleans(), archived=st.booleans())
    def put_on_a_shelf(self, owner: str, of: int, pinned: bool, archived: bool) -> None:
        conversation_id = f"c{self.some(self.conversations, of)}"
        self.ask_all(lambda store: store.pin(owner, conversation_id, pinned))
        self.ask_all(lambda store: store.archive(owner, conversation_id, archived))

    @rule(owner=OWNERS, of=BACK, source=st.sampled_from([TitleSource.MODEL, TitleSource.PERSON]))
    def rename(self, owner: str, of: int, source: TitleSource) -> None:
        title = f"Title {self.tick()} by the {source}"
        self.ask_all(lambda store: store.rename(owner, f"c{self.some(self.conversations, of)}", title, source))

    @rule(owner=OWNERS, of=BACK, top=BACK, leaf=BACK, kind=st.sampled_from("qaa"))
    def delete_branch(self, owner: str, of: int, top: int, leaf: int, kind: str) -> None:
        conversation_id, now = f"c{self.some(self.conversations, of)}", at(self.tick())
        top_id, leaf_id = f"{kind}{self.some(self.runs, top)}", f"a{self.some(self.runs, leaf)}"
        self.ask_all(lambda store: store.delete_branch(owner, conversation_id, top_id, leaf_id, now))

    @rule(owner=OWNERS, of=BACK, top=BACK, kind=st.sampled_from("qaa"))
    def restore_branch(self, owner: str, of: int, top: int, kind: str) -> None:
        conversation_id, top_id = f"c{self.some(self.conversations, of)}", f"{kind}{self.some(self.runs, top)}"
        self.ask_all(lambda store: store.restore_branch(owner, conversation_id, top_id))

    @rule(owner=OWNERS, of=BACK)
    def delete(self, owner: str, of: int) -> None:
        now = at(self.tick())
        self.ask_all(lambda store: store.delete(owner, f"c{self.some(self.conversations, of)}", now))

    @rule(owner=OWNERS, of=BACK)
    def restore(self, owner: str, of: int) -> None:
        self.ask_all(lambda store: store.restore(owner, f"c{self.some(self.conversations, of)}"))

    @rule(age=st.integers(0, 10))
    def purge(self, age: int) -> None:
        self.ask_all(lambda store: store.purge_deleted(at(self.number - age)))

    @rule(owner=OWNERS, of=BACK)
    def share(self, owner: str, of: int) -> None:
        number = self.tick()
        made = share(number, f"c{self.some(self.conversations, of)}")
        self.shares.append(number)
        self.ask_all(lambda store: store.add_share(owner, made, f"{number:064}", snapshot(f"Shared {number}?")))

    @rule(owner=OWNERS, back=BACK)
    def revoke(self, owner: str, back: int) -> None:
        now = at(self.tick())
        self.ask_all(lambda store: store.revoke_share(owner, f"s{self.some(self.shares, back)}", now))

    @rule(back=BACK)
    def read_share(self, back: int) -> None:
        self.ask_all(lambda store: store.snapshot(f"{self.some(self.shares, back):064}"))

    @rule()
    def look(self) -> None:
        """Not after every step, where it would be most of the time that this takes."""
        for owner in (ANN, BOB):
            self.ask_all(lambda store, of=owner: shown(store, of))

    @invariant()
    def every_conversation_has_a_branch_to_show_and_one_answer_in_the_making_at_most(self) -> None:
        store = self.stores[0]
        for conversation in listed(store, ANN):
            messages = store.messages(ANN, conversation.id)
            assert branch(messages, conversation.leaf_id)
            assert [m.status for m in messages].count(MessageStatus.STREAMING) <= 1


def shown(store: ConversationStore, owner: str) -> list[object]:
    """All that an owner can see, and find."""
    found = (store.search(owner, SearchQuery(text=word), 200) for word in ("question", "text", "title"))
    return [
        *(
            (c, store.messages(owner, c.id), store.active_run(owner, c.id), store.shares(owner, c.id))
            for c in listed(store, owner)
        ),
        *((hit.conversation, hit.message_id, hit.role, hit.text, hit.when) for hits in found for hit in hits),
    ]


def listed(store: ConversationStore, owner: str) -> list[Conversation]:
    return [conversation for shelf in Shelf for conversation in store.conversations(owner, 100, shelf=shelf)]


def told(ask: Callable[[ConversationStore], object], store: ConversationStore) -> object:
    try:
        return ask(store)
    except AssistantError as error:
        return error.report()


TestStoreTwins = StoreTwins.TestCase
TestStoreTwins.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
