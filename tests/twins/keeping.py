"""What people do with conversations and their branches."""

from collections.abc import Callable

from hypothesis import strategies as st
from hypothesis.stateful import rule

from assistant.conversation import TitleSource, Vote
from assistant.ports import ConversationStore
from tests.contract.samples import at, keys, share, snapshot
from tests.twins.machine import BACK, OWNERS, PICKS, Pick, TwinMachine, needs


class KeepingRules(TwinMachine):
    def __init__(self) -> None:
        super().__init__()
        self.shares: list[str] = []

    # Conversations

    @needs("conversations")
    @rule(pick=PICKS, pinned=st.booleans(), archived=st.booleans())
    def put_on_a_shelf(self, pick: Pick, pinned: bool, archived: bool) -> None:
        owner, conversation_id, _ = self.picked(pick)
        self.ask_all(lambda twin: twin.conversations.pin(owner, conversation_id, pinned))
        self.ask_all(lambda twin: twin.conversations.archive(owner, [conversation_id], archived))

    @needs("conversations")
    @rule(pick=PICKS, source=st.sampled_from([TitleSource.MODEL, TitleSource.PERSON]))
    def name(self, pick: Pick, source: TitleSource) -> None:
        owner, conversation_id, _ = self.picked(pick)
        title = f"Title {self.steps} by the {source}"
        self.ask_all(lambda twin: twin.store.rename(owner, conversation_id, title, source))

    @needs("conversations")
    @rule(pick=PICKS)
    def delete(self, pick: Pick) -> None:
        owner, conversation_id, _ = self.picked(pick)
        self.ask_all(lambda twin: twin.conversations.delete(owner, [conversation_id]))

    @needs("conversations")
    @rule(pick=PICKS)
    def undo(self, pick: Pick) -> None:
        owner, conversation_id, _ = self.picked(pick)
        self.ask_all(lambda twin: twin.conversations.restore(owner, [conversation_id]))

    # Branches

    @needs("conversations")
    @rule(pick=PICKS)
    def show(self, pick: Pick) -> None:
        owner, conversation_id, message_id = self.picked(pick)
        self.ask_all(lambda twin: twin.conversations.select_version(owner, conversation_id, message_id))

    @needs("conversations")
    @rule(pick=PICKS)
    def delete_branch(self, pick: Pick) -> None:
        owner, conversation_id, message_id = self.picked(pick)
        self.ask_all(lambda twin: twin.conversations.delete_branch(owner, conversation_id, message_id))

    @needs("conversations")
    @rule(pick=PICKS)
    def restore_branch(self, pick: Pick) -> None:
        owner, conversation_id, message_id = self.picked(pick)
        self.ask_all(lambda twin: twin.conversations.restore_branch(owner, conversation_id, message_id))

    @needs("conversations")
    @rule(pick=PICKS, twice=st.booleans())
    def fork(self, pick: Pick, twice: bool) -> None:
        owner, conversation_id, message_id = self.picked(pick)
        request = f"fork-{self.steps}"
        for _ in range(1 + twice):
            self.ask_all(
                lambda twin: twin.conversations.fork(owner, conversation_id, message_id, client_request_id=request)
            )

    # Ratings

    @needs("conversations")
    @rule(pick=PICKS, vote=st.sampled_from([*Vote, None]))
    def rate(self, pick: Pick, vote: Vote | None) -> None:
        answer = self.picked(pick)
        self.ask_all(
            lambda twin: twin.feedback.rate(*answer, vote, comment="So.") if vote else twin.feedback.take_back(*answer)
        )

    @rule(owner=OWNERS, agrees=st.booleans())
    def agree(self, owner: str, agrees: bool) -> None:
        self.ask_all(lambda twin: twin.feedback.set_agreement(owner, agrees))

    # Shares

    @needs("conversations")
    @rule(pick=PICKS)
    def share(self, pick: Pick) -> None:
        owner, conversation_id, _ = self.picked(pick)
        made = share(self.steps, conversation_id)
        self.shares.append(made.id)
        self.ask_all(
            lambda twin: twin.store.add_share(owner, made, keys(f"{made.id:0>64}"), snapshot(f"Of {made.id}?"))
        )

    @needs("shares")
    @rule(owner=OWNERS, back=BACK)
    def revoke(self, owner: str, back: int) -> None:
        self.ask_all(lambda twin: twin.store.revoke_share(owner, self.some(self.shares, back), self.now()))

    @needs("shares")
    @rule(back=BACK)
    def read_share(self, back: int) -> None:
        self.ask_all(lambda twin: twin.store.snapshot(f"{self.some(self.shares, back):0>64}"))

    @needs("shares")
    @rule(owner=OWNERS, back=BACK, how=st.sampled_from(["update", "expire", "count", "open", "end"]))
    def look_after_share(self, owner: str, back: int, how: str) -> None:
        share_id, now = self.some(self.shares, back), self.now()
        calls: dict[str, Callable[[ConversationStore], object]] = {
            "update": lambda store: store.update_share(owner, share_id, snapshot(f"At {now}?")),
            "expire": lambda store: store.set_share_expiry(owner, share_id, now),
            "count": lambda store: store.count_views(share_id, 1),
            "open": lambda store: store.open_share(f"{share_id:0>64}", now),
            "end": lambda store: store.revoke_share_by(keys(f"{share_id:0>64}").deletion_sha256, now),
        }
        self.ask_all(lambda twin: calls[how](twin.store))

    # What is really gone

    @rule(how=st.sampled_from(["purge"] * 4 + ["retention"] * 4 + ["everything"]), age=st.integers(0, 20), owner=OWNERS)
    def really_delete(self, how: str, age: int, owner: str) -> None:
        if how == "purge":
            self.ask_all(lambda twin: twin.store.purge_deleted(at(self.steps - age)))
        elif how == "retention":
            self.ask_all(lambda twin: twin.store.delete_unchanged(at(self.steps - 2 * age), 1 + age % 3))
        else:
            self.ask_all(lambda twin: twin.conversations.delete_everything(owner))
            assert owner not in {of for of, _ in self.shown()}
        # An import may bring it back as it was at another time.
        self.ended.clear()
