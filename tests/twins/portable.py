"""Conversations that are taken along, and brought back at any later time by whomever."""

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.twins.machine import BACK, OWNERS, PICKS, Pick, TwinMachine, needs


class PortableRules(TwinMachine):
    def __init__(self) -> None:
        super().__init__()
        self.files: list[bytes] = []

    @needs("conversations")
    @rule(pick=PICKS)
    def export(self, pick: Pick) -> None:
        owner, conversation_id, _ = self.picked(pick)
        exported = self.ask_all(lambda twin: twin.export(owner, conversation_id))
        if isinstance(exported, bytes):
            self.files.append(exported)

    @needs("files")
    @rule(owner=OWNERS, back=BACK, twice=st.booleans())
    def take_in(self, owner: str, back: int, twice: bool) -> None:
        for _ in range(1 + twice):
            self.ask_all(lambda twin: twin.take_in(owner, self.files[-1 - back % len(self.files)]))
