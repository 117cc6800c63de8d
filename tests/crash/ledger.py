"""What people were told is done, and what the database has to hold because of it. Knows nothing of processes."""

from collections import defaultdict
from dataclasses import dataclass, field

from assistant.conversation import MessageStatus
from tests.crash.contents import Contents
from tests.crash.records import (
    Asked,
    Asking,
    Broken,
    Changed,
    Changing,
    Copied,
    Ended,
    Handed,
    Importing,
    Kept,
    Record,
    Refused,
    Shared,
    Shown,
)

# "At most one second of streamed text is lost, as long as the database takes a text within half a second."
LOST_SECONDS = 1.0
WRITE_SECONDS = 0.5
_UNKNOWN = object()


@dataclass
class Ledger:
    asking: dict[str, Asking] = field(default_factory=dict)
    """By request, as all that follows but what says otherwise."""
    asked: dict[str, Asked] = field(default_factory=dict)
    open_calls: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    """How many of a request's calls have not come back: one that is sent twice may be refused, and then taken."""
    shown: dict[str, list[tuple[float, str]]] = field(default_factory=lambda: defaultdict(list))
    """Answer → when it was shown, and what; of this life alone."""
    handed: dict[str, float] = field(default_factory=dict)
    """Run → when the database was given a text of it that it has not kept yet; of this life alone."""
    slow: dict[str, float] = field(default_factory=dict)
    """Run → until when the database was at a text of it for too long; of this life alone."""
    ended: dict[str, tuple[MessageStatus, str]] = field(default_factory=dict)
    """Answer → its end, which nothing changes any more."""
    values: dict[tuple[str, str], list[object]] = field(default_factory=dict)
    """(conversation or share, what) → the values that may be there: one, but for a change that was cut off."""
    shares: dict[str, Shared] = field(default_factory=dict)
    importing: list[Importing] = field(default_factory=list)
    """Of this life."""
    copied: dict[str, Copied] = field(default_factory=dict)
    """By conversation."""
    wrong: list[str] = field(default_factory=list)
    slow_writes: int = 0
    """How often the database was at a text for so long that it got older than what may be lost."""
    longest_loss: float = 0.0
    """Seconds: the oldest text that was shown and not kept, by its age when the process died."""

    def keep(self, record: Record, now: float) -> None:
        """`now`: when it came, in seconds."""
        match record:
            case Asking():
                self.asking[record.request] = record
                self.open_calls[record.request] += 1
                if record.conversation_id is not None:
                    self.values[record.conversation_id, "leaf"] = [_UNKNOWN]
            case Asked():
                self._keep_asked(record)
            case Refused():
                self.open_calls[record.request] -= 1
            case Shown():
                self._keep_shown(record, now)
            case Handed() | Kept():
                self._keep_written(record, now)
            case Ended():
                self._keep_ended(record)
            case Changing():
                value = _UNKNOWN if record.value is None else record.value
                self.values.setdefault((record.target, record.what), [_UNKNOWN]).append(value)
            case Changed():
                self.values[record.target, record.what] = [record.value]
            case Shared():
                self.shares[record.share_id] = record
                self.values[record.share_id, "revoked"] = [False]
            case Importing() | Copied():
                self._keep_copied(record)
            case Broken():
                self.wrong.append(record.traceback)

    def unanswered(self) -> list[Asking]:
        return [asking for request, asking in self.asking.items() if self._is_open(request)]

    @property
    def refused(self) -> int:
        return sum(request not in self.asked and not self._is_open(request) for request in self.asking)

    def check(self, contents: Contents, killed_at: float) -> list[str]:
        """What is not as it was promised. What was cut off is, from now on, as it is found."""
        self._check_requests(contents)
        self._check_answers(contents, killed_at)
        self._check_values(contents)
        self._check_shares(contents)
        self._check_copies(contents)
        wrong, self.wrong = self.wrong, []
        return wrong

    # While it lives

    def _keep_asked(self, asked: Asked) -> None:
        before = self.asked.setdefault(asked.request, asked)
        self._must(before == asked, f"request {asked.request} has two runs: {before}, {asked}")
        if self.asking[asked.request].conversation_id is None:
            self.values.setdefault((asked.conversation_id, "deleted"), [False])
        self.values[asked.conversation_id, "leaf"] = [asked.answer_id]

    def _keep_shown(self, shown: Shown, now: float) -> None:
        texts = self.shown[shown.answer_id]
        self._must(not texts or shown.text.startswith(texts[-1][1]), f"answer {shown.answer_id} took back its text")
        texts.append((now, shown.text))

    def _keep_written(self, record: Handed | Kept, now: float) -> None:
        if isinstance(record, Handed):
            self.handed[record.run_id] = now
            return
        if now - self.handed.pop(record.run_id) > WRITE_SECONDS:
            self.slow[record.run_id] = now

    def _keep_copied(self, record: Importing | Copied) -> None:
        if isinstance(record, Importing):
            self.importing.append(record)
        else:
            self.copied[record.conversation_id] = record
            self.values.setdefault((record.conversation_id, "deleted"), [False])

    def _keep_ended(self, ended: Ended) -> None:
        end = ended.status, ended.text
        self._must(self.ended.setdefault(ended.answer_id, end) == end, f"answer {ended.answer_id} ended twice")
        texts = self.shown.pop(ended.answer_id, [])
        kept = not texts or ended.text.startswith(texts[-1][1])
        self._must(kept, f"answer {ended.answer_id} lost text at its end as {ended.status}")

    # After it died

    def _check_requests(self, contents: Contents) -> None:
        followed: dict[tuple[str, str], str] = {}
        for request, asking in self.asking.items():
            asked, found = (
                self.asked.get(request),
                contents.questions.get((asking.conversation_id, asking.text or ""), []),
            )
            if asked is None:
                self._must(len(found) <= self._is_open(request), f"refused or asked twice, and kept: {asking}")
                continue
            answer = contents.messages.get(asked.answer_id)
            self._must(contents.requests.get((asking.owner, request)) == [asked.run_id], f"not one run: {asked}")
            self._must(answer is not None, f"acknowledged, and gone: {asked}")
            if asking.text is not None and answer is not None:
                self._must(found == [answer.parent_id], f"the question is there {len(found)} times: {asking}")
            if asking.how == "send" and asking.at is not None:
                at = asking.conversation_id or "", asking.at
                self._must(at not in followed, f"a stale tab was let in: {asking}")
                followed[at] = request

    def _check_answers(self, contents: Contents, killed_at: float) -> None:
        runs = {asked.answer_id: asked.run_id for asked in self.asked.values()}
        for answer_id, texts in self.shown.items():
            kept = contents.messages[answer_id].text if answer_id in contents.messages else ""
            lost = [(killed_at - at, text) for at, text in texts if not kept.startswith(text)]
            if lost:
                self._must(texts[-1][1].startswith(kept), f"answer {answer_id} has text that was never said")
                self.longest_loss = max(self.longest_loss, lost[0][0])
            late = [age for age, _ in lost if age > LOST_SECONDS]
            if late and self._was_slow(runs[answer_id], killed_at, killed_at - late[-1]):
                self.slow_writes += 1
            elif late:
                self._must(False, f"answer {answer_id} lost text of {late[0]:.3f} s")
        for of_this_life in (self.shown, self.handed, self.slow):
            of_this_life.clear()
        for answer_id, end in self.ended.items():
            answer = contents.messages.get(answer_id)
            same = answer is not None and (answer.status, answer.text) == end
            self._must(same, f"answer {answer_id} ended as {end[0]} and is now {answer and answer.status}")
        for asked in self.asked.values():
            if answer := contents.messages.get(asked.answer_id):
                self.ended.setdefault(answer.id, (MessageStatus(answer.status), answer.text))

    def _was_slow(self, run_id: str, killed_at: float, shown_at: float) -> bool:
        """Whether the database has been at a text for too long since then: at this one, or at an earlier one."""
        is_slow = killed_at - self.handed.get(run_id, killed_at) > WRITE_SECONDS
        return is_slow or self.slow.get(run_id, 0.0) > shown_at

    def _check_values(self, contents: Contents) -> None:
        for (target, what), allowed in self.values.items():
            value = contents.value(target, what)
            known = _UNKNOWN in allowed or value in allowed
            self._must(known, f"{what} of {target} is {value!r}, not one of {allowed}")
            self.values[target, what] = [value]

    def _check_shares(self, contents: Contents) -> None:
        for share_id, share in self.shares.items():
            gone = contents.value(share_id, "revoked") or contents.value(share.conversation_id, "deleted")
            expected = None if gone else share.snapshot
            read = contents.snapshot(share.token_sha256)
            self._must(read == expected, f"share {share_id} reads {read!r:.80}, not {expected!r:.80}")

    def _check_copies(self, contents: Contents) -> None:
        for importing in self.importing:
            there = {each for each in importing.conversation_ids if contents.value(each, "deleted") is False}
            whole = not there or there == set(importing.conversation_ids)
            self._must(whole, f"{len(there)} of an import are there: {importing}")
        self.importing.clear()
        for copied in self.copied.values():
            kept = {each: contents.messages[each].text for each in copied.texts if each in contents.messages}
            self._must(kept == copied.texts, f"a copy is not whole: {copied.conversation_id}")

    def _is_open(self, request: str) -> bool:
        """Nobody was told whether it was taken."""
        return request not in self.asked and self.open_calls[request] > 0

    def _must(self, held: bool, otherwise: str) -> None:
        if not held:
            self.wrong.append(otherwise)
