"""Whether an engine that could not be reached is asked once more, and when."""

import random

from assistant.errors.engine import EngineUnavailableError

_ATTEMPTS = 3
_FIRST_WAIT_SECONDS = 0.5
_LONGEST_WAIT_SECONDS = 10.0


def wait_before_retry(error: EngineUnavailableError, attempt: int, jitter: float | None = None) -> float | None:
    """Seconds to wait after the failed `attempt` (1 for the first); None: give up.

    The engine's own wish counts, unless nobody would wait for it. `jitter`, 0 to 1, spreads those that failed together.
    """
    wished = error.facts.get("retry_after")
    if attempt >= _ATTEMPTS or (isinstance(wished, int | float) and wished > _LONGEST_WAIT_SECONDS):
        return None
    spread = random.random() if jitter is None else jitter  # noqa: S311  # no secret
    least = float(wished) if isinstance(wished, int | float) else _FIRST_WAIT_SECONDS * 2 ** (attempt - 1)
    return least * (1 + spread / 2)
