"""What the app itself has to tell: settings, what is not there, what has changed meanwhile, what cannot be kept."""

from assistant.errors.root import AssistantError


class SettingsError(AssistantError):
    """Facts: `setting`, `fault`, `allowed`."""

    code = "settings"


class NotFoundError(AssistantError):
    """Facts: `kind` ("conversation", "message", "preset", "run", "share")."""

    code = "not_found"


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
