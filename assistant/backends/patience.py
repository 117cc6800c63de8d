"""How long the engine behind a connection is waited for, by what it is waited for with."""

from dataclasses import dataclass
from math import inf

import httpx2

from assistant.generation.deadlines import Deadlines, seconds_left

QUESTION_SECONDS = 20.0
"""For what a server is asked beside answers, such as how many tokens a text has: it is quickly answered, but a hosted
endpoint may have to wake up first."""
_MARGIN_SECONDS = 10.0
_SOONER = 0.95
_LEAST_SECONDS = 0.001


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """Seconds."""

    connect: float = 5.0
    first_token: float = 120.0
    next_token: float = 30.0

    @property
    def silence(self) -> float:
        """Until a connection without a byte is given up: later than any deadline of an answer, which decides."""
        return max(self.first_token, self.next_token) + _MARGIN_SECONDS

    @property
    def with_a_replica(self) -> Deadlines:
        """A little sooner than the answer's own, so that it is known which server was late."""
        return Deadlines(first_token=_SOONER * self.first_token, next_token=_SOONER * self.next_token, answer=inf)


USUAL_PATIENCE = Patience()


def while_it_is_waited_for(timeout: httpx2.Timeout) -> httpx2.Timeout:
    """For a request that blocks a thread: no step of it takes longer than somebody waits for its answer."""
    left = seconds_left()
    if left == inf:
        return timeout
    # No time at all would be a socket that does not wait even for what is there.
    left = max(left, _LEAST_SECONDS)
    return httpx2.Timeout(
        **{step: left if most is None else min(left, most) for step, most in timeout.as_dict().items()}
    )
