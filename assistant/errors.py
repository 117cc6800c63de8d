"""The one tree of errors that the assistant raises on purpose.

Each error has a stable `code`, carries its facts as data and says whether trying the same thing again can help.
The words that a person reads are made elsewhere: `assistant.wording` holds the one mapping.

    AssistantError
    ├── SettingsError            a setting is wrong; the start stops
    ├── NoIdentityError          the browser keeps no cookie, so nothing can be kept for it
    │   ├── SignedOutError       its cookie was revoked
    │   └── SignInRequiredError  only those who sign in are served here
    ├── SignInError              nobody was signed in
    │   ├── SignInDeniedError
    │   ├── SignInStaleError
    │   ├── SignInNotAllowedError
    │   └── SignInFailedError
    ├── NotFoundError            unknown, deleted, or somebody else's: never told apart
    ├── InputError               what was sent cannot be accepted as it is
    │   ├── BlankMessageError
    │   ├── MessageTooLongError
    │   │   └── AttachmentsTooLongError
    │   ├── AttachmentError      a file cannot be sent with a question
    │   │   ├── AttachmentNotTextError
    │   │   ├── AttachmentTooLargeError
    │   │   └── TooManyAttachmentsError
    │   ├── NotContinuableError
    │   ├── NoRoomToContinueError
    │   ├── LastVersionError
    │   ├── InvalidOptionError
    │   ├── BlankPromptError
    │   ├── PromptTextTooLongError
    │   ├── PresetNameTakenError
    │   ├── TooManyPresetsError
    │   ├── PromptNeedsTextError     the engine cannot be prompted so
    │   ├── NoChatTemplateError
    │   ├── UnknownPromptError
    │   ├── PromptGoneError
    │   ├── PassphraseError      a share asks for a pass-phrase, and this is not it
    │   ├── BrokenFileError      a file of conversations cannot be imported
    │   ├── FileTooLargeError
    │   └── UnsupportedOptionError
    ├── LicenceNotAcceptedError  the model's use restrictions have to be accepted first
    ├── LimitError               more than one person, or one address, may; later it goes again
    │   ├── TooManyTurnsError
    │   ├── TooManyTokensError
    │   ├── TooManyAnswersError
    │   ├── TooManySharesError
    │   ├── TooManyMissesError
    │   └── TooManySignInsError
    ├── ConflictError            the conversation is not where the sender thought
    │   ├── ConversationBusyError
    │   ├── ConversationMovedError
    │   ├── ShareChangedError
    │   └── ShareDraftChangedError
    ├── PromptError              a prompt template cannot be loaded or used
    │   └── PromptTooLongError
    ├── ExportError              the operator's export cannot be written
    ├── StorageError             the database cannot be read or written
    ├── BackupError              no copy of the database was made, or none can be put back
    └── EngineError              the model cannot answer
        ├── EngineLoadError
        ├── EngineUnavailableError
        │   ├── EngineBusyError
        │   └── DrainingError
        ├── EngineTimeoutError
        ├── EngineAccessError
        ├── EngineRefusedError
        ├── EngineProtocolError
        └── EmptyAnswerError
"""

from dataclasses import dataclass, field
from typing import ClassVar

Fact = str | int | float | None


@dataclass(frozen=True, slots=True)
class ErrorReport:
    """An error as data: what is kept with a failed answer and turned into words for a person."""

    code: str
    retryable: bool
    facts: dict[str, Fact] = field(default_factory=dict)


class AssistantError(Exception):
    """Root of the tree. `facts` are plain values, safe to store and to log: never message text, never a secret."""

    code: ClassVar[str] = "error"
    retryable: ClassVar[bool] = False

    def __init__(self, **facts: Fact) -> None:
        super().__init__(self.code, *(f"{name}={value}" for name, value in facts.items()))
        self.facts = facts

    def __reduce__(self) -> tuple[object, ...]:
        # Exceptions are copied by calling their class with `args`, which holds words here: another process would fail.
        return _rebuilt, (type(self), self.facts)

    def report(self) -> ErrorReport:
        return ErrorReport(self.code, self.retryable, dict(self.facts))


def _rebuilt(kind: type[AssistantError], facts: dict[str, Fact]) -> AssistantError:
    return kind(**facts)


class SettingsError(AssistantError):
    """Facts: `setting`, `fault`, `allowed`."""

    code = "settings"


class NoIdentityError(AssistantError):
    code = "no_identity"


class SignedOutError(NoIdentityError):
    code = "signed_out"


class SignInRequiredError(NoIdentityError):
    code = "sign_in_required"


class SignInError(AssistantError):
    code = "sign_in"


class SignInDeniedError(SignInError):
    """The person did not agree, or the provider did not. Facts: `provider`."""

    code = "sign_in_denied"


class SignInStaleError(SignInError):
    """It was begun too long ago, in another browser, or has been finished already."""

    code = "sign_in_stale"


class SignInNotAllowedError(SignInError):
    """The provider knows the person, and this app's list does not. Facts: `name`."""

    code = "sign_in_not_allowed"


class SignInFailedError(SignInError):
    """The provider cannot be reached, or answered what cannot be believed. Facts: `provider`."""

    code = "sign_in_failed"
    retryable = True


class NotFoundError(AssistantError):
    """Facts: `kind` ("conversation", "message", "preset", "run", "share")."""

    code = "not_found"


class InputError(AssistantError):
    code = "input"


class BlankMessageError(InputError):
    code = "blank_message"


class MessageTooLongError(InputError):
    """Facts: `size`, `limit` and `unit` ("tokens" or "characters")."""

    code = "message_too_long"


class AttachmentsTooLongError(MessageTooLongError):
    """The question fits, with its files it does not. Facts besides: `name` and `tokens` of the longest file."""

    code = "attachments_too_long"


class AttachmentError(InputError):
    """Facts: `name`, where it is one file's fault."""

    code = "attachment"


class AttachmentNotTextError(AttachmentError):
    """Facts: `name`."""

    code = "attachment_not_text"


class AttachmentTooLargeError(AttachmentError):
    """Facts: `name`, `size` and `limit` in KiB."""

    code = "attachment_too_large"


class TooManyAttachmentsError(AttachmentError):
    """Facts: `count` and `limit`."""

    code = "too_many_attachments"


class NotContinuableError(InputError):
    """Only an answer that was cut off, with some text, can be gone on with."""

    code = "not_continuable"


class NoRoomToContinueError(InputError):
    """Question and answer fill the window. Facts: `size` and `limit`, in tokens."""

    code = "no_room_to_continue"


class LastVersionError(InputError):
    """The only version of a message cannot be deleted without its conversation."""

    code = "last_version"


class InvalidOptionError(InputError):
    """A value out of bounds. Facts: `option`, `fault`."""

    code = "invalid_option"


class BlankPromptError(InputError):
    """An own prompt without words or examples, or one that is saved without a name."""

    code = "blank_prompt"


class PromptTextTooLongError(InputError):
    """Facts: `size` and `limit`, in characters."""

    code = "prompt_text_too_long"


class PresetNameTakenError(InputError):
    """Facts: `name`."""

    code = "preset_name_taken"


class TooManyPresetsError(InputError):
    """Facts: `limit`."""

    code = "too_many_presets"


class PromptNeedsTextError(InputError):
    """A transcript, for an engine that only takes messages. Facts: `prompt`, `model`."""

    code = "prompt_needs_text"


class NoChatTemplateError(InputError):
    """A base model was not trained to chat in any format. Facts: `model`."""

    code = "no_chat_template"


class UnknownPromptError(InputError):
    """Facts: `prompt`."""

    code = "unknown_prompt"


class PromptGoneError(InputError):
    """The prompt that made an answer is not there any more, or is another now. Facts: `prompt`."""

    code = "prompt_gone"


class UnsupportedOptionError(InputError):
    """Facts: `option`, `engine`."""

    code = "unsupported_option"


class BrokenFileError(InputError):
    """A file that cannot be imported, and nothing of it was. Facts: `place` in the file, `fault`."""

    code = "broken_file"


class FileTooLargeError(InputError):
    """Facts: `limit` in bytes."""

    code = "file_too_large"


class PassphraseError(InputError):
    code = "passphrase"


class LicenceNotAcceptedError(AssistantError):
    """Facts: `model`, `licence` (its name, with the version), `url` of its text."""

    code = "licence_not_accepted"


class LimitError(AssistantError):
    """Facts: `retry_after` (seconds), and where there is one the bound: `allowed` within `period` (seconds)."""

    code = "limit"
    retryable = True


class TooManyTurnsError(LimitError):
    code = "too_many_turns"


class TooManyTokensError(LimitError):
    code = "too_many_tokens"


class TooManyAnswersError(LimitError):
    """So many are being written already. Facts: `allowed`, `retry_after` (seconds, a guess)."""

    code = "too_many_answers"


class TooManySharesError(LimitError):
    code = "too_many_shares"


class TooManyMissesError(LimitError):
    """Links that lead nowhere were tried too often."""

    code = "too_many_misses"


class TooManySignInsError(LimitError):
    code = "too_many_sign_ins"


class ConflictError(AssistantError):
    code = "conflict"


class ConversationBusyError(ConflictError):
    """An answer is being written. Facts: `run_id`."""

    code = "conversation_busy"
    retryable = True


class ConversationMovedError(ConflictError):
    """The conversation went on elsewhere. Facts: `leaf_id`, its newest message now."""

    code = "conversation_moved"


class ShareChangedError(ConflictError):
    """A share shows something else by now than what its viewer wanted to go on with."""

    code = "share_changed"


class ShareDraftChangedError(ConflictError):
    """What would be public is not what its owner has looked at."""

    code = "share_draft_changed"


class PromptError(AssistantError):
    """Facts: `prompt`, `fault`."""

    code = "prompt"


class PromptTooLongError(PromptError):
    """It leaves no room for a conversation. Facts: `prompt`, `tokens`, `window`."""

    code = "prompt_too_long"


class ExportError(AssistantError):
    """Facts: `fault`."""

    code = "export"


class StorageError(AssistantError):
    """Facts: `fault`."""

    code = "storage"
    retryable = True


class BackupError(AssistantError):
    """Facts: `path` of the copy, `fault`."""

    code = "backup"
    retryable = True


class EngineError(AssistantError):
    """Facts: `fault`, and what the kind of fault has to tell."""

    code = "engine"
    retryable = True


class EngineLoadError(EngineError):
    """The model cannot be found or loaded: somebody has to mend it. Facts: `model`, `fault`."""

    code = "engine_load"
    retryable = False


class EngineUnavailableError(EngineError):
    """The engine does not answer, or is too busy to. Facts: `fault`, `retry_after` (seconds) where it said so."""

    code = "engine_unavailable"


class EngineBusyError(EngineUnavailableError):
    """Too many wait for an answer already. Facts: `retry_after` (seconds, an estimate)."""

    code = "engine_busy"


class DrainingError(EngineUnavailableError):
    """This process is about to end and takes no new turns. Facts: `retry_after` (seconds)."""

    code = "draining"


class EngineTimeoutError(EngineError):
    """The engine kept somebody waiting too long. Facts: `waited_for`, `seconds`."""

    code = "engine_timeout"


class EngineAccessError(EngineError):
    """The engine refused our key: somebody has to mend it. Facts: `fault`."""

    code = "engine_access"
    retryable = False


class EngineRefusedError(EngineError):
    """The engine does not take this request, and would not a second time. Facts: `fault`."""

    code = "engine_refused"
    retryable = False


class EngineProtocolError(EngineError):
    """The engine answered with something that its protocol does not allow. Facts: `fault`."""

    code = "engine_protocol"


class EmptyAnswerError(EngineError):
    """The engine ended without a visible word."""

    code = "empty_answer"
