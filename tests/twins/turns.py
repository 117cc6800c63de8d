"""What people do with questions, and what becomes of the answers, crashes included."""

from collections.abc import Callable

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from assistant.conversation import GenerationOptions, MessageStatus, Run
from tests.twins.machine import BACK, CLIENTS, NEVER, OWNERS, PICKS, Pick, TwinMachine, needs
from tests.twins.twin import Twin

OPTIONS = GenerationOptions(seed=1)
ENDS = st.sampled_from([status for status in MessageStatus if status is not MessageStatus.STREAMING])
REASONS = st.sampled_from(["stop", "length"])


class TurnRules(TwinMachine):
    def __init__(self) -> None:
        super().__init__()
        self.sent: list[tuple[str, Callable[[Twin], object]]] = []
        """By which client, and how it is sent once more."""
        self.views: dict[tuple[str, str], str | None] = {}
        """(client, conversation) → the newest message that the client has seen."""

    @initialize(owner=OWNERS)
    def answered(self, owner: str) -> None:
        self.begin("process-1", owner, True)

    @rule(client=CLIENTS, owner=OWNERS, to_end=st.booleans())
    def begin(self, client: str, owner: str, to_end: bool) -> None:
        self.send(client, owner, None, None, to_end=to_end)

    @needs("conversations")
    @rule(client=CLIENTS, pick=PICKS, to_end=st.booleans())
    def go_on(self, client: str, pick: Pick, to_end: bool) -> None:
        """From what this client has seen, which may be stale."""
        owner, conversation_id, _ = self.picked(pick)
        seen = self.views.get((client, conversation_id), self.leaf(owner, conversation_id))
        self.send(client, owner, conversation_id, seen, to_end=to_end)

    @needs("conversations")
    @rule(client=CLIENTS, pick=PICKS)
    def open(self, client: str, pick: Pick) -> None:
        owner, conversation_id, _ = self.picked(pick)
        self.ask_all(lambda twin: twin.opened(owner, conversation_id))
        self.views[client, conversation_id] = self.leaf(owner, conversation_id)

    def send(self, client: str, owner: str, conversation_id: str | None, seen: str | None, *, to_end: bool) -> None:
        text, request = f"Question of {self.steps}?", self.request()

        def ask(twin: Twin) -> object:
            return twin.chats[client].send(owner, conversation_id, text, expected_leaf_id=seen, **request)

        self.sent.append((client, ask))
        self.begins(client, ask, to_end=to_end)

    @needs("sent")
    @rule(back=BACK)
    def send_again(self, back: int) -> None:
        client, ask = self.sent[-1 - back % len(self.sent)]
        self.begins(client, ask)

    @needs("conversations")
    @rule(client=CLIENTS, pick=PICKS, to_end=st.booleans())
    def edit(self, client: str, pick: Pick, to_end: bool) -> None:
        asked, text = self.picked(pick), f"Question of {self.steps}?"
        request = self.request()
        self.begins(client, lambda twin: twin.chats[client].edit(*asked, text, **request), to_end=to_end)

    @needs("conversations")
    @rule(client=CLIENTS, pick=PICKS, to_end=st.booleans())
    def regenerate(self, client: str, pick: Pick, to_end: bool) -> None:
        asked, request = self.picked(pick), self.request()
        self.begins(client, lambda twin: twin.chats[client].regenerate(*asked, **request), to_end=to_end)

    @needs("conversations")
    @rule(client=CLIENTS, pick=PICKS, to_end=st.booleans())
    def go_on_with_an_answer(self, client: str, pick: Pick, to_end: bool) -> None:
        asked, request = self.picked(pick), self.request()
        self.begins(client, lambda twin: twin.chats[client].continue_answer(*asked, **request), to_end=to_end)

    def request(self) -> dict[str, object]:
        return {"client_request_id": f"request-{self.steps}", "options": OPTIONS}

    def begins(self, client: str, ask: Callable[[Twin], object], *, to_end: bool = False) -> None:
        run = self.ask_all(ask)
        if isinstance(run, Run):
            self.views[client, run.conversation_id] = run.answer_id
            if run.id not in self.runs:
                self.runs.append(run.id)
            if to_end:
                self.end(0, MessageStatus.COMPLETE, "length")

    # What becomes of it

    @needs("runs")
    @rule(back=BACK)
    def write(self, back: int) -> None:
        run_id = self.some(self.runs, back)
        self.ask_all(lambda twin: twin.runs.write(run_id, f"Text {self.steps} "))

    @needs("runs")
    @rule(back=BACK, status=ENDS, reason=REASONS)
    def end(self, back: int, status: MessageStatus, reason: str) -> None:
        run_id = self.some(self.runs, back)
        self.ask_all(lambda twin: twin.runs.end(run_id, status, f"Text {self.steps}.", reason))

    @needs("runs")
    @rule(client=CLIENTS, pick=PICKS)
    def stop(self, client: str, pick: Pick) -> None:
        owner, conversation_id, _ = self.picked(pick)
        self.ask_all(lambda twin: twin.chats[client].stop(owner, conversation_id))

    @needs("runs")
    @rule(back=BACK)
    def ask_another_process_to_stop(self, back: int) -> None:
        self.ask_all(lambda twin: twin.store.request_stop(self.some(self.runs, back), self.now()))

    @rule(backs=st.lists(BACK, max_size=3))
    def beat(self, backs: list[int]) -> None:
        runs = [self.some(self.runs, back) for back in backs]
        self.ask_all(lambda twin: twin.store.beat(runs, self.now()))

    @needs("runs")
    @rule(back=BACK, seen=st.booleans())
    def take_for_lost(self, back: int, seen: bool) -> None:
        run_id = self.some(self.runs, back)
        last_beat = self.twins[0].store.unfinished_runs().get(run_id) if seen else None
        self.ask_all(lambda twin: twin.store.interrupt(run_id, last_beat or self.now(), self.now()))

    @rule(client=CLIENTS)
    def crash_and_recover(self, client: str) -> None:
        """The other process is dead; this one has just started."""
        self.ask_all(lambda twin: twin.chats[client].begin())
        unfinished = self.ask_all(lambda twin: twin.store.unfinished_runs())
        for owner, conversation in self.shown():
            run = self.twins[0].store.active_run(owner, conversation.id)
            assert run is None or (run.process_id == client and run.id in unfinished)

    @needs("runs")
    @rule(owner=OWNERS, back=BACK)
    def look_at_a_run(self, owner: str, back: int) -> None:
        self.ask_all(lambda twin: twin.store.answer(owner, self.some(self.runs, back)))

    @rule(owner=OWNERS)
    def look_at_what_never_was(self, owner: str) -> None:
        self.ask_all(lambda twin: twin.opened(owner, NEVER))
