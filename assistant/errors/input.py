"""What was sent and cannot be accepted as it is."""

from assistant.errors.root import AssistantError


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


class ViewNotTakenError(InputError):
    """A share has so many views left, and nobody said that this is to be one. Facts: `count`."""

    code = "view_not_taken"
