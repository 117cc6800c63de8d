"""Why the model cannot answer."""

from assistant.errors.root import AssistantError


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
