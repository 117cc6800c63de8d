"""The one tree of errors that the assistant raises on purpose.

Each error has a stable `code`, carries its facts as data and says whether trying the same thing again can help.
The words that a person reads are made elsewhere: `assistant.wording` holds the one mapping. `root` has what all have in
common; the others are in `visitor`, `input`, `engine` and, for what the app itself has to tell, `app`.

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
    │   ├── ViewNotTakenError    a share has few views, and nobody said that this is to be one
    │   ├── BrokenFileError      a file of conversations cannot be imported
    │   ├── FileTooLargeError
    │   └── UnsupportedOptionError
    ├── LicenceNotAcceptedError  the model's use restrictions have to be accepted first
    ├── LimitError               more than one person, or one address, may; later it goes again
    │   ├── TooManyTurnsError
    │   ├── TooManyTokensError
    │   ├── TooManyAnswersError
    │   ├── TooManySharesError
    │   ├── TooManyImportsError
    │   ├── TooManyExportsError
    │   ├── TooManyRequestsError
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
