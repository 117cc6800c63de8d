"""A share as data: the frozen copy of what is public, and the record that its owner keeps of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from assistant.conversation import Attachment, GenerationOptions, MessageStatus, Provenance, Role, without_texts
from assistant.model_catalog import ModelCard, card_for
from assistant.prompt_choice import PromptChoice


def _public(provenance: Provenance) -> Provenance:
    # The id of another message would tell of what is not public.
    return without_texts(provenance).model_copy(update={"continued_from": None})


class SnapshotMessage(BaseModel):
    model_config = ConfigDict(frozen=True)

    role: Role
    text: str
    status: MessageStatus
    provenance: Annotated[Provenance, AfterValidator(_public)] | None = None
    """Whatever was kept, only this much of it is in a snapshot."""
    attachments: tuple[Attachment, ...] = ()
    made_at: datetime | None = None
    """None in snapshots from before it was kept."""


class SideMessage(SnapshotMessage):
    """Of a branch that is not the visible one."""

    follows: int | None
    """Place of the message before it, in the visible branch and then the side branches; None for a first question."""


class ModelNotice(BaseModel):
    """A model whose answers are shown, and its licence."""

    model_config = ConfigDict(frozen=True)

    model: str
    licence: str
    url: str
    """Both empty where the licence is not known."""

    @property
    def use_restrictions(self) -> bool:
        """Whoever passes the answers on has to pass them on too."""
        return "OpenRAIL" in self.licence


def notices_of(cards: Iterable[ModelCard]) -> tuple[ModelNotice, ...]:
    """One for each model, in the order in which they are met."""
    known = {card.name: card for card in cards}
    return tuple(ModelNotice(model=c.name, licence=c.licence.name, url=c.licence.url) for c in known.values())


class Snapshot(BaseModel):
    """What the page behind a link shows, and all that it can show: later turns are not in it."""

    model_config = ConfigDict(frozen=True)

    title: str
    shared_at: datetime
    messages: tuple[SnapshotMessage, ...]
    """The visible branch."""
    side: tuple[SideMessage, ...] = ()
    """Other branches, where they were included; each message after the one that it follows."""
    options: GenerationOptions | None = None
    prompt: PromptChoice | None = None
    """Settings and prompt of the conversation, where they were included."""
    redacted: bool = False
    """Whether something was replaced."""
    notices: Annotated[tuple[ModelNotice, ...], Field(min_length=1)]
    """Of every model that wrote something of what is shown."""
    app_version: str = ""

    @model_validator(mode="before")
    @classmethod
    def _with_all_notices(cls, kept: dict[str, Any]) -> dict[str, Any]:
        """Snapshots from before had that of one model alone, in fields of their own."""
        if "model_name" not in kept:
            return kept
        name, licence, url = kept["model_name"], kept["licence_name"], kept["licence_url"]
        made = [m["provenance"]["model"] for m in (*kept["messages"], *kept.get("side", ())) if m.get("provenance")]
        others = [notice for notice in notices_of(map(card_for, made)) if notice.model != name]
        return kept | {"notices": [ModelNotice(model=name, licence=licence, url=url), *others]}

    def shows_the_same_as(self, other: "Snapshot") -> bool:
        """But for the time."""
        return self == other.model_copy(update={"shared_at": self.shared_at})


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """The owner's record. The link's token is not in it: only its SHA-256 is kept, in storage."""

    id: str
    conversation_id: str
    title: str
    created_at: datetime
    revoked_at: datetime | None = None
    expires_at: datetime | None = None
    """None for never."""
    view_limit: int | None = None
    views: int = 0
    version: int = 1
    """One more with each update; `ShareVersion`s are the earlier ones."""
    has_passphrase: bool = False

    def is_open(self, now: datetime) -> bool:
        """The one rule of which links show something, as storage asks it too."""
        ended = self.revoked_at is not None or (self.expires_at is not None and self.expires_at <= now)
        return not ended and not self.is_used_up

    @property
    def is_used_up(self) -> bool:
        return self.view_limit is not None and self.views >= self.view_limit


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareKeys:
    """What opens and ends a share, as storage keeps it."""

    token_sha256: str
    deletion_sha256: str = ""
    """Of the deletion link's token; empty: there is none."""
    passphrase: str = ""
    """Hashed, as `assistant.passphrase` does; empty for none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenShare:
    """What a link leads to, without the text: small, since it is asked for with every view."""

    id: str
    version: int
    passphrase: str
    views_left: int | None
    secret: str
    """Known to the database alone: what is signed for a viewer is signed with it."""


@dataclass(frozen=True, slots=True)
class ShareVersion:
    """An earlier state of a share; only its owner sees it."""

    number: int
    made_at: datetime
