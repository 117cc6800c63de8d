"""What a person is told who meets a limit."""

import pytest

from assistant.errors.visitor import (
    LimitError,
    TooManyAnswersError,
    TooManyGuessesError,
)
from assistant.wording import Wording


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(0.2, "1 second"), (1, "1 second"), (59, "59 seconds"), (119, "119 seconds"), (120, "2 minutes"),
     (121, "3 minutes"), (7199, "2 hours"), (7200, "2 hours"), (86_399, "24 hours")],
)  # fmt: skip
def test_a_wait_is_told_as_people_say_it(seconds: float, told: str) -> None:
    assert told in Wording().error(LimitError(retry_after=seconds))


def test_each_limit_has_its_words_with_the_bound_and_the_time() -> None:
    facts = {"allowed": 41, "period": 3600, "retry_after": 90}
    for kind in LimitError.__subclasses__():
        told = Wording().error(kind(**facts))
        assert "41" in told or "internet address" in told or kind is TooManyGuessesError
        assert "90 seconds" in told or kind is TooManyAnswersError
        assert "?" not in told
