"""The words of the domain: conversations, their tree of messages, runs, and where an answer came from.

Plain immutable values; knows nothing of storage, prompts or pages.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from assistant.errors.app import NotFoundError
from assistant.errors.root import ErrorReport
from assistant.prompt_choice import OWN, SUITED_PROMPT, PromptChoice

_SEARCHED_CHARACTERS = 20_000
"""Of an attached file."""
_MOST_LEFT = 50


class Role(StrEnum):
    USER = "user"
    ASSISTANT = "assistant"


class MessageStatus(StrEnum):
    """`STREAMING` is the only status that changes; the others are final."""

    STREAMING = "streaming"
    COMPLETE = "complete"
    STOPPED = "stopped"
    INTERRUPTED = "interrupted"
    FAILED = "failed"


class GenerationOptions(BaseModel):
    """How an answer is sampled. The bounds here are the only ones: the page's controls are made from them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    temperature: float = Field(0.2, ge=0.0, le=2.0)
    """0 always takes the likeliest token."""
    top_p: float = Field(0.95, gt=0.0, le=1.0)
    """Nucleus: the smallest set of tokens with at least this probability."""
    top_k: int = Field(50, ge=0, le=200)
    """Only the k likeliest tokens; 0 for all."""
    repetition_penalty: float = Field(1.1, ge=1.0, le=2.0)
    """1 is no penalty."""
    max_new_tokens: int = Field(512, ge=1, le=4096)
    """Room kept for the answer, in tokens."""
    seed: int | None = Field(None, ge=0, le=2**31 - 1)
    """None draws a new one for every answer; the one that was drawn is kept with the answer."""


class Provenance(BaseModel):
    """Where an answer came from; kept with it for good."""

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())

    model: str
    model_revision: str
    prompt_id: str
    prompt_sha256: str
    """Of the template; empty where it is a person's own and has left without its words."""
    options: GenerationOptions
    """As used: the seed is never None here."""
    prompt_text_sha256: str | None = None
    """Of the whole prompt as text; None in answers from before it was kept."""
    turns_dropped: int
    """Exchanges left out of the prompt because they did not fit."""
    prompt_tokens: int
    completion_tokens: int | None
    """None when nobody could count them."""
    continued_from: str | None = None
    """The answer that this one goes on with; its text is the beginning of this one's."""
    finish_reason: str
    """"stop", "length", or how the run ended when the engine did not say."""
    first_token_seconds: float | None
    seconds: float


class Attachment(BaseModel):
    """A text file that was sent with a question."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    """The file's own name, without a path."""
    text: str


class Vote(StrEnum):
    UP = "up"
    DOWN = "down"


class Feedback(BaseModel):
    """What a person thinks of an answer; the newest word counts."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    vote: Vote
    reason: str = ""
    """One of the page's reasons, by its key; empty for none."""
    comment: str = ""
    given_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    id: str
    conversation_id: str
    parent_id: str | None
    """The message that this one answers or follows; None for a first question."""
    role: Role
    text: str
    """Exactly what was typed, or what was shown."""
    status: MessageStatus
    created_at: datetime
    error: ErrorReport | None = None
    provenance: Provenance | None = None
    attachments: tuple[Attachment, ...] = ()
    feedback: Feedback | None = None

    @property
    def findable(self) -> str:
        """What it is searched by: its text, then its files' names and how each of them begins."""
        files = (f"{file.name}\n{file.text[:_SEARCHED_CHARACTERS]}" for file in self.attachments)
        return "\n\n".join([self.text, *files])

    @property
    def is_cut_off(self) -> bool:
        """An answer that the model had not ended, with some text to go on from."""
        at_its_length = self.provenance is not None and self.provenance.finish_reason == "length"
        ended_early = self.status in (MessageStatus.STOPPED, MessageStatus.INTERRUPTED)
        cut_off = ended_early or (self.status is MessageStatus.COMPLETE and at_its_length)
        return self.role is Role.ASSISTANT and cut_off and bool(self.text.strip())


class TitleSource(StrEnum):
    """Who named a conversation; the later ones are never overwritten by the earlier."""

    QUESTION = "question"
    """The beginning of its first question."""
    MODEL = "model"
    PERSON = "person"


class Shelf(StrEnum):
    """Where a conversation is listed: on one of these, by `pinned` and `archived`."""

    PINNED = "pinned"
    MAIN = "main"
    ARCHIVED = "archived"


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    id: str
    owner_id: str
    title: str
    created_at: datetime
    updated_at: datetime
    leaf_id: str | None
    """The newest message of the branch that is shown."""
    options: GenerationOptions
    left_leaves: tuple[str, ...] = ()
    """Of branches that were shown before, the last first."""
    prompt: PromptChoice = SUITED_PROMPT
    origin: str | None = None
    """Where a copied conversation came from: "share", "fork", or an import's kind; None for one that was typed here."""
    title_source: TitleSource = TitleSource.QUESTION
    pinned: bool = False
    archived: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """The making of one answer. At most one per conversation is `STREAMING`."""

    id: str
    conversation_id: str
    owner_id: str
    answer_id: str
    client_request_id: str
    status: MessageStatus
    process_id: str
    """Names the process that makes the answer; another one's unfinished run is lost."""
    started_at: datetime


def remapped(provenance: Provenance | None, ids: Mapping[str, str]) -> Provenance | None:
    """Of a copied answer: `ids` are the copies' ids by the originals'. What was not copied is not named."""
    if provenance is None or provenance.continued_from is None:
        return provenance
    return provenance.model_copy(update={"continued_from": ids.get(provenance.continued_from)})


def without_texts(provenance: Provenance) -> Provenance:
    """As it may leave with redacted texts: by a hash of the texts themselves, a guess at what was taken out could be
    tried. That of a template is public; that of a person's own prompt is one of their words."""
    prompt_sha256 = "" if provenance.prompt_id == OWN else provenance.prompt_sha256
    return provenance.model_copy(update={"prompt_text_sha256": None, "prompt_sha256": prompt_sha256})


def branch(messages: Iterable[Message], leaf_id: str | None) -> list[Message]:
    """The messages from the first question down to `leaf_id`.

    Raises NotFoundError when the leaf, or a parent on the way, is not among `messages`.
    """
    by_id = {message.id: message for message in messages}
    path: list[Message] = []
    at = leaf_id
    while at is not None:
        if at not in by_id or len(path) > len(by_id):
            raise NotFoundError(kind="message")
        path.append(by_id[at])
        at = by_id[at].parent_id
    return path[::-1]


def find_message(messages: Iterable[Message], message_id: str) -> Message:
    """Raises NotFoundError."""
    for message in messages:
        if message.id == message_id:
            return message
    raise NotFoundError(kind="message")


def versions_of(messages: Iterable[Message]) -> dict[str, list[Message]]:
    """Message id → all versions of it, itself among them, oldest first; versions of each other share the list."""
    groups: dict[tuple[str | None, Role], list[Message]] = {}
    for message in sorted(messages, key=lambda m: (m.created_at, m.id)):
        groups.setdefault((message.parent_id, message.role), []).append(message)
    return {message.id: group for group in groups.values() for message in group}


def left_behind(left_leaves: Sequence[str], leaf_id: str | None, next_leaf_id: str) -> tuple[str, ...]:
    """What has been left when another branch is shown instead of that of `leaf_id`."""
    left = dict.fromkeys([leaf_id, *left_leaves])
    return tuple(each for each in left if each not in (None, next_leaf_id))[:_MOST_LEFT]


def last_leaf(messages: Sequence[Message], start_id: str, left_leaves: Iterable[str]) -> str:
    """The leaf of the branch through `start_id` that was left last, or the newest where none was."""
    for leaf_id in left_leaves:
        with suppress(NotFoundError):  # deleted
            if start_id in (message.id for message in branch(messages, leaf_id)):
                return newest_leaf(messages, leaf_id)
    return newest_leaf(messages, start_id)


def newest_leaf(messages: Iterable[Message], start_id: str) -> str:
    """The leaf that is reached from `start_id` by always taking the newest child."""
    newest_child: dict[str, Message] = {}
    for message in messages:
        if message.parent_id is not None:
            known = newest_child.get(message.parent_id)
            if known is None or (known.created_at, known.id) < (message.created_at, message.id):
                newest_child[message.parent_id] = message
    at = start_id
    while at in newest_child:
        at = newest_child[at].id
    return at
